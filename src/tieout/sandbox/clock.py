"""The one clock that every stand-in reads, so that a test can move all of them through time together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class SandboxClock:
    """Real time plus an offset that can be moved; times are aware and in UTC."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    @classmethod
    def set_to(cls, moment: datetime) -> SandboxClock:
        """Return a clock that shows this moment now and runs on from there."""
        return cls(moment - datetime.now(UTC))

    def now(self) -> datetime:
        """Return the present moment of the sandbox in UTC."""
        return datetime.now(UTC) + self.offset

    def today(self) -> date:
        """Return the calendar date in London at this moment, which is the business date of a UK company."""
        return self.now().astimezone(LONDON).date()

    def shift(self, offset: timedelta) -> None:
        """Move the clock by this much from where it stands; a negative amount moves it back."""
        self.offset += offset


def stamp(moment: datetime) -> str:
    """Write a moment as the vendors do: UTC, whole seconds, ending in Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
