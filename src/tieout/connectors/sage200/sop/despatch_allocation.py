"""What is about to leave is allocated first: only allocated stock can be despatched (6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.sop.despatch_bodies import Leaving
from tieout.connectors.sage200.sop.despatch_numbers import Items, as_new, is_exchange, numbers_to_allocate
from tieout.connectors.sage200.sop.open_orders import OpenOrders
from tieout.connectors.sage200.sop.order_changes import STANDARD_LINE
from tieout.connectors.sage200.sop.wire_orders import OpenOrder, TraceableItems
from tieout.connectors.transport import Json
from tieout.domain import commands as c


class DespatchAllocation:
    """Allocates goods, with the batches and serial numbers that left, through the order's lines."""

    def __init__(self, client: Client, registers: Registers, orders: OpenOrders) -> None:
        self._client = client
        self._registers = registers
        self._orders = orders

    def meet(self, order: OpenOrder, lines: Sequence[Leaving]) -> None:
        """Allocate what is missing. Twice: what is allocated is left alone.

        A line that holds other numbers than those that left gives its allocation up first and
        takes it again with the right ones: Sage does not say that numbers can be exchanged.
        """
        goods = [one for one in lines if one.intent == "goods" and one.order.line_type == STANDARD_LINE]
        numbers = {one.wanted.order_line: self._numbers(one) for one in goods if one.wanted.batches}
        exchanged = [one for one in goods if is_exchange(one, numbers.get(one.wanted.order_line, []))]
        wanted = [_amendment(one, one.wanted.quantity) for one in self._short(goods) if one not in exchanged]
        if exchanged:
            self._orders.allocate(order, [_amendment(one, Decimal(0)) for one in exchanged])
            order = self._orders.there(order.document_no)
            wanted += [_amendment(one, max(one.order.ready, one.wanted.quantity)) for one in exchanged]
            numbers |= {one.wanted.order_line: as_new(numbers[one.wanted.order_line]) for one in exchanged}
        self._orders.allocate(order, wanted, {line: items for line, items in numbers.items() if items})

    def _short(self, goods: Sequence[Leaving]) -> list[Leaving]:
        """The lines with too little allocated; items that are not stock items take no allocation."""
        short = [one for one in goods if one.order.ready < one.wanted.quantity]
        products = self._registers.products({one.order.code for one in short}) if short else []
        unstocked = {row.code for row in products if not self._registers.is_stocked(row)}
        return [one for one in short if one.order.code not in unstocked]

    def _numbers(self, one: Leaving) -> Items:
        asked: dict[str, Json] = {"id": one.order.id}
        said = self._client.ask("/sop_order_line_traceable_items", asked, TraceableItems, is_step=True)
        return numbers_to_allocate(one, said.traceable_adjustment_items)


def _amendment(one: Leaving, quantity: Decimal) -> c.LineAmendment:
    return c.LineAmendment(order_line=one.wanted.order_line, quantity=quantity)
