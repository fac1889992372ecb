"""Reading orders: one request is one order, or as many as it was split into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tieout.connectors.mintsoft.client import NOT_THERE, MintsoftClient
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.wire import ItemShape, OrderShape, SplitShape, read_as, rows_as
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer

PARTS_MAX = 200
NAME_NOT_KNOWN = frozenset({400, 404})
"""A second name to search by may not exist: then nothing is found by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One order of Mintsoft's with its lines: a request, or the part of one that was split off."""

    order: OrderShape
    items: tuple[ItemShape, ...]


class OrderReader:
    """Finds the orders of a request."""

    def __init__(self, settings: MintsoftSettings, client: MintsoftClient) -> None:
        self._settings = settings
        self._client = client

    def parts(self, reference: str) -> tuple[Part, ...]:
        """Every part of the request, in the order of the parts; none when Mintsoft has no order of the reference."""
        orders = self.orders(reference)
        return tuple(Part(order=order, items=self._items(order.id)) for order in orders)

    def orders(self, reference: str) -> tuple[OrderShape, ...]:
        """The same without their lines."""
        return self._with_splits(self._search(reference))

    def numbers(self, order: OrderShape) -> tuple[str, ...]:
        """The references that an order may stand for: a part of another order may carry a number of its own."""
        orders = self._with_splits((order,)) if max(order.part, order.parts) > 1 else (order,)
        told = [number for each in orders for number in (each.number, each.external)]
        return tuple(dict.fromkeys(filter(None, told)))

    def _search(self, reference: str) -> tuple[OrderShape, ...]:
        """Orders of exactly this reference: Mintsoft's searches find what only looks like it, too [code]."""
        for at, name in enumerate(self._settings.compat.search_names):
            missing = NAME_NOT_KNOWN if at else NOT_THERE
            answer = self._client.read("/api/Order/Search", {name: reference}, missing)
            found = [row for row in _orders(answer) if reference in (row.number, row.external) and self._is_ours(row)]
            if found:
                return tuple(found)
        return ()

    def _with_splits(self, orders: tuple[OrderShape, ...]) -> tuple[OrderShape, ...]:
        """The orders and all that they were split into or off, however often."""
        known = {order.id: order for order in orders}
        waiting = list(known)
        while waiting:
            order_id = waiting.pop()
            for other in self._split_ids(known[order_id]):
                if other in known:
                    continue
                if len(known) >= PARTS_MAX:
                    raise BadAnswer(f"order {order_id} of Mintsoft is split into more than {PARTS_MAX} parts")
                found = self._order(other)
                if found is not None:
                    known[other] = found
                    waiting.append(other)
        return tuple(sorted(known.values(), key=_place))

    def _split_ids(self, order: OrderShape) -> Iterator[str]:
        if self._settings.compat.asks_splits == "numbered" and order.parts <= 1:
            return
        answer = self._client.read(f"/api/Order/{order.id}/Splits")
        for row in rows_as(SplitShape, answer, "splits of an order"):
            yield from (each for each in (row.order_id, row.split_id) if each and each != "0")

    def _order(self, order_id: str) -> OrderShape | None:
        answer = self._client.read(f"/api/Order/{order_id}")
        return read_as(OrderShape, answer, "order") if answer is not None else None

    def _items(self, order_id: str) -> tuple[ItemShape, ...]:
        return rows_as(ItemShape, self._client.read(f"/api/Order/{order_id}/Items"), "lines of an order")

    def _is_ours(self, order: OrderShape) -> bool:
        wanted = self._settings.client_id
        return wanted is None or order.client_id in ("", str(wanted))


def _orders(answer: Json) -> tuple[OrderShape, ...]:
    """A search gives a list; one order alone is taken for a list of one."""
    return rows_as(OrderShape, [answer] if isinstance(answer, Mapping) else answer, "search for an order")


def _place(order: OrderShape) -> tuple[int, int, str]:
    return order.part, int(order.id) if order.id.isdigit() else 0, order.id
