"""Returns over a counter: the storefront refunds and hands out other goods there and then, on the old order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tieout.domain.documents.rma import ExchangeItem, Outcome, Rma
from tieout.domain.documents.shop_order import ShopExchange, ShopOrder


def exchanged_at_till(rma: Rma, order: ShopOrder | None) -> Rma:
    """The RMA with what a till gave for its units: the storefront keeps that on the order, and not on the return.

    With several exchanges at tills on one order nobody can tell whose they are: a person must.
    """
    tills = [exchange for exchange in (order.exchanges if order is not None else ()) if exchange.shape == "till"]
    refunded = [unit for unit in rma.units if unit.outcome is Outcome.REFUND]
    if not rma.is_in_person or not tills or not refunded or any(unit.exchange for unit in rma.units):
        return rma
    outcome = Outcome.EXCHANGE if len(tills) == 1 else Outcome.UNKNOWN
    names = ", ".join(exchange.name for exchange in tills)
    dealt = _dealt(tills[0], len(refunded)) if len(tills) == 1 else [()] * len(refunded)
    given = {unit.unit_id: items for unit, items in zip(refunded, dealt, strict=True)}
    units = tuple(
        replace(unit, outcome=outcome, outcome_text=f"at the till: {names}", exchange=given[unit.unit_id])
        if unit.unit_id in given
        else unit
        for unit in rma.units
    )
    return replace(rma, units=units)


def _dealt(exchange: ShopExchange, among: int) -> list[tuple[ExchangeItem, ...]]:
    """What was handed out, piece by piece over the units in turn; what is more than the units goes with the last."""
    pieces = [
        ExchangeItem(
            sku=line.sku,
            quantity=1,
            price=line.gross.part(Decimal(number), Decimal(number + 1), Decimal(line.quantity)),
        )
        for line in exchange.lines
        for number in range(line.quantity)
    ]
    dealt: list[list[ExchangeItem]] = [[] for _ in range(among)]
    for number, piece in enumerate(pieces):
        dealt[min(number, among - 1)].append(piece)
    return [tuple(items) for items in dealt]
