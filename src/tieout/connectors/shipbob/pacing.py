"""ShipBob's allowance of calls in a minute, kept on our side so that few calls are turned away."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0


class Pacer:
    """Lets so many calls through in any minute. Safe to share between threads; each process has its own."""

    def __init__(self, calls_per_minute: int, tick: Callable[[], float] = time.monotonic) -> None:
        self._allowed = calls_per_minute
        self._tick = tick
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()

    def take(self) -> float:
        """Seconds to wait before the next call; 0 counts the call as made."""
        with self._lock:
            now = self._tick()
            while self._calls and now - self._calls[0] >= WINDOW_SECONDS:
                self._calls.popleft()
            if len(self._calls) >= self._allowed:
                return WINDOW_SECONDS - (now - self._calls[0])
            self._calls.append(now)
            return 0.0
