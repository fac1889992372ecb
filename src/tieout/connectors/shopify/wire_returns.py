"""Shopify's own shapes of returns, of exchanges and of who sold what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime

from tieout.connectors.shopify.wire import (
    AppShape,
    Figure,
    IdShape,
    LineShape,
    MoneyShape,
    NameShape,
    OrderMoneyShape,
    PageEndShape,
    PageShape,
    Shape,
    Text,
)


class VariantPriceShape(Shape):
    """What a variant is sold at, in the shop's currency, with tax when the shop's prices have it."""

    id: str
    sku: Text = ""
    price: Figure


class ExchangeLineShape(Shape):
    """Goods that a return gives in exchange; the order's lines only come once it is processed."""

    id: str
    quantity: int
    processed_quantity: int
    variant_id: Text = ""
    line_items: tuple[LineShape, ...] | None = None

    @property
    def lines(self) -> tuple[LineShape, ...]:
        """The order's lines made for it so far."""
        return self.line_items or ()


class PromisedShape(Shape):
    """The same as its order knows it: the lines made for it are lines of the order."""

    id: str
    quantity: int
    processed_quantity: int
    variant_id: Text = ""
    line_items: tuple[IdShape, ...] | None = None


class ReturnHeadShape(Shape):
    """A return as a sweep reads it."""

    id: str
    name: str
    status: str
    created_at: AwareDatetime


class OrderReturnShape(ReturnHeadShape):
    """A return as its order knows it, with what leaves in exchange."""

    exchange_line_items: PageShape[PromisedShape]


class OrderReturnsShape(Shape):
    """An order with the heads of its returns."""

    id: str
    returns: PageShape[ReturnHeadShape]


class SaleShape(Shape):
    """One line of an agreement: what was sold or taken back."""

    action_type: str
    line_type: str
    quantity: int | None = None
    line_item: IdShape | None = None


class SalesPageShape(Shape):
    """The first lines of an agreement; `has_next_page` when there are more."""

    page_info: PageEndShape
    nodes: tuple[SaleShape, ...]


class SalesAgreementShape(Shape):
    """An entry of Shopify's own ledger of an order, with its lines."""

    id: str
    happened_at: AwareDatetime
    app: AppShape | None = None
    sales: SalesPageShape


class DispositionShape(Shape):
    """So many units of a return as somebody found them."""

    id: str
    type: str
    quantity: int
    created_at: AwareDatetime


class ReverseLineShape(Shape):
    """Units of one fulfilled line that are on their way back."""

    id: str
    total_quantity: int
    fulfillment_line_item: IdShape | None = None
    dispositions: tuple[DispositionShape, ...] = ()


class ReverseOrderShape(Shape):
    """What one place expects back."""

    id: str
    line_items: PageShape[ReverseLineShape]


class FeeShape(Shape):
    """A fee on a return."""

    amount_set: MoneyShape


class FulfilledLineShape(Shape):
    """The line as it was sent, of which units come back."""

    id: str
    line_item: LineShape


class ReturnLineShape(Shape):
    """So many units of one fulfilled line that the customer sends back; no fulfilled line on one nobody verified."""

    id: str
    quantity: int
    processed_quantity: int
    unprocessed_quantity: int
    return_reason_note: Text = ""
    return_reason_definition: NameShape | None = None
    restocking_fee: FeeShape | None = None
    fulfillment_line_item: FulfilledLineShape | None = None


class ReturnedOrderShape(Shape):
    """The order of a return, as far as the return needs it."""

    id: str
    name: str
    email: Text = ""
    taxes_included: bool
    currency_code: str
    customer: IdShape | None = None


class ReturnShape(ReturnHeadShape):
    """A return with every line of it."""

    order: ReturnedOrderShape
    return_shipping_fees: tuple[FeeShape, ...] = ()
    return_line_items: PageShape[ReturnLineShape]
    exchange_line_items: PageShape[ExchangeLineShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeReturn:
    """A return and all that stands around it."""

    shape: ReturnShape
    money: OrderMoneyShape
    found: tuple[ReverseLineShape, ...]
    """What was found of what came back; empty where only the money matters."""
    prices: Mapping[str, VariantPriceShape]
