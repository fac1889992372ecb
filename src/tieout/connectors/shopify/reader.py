"""Reads whole things from Shopify: whatever comes in pages is read to the last of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.queries import Document
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import gid
from tieout.connectors.shopify.wire import (
    AgreementShape,
    LineShape,
    LocationShape,
    OrderChangedShape,
    OrderMoneyShape,
    OrderNameShape,
    OrderShape,
    PageShape,
    RefundShape,
    TransactionShape,
    VariantShape,
    read_as,
)
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer

NodeT = TypeVar("NodeT")
MoneyT = TypeVar("MoneyT", bound=OrderMoneyShape)
SKUS_AT_ONCE = 20
"""Stock codes looked up by one query; the search text has a length that Shopify does not state."""

PLAIN_TERM = re.compile(r"#?[\w./-]+")


class ShopifyReader:
    """One store's orders, variants and locations, in Shopify's own shapes."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._settings = settings
        self._client = client

    def order(self, order_id: str) -> OrderShape | None:
        """The order with every line, refund and agreement; None when there is none of that id."""
        pages: Mapping[str, Json] = {"id": gid("Order", order_id), "lines": self._settings.lines_per_page}
        found = self._client.ask(q.ORDER, pages).get("order")
        if found is None:
            return None
        shape = read_as(OrderShape, found, f"order {order_id}")
        lines = self._rest(shape.line_items, q.ORDER_LINES, pages, ("order", "lineItems"), PageShape[LineShape])
        return self._with_all_money(shape).model_copy(update={"line_items": lines})

    def order_money(self, order_id: str) -> OrderMoneyShape | None:
        """The money on the order with every refund; None when there is none of that id."""
        found = self._client.ask(q.ORDER_MONEY, {"id": gid("Order", order_id)}).get("order")
        if found is None:
            return None
        return self._with_all_money(read_as(OrderMoneyShape, found, f"order {order_id}"))

    def order_id(self, name: str) -> str | None:
        """The gid of the order of exactly this name, with or without its `#`; BadAnswer when several are."""
        variables = {"query": f"name:{term(name)}"}
        pages = self._pages(q.ORDERS_BY_NAME, variables, ("orders",), PageShape[OrderNameShape])
        found = [order for order in pages if order.name.lstrip("#") == name.lstrip("#")]
        exact = [order for order in found if order.name == name] or found
        if len(exact) > 1:
            raise BadAnswer(f"Shopify has {len(exact)} orders of the name {name}")
        return exact[0].id if exact else None

    def orders_changed(self, since: datetime | None) -> Iterator[OrderChangedShape]:
        """Every order changed at or after `since`, page by page."""
        query: str | None = None
        if since is not None:
            just_before = since.astimezone(UTC) - timedelta(seconds=1)
            query = f"updated_at:>'{just_before:%Y-%m-%dT%H:%M:%SZ}'"
        variables: Mapping[str, Json] = {"first": self._settings.orders_per_page, "query": query}
        return self._pages(q.ORDERS_CHANGED, variables, ("orders",), PageShape[OrderChangedShape])

    def variants(self, skus: Sequence[str]) -> tuple[VariantShape, ...]:
        """Every variant of exactly these stock codes."""
        found: list[VariantShape] = []
        for start in range(0, len(skus), SKUS_AT_ONCE):
            variables = {"query": " OR ".join(f"sku:{term(sku)}" for sku in skus[start : start + SKUS_AT_ONCE])}
            pages = self._pages(q.VARIANTS_BY_SKU, variables, ("productVariants",), PageShape[VariantShape])
            found.extend(variant for variant in pages if variant.sku in skus)
        return tuple(found)

    def locations(self) -> Iterator[LocationShape]:
        """Every location."""
        return self._pages(q.LOCATIONS, {}, ("locations",), PageShape[LocationShape])

    def _with_all_money(self, shape: MoneyT) -> MoneyT:
        pages = {"id": shape.id}
        path = ("order", "agreements")
        agreements = self._rest(shape.agreements, q.ORDER_AGREEMENTS, pages, path, PageShape[AgreementShape])
        refunds = tuple(self._whole_refund(refund) for refund in shape.refunds)
        return shape.model_copy(update={"agreements": agreements, "refunds": refunds})

    def _whole_refund(self, refund: RefundShape) -> RefundShape:
        rows = self._rest(
            refund.transactions,
            q.REFUND_TRANSACTIONS,
            {"id": refund.id},
            ("node", "transactions"),
            PageShape[TransactionShape],
        )
        return refund.model_copy(update={"transactions": rows})

    def _rest(
        self,
        first: PageShape[NodeT],
        document: Document,
        variables: Mapping[str, Json],
        path: tuple[str, ...],
        kind: type[PageShape[NodeT]],
    ) -> PageShape[NodeT]:
        """The connection with the nodes of all its pages, given the first."""
        if not first.page_info.has_next_page:
            return first
        after = {**variables, "after": first.page_info.end_cursor}
        return first.model_copy(update={"nodes": (*first.nodes, *self._pages(document, after, path, kind))})

    def _pages(
        self,
        document: Document,
        variables: Mapping[str, Json],
        path: tuple[str, ...],
        kind: type[PageShape[NodeT]],
    ) -> Iterator[NodeT]:
        """The nodes of every page; BadAnswer when the paging goes in circles."""
        asked = {"after": None, **variables}
        used = {asked["after"]}
        while True:
            value: Json = self._client.ask(document, asked)
            for step in path:
                value = value.get(step) if isinstance(value, Mapping) else None
            page = read_as(kind, value, document.name)
            yield from page.nodes
            if not page.page_info.has_next_page:
                return
            asked["after"] = page.page_info.end_cursor
            if asked["after"] in used or not asked["after"]:
                raise BadAnswer(f"Shopify's pages of {document.name} repeat and would never end")
            used.add(asked["after"])


def term(text: str) -> str:
    """A value in Shopify's search syntax, quoted where it holds more than a plain word."""
    if PLAIN_TERM.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
