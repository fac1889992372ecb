"""Which columns our own CSV layouts have, and how an account may write them otherwise.

The layouts are ours (a header row, UTF-8, RFC 4180 quoting, CRLF, ISO dates with offset); nearly every partner has its
own, so names, order, delimiter, encoding, number and date style can all be declared. Nothing is guessed from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LayoutName = Literal["order_manifest", "despatch_confirmation", "stock_snapshot", "stock_movement", "ack", "charges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a layout."""

    name: str
    is_required: bool = False
    """Whether every row must fill it."""


def _columns(required: str, others: str, order: str) -> tuple[Column, ...]:
    names = order.split()
    assert set(names) == set(required.split()) | set(others.split()), order
    return tuple(Column(name=name, is_required=name in required.split()) for name in names)


LAYOUTS: Mapping[LayoutName, tuple[Column, ...]] = {
    "order_manifest": _columns(
        "order_ref action",
        "schema_version file_id release_no node_code order_date required_date priority customer_code deliver_name "
        "deliver_company addr1 addr2 addr3 addr4 postcode country_iso2 phone email carrier service instructions "
        "line_no sku barcode description qty uom base_qty line_type batch_request serial_request",
        "schema_version file_id order_ref release_no node_code order_date required_date priority customer_code "
        "deliver_name deliver_company addr1 addr2 addr3 addr4 postcode country_iso2 phone email carrier service "
        "instructions line_no sku barcode description qty uom base_qty line_type batch_request serial_request action",
    ),
    "despatch_confirmation": _columns(
        "order_ref despatched_at qty line_status",
        "file_id release_no node_code despatch_ref line_no sku_ordered sku_shipped uom base_qty batch expiry serial "
        "parcel_no tracking carrier service short_reason order_complete",
        "file_id order_ref release_no node_code despatch_ref despatched_at line_no sku_ordered sku_shipped qty uom "
        "base_qty batch expiry serial parcel_no tracking carrier service line_status short_reason order_complete",
    ),
    "stock_snapshot": _columns(
        "snapshot_at sku on_hand",
        "file_id node_code uom allocated quarantine damaged in_transit_in batch expiry last_movement_ref",
        "file_id node_code snapshot_at sku uom on_hand allocated quarantine damaged in_transit_in batch expiry "
        "last_movement_ref",
    ),
    "stock_movement": _columns(
        "movement_id occurred_at type sku qty_signed",
        "node_code reason_code uom batch serial ref_type ref user to_node_code place to_place",
        "movement_id node_code occurred_at type reason_code sku qty_signed uom batch serial ref_type ref user "
        "to_node_code place to_place",
    ),
    "ack": _columns(
        "status",
        "file_id input_file order_ref release_no action line_no reason",
        "file_id input_file order_ref release_no action line_no status reason",
    ),
    "charges": _columns(
        "invoice date code net",
        "file_id charge_id description currency quantity reference",
        "file_id charge_id invoice date code description net currency quantity reference",
    ),
}
"""Columns by layout, in our own order. A column that is not required may be missing altogether."""

TOTALLED: Mapping[LayoutName, str] = {"order_manifest": "base_qty"}
"""The column that a trailer adds up, by layout."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "line_status": ("shipped", "short", "substituted", "cancelled"),
    "type": ("adjust", "receipt", "writeoff", "transfer", "quarantine", "release", "return"),
    "status": ("accepted", "rejected"),
    "action": ("N", "U", "C"),
    "order_complete": ("Y", "N"),
}
"""The words that a column of that name may hold."""

Encoding = Literal["utf-8", "latin-1", "cp1252"]


class CsvLayout(BaseModel):
    """How one kind of CSV file is written by, or for, one partner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our column name to the partner's; those not named here are called as in our own layout. Without a "
        "header row: to its place in the row, from 1. A column mapped to nothing is not there.",
    )
    has_header: bool = Field(default=True, description="Whether the first row names the columns.")
    delimiter: str = Field(default=",", min_length=1, max_length=1, description="What stands between two cells.")
    encoding: Encoding = Field(
        default="utf-8", description="How characters are written: utf-8, latin-1, or cp1252 for Windows programs."
    )
    decimal_mark: Literal[".", ","] = Field(default=".", description="What stands before the decimals of a number.")
    thousands_mark: Literal["", ",", ".", " ", "'"] = Field(
        default="", description="What stands between thousands; empty where numbers are written without."
    )
    date_format: str = Field(
        default="iso",
        min_length=1,
        description="How a day is written: iso, or a pattern as %d/%m/%Y. Days are never guessed.",
    )
    moment_format: str = Field(
        default="iso",
        min_length=1,
        description="How a day with its time is written: iso, unix for seconds since 1970, or a pattern as "
        "%d/%m/%Y %H:%M. Times without an offset are in the account's zone.",
    )
    trailer: Literal["none", "optional", "required"] = Field(
        default="optional",
        description="Whether the last row says how many rows the file has: then a file that was cut off is noticed. "
        "What we write has one unless this is none.",
    )
    trailer_mark: str = Field(default="TRAILER", min_length=1, description="The first cell of the trailer row.")
    total_words: tuple[str, ...] = Field(
        default=("total", "totals", "total:", "grand total", "sum", "subtotal"),
        description="First words of rows at the end that only add up the others; such rows are left out.",
    )
    ends_with_newline: bool = Field(
        default=True,
        description="Whether the last row ends with a line end: then a file without a trailer that was cut off in its "
        "last cell is noticed. Turn off for partners who leave it out.",
    )
    words: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="By column, the partner's words to ours: {line_status: {D: shipped, B: short}}.",
    )
    whole_reference: bool = Field(
        default=False,
        description="Whether order_ref holds the whole reference, order and release number in one.",
    )
    order_digits: int = Field(
        default=0,
        ge=0,
        le=20,
        description="Fill order numbers that are shorter with noughts on the left, where the partner drops them; 0: "
        "take them as they come.",
    )

    @field_validator("date_format", "moment_format")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        sample = datetime(2026, 11, 30, 13, 45, tzinfo=UTC)
        try:
            named = pattern in {"iso", "unix"} or "%" in pattern
            if pattern not in {"iso", "unix"}:
                datetime.strptime(sample.strftime(pattern), pattern).astimezone(UTC)
        except ValueError:
            named = False
        if not named:
            raise ValueError(f"`{pattern}` is no pattern of a day or time; write one as %d/%m/%Y")
        return pattern

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        if self.decimal_mark == self.thousands_mark:
            raise ValueError("decimal_mark and thousands_mark must differ: no number could be read")
        if self.delimiter in '"\r\n\0':
            raise ValueError("delimiter cannot be a quotation mark or a line end")
        if not self.has_header and not all(place.isdecimal() for place in self.columns.values() if place):
            raise ValueError("without a header row, columns must say the place of each in the row, from 1")
        return self

    def theirs(self, name: str) -> str:
        """What the partner calls our column; empty when it is not there."""
        return self.columns.get(name, name)


def checked(name: LayoutName, layout: CsvLayout) -> None:
    """Raise ValueError when an account's layout names columns or words that the layout has not."""
    known = {column.name for column in LAYOUTS[name]}
    if unknown := sorted((set(layout.columns) | set(layout.words)) - known):
        raise ValueError(f"the layout {name} has no column {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    for column, words in layout.words.items():
        if wrong := sorted(set(words.values()) - set(WORDS.get(column, tuple(words.values())))):
            raise ValueError(f"{column} cannot be {', '.join(wrong)}; it can be {', '.join(WORDS[column])}")
    missing = [column.name for column in LAYOUTS[name] if column.is_required and not layout.theirs(column.name)]
    if missing:
        raise ValueError(f"the layout {name} cannot do without {', '.join(missing)}")
