"""What left on an order in exchange: lines of its returns, and lines that a till added. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tieout.connectors.shopify import compat
from tieout.connectors.shopify.translate import line_from
from tieout.connectors.shopify.wire import AppShape, LineShape, OrderMoneyShape, OrderShape
from tieout.connectors.shopify.wire_returns import (
    ExchangeLineShape,
    OrderReturnShape,
    PromisedShape,
    SalesAgreementShape,
    SaleShape,
    VariantPriceShape,
)
from tieout.domain.documents.shop_order import ShopExchange, ShopExchangeLine
from tieout.domain.money import Money, money

NO_RETURN = "NO_RETURN"
"""Shopify's word for an order without any return."""

CAME_TO_NOTHING = frozenset({"DECLINED", "CANCELED"})
SOLD = "ORDER"
GOODS = "PRODUCT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFacts:
    """What is read beside an order to tell what it gave in exchange."""

    returns: tuple[OrderReturnShape, ...] = ()
    sales: tuple[SalesAgreementShape, ...] = ()
    prices: Mapping[str, VariantPriceShape] = field(default_factory=dict)
    """What variants not yet on the order are sold for, by gid."""


def exchanges_of(order: OrderShape, facts: ExchangeFacts) -> tuple[ShopExchange, ...]:
    """Every exchange on the order itself. Lines that both a return and a till name left over the counter."""
    lines = {line.id: line for line in order.line_items.nodes}
    groups = till_groups(facts.sales)
    tills = tuple(
        ShopExchange(
            name=f"{order.name}-X{number}",
            shape="till",
            lines=tuple(
                _line(lines[line_id], taxes_included=order.taxes_included, currency=order.currency_code)
                for line_id in group
                if line_id in lines
            ),
            is_released=True,
            is_fulfilled=True,
        )
        for number, group in enumerate(groups, 1)
    )
    gone = frozenset(line_id for group in groups for line_id in group)
    of_returns = (_of_return(shape, order, lines, facts.prices, gone) for shape in facts.returns)
    return (*(exchange for exchange in of_returns if exchange is not None), *tills)


def added_lines(facts: ExchangeFacts) -> frozenset[str]:
    """The gids of the order's lines that an exchange added."""
    items = (item for shape in facts.returns for item in shape.exchange_line_items.nodes)
    of_returns = {line.id for item in items for line in item.line_items or ()}
    return frozenset(of_returns.union(*till_groups(facts.sales)))


def till_groups(sales: Sequence[SalesAgreementShape]) -> tuple[tuple[str, ...], ...]:
    """The gids of the lines that each agreement of a till added after the order was placed, oldest first."""
    known: set[str] = set()
    groups: list[tuple[str, ...]] = []
    for number, agreement in enumerate(sorted(sales, key=lambda each: each.happened_at)):
        sold = (sale.line_item.id for sale in agreement.sales.nodes if _is_goods_sold(sale) and sale.line_item)
        new = tuple(dict.fromkeys(line_id for line_id in sold if line_id not in known))
        known.update(new)
        if number and new and is_till(agreement.app):
            groups.append(new)
    return tuple(groups)


def has_till_sales(order: OrderMoneyShape) -> bool:
    """Whether a till had a hand in the order after it was placed, so that its sales are worth reading."""
    return any(is_till(agreement.app) for agreement in order.agreements.nodes[1:])


def is_till(app: AppShape | None) -> bool:
    """Whether the app is that of a till."""
    return app is not None and app.title.casefold() in compat.TILL_APPS


def awaited_variants(returns: Sequence[OrderReturnShape], order: OrderShape) -> tuple[str, ...]:
    """The gids of variants promised in exchange that are on no line of the order yet."""
    lines = {line.id: line for line in order.line_items.nodes}
    alive = (shape for shape in returns if shape.status not in CAME_TO_NOTHING)
    items = (_made(item, lines) for shape in alive for item in shape.exchange_line_items.nodes)
    return tuple(item.variant_id for item in items if item.variant_id and awaited(item))


def awaited(item: ExchangeLineShape) -> int:
    """How many of it are on no line of the order yet."""
    return max(item.quantity - sum(line.quantity for line in item.lines), 0)


def exchange_lines(
    item: ExchangeLineShape,
    prices: Mapping[str, VariantPriceShape],
    *,
    taxes_included: bool,
    currency: str,
) -> tuple[ShopExchangeLine, ...]:
    """What one exchange item is charged at: the order's lines made for it, and what is promised beyond them.

    A promise is at the list price of today, with tax only where the shop's prices have it: Shopify prices it for
    good when the return is processed. A variant deleted since is promised without a stock code, at nothing.
    """
    made = tuple(_line(line, taxes_included=taxes_included, currency=currency) for line in item.lines)
    more = awaited(item)
    if not more:
        return made
    variant = prices.get(item.variant_id)
    gross = money(variant.price * more, currency) if variant else Money(0, currency)
    return (*made, ShopExchangeLine(sku=variant.sku if variant else "", quantity=more, gross=gross))


def _of_return(
    shape: OrderReturnShape,
    order: OrderShape,
    order_lines: Mapping[str, LineShape],
    prices: Mapping[str, VariantPriceShape],
    gone: frozenset[str],
) -> ShopExchange | None:
    if shape.status in CAME_TO_NOTHING:
        return None
    made = (_made(item, order_lines) for item in shape.exchange_line_items.nodes)
    items = [item for item in made if not gone.intersection(line.id for line in item.lines)]
    if not items:
        return None
    lines = [
        line
        for item in items
        for line in exchange_lines(item, prices, taxes_included=order.taxes_included, currency=order.currency_code)
    ]
    return ShopExchange(
        name=shape.name,
        shape="return",
        lines=tuple(lines),
        is_released=all(item.processed_quantity >= item.quantity for item in items),
    )


def _made(item: PromisedShape, order_lines: Mapping[str, LineShape]) -> ExchangeLineShape:
    """The item with the order's own lines made for it."""
    lines = tuple(order_lines[line.id] for line in item.line_items or () if line.id in order_lines)
    return ExchangeLineShape(
        id=item.id,
        quantity=item.quantity,
        processed_quantity=item.processed_quantity,
        variant_id=item.variant_id,
        line_items=lines,
    )


def _line(line: LineShape, *, taxes_included: bool, currency: str) -> ShopExchangeLine:
    sold = line_from(line, taxes_included=taxes_included, currency=currency)
    return ShopExchangeLine(sku=sold.sku, quantity=sold.quantity, gross=sold.gross)


def _is_goods_sold(sale: SaleShape) -> bool:
    return sale.action_type == SOLD and sale.line_type == GOODS and bool(sale.quantity and sale.quantity > 0)
