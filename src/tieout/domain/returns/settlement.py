"""How each returned unit is settled: with what, and how much of what was invoiced is credited for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from tieout.domain.documents.rma import Outcome, RmaUnit
from tieout.domain.documents.sales_order import OrderLine, SalesOrder
from tieout.domain.money import Money, round_half_up, total
from tieout.domain.returns.allocation import (
    Allocation,
    allocate,
    invoiced_together,
    matched_order,
    returned_units,
    unit_gross,
)
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.values import is_credited_in_full, is_given_as_discount, value_given


class Settlement(StrEnum):
    """What the customer gets for units that are booked together."""

    REFUND = "refund"
    STORE_CREDIT = "store credit"
    GIFT_CARD = "gift card"
    EXCHANGE = "exchange"


SETTLEMENTS = {
    Outcome.REFUND: Settlement.REFUND,
    Outcome.STORE_CREDIT: Settlement.STORE_CREDIT,
    Outcome.GIFT_CARD: Settlement.GIFT_CARD,
    Outcome.EXCHANGE: Settlement.EXCHANGE,
}


def settlement_of(unit: RmaUnit) -> Settlement:
    """What the customer gets for a unit that is on the return."""
    return SETTLEMENTS[unit.outcome]


def group_of(facts: ReturnFacts, unit: RmaUnit) -> str:
    """Units of one group are returned and credited on one document: same settlement, same share of their price."""
    settlement = settlement_of(unit).value
    value = value_given(facts, unit)
    if value is not None and _is_less(facts, unit, value):
        settlement = f"{settlement} {value.text()}"
    return f"{settlement}, kept" if unit.is_kept else settlement


def credited_for(facts: ReturnFacts, order: SalesOrder) -> dict[str, Money]:
    """What is credited for each unit, tax included, where that is not the whole of what it was invoiced at."""
    found = allocate(facts, order)
    credited: dict[str, Money] = {}
    for unit in returned_units(facts):
        line = found.line_of.get(unit.unit_id)
        if line is None:
            continue
        if is_given_as_discount(facts, unit):
            credited[unit.unit_id] = Money(0, order.currency)
        elif (value := value_given(facts, unit)) is not None and value < unit_gross(line):
            credited[unit.unit_id] = value
    return credited | _exchanged_for(facts, order, found)


def share_credited(net: Money, tax: Money, keep: Money | None) -> tuple[Money, Money]:
    """Net and VAT of a unit when only `keep` of it is credited, tax included; all of it when nothing else is said."""
    gross = net + tax
    if keep is None or keep >= gross:
        return net, tax
    part = Money(round_half_up(Decimal(tax.minor) * keep.minor / gross.minor), gross.currency)
    return keep - part, part


def exchange_value(facts: ReturnFacts, order: SalesOrder) -> tuple[Money, Money]:
    """What the exchanged units were invoiced at, and what the goods sent for them cost, tax included.

    A difference within the tolerance of the house is none.
    """
    units = exchanged_units(facts)
    line_of = allocate(facts, order).line_of
    returned = invoiced_together([line_of[u.unit_id] for u in units if u.unit_id in line_of], order.currency)
    sent = total([item.price for unit in units for item in unit.exchange], order.currency)
    tolerance = facts.tables.number("price_tolerance_pence", 0) * max(len(units), 1)
    return returned, (returned if abs((returned - sent).minor) <= tolerance else sent)


def exchanged_units(facts: ReturnFacts) -> tuple[RmaUnit, ...]:
    """The units that end in an exchange."""
    return tuple(unit for unit in returned_units(facts) if unit.outcome is Outcome.EXCHANGE)


def replaced_value(facts: ReturnFacts, order: SalesOrder) -> Money:
    """With exchanges at full value: what of the credit stays on the account to pay for the goods sent."""
    if not is_credited_in_full(facts):
        return Money(0, order.currency)
    returned, sent = exchange_value(facts, order)
    return min(returned, sent)


def _exchanged_for(facts: ReturnFacts, order: SalesOrder, found: Allocation) -> dict[str, Money]:
    """Exchanges at the difference: what the goods sent cost less is credited, over the units by their value."""
    units = [unit for unit in exchanged_units(facts) if unit.unit_id in found.line_of]
    if not units or is_credited_in_full(facts):
        return {}
    returned, sent = exchange_value(facts, order)
    due = max(returned - sent, Money(0, order.currency))
    weights = [unit_gross(found.line_of[unit.unit_id]).minor for unit in units]
    if not sum(weights) or due == returned:
        return {}  # nothing is sent for them: each is credited at its own price
    return {unit.unit_id: part for unit, part in zip(units, due.split(weights), strict=True)}


def price_credited(line: OrderLine, units: Sequence[RmaUnit], credited: Mapping[str, Money]) -> Decimal:
    """The net unit price at which units of a line are returned, up to five decimals."""
    if all(unit.unit_id not in credited for unit in units):
        return line.unit_price
    whole = unit_gross(line)
    if not whole:
        return Decimal(0)
    kept = total([min(credited.get(unit.unit_id, whole), whole) for unit in units], whole.currency)
    price = line.unit_price * kept.minor / (whole.minor * len(units))
    return price.quantize(Decimal("0.00001"))


def _is_less(facts: ReturnFacts, unit: RmaUnit, value: Money) -> bool:
    order = matched_order(facts)
    line = allocate(facts, order).line_of.get(unit.unit_id) if order is not None else None
    return line is not None and value < unit_gross(line)
