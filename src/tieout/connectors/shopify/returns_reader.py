"""Reads whole returns from Shopify, with the money given back for them and what was found in the parcels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from tieout.connectors.shopify import compat
from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.exchanges import awaited
from tieout.connectors.shopify.paging import Pager
from tieout.connectors.shopify.reader import ShopifyReader, changed_since
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits, gid
from tieout.connectors.shopify.wire import OrderMoneyShape, PageShape, read_as
from tieout.connectors.shopify.wire_returns import (
    ExchangeLineShape,
    OrderReturnsShape,
    ReturnHeadShape,
    ReturnLineShape,
    ReturnShape,
    ReverseLineShape,
    ReverseOrderShape,
    WholeReturn,
)
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer

ORDERS_AT_ONCE = 25
"""Orders to a page of the sweep of returns: each brings its returns along, and one query may only cost so much."""


class ReturnsReader:
    """One store's returns, in Shopify's own shapes."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._settings = settings
        self._client = client
        self._pager = Pager(client)
        self._reader = ShopifyReader(settings, client)

    def number(self, number_or_name: str) -> str | None:
        """The digits of the return's id, given them or its name; None when no order has one of that name."""
        wanted = number_or_name.strip()
        if digits(wanted).isdecimal():
            return digits(wanted)
        named = compat.RETURN_NAME.fullmatch(wanted)
        order_id = self._reader.order_id(named["order"]) if named else None
        returns = self._reader.returns_of(order_id) if order_id else ()
        found = [shape for shape in returns if shape.name.lstrip("#") == wanted.lstrip("#")]
        return digits(found[0].id) if found else None

    def shape(self, number: str) -> ReturnShape | None:
        """The return with every line of it; None when there is none of that id."""
        asked: Mapping[str, Json] = {"id": gid("Return", number), "lines": self._settings.return_lines_per_page}
        found = self._client.ask(q.RETURN, asked).get("return")
        if found is None:
            return None
        shape = read_as(ReturnShape, found, f"return {number}")
        path = ("return", "returnLineItems")
        lines = self._pager.rest(shape.return_line_items, q.RETURN_LINES, asked, path, PageShape[ReturnLineShape])
        path = ("return", "exchangeLineItems")
        first = shape.exchange_line_items
        items = self._pager.rest(first, q.RETURN_EXCHANGES, {"id": shape.id}, path, PageShape[ExchangeLineShape])
        return shape.model_copy(update={"return_line_items": lines, "exchange_line_items": items})

    def whole(self, number: str, *, with_what_was_found: bool) -> WholeReturn | None:
        """The return with the money on its order; None when there is none of that id."""
        shape = self.shape(number)
        if shape is None:
            return None
        money = self.money(shape.order.id)
        if money is None:
            raise BadAnswer(f"Shopify has return {shape.name} and not its order")
        variants = [item.variant_id for item in shape.exchange_line_items.nodes if awaited(item) and item.variant_id]
        return WholeReturn(
            shape=shape,
            money=money,
            found=self._found(shape.id) if with_what_was_found else (),
            prices=self._reader.prices(variants),
        )

    def money(self, order_id: str) -> OrderMoneyShape | None:
        """The money on the order with every refund; None when there is none of that id."""
        return self._reader.order_money(order_id)

    def heads(self, since: datetime | None) -> Iterator[ReturnHeadShape]:
        """Every return on orders changed at or after `since`, page by page."""
        asked: Mapping[str, Json] = {
            "first": min(ORDERS_AT_ONCE, self._settings.orders_per_page),
            "query": changed_since(since),
        }
        for order in self._pager.pages(q.RETURNS_CHANGED, asked, ("orders",), PageShape[OrderReturnsShape]):
            has_more = order.returns.page_info.has_next_page
            yield from self._reader.returns_of(order.id) if has_more else order.returns.nodes

    def _found(self, return_id: str) -> tuple[ReverseLineShape, ...]:
        asked = {"id": return_id}
        path = ("return", "reverseFulfillmentOrders")
        orders = self._pager.pages(q.RETURN_DISPOSALS, asked, path, PageShape[ReverseOrderShape])
        return tuple(line for order in orders for line in self._lines(order))

    def _lines(self, order: ReverseOrderShape) -> tuple[ReverseLineShape, ...]:
        asked = {"id": order.id}
        path = ("node", "lineItems")
        return self._pager.rest(order.line_items, q.REVERSE_LINES, asked, path, PageShape[ReverseLineShape]).nodes
