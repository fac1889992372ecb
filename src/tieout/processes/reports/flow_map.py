"""The stock-flow map: what each event of a return does in Sage, to which stock and which nominal.

It is made from the rules in force and from nothing else, so that it cannot be out of date; two days can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tieout.domain.documents.books import Bin
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.ports.directory import CreditRoute
from tieout.processes.reports.journals import STOCK_NOMINAL
from tieout.processes.reports.reasons import GRADES, disposition_rule

ALLOWANCES = ("goodwill", "shipping_refund", "partial_amount", "store_credit_bonus")
FEES = ("restocking_fee", "return_shipping_fee", "cancellation_fee")
CREDITS = ("store_credit", "gift_card")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """One thing that one event does."""

    company: str
    event: str
    disposition: str
    """Reason code, grade and door; or the kind of value."""
    transaction: str
    """As Sage, or the storefront, calls it."""
    warehouse: str = ""
    bin: str = ""
    nominal: str = ""
    rule: str = ""
    """Table, key and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMap:
    """The map of one day, and what has changed in it since another."""

    as_at: datetime
    on: date
    rows: tuple[FlowRow, ...]
    against: date | None
    added: tuple[FlowRow, ...]
    """In the map and not in that of `against`."""
    removed: tuple[FlowRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What the flow of one company is made of on one day."""

    company: str
    route: CreditRoute
    tables: MappingTables
    bins: tuple[Bin, ...]
    """As Sage has them now: what is for sale."""


def flow_map(
    configured: Sequence[Configured],
    on: date,
    now: datetime,
    *,
    against: date | None = None,
    before: Sequence[Configured] = (),
) -> FlowMap:
    """The map of a day; a rule written anew that says the same is no difference."""
    rows = [row for one in configured for row in _rows(one)]
    then = [row for one in before for row in _rows(one)]
    was, now_is = {_bare(row) for row in then}, {_bare(row) for row in rows}
    return FlowMap(
        as_at=now,
        on=on,
        rows=tuple(rows),
        against=against,
        added=tuple(row for row in rows if _bare(row) not in was) if against is not None else (),
        removed=tuple(row for row in then if _bare(row) not in now_is) if against is not None else (),
    )


def _bare(row: FlowRow) -> FlowRow:
    return replace(row, rule="")


def _rows(one: Configured) -> Iterator[FlowRow]:
    yield from _announced(one)
    yield from _received(one)
    yield from _credited(one)
    yield from _values(one)
    for rule in _of(one, "tender"):
        yield FlowRow(
            company=one.company,
            event="refund read back",
            disposition=rule.key,
            transaction=f"sales payment from bank {rule.value.get('bank', '-')}",
            rule=rule.name,
        )


def _announced(one: Configured) -> Iterator[FlowRow]:
    is_sop = one.route == "sop"
    yield FlowRow(
        company=one.company,
        event="RMA authorised",
        disposition="any",
        transaction="sales order return, pending" if is_sop else "nothing in Sage; kept by Tieout",
        warehouse=(one.tables.policy("returns_warehouse") or "") if is_sop else "",
        rule=_policy_name(one, "returns_warehouse") if is_sop else "",
    )


def _received(one: Configured) -> Iterator[FlowRow]:
    """Every reason code in each grade, then the doors that have rows of their own."""
    codes = sorted({rule.value["code"] for rule in _of(one, "reason") if rule.value.get("code")})
    for code in codes:
        for grade in GRADES:
            rule = disposition_rule(one.tables, code, grade)
            if rule is None:
                yield FlowRow(
                    company=one.company,
                    event="goods received",
                    disposition=f"{code}|{grade.value}",
                    transaction="none: a person is asked",
                )
            else:
                yield from _booked(one, f"{code}|{grade.value}", rule)
    for rule in _of(one, "disposition"):
        if rule.key.count("|") > 1:
            yield from _booked(one, rule.key, rule)


def _booked(one: Configured, disposition: str, rule: MappingRule) -> Iterator[FlowRow]:
    """What brings goods into the bin that a row names, and whether they are offered from there."""
    warehouse, name = rule.value.get("warehouse", ""), rule.value.get("bin", "")
    row = FlowRow(
        company=one.company,
        event="goods received",
        disposition=disposition,
        transaction="stock write-on",
        warehouse=warehouse,
        bin=name,
        nominal=one.tables.policy(STOCK_NOMINAL) or "",
        rule=rule.name,
    )
    returns_warehouse, goods_in = one.tables.policy("returns_warehouse") or "", one.tables.policy("goods_in_bin") or ""
    if one.route == "ledger":
        yield row
    elif warehouse == returns_warehouse:
        yield replace(row, transaction="sales order return receipt", nominal="")
    else:
        first = replace(row, transaction="sales order return receipt", nominal="")
        yield replace(first, warehouse=returns_warehouse, bin=goods_in)
        yield replace(row, event="goods received, then moved", transaction="stock transfer", nominal="")
    location = one.tables.value("storefront_location", warehouse, "location")
    is_for_sale = any((found.warehouse, found.name, found.is_for_sale) == (warehouse, name, True) for found in one.bins)
    if is_for_sale and location is not None:
        offered = f"storefront availability at {location}"
        yield replace(row, event="stock read back", transaction=offered, nominal="")


def _credited(one: Configured) -> Iterator[FlowRow]:
    document = "SOP credit note" if one.route == "sop" else "ledger credit note"
    for rule in _of(one, "reason"):
        yield FlowRow(
            company=one.company,
            event="goods booked",
            disposition=rule.key,
            transaction=document,
            nominal=_nominal(rule) or "the invoiced line's own",
            rule=rule.name,
        )


def _values(one: Configured) -> Iterator[FlowRow]:
    """The declared kinds of value: what is not declared is never posted."""
    for rule in _of(one, "value_policy"):
        kind = rule.key.strip().casefold()
        row = FlowRow(company=one.company, event="value", disposition=kind, transaction="", rule=rule.name)
        if kind in ALLOWANCES:
            yield replace(row, transaction="ledger credit note, no stock", nominal=_nominal(rule))
        elif kind in FEES:
            yield replace(row, transaction="ledger invoice", nominal=_nominal(rule))
        elif kind in CREDITS and rule.value.get("treatment") == "discount":
            yield replace(row, transaction="credit note of nothing: it takes off a later sale")
        elif kind in CREDITS:
            yield replace(row, transaction=f"sales payment from clearing bank {rule.value.get('bank', '-')}")
        elif kind == "returnless":
            yield replace(row, transaction="ledger credit note, no stock", nominal="the reason's own")
        elif kind == "historical":
            yield replace(row, transaction="ledger credit note and stock write-on", nominal=_nominal(rule))
        elif kind == "exchange":
            value = "at full value" if rule.value.get("treatment") == "full" else "at the difference"
            warehouse = one.tables.policy("exchange_warehouse") or ""
            yield replace(row, transaction=f"sales order {value}", warehouse=warehouse)


def _of(one: Configured, table: str) -> list[MappingRule]:
    return sorted((rule for rule in one.tables.rules if rule.table == table), key=lambda rule: rule.key.casefold())


def _policy_name(one: Configured, name: str) -> str:
    rule = one.tables.find("policy", name)
    return rule.name if rule is not None else ""


def _nominal(rule: MappingRule) -> str:
    names = (rule.value.get("account", ""), rule.value.get("cost_centre", ""), rule.value.get("department", ""))
    return "/".join(part for part in names if part)
