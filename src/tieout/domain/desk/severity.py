"""How grave a case is, as a word: by the money at stake and by the time that is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

MUCH: Final = 500_00
SOME: Final = 50_00
"""Pence; of other currencies the same figure."""
SOON: Final = timedelta(hours=4)


class Severity(IntEnum):
    """Four steps; each is told by its word."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


def severity_of(stake_minor: int | None, due_at: datetime | None, now: datetime) -> Severity:
    """Late and dear is urgent; late or dear is high; soon due, or worth something, is medium."""
    is_late, is_dear = due_at is not None and due_at <= now, (stake_minor or 0) >= MUCH
    if is_late and is_dear:
        return Severity.URGENT
    if is_late or is_dear:
        return Severity.HIGH
    is_soon = due_at is not None and due_at - now <= SOON
    return Severity.MEDIUM if is_soon or (stake_minor or 0) >= SOME else Severity.LOW
