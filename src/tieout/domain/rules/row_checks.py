"""Whether a row fits its mapping table: tidied as the table spells it, and every fault as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation

from tieout.domain.returns.bundles import malformed_bundles
from tieout.domain.rules.fields import Field, FieldKind, Table
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.domain.rules.posting_windows import DAYS, TABLES, malformed_windows

KEY = "key"
"""The field of a problem that is about the key."""
TEXT_LENGTH = 200
KEY_LENGTH = 300
GRADES = ("good", "damaged")
NEVER = "never"
_MONEY = re.compile(r"\d{1,9}(\.\d{1,2})?")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,4})?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
FREE_STOCK_REFUSED = (
    "Sage's own free-stock field is no source of availability: it knows nothing of orders on their way and is worked "
    "out late, so that it oversells. Choose sage or count; the report of availability shows the field beside it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """What is wrong with a row: which field, and one sentence."""

    field: str
    text: str


def tidied(table: Table, key: str, value: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A row as its table spells it: without spaces around, empty fields left out, choices in their own spelling."""
    kinds = {each.name: each for each in table.fields_of(key)}
    tidy = {name: _tidy(text, kinds.get(name)) for name, text in value.items()}
    return _tidy_key(table, key), {name: text for name, text in tidy.items() if text}


def problems_of(table: Table, key: str, value: Mapping[str, str]) -> tuple[RowProblem, ...]:
    """Everything that is wrong with a row that was tidied; nothing when it may stand in its table."""
    found = tuple(_key_problems(table, key))
    if found:
        return found
    return tuple(_value_problems(table, key, value)) or tuple(_whole_problems(table, key, value))


def _tidy(text: str, field: Field | None) -> str:
    text = text.strip()
    kind = field.kind if field is not None else FieldKind.TEXT
    if field is not None and field.choices:
        return next((choice for choice in field.choices if choice.casefold() == text.casefold()), text)
    if kind in (FieldKind.AMOUNT, FieldKind.LIMIT):
        plain = text.removeprefix("£").replace(",", "").strip()
        return plain.casefold() if plain.casefold() == NEVER else plain
    if kind in (FieldKind.CLOCK, FieldKind.CLOCKS):
        return ", ".join(_clock(part) for part in text.split(",") if part.strip())
    return text


def _tidy_key(table: Table, key: str) -> str:
    key = key.strip()
    if table.own_rows:
        return key.casefold() if key.casefold() in table.own_rows else key
    if table.key_kind is FieldKind.PERCENT:
        bare = key.removesuffix("%").strip()
        return f"{Decimal(bare).normalize():f}" if _PERCENT.fullmatch(bare) else key
    if table.key_kind is FieldKind.DAY:
        return key.casefold()
    if table.key_kind is FieldKind.COUNTRY:
        return key.upper()
    return "|".join(part.strip() for part in key.split("|")) if table.name == "disposition" else key


def _clock(text: str) -> str:
    text = text.strip()
    return text.zfill(5) if _CLOCK.fullmatch(text) else text


def _key_problems(table: Table, key: str) -> Iterator[RowProblem]:
    said = table.key_label
    if not key:
        yield RowProblem(field=KEY, text=f"{said}: write what the row is for.")
    elif len(key) > KEY_LENGTH or not key.isprintable():
        yield RowProblem(field=KEY, text=f"{said}: up to {KEY_LENGTH} characters on one line.")
    elif table.own_rows and table.row(key) is None:
        names = ", ".join(table.own_rows)
        yield RowProblem(field=KEY, text=f"{said}: {key!r} is none of {names}.")
    elif (wanted := _key_wanted(table, key)) is not None:
        yield RowProblem(field=KEY, text=f"{said}: {key!r} is not {wanted}.")


def _key_wanted(table: Table, key: str) -> str | None:
    """What the key should be and is not."""
    match table.key_kind:
        case FieldKind.PERCENT if not _is_percent(key):
            return "a VAT rate in per cent, for instance 20 or 17.5"
        case FieldKind.DAY if not (key == "*" or key in DAYS or _is_day(key)):
            return "a date (2026-11-30), a weekday (monday) or *"
        case FieldKind.COUNTRY if not (key == "*" or (len(key) == 2 and key.isascii() and key.isalpha())):
            return "a country code of two letters, or *"
    parts = key.split("|")
    if table.name == "disposition" and not (len(parts) in (2, 3) and parts[1] in GRADES and all(parts)):
        return "a reason code and a grade with | between them, for instance fit|good or any|damaged"
    return None


def _value_problems(table: Table, key: str, value: Mapping[str, str]) -> Iterator[RowProblem]:
    fields = {each.name: each for each in table.fields_of(key)}
    for name in value:
        if name not in fields:
            known = ", ".join(fields)
            yield RowProblem(field=name, text=f"This row has no field {name!r}: its fields are {known}.")
    for name, field in fields.items():
        text = value.get(name, "")
        if not text and field.is_required:
            yield RowProblem(field=name, text=f"{field.label} is missing.")
        elif key.casefold() == "availability_source" and is_free_stock(text):
            yield RowProblem(field=name, text=FREE_STOCK_REFUSED)
        elif text and (wanted := _wanted(field, text)) is not None:
            yield RowProblem(field=name, text=f"{field.label}: {text!r} is not {wanted}.")


def _wanted(field: Field, text: str) -> str | None:
    """What a field should hold and does not."""
    if len(text) > TEXT_LENGTH or not text.isprintable():
        return f"a text of up to {TEXT_LENGTH} characters on one line"
    match field.kind:
        case FieldKind.CHOICE if text not in field.choices:
            return " or ".join(field.choices)
        case FieldKind.AMOUNT if not _MONEY.fullmatch(text):
            return "an amount in pounds, for instance 25 or 25.00"
        case FieldKind.LIMIT if text != NEVER and not _MONEY.fullmatch(text):
            return "an amount in pounds, or never"
        case FieldKind.PERCENT if not _is_percent(text):
            return "a percentage from 0 to 100"
        case FieldKind.WHOLE if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            return "a whole number"
        case FieldKind.CLOCK if not _is_clock(text):
            return "a time, for instance 07:00"
        case FieldKind.CLOCKS if not all(_is_clock(part) for part in text.split(",")):
            return "times with commas between, for instance 10:00, 16:00"
    return None


def _whole_problems(table: Table, key: str, value: Mapping[str, str]) -> Iterator[RowProblem]:
    """What is wrong with a row though each of its fields may be right."""
    row = MappingTables(rules=(MappingRule(table=table.name, key=key, value=value, version=1),))
    if table.name in TABLES and any(malformed_windows(row)):
        text = "Give when it opens and closes, or its times, or say that it is closed all day."
        yield RowProblem(field="from", text=text)
    if table.name == "bundle" and any(malformed_bundles(row)):
        text = "Components: write them as stock code*units=share, for instance MUG*2=60.00; BOOK*1=40.00."
        yield RowProblem(field="components", text=text)
    if value.get("treatment") == "liability" and not value.get("bank"):
        yield RowProblem(field="bank", text="Clearing account is missing: store credit that is owed is paid from it.")


def is_free_stock(text: str) -> bool:
    """Whether somebody means Sage's free-stock field, however they spell it: `free`, `Free Stock`, `free_stock`."""
    return "free" in text.casefold()


def _is_percent(text: str) -> bool:
    try:
        return bool(_PERCENT.fullmatch(text)) and Decimal(text) <= 100
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_clock(text: str) -> bool:
    try:
        time.fromisoformat(text.strip())
    except ValueError:
        return False
    return bool(_CLOCK.fullmatch(text.strip()))
