"""What a mapping table is made of: its key, its fields, and whose choice it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tieout.domain.faults.kinds import Owner


class FieldKind(StrEnum):
    """What may stand in a field."""

    TEXT = "text"
    CHOICE = "choice"
    AMOUNT = "amount in pounds"
    LIMIT = "amount in pounds, or never"
    PERCENT = "percentage"
    WHOLE = "whole number"
    NOMINAL = "nominal account"
    COST_CENTRE = "cost centre"
    DEPARTMENT = "department"
    TAX_CODE = "tax code"
    WAREHOUSE = "warehouse"
    BIN = "bin"
    BANK = "bank account"
    CUSTOMER = "customer account"
    LOCATION = "storefront location"
    STOCK_CODE = "stock code"
    COMPONENTS = "components"
    CLOCK = "clock time"
    CLOCKS = "clock times"
    DAY = "date, weekday or *"
    COUNTRY = "country code or *"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a row."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()
    says: str = ""
    """What a person should know who fills it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """A row that a table has under one fixed key, with fields, owner and meaning of its own."""

    decides: str
    fields: tuple[Field, ...]
    owner: Owner
    needed: str = "no"
    otherwise: str = ""
    """What counts where the row is not set."""


_NO_ROWS: Mapping[str, OwnRow] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One mapping table."""

    name: str
    title: str
    decides: str
    key_label: str
    key_says: str
    owner: Owner
    key_kind: FieldKind = FieldKind.TEXT
    fields: tuple[Field, ...] = ()
    own_rows: Mapping[str, OwnRow] = field(default_factory=lambda: _NO_ROWS)
    """The only keys of this table, where it has no others."""

    def row(self, key: str) -> OwnRow | None:
        """The fixed row of a key; None where the table takes any key, or does not know this one."""
        return self.own_rows.get(key.strip().casefold())

    def fields_of(self, key: str) -> tuple[Field, ...]:
        """The fields of a key's row."""
        row = self.row(key)
        return row.fields if row is not None else self.fields

    def owner_of(self, key: str) -> Owner:
        """The role whose choice a key is."""
        row = self.row(key)
        return row.owner if row is not None else self.owner


def nominal_fields(*, is_required: bool = False, says: str = "") -> tuple[Field, ...]:
    """The three parts of a nominal account."""
    return (
        Field(name="account", label="Nominal account", kind=FieldKind.NOMINAL, is_required=is_required, says=says),
        Field(name="cost_centre", label="Cost centre", kind=FieldKind.COST_CENTRE),
        Field(name="department", label="Department", kind=FieldKind.DEPARTMENT),
    )
