"""Mintsoft's times: text without a zone, up to seven digits of a second, in an hour that comes twice a year. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

NEVER_BEFORE = 1900
"""`0001-01-01T00:00:00` is what .NET writes for no time."""


def moment(text: str, zone: ZoneInfo, repeated: Literal["first", "second"] = "first") -> datetime | None:
    """A time in UTC; None when the text is empty or no time.

    A time of the hour that the clocks repeat is the first or the second, as told. A time of the hour that they leave
    out is taken as if they had not been put forward yet, so that times keep their order.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.year < NEVER_BEFORE:
        return None
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    return at.replace(tzinfo=zone, fold=1 if repeated == "second" and is_repeated(at, zone) else 0).astimezone(UTC)


def is_repeated(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks show this time twice."""
    return _repeats_by(local, zone) > timedelta(0)


def asked_since(at: datetime, zone: ZoneInfo) -> str:
    """What to ask for so that nothing since the moment is missed, where times are compared as they are written.

    In the hour that comes twice, the second's times read as earlier than the first's: the question goes back so far.
    """
    local = at.astimezone(zone).replace(tzinfo=None, fold=0)
    return f"{local - max(_repeats_by(local, zone), timedelta(0)):%Y-%m-%dT%H:%M:%S}"


def asked_until(at: datetime, zone: ZoneInfo) -> str:
    """The same for an end: the latest that any clock shows up to the moment, a whole second up."""
    local = at.astimezone(zone).replace(tzinfo=None, fold=0) + timedelta(seconds=1)
    return f"{local + max(_repeated_before(at, zone), timedelta(0)):%Y-%m-%dT%H:%M:%S}"


def _repeats_by(local: datetime, zone: ZoneInfo) -> timedelta:
    """How much later the second reading of a repeated time is; negative in a missing hour, else nothing."""
    first = local.replace(tzinfo=zone, fold=0).utcoffset()
    second = local.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first - second


def _repeated_before(at: datetime, zone: ZoneInfo) -> timedelta:
    """By how much the clocks were put back within the last hours, so that later times were written before."""
    earlier, now = (at - timedelta(hours=2)).astimezone(zone).utcoffset(), at.astimezone(zone).utcoffset()
    assert earlier is not None
    assert now is not None
    return earlier - now
