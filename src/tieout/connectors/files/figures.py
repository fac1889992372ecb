"""Numbers, days, times and codes as a partner writes them, by the declared style only: nothing is guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tieout.connectors.files.layouts import CsvLayout
from tieout.domain.commands.base import plain

_DIGITS_MAX = 15
_MANGLED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_UNIX = re.compile(r"[0-9]{9,11}(?:[.][0-9]{1,6})?")
_YEARS = range(2000, 2101)


class RowError(Exception):
    """A cell cannot be used; the text is one sentence."""


def code(text: str, column: str) -> str:
    """A code as it came: noughts on the left kept, one that a spreadsheet has turned into a number refused."""
    if wrapped := _FORMULA_TEXT.fullmatch(text):
        text = wrapped[1].strip()
    if _MANGLED.fullmatch(text):
        raise RowError(
            f"{column} is `{text}`: a spreadsheet has turned the code into a number and its last digits are lost; "
            "ask for the file as the system wrote it, or format the column as text"
        )
    return text


def number(text: str, column: str, layout: CsvLayout, *, is_signed: bool = False) -> Decimal:
    """A number in the declared style. `1,234` is never taken for a thousand, nor for one and a bit, by its looks."""
    mark, group = re.escape(layout.decimal_mark), re.escape(layout.thousands_mark)
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)" if layout.thousands_mark else "[0-9]+"
    if not re.fullmatch(rf"-?{whole}(?:{mark}[0-9]+)?", text):
        raise RowError(f"{column} is `{text}`: that is no number in the agreed style, {_sample(layout)}")
    bare = text.replace(layout.thousands_mark, "") if layout.thousands_mark else text
    amount = Decimal(bare.replace(layout.decimal_mark, "."))
    if len(amount.as_tuple().digits) > _DIGITS_MAX:
        raise RowError(f"{column} is `{text}`: a number of so many digits is not believed")
    if amount < 0 and not is_signed:
        raise RowError(f"{column} is `{text}`: it cannot be negative")
    return amount


def number_text(amount: Decimal, layout: CsvLayout) -> str:
    """The number in the declared style, without noughts at the end of its decimals."""
    text = plain(amount)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    if layout.thousands_mark:
        whole = f"{int(whole):,}".replace(",", layout.thousands_mark)
    return sign + whole + (layout.decimal_mark + decimals if decimals else "")


def day(text: str, column: str, layout: CsvLayout) -> date:
    """A day in the declared format; no other is tried."""
    try:
        if layout.date_format == "iso":
            on = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
        else:
            on = datetime.strptime(text, layout.date_format).date()  # noqa: DTZ007 - a day has no zone
    except (ValueError, re.error, OverflowError):
        on = None
    if on is None or on.year not in _YEARS:
        raise RowError(f"{column} is `{text}`: that is no day written as agreed, {_pattern(layout.date_format)}")
    return on


def day_text(on: date, layout: CsvLayout) -> str:
    """The day in the declared format."""
    return on.isoformat() if layout.date_format == "iso" else on.strftime(layout.date_format)


def moment(text: str, column: str, layout: CsvLayout, zone: ZoneInfo) -> datetime:
    """A time in the declared format, in UTC.

    Without an offset it is in the partner's zone. An hour that the clock shows twice is taken for its first pass; a
    time that the clock skips is read as if it had not been put forward yet.
    """
    try:
        at = _read_moment(text, layout.moment_format)
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=zone)
        at = None if at is None or at.year not in _YEARS else at.astimezone(UTC)
    except (ValueError, re.error, OverflowError, OSError):
        at = None
    if at is None:
        raise RowError(f"{column} is `{text}`: that is no time written as agreed, {_pattern(layout.moment_format)}")
    return at


def moment_text(at: datetime, layout: CsvLayout, zone: ZoneInfo) -> str:
    """The time in the declared format, in the partner's zone."""
    local = at.astimezone(zone)
    if layout.moment_format == "iso":
        return local.isoformat()
    if layout.moment_format == "unix":
        return str((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))
    return local.strftime(layout.moment_format)


def _read_moment(text: str, pattern: str) -> datetime | None:
    if pattern == "iso":
        return datetime.fromisoformat(text) if _ISO_MOMENT.fullmatch(text) else None
    if pattern == "unix":
        return datetime.fromtimestamp(int(text.partition(".")[0]), UTC) if _UNIX.fullmatch(text) else None
    return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller gives it the partner's zone


def _sample(layout: CsvLayout) -> str:
    return f"1{layout.thousands_mark}234{layout.decimal_mark}5"


def _pattern(declared: str) -> str:
    return {"iso": "2026-11-30", "unix": "seconds since 1970"}.get(declared, declared)
