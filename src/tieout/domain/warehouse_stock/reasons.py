"""What a movement becomes in Sage, by the rows of the house: the account's own row first, then kind and reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tieout.domain.documents.sales_order import Nominal
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.money import Money, money
from tieout.domain.rules.mapping import MappingRule, MappingTables

TABLE = "stock_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One row of the house."""

    row: str
    """The row as a fault names it."""
    becomes: str
    """`write_on`, `write_off`, `issue`, `move`, `ignore` or `ask`."""
    nominal: Nominal
    category: str
    approve_over: Money | None
    """Up to which value at cost nobody is asked; None when nobody ever is."""


def treatment_of(tables: MappingTables, movement: WarehouseMovement) -> Treatment | None:
    """The row in force for a movement; None when there is none."""
    keys = keys_of(movement)
    exact = (_exact(tables, key) for key in keys)
    rule = next((found for found in exact if found is not None), None)
    rule = rule or next((found for key in keys if (found := tables.find(TABLE, key)) is not None), None)
    if rule is None:
        return None
    value = rule.value
    return Treatment(
        row=f"{TABLE}/{rule.key}",
        becomes=value.get("treatment", ""),
        nominal=Nominal(
            account=value.get("account", ""),
            cost_centre=value.get("cost_centre", ""),
            department=value.get("department", ""),
        ),
        category=value.get("category", ""),
        approve_over=limit_of(value.get("approve_over", "")),
    )


def keys_of(movement: WarehouseMovement) -> tuple[str, ...]:
    """The keys that a row for the movement may have, most particular first."""
    kind, reason = movement.kind, movement.reason.strip()
    named = (f"{movement.account}|{kind}|{reason}", f"{kind}|{reason}") if reason else ()
    return (*named, f"{movement.account}|{kind}", kind)


def missing_row(movement: WarehouseMovement) -> str:
    """The row that would say what the movement becomes."""
    return f"{TABLE}/{keys_of(movement)[0]}"


def limit_of(text: str) -> Money | None:
    """A limit in pounds; nothing where none can be read, so that a person is asked; None for `never`."""
    wanted = text.strip().casefold()
    if wanted == "never":
        return None
    try:
        return money(Decimal(wanted)) if wanted else Money(0)
    except InvalidOperation:
        return Money(0)


def _exact(tables: MappingTables, key: str) -> MappingRule | None:
    rule = tables.find(TABLE, key)
    return rule if rule is not None and rule.key.strip().casefold() == key.strip().casefold() else None
