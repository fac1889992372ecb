"""Moments as Mintsoft writes them: local time of the house, no offset, up to seven digits after the second.

In the hour that comes twice when summer time ends, two moments are written alike, and lists since a moment
compare what is written. That is kept on purpose.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from tieout.sandbox.clock import LONDON

_WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)


def local(moment: datetime) -> datetime:
    """Return the naive local time of an aware moment."""
    return moment.astimezone(LONDON).replace(tzinfo=None)


def written(moment: datetime) -> str:
    """Write an aware moment; trailing noughts of the fraction are left off, as .NET does."""
    here = local(moment)
    fraction = f"{here.microsecond:06d}{here.microsecond * 7 % 10}".rstrip("0")
    return f"{here:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}"


def maybe(moment: datetime | None) -> str | None:
    """Write a moment, or null."""
    return written(moment) if moment else None


def read(text: str) -> datetime:
    """Return the naive local time that is written; a time with an offset is converted. ValueError when none is."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no moment")
    day, clock, seconds, fraction, offset = found.groups()
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}:{seconds or '00'}")  # naive on purpose
    moment += timedelta(microseconds=int((fraction or "0").ljust(7, "0")[:6]))
    if offset is None:
        return moment
    return local(moment.replace(tzinfo=_zone(offset)))


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
