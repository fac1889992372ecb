"""Checks of a movement before it is booked. Each yields every fault that it finds, with figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.returns import NOMINAL_CLOSED, NOMINAL_MISSING
from tieout.domain.faults.warehouse_stock import (
    MOVEMENT_NOT_APPROVED,
    MOVEMENT_PERIOD_CLOSED,
    STOCK_REASON_UNMAPPED,
    UNAUTHORISED_RESTOCK,
)
from tieout.domain.money import money
from tieout.domain.warehouse_stock.facts import MovementFacts
from tieout.domain.warehouse_stock.reading import Reading, is_outward
from tieout.domain.warehouse_stock.reasons import Treatment


def checked(facts: MovementFacts, treatment: Treatment, reading: Reading) -> Iterator[Fault]:
    """Every fault that keeps a movement that was read from being booked."""
    yield from _restock(facts, reading)
    if reading.leaves is None or reading.reaches is None:
        yield from _nominal(facts, treatment)
    if treatment.becomes in ("write_off", "ask") and reading.reaches is None and not treatment.category:
        wanted = "a write-off category of Sage"
        yield Fault(code=STOCK_REASON_UNMAPPED.code, at=facts.at, saw="no category", wanted=wanted, row=treatment.row)
    if posting_day(facts) is None:
        saw = f"{uk_date(facts.movement.occurred_at):%d %b %Y}"
        yield Fault(code=MOVEMENT_PERIOD_CLOSED.code, at=facts.at, saw=saw, wanted="an open stock period")
    if MOVEMENT_NOT_APPROVED.code not in facts.accepted:
        yield from _approval(facts, treatment, reading)
        yield from _booked_already(facts, reading)


def posting_day(facts: MovementFacts) -> date | None:
    """The day that Sage is told: the movement's own; today where a person let it be; None when neither."""
    own = uk_date(facts.movement.occurred_at)
    answer = facts.period.answer if facts.period is not None else PeriodAnswer.NORMAL
    may_be = (facts.tables.policy("acceptable_dates") or "no").strip().casefold() == "yes"
    if answer is PeriodAnswer.NORMAL or (answer is PeriodAnswer.ACCEPTABLE and may_be):
        return own
    return facts.today if MOVEMENT_PERIOD_CLOSED.code in facts.accepted else None


def _restock(facts: MovementFacts, reading: Reading) -> Iterator[Fault]:
    """Goods that come back go on sale by whoever the house has named for it, and by nobody else (WMS-11)."""
    movement = facts.movement
    is_restock = not is_outward(movement) and (movement.kind == "return" or bool(facts.returns))
    rule = (facts.tables.policy("restock_authority") or "returns").strip().casefold()
    if not is_restock or rule == "warehouse" or UNAUTHORISED_RESTOCK.code in facts.accepted:
        return
    of = f" of return {', '.join(facts.returns)}" if facts.returns else f" of {movement.reference or 'no return'}"
    saw = f"{reading.quantity:f} x {reading.sku}{of}"
    yield Fault(code=UNAUTHORISED_RESTOCK.code, at=facts.at, saw=saw, wanted="the return in Sage to put it back")


def _nominal(facts: MovementFacts, treatment: Treatment) -> Iterator[Fault]:
    wanted = treatment.nominal
    account = next((each for each in facts.nominals if each.nominal == wanted), None)
    said = str(wanted) or "no nominal"
    if account is None:
        yield Fault(code=NOMINAL_MISSING.code, at=facts.at, saw=said, wanted="a nominal of Sage", row=treatment.row)
    elif not account.is_postable:
        yield Fault(code=NOMINAL_CLOSED.code, at=facts.at, saw=said, row=treatment.row)


def _approval(facts: MovementFacts, treatment: Treatment, reading: Reading) -> Iterator[Fault]:
    """What is above the limit, or of no known value, waits for a person's word (WMS-53)."""
    goods = f"{reading.quantity:f} x {reading.sku}"
    if treatment.becomes == "ask":
        wanted = "a person's word on each"
        yield Fault(code=MOVEMENT_NOT_APPROVED.code, at=facts.at, saw=goods, wanted=wanted, row=treatment.row)
        return
    limit = treatment.approve_over
    if limit is None:
        return
    cost = facts.product.unit_cost if facts.product is not None else None
    value = None if cost is None else abs(money(cost * reading.quantity))
    if value is None or value.minor > limit.minor:
        saw = f"{goods}, {value} at cost" if value is not None else f"{goods} of no known cost"
        wanted = f"a person's word over {limit}"
        yield Fault(code=MOVEMENT_NOT_APPROVED.code, at=facts.at, saw=saw, wanted=wanted, row=treatment.row)


def _booked_already(facts: MovementFacts, reading: Reading) -> Iterator[Fault]:
    """A short pick is often followed by more than one word for the same loss: the second is asked about (5.6)."""
    if reading.leaves is None or reading.reaches is not None or not facts.losses:
        return
    booked = sum((loss.quantity for loss in facts.losses), Decimal(0))
    by = ", ".join(loss.by for loss in facts.losses)
    saw = f"{reading.quantity:f} x {reading.sku} of order {facts.order_number}"
    wanted = f"units that are not among the {booked:f} that are written off by {by}"
    yield Fault(code=MOVEMENT_NOT_APPROVED.code, at=facts.at, saw=saw, wanted=wanted)
