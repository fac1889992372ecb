"""How figures and times are written in messages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.segments import UnusableError

_FIGURE = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,9})?|[+-]?\.[0-9]{1,9}")
_LONGEST = 26
_DIGITS = re.compile(r"[0-9]{6,14}")


def quantity(text: str, what: str, mark: str = ".") -> Decimal:
    """The figure; UnusableError names `what` where it is none. An exponent is none, nor is a figure with thousands."""
    plain = text.replace(",", ".", 1) if mark == "," and "." not in text else text
    if len(plain) > _LONGEST or not _FIGURE.fullmatch(plain):
        raise UnusableError(f"{what} is {text[:40]!r}, which is no figure.")
    return Decimal(plain)


def counted(text: str) -> int | None:
    """A count of a closing segment; None where none stands there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def moment(text: str, zone: tzinfo, untimed_hour: int, what: str) -> datetime:
    """A date, or date and time, of digits only as UTC: six or eight digits of the date, then none, four or six.

    A time that the change of clocks brings twice is taken for the first of the two; one that it leaves out is read as
    though the clocks had not been changed yet.
    """
    if not _DIGITS.fullmatch(text):
        raise UnusableError(f"{what} is {text[:40]!r}, which is no date.")
    layout = compat.DATE_LAYOUTS.get(len(text))
    try:
        if layout is None:
            raise ValueError  # noqa: TRY301 - a length without a layout is no date either
        found = datetime.strptime(text, layout).replace(tzinfo=zone)
        if "%H" not in layout:
            found = found.replace(hour=untimed_hour)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as unusable:
        raise UnusableError(f"{what} is {text[:40]!r}, which is no date.") from unusable


def figure(amount: Decimal) -> str:
    """A figure as messages write it: no exponent, no noughts behind the point."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def day(text: str, what: str) -> date:
    """A date of eight digits, as which a day is written that has no time."""
    try:
        if len(text) != 8 or not (text.isascii() and text.isdigit()):
            raise ValueError  # noqa: TRY301 - digits of another alphabet, and blanks, are no date either
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as unusable:
        raise UnusableError(f"{what} is {text[:40]!r}, which is no date.") from unusable
