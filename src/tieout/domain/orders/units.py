"""Units: Sage sells in one, keeps stock in another, and a warehouse counts in a third. Converted exactly, or refused.

The factor is frozen on each request: what comes back is converted by the factor it went out with, never today's
(wms_3pl_pos 5.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tieout.domain.rules.mapping import MappingRule, MappingTables

_FACTOR = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(\d+(?:\.\d+)?)\s*)?")
PLACES = 5
"""Sage 200 keeps quantities to five decimals (section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseItem:
    """What a warehouse calls a stock item, and its unit."""

    code: str
    unit: str
    factor: Fraction
    """Stock units in one of the warehouse's units."""
    decimals: int


def item_at(tables: MappingTables, account: str, sku: str) -> WarehouseItem | None:
    """What a warehouse calls a stock item.

    Without a row it is Sage's own code counted in stock units, unless the house wants every code mapped: then None.
    """
    rule = _exact(tables, "warehouse_item", f"{account}|{sku}") or _exact(tables, "warehouse_item", sku)
    if rule is None:
        is_ours = (tables.policy("warehouse_codes") or "ours").casefold() == "ours"
        return WarehouseItem(code=sku, unit="", factor=Fraction(1), decimals=0) if is_ours else None
    factor = factor_of(rule.value.get("factor", "1"))
    if factor is None:
        return None
    decimals = rule.value.get("decimals", "0")
    return WarehouseItem(
        code=rule.value.get("code") or sku,
        unit=rule.value.get("unit", ""),
        factor=factor,
        decimals=int(decimals) if decimals.isdecimal() else 0,
    )


def stock_code_of(tables: MappingTables, account: str, code: str) -> str:
    """The stock code that a warehouse's code stands for by the rows in force; the code itself where no row says.

    Letter case counts: a warehouse's `abc-1` is not our `ABC-1` until somebody says so.
    """
    alias = _exact(tables, "warehouse_alias", f"{account}|{code}", is_cased=True)
    if alias is not None:
        return alias.value.get("sku", "")
    for rule in tables.rules:
        if rule.table != "warehouse_item" or rule.value.get("code") != code:
            continue
        where, _, sku = rule.key.rpartition("|")
        if where.casefold() in ("", account.casefold()):
            return sku
    return code


def factor_of(text: str) -> Fraction | None:
    """A factor as people write it, `12` or `1/12`; None when it is none, or nought."""
    found = _FACTOR.fullmatch(text)
    if found is None:
        return None
    top, bottom = Fraction(found[1]), Fraction(found[2] or 1)
    return top / bottom if top and bottom else None


def exact(value: Fraction, decimals: int) -> Decimal | None:
    """The value as a decimal of so many digits behind the point; None when that would not be exact."""
    scaled = value * 10**decimals
    if scaled.denominator != 1:
        return None
    if value.denominator == 1:
        return Decimal(value.numerator)
    found = Decimal(scaled.numerator).scaleb(-decimals).normalize()
    return found if Fraction(found) == value else None  # more digits than decimals keep are refused, too


def to_warehouse(item: WarehouseItem, stock_units: Fraction) -> Decimal | None:
    """Stock units in the warehouse's unit; None when it cannot count that finely."""
    return exact(stock_units / item.factor, item.decimals)


def stock_units_of(selling: Decimal, stock_units: Decimal) -> Fraction:
    """Selling units in stock units."""
    return Fraction(selling) * Fraction(stock_units)


def to_selling(stock: Fraction, stock_units: Decimal) -> Decimal | None:
    """Stock units in selling units; None when Sage could not keep that exactly."""
    return exact(stock / Fraction(stock_units), PLACES)


def _exact(tables: MappingTables, table: str, key: str, *, is_cased: bool = False) -> MappingRule | None:
    """The row of exactly this key: a code is never found by a beginning."""
    rule = tables.find(table, key)
    if rule is None or rule.key.strip().casefold() != key.strip().casefold():
        return None
    return rule if not is_cased or rule.key.strip() == key.strip() else None
