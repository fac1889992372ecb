"""Reads whole things from Shopify: whatever comes in pages is read to the last of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.exchanges import NO_RETURN, ExchangeFacts, awaited_variants, has_till_sales
from tieout.connectors.shopify.paging import Pager
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
    RefundLineShape,
    RefundShape,
    TransactionShape,
    VariantShape,
    read_as,
)
from tieout.connectors.shopify.wire_returns import (
    OrderReturnShape,
    PromisedShape,
    SalesAgreementShape,
    VariantPriceShape,
)
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer

MoneyT = TypeVar("MoneyT", bound=OrderMoneyShape)
SKUS_AT_ONCE = 20
"""Stock codes looked up by one query; the search text has a length that Shopify does not state."""

PLAIN_TERM = re.compile(r"#?[\w./-]+")


class ShopifyReader:
    """One store's orders, variants and locations, in Shopify's own shapes."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient) -> None:
        self._settings = settings
        self._client = client
        self._pager = Pager(client)

    def order(self, order_id: str) -> OrderShape | None:
        """The order with every line, refund and agreement; None when there is none of that id."""
        pages: Mapping[str, Json] = {"id": gid("Order", order_id), "lines": self._settings.lines_per_page}
        found = self._client.ask(q.ORDER, {**pages, **self._asked()}).get("order")
        if found is None:
            return None
        shape = read_as(OrderShape, found, f"order {order_id}")
        lines = self._pager.rest(shape.line_items, q.ORDER_LINES, pages, ("order", "lineItems"), PageShape[LineShape])
        return self._with_all_money(shape).model_copy(update={"line_items": lines})

    def order_money(self, order_id: str) -> OrderMoneyShape | None:
        """The money on the order with every refund; None when there is none of that id."""
        found = self._client.ask(q.ORDER_MONEY, {"id": gid("Order", order_id), **self._asked()}).get("order")
        if found is None:
            return None
        return self._with_all_money(read_as(OrderMoneyShape, found, f"order {order_id}"))

    def exchange_facts(self, order: OrderShape) -> ExchangeFacts:
        """What else must be read of the order to tell what it gave in exchange; nothing where nothing could be."""
        asked = {"id": order.id}
        returns = () if order.return_status == NO_RETURN else self.returns_of(order.id)
        sales: tuple[SalesAgreementShape, ...] = ()
        if has_till_sales(order):
            path = ("order", "agreements")
            sales = tuple(self._pager.pages(q.ORDER_SALES, asked, path, PageShape[SalesAgreementShape]))
        return ExchangeFacts(returns=returns, sales=sales, prices=self.prices(awaited_variants(returns, order)))

    def returns_of(self, order_id: str) -> tuple[OrderReturnShape, ...]:
        """Every return on the order, with all that leaves in exchange."""
        asked = {"id": gid("Order", order_id)}
        found = self._pager.pages(q.ORDER_RETURNS, asked, ("order", "returns"), PageShape[OrderReturnShape])
        return tuple(self._with_all_exchanges(each) for each in found)

    def prices(self, variants: Sequence[str]) -> Mapping[str, VariantPriceShape]:
        """What these variants are sold as and for, by gid; one that was deleted is left out."""
        if not variants:
            return {}
        found = self._client.ask(q.VARIANTS_BY_ID, {"ids": sorted(set(variants))}).get("nodes")
        nodes = [node for node in found if node] if isinstance(found, Sequence) else []
        shapes = [read_as(VariantPriceShape, node, q.VARIANTS_BY_ID.name) for node in nodes]
        return {shape.id: shape for shape in shapes}

    def order_id(self, name: str) -> str | None:
        """The gid of the order of exactly this name, with or without its `#`; BadAnswer when several are."""
        variables = {"query": f"name:{term(name)}"}
        pages = self._pager.pages(q.ORDERS_BY_NAME, variables, ("orders",), PageShape[OrderNameShape])
        found = [order for order in pages if order.name.lstrip("#") == name.lstrip("#")]
        exact = [order for order in found if order.name == name] or found
        if len(exact) > 1:
            raise BadAnswer(f"Shopify has {len(exact)} orders of the name {name}")
        return exact[0].id if exact else None

    def orders_changed(self, since: datetime | None) -> Iterator[OrderChangedShape]:
        """Every order changed at or after `since`, page by page."""
        variables: Mapping[str, Json] = {"first": self._settings.orders_per_page, "query": changed_since(since)}
        return self._pager.pages(q.ORDERS_CHANGED, variables, ("orders",), PageShape[OrderChangedShape])

    def variants(self, skus: Sequence[str]) -> tuple[VariantShape, ...]:
        """Every variant of exactly these stock codes."""
        found: list[VariantShape] = []
        for start in range(0, len(skus), SKUS_AT_ONCE):
            variables = {"query": " OR ".join(f"sku:{term(sku)}" for sku in skus[start : start + SKUS_AT_ONCE])}
            pages = self._pager.pages(q.VARIANTS_BY_SKU, variables, ("productVariants",), PageShape[VariantShape])
            found.extend(variant for variant in pages if variant.sku in skus)
        return tuple(found)

    def locations(self) -> Iterator[LocationShape]:
        """Every location."""
        return self._pager.pages(q.LOCATIONS, {}, ("locations",), PageShape[LocationShape])

    def _with_all_exchanges(self, shape: OrderReturnShape) -> OrderReturnShape:
        path = ("return", "exchangeLineItems")
        first = shape.exchange_line_items
        items = self._pager.rest(first, q.RETURN_EXCHANGES, {"id": shape.id}, path, PageShape[PromisedShape])
        return shape.model_copy(update={"exchange_line_items": items})

    def _with_all_money(self, shape: MoneyT) -> MoneyT:
        pages = {"id": shape.id}
        path = ("order", "agreements")
        agreements = self._pager.rest(shape.agreements, q.ORDER_AGREEMENTS, pages, path, PageShape[AgreementShape])
        refunds = tuple(self._whole_refund(refund) for refund in shape.refunds)
        return shape.model_copy(update={"agreements": agreements, "refunds": refunds})

    def _whole_refund(self, refund: RefundShape) -> RefundShape:
        asked = {"id": refund.id}
        path = ("node", "transactions")
        rows = self._pager.rest(refund.transactions, q.REFUND_TRANSACTIONS, asked, path, PageShape[TransactionShape])
        path = ("node", "refundLineItems")
        lines = self._pager.rest(refund.refund_line_items, q.REFUND_LINES, asked, path, PageShape[RefundLineShape])
        return refund.model_copy(update={"transactions": rows, "refund_line_items": lines})

    def _asked(self) -> Mapping[str, Json]:
        """Whether to ask for people's names: without its scope Shopify refuses the whole query."""
        return {"staff": self._settings.reads_staff}


def term(text: str) -> str:
    """A value in Shopify's search syntax, quoted where it holds more than a plain word."""
    if PLAIN_TERM.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def changed_since(since: datetime | None, field: str = "updated_at") -> str | None:
    """The search for what has changed at or after a moment; None for everything."""
    if since is None:
        return None
    just_before = since.astimezone(UTC) - timedelta(seconds=1)
    return f"{field}:>'{just_before:%Y-%m-%dT%H:%M:%SZ}'"
