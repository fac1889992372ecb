"""Which of a customer's orders a return without an order number may belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tieout.domain.documents.rma import Rma
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.returns.allocation import unit_gross


def narrow(rma: Rma, orders: Iterable[SalesOrder], tolerance_pence: int) -> tuple[SalesOrder, ...]:
    """The invoiced orders placed before the return that hold every unit of it; those at its prices, if any are.

    No order is guessed: several remain several.
    """
    wanted = Counter(unit.sku.strip().casefold() for unit in rma.units)
    holding = {order.order_id: order for order in orders if _holds(order, rma, wanted)}
    at_price = [order for order in holding.values() if _has_prices(order, rma, tolerance_pence)]
    return tuple(at_price or holding.values())


def _holds(order: SalesOrder, rma: Rma, wanted: Counter[str]) -> bool:
    if order.is_cancelled or not order.invoices or order.ordered_on > rma.raised_at.date():
        return False
    return all(
        sum(int(line.despatched) for line in order.lines if line.sku.casefold() == sku) >= count
        for sku, count in wanted.items()
    )


def _has_prices(order: SalesOrder, rma: Rma, tolerance_pence: int) -> bool:
    return all(
        any(
            line.sku.casefold() == unit.sku.strip().casefold()
            and line.quantity > 0
            and abs(unit_gross(line).minor - unit.paid_gross.minor) <= tolerance_pence
            for line in order.lines
        )
        for unit in rma.units
    )
