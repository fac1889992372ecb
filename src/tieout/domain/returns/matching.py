"""Which of a customer's orders a return without an order number may belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tieout.domain.documents.rma import Rma
from tieout.domain.documents.sales_order import SalesOrder


def holding_all(rma: Rma, orders: Iterable[SalesOrder]) -> tuple[SalesOrder, ...]:
    """The invoiced orders of an earlier day that hold every unit of the return.

    No order is guessed: several remain several, whatever their prices, because a portal that does not
    know the order does not know what was paid for it either.
    """
    wanted = Counter(unit.sku.strip().casefold() for unit in rma.units)
    return tuple({order.order_id: order for order in orders if _holds(order, rma, wanted)}.values())


def _holds(order: SalesOrder, rma: Rma, wanted: Counter[str]) -> bool:
    if order.is_cancelled or not order.invoices or order.ordered_on >= rma.raised_at.date():
        return False
    return all(
        sum(int(line.despatched) for line in order.lines if line.sku.casefold() == sku) >= count
        for sku, count in wanted.items()
    )
