"""How often a token may ask: a bucket that fills steadily and is emptied one request at a time.

Counted by each web process by itself, so two of them let twice as many through: it keeps one program from crowding
out people, and is no meter.
"""

from __future__ import annotations

import math
import threading
from datetime import datetime
from typing import Final

MINUTE: Final = 60.0


class Buckets:
    """One bucket for each token; a full one holds a minute's worth."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._rate = per_minute / MINUTE
        self._lock = threading.Lock()
        self._levels: dict[int, tuple[float, datetime]] = {}

    def take(self, token_id: int, now: datetime) -> int:
        """Take one request out of a token's bucket; 0, or the whole seconds to wait where it is empty."""
        with self._lock:
            level, at = self._levels.get(token_id, (self._size, now))
            level = min(self._size, level + max(0.0, (now - at).total_seconds()) * self._rate)
            is_empty = level < 1.0
            self._levels[token_id] = (level if is_empty else level - 1.0, now)
        return max(1, math.ceil((1.0 - level) / self._rate)) if is_empty else 0
