"""Checks of a batch of received goods: everything that must hold before the first of its commands is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.rma import Grade, RmaUnit
from tieout.domain.documents.sales_order import Nominal, OrderLine
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.returns.allocation import allocate, matched_order
from tieout.domain.returns.batches import Batch, route_of
from tieout.domain.returns.disposition import Place, disposition_row, grade_of, place_for, returns_nominal
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.settlement import Settlement

WRITE_ON: dict[str, tuple[str, ...]] = {"sop": (), "ledger": ("stock_write_on_nominal",)}
"""Policies that only the route needs which brings stock back outside an order."""


def check_batch(facts: ReturnFacts, batch: Batch) -> Iterator[Fault]:
    """Every fault that keeps a batch of received goods from being booked."""
    order = matched_order(facts)
    assert order is not None
    line_of = allocate(facts, order).line_of
    has_goods = batch.has_goods
    for unit in batch.units:
        if has_goods:
            yield from _check_goods(facts, unit)
        yield from _check_nominal(facts, unit, line_of[unit.unit_id])
    if has_goods:
        yield from _check_way_in(facts)
    yield from _check_period(facts, batch)
    if batch.settlement in (Settlement.REFUND, Settlement.EXCHANGE):
        yield from _check_tender(facts)


def _check_way_in(facts: ReturnFacts) -> Iterator[Fault]:
    """The house has said where goods come in, and by what rule."""
    route = route_of(facts)
    for policy in ("credit_on", "returns_warehouse", "goods_in_bin", *WRITE_ON[route]):
        if not facts.tables.policy(policy):
            yield Fault(code=kinds.POLICY_MISSING.code, at=f"policy {policy}", saw="not set", row=f"policy/{policy}")
    if route == "ledger":
        yield from _check_write_on(facts)
    goods_in = facts.tables.policy("returns_warehouse") or "", facts.tables.policy("goods_in_bin") or ""
    if route == "sop" and facts.bin(*goods_in) is None:
        wanted, row = "a bin in Sage", "policy/goods_in_bin"
        yield Fault(code=kinds.BIN_UNMAPPED.code, at="goods in", saw="/".join(goods_in), wanted=wanted, row=row)


def _check_goods(facts: ReturnFacts, unit: RmaUnit) -> Iterator[Fault]:
    grade = grade_of(facts, unit)
    place = place_for(facts, unit)
    if place is None:
        saw, row = f"{unit.reason}, grade {grade.value}", disposition_row(facts, unit)
        yield Fault(code=kinds.DISPOSITION_UNMAPPED.code, at=unit.sku, saw=saw, row=row)
    else:
        yield from _check_place(facts, unit, grade, place)


def _check_nominal(facts: ReturnFacts, unit: RmaUnit, line: OrderLine) -> Iterator[Fault]:
    nominal = returns_nominal(facts, unit, line)
    account = next((account for account in facts.nominals if account.nominal == nominal), None)
    row = f"reason/{unit.reason}" if unit.reason else ""
    if account is None:
        wanted = "an account in Sage"
        yield Fault(code=kinds.NOMINAL_MISSING.code, at=unit.reason, saw=str(nominal), wanted=wanted, row=row)
    elif not account.is_postable:
        yield Fault(code=kinds.NOMINAL_CLOSED.code, at=unit.reason, saw=f"{nominal} {account.name}", row=row)


def _check_write_on(facts: ReturnFacts) -> Iterator[Fault]:
    account = facts.tables.policy("stock_write_on_nominal") or ""
    if account and all(known.nominal != Nominal(account=account) for known in facts.nominals):
        yield Fault(
            code=kinds.NOMINAL_MISSING.code,
            at="policy stock_write_on_nominal",
            saw=account,
            wanted="an account in Sage",
            row="policy/stock_write_on_nominal",
        )


def _check_place(facts: ReturnFacts, unit: RmaUnit, grade: Grade, place: Place) -> Iterator[Fault]:
    found = facts.bin(place.warehouse, place.bin)
    where, row = f"{place.warehouse}/{place.bin}", disposition_row(facts, unit)
    if found is None:
        yield Fault(code=kinds.BIN_UNMAPPED.code, at=unit.sku, saw=where, wanted="a bin in Sage", row=row)
    elif grade is not Grade.GOOD and found.is_for_sale:
        yield Fault(code=kinds.DISPOSITION_UNSAFE.code, at=unit.sku, saw=f"{grade.value} to {where}", row=row)
    elif grade is Grade.GOOD and not found.is_for_sale:
        wanted = "a bin that is for sale"
        yield Fault(code=kinds.RESTOCK_NOT_ATP.code, at=unit.sku, saw=where, wanted=wanted, row=row)
    elif found.is_for_sale and facts.tables.find("storefront_location", place.warehouse) is None:
        row = f"storefront_location/{place.warehouse}"
        yield Fault(code=kinds.STOREFRONT_LOCATION_UNMAPPED.code, at=unit.sku, saw=place.warehouse, row=row)


def _check_period(facts: ReturnFacts, batch: Batch) -> Iterator[Fault]:
    on = posting_date(facts, batch)
    for ledger in _ledgers(batch):
        check = facts.period(on, ledger)
        if check is None or not _is_open(facts, on, ledger):
            message = check.message if check else "not classified"
            yield Fault(code=kinds.PERIOD_CLOSED.code, at=f"{on.isoformat()}, {ledger}", saw=message or "closed")


def _check_tender(facts: ReturnFacts) -> Iterator[Fault]:
    gateway = facts.shop_order.gateway if facts.shop_order else ""
    bank = facts.tables.value("tender", gateway, "bank")
    row = f"tender/{gateway}" if gateway else ""
    if facts.shop_order is None:
        yield Fault(code=kinds.ORDER_NOT_FOUND.code, at="storefront", saw="no order of this number in the web shop")
    elif bank is None:
        saw = "no row in the tender table"
        yield Fault(code=kinds.TENDER_UNMAPPED.code, at=gateway or "no payment", saw=saw, row=row)
    elif bank not in facts.banks:
        yield Fault(code=kinds.TENDER_UNMAPPED.code, at=gateway, saw=f"bank {bank}", wanted="a bank in Sage", row=row)


def posting_date(facts: ReturnFacts, batch: Batch) -> date:
    """The day the goods were received; today when that period is closed and a person accepted to post today."""
    is_accepted = kinds.PERIOD_CLOSED.code in facts.accepted
    are_open = all(_is_open(facts, batch.on, ledger) for ledger in _ledgers(batch))
    return facts.today if is_accepted and not are_open else batch.on


def _ledgers(batch: Batch) -> tuple[str, ...]:
    return ("sales", "stock") if batch.has_goods else ("sales",)


def _is_open(facts: ReturnFacts, on: date, ledger: str) -> bool:
    check = facts.period(on, ledger)
    allowed = {PeriodAnswer.NORMAL}
    if facts.tables.policy("acceptable_dates") == "yes":
        allowed.add(PeriodAnswer.ACCEPTABLE)
    return check is not None and check.answer in allowed
