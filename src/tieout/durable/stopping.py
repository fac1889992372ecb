"""Stopping in an orderly way: the signals that end a worker."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets; a second SIGINT interrupts at once.

    Call it from the main thread.
    """
    stop = threading.Event()

    def heard(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)
    return stop
