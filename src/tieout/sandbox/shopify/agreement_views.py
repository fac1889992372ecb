"""Shopify's own ledger of an order: agreements for the sale, for edits, for returns processed and for refunds.

The sales of all agreements add up to what the order still comes to: goods that a processing took back stand in
its ReturnAgreement with the lines and fees that it brought, and not again in the refund that it made.
"""

from __future__ import annotations

from datetime import datetime

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import refund_views, return_views, views
from tieout.sandbox.shopify.books import Books, Line, Order, OrderEdit, Refund
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.money_views import bag, listed
from tieout.sandbox.shopify.paging import View, page
from tieout.sandbox.shopify.return_books import Processing, ShopReturn
from tieout.sandbox.shopify.stock import App
from tieout.sandbox.shopify.stock_views import app_view


def agreements(order: Order, books: Books, *, first: int | None, after: str | None) -> View:
    """Return the SalesAgreementConnection of an order, oldest first; returns of goods are negative sales."""
    found: list[tuple[datetime, int, View]] = [(order.created_at, order.agreement_id, _order_agreement(order, books))]
    for back in order.returns:
        opened = _agreement("ReturnAgreement", back.agreement_id, back.created_at, "RETURN", back.app, [])
        opened["return"] = lambda _, back=back: return_views.return_view(back, books)
        found.append((back.created_at, back.agreement_id, opened))
        found.extend((x.at, x.agreement_id, _processing_agreement(x, back, books)) for x in back.processings)
    found.extend((x.at, x.agreement_id, _edit_agreement(x, order, books)) for x in order.edits)
    found.extend((r.created_at, r.agreement_id, _refund_agreement(r, books)) for r in order.refunds)
    found.sort(key=lambda item: item[:2])
    return page(found, lambda x: x[2], lambda x: (0, x[1]), first=first, after=after)


def _agreement(kind: str, number: int, at: datetime, reason: str, app: App | None, sales: list[View]) -> View:
    return {
        "__typename": kind,
        "id": gid("SalesAgreement", number),
        "happenedAt": stamp(at),
        "reason": reason,
        "app": app_view(app),
        "user": None,
        "sales": listed(list(enumerate(sales)), lambda item: item[1], lambda item: item[0]),
    }


def _order_agreement(order: Order, books: Books) -> View:
    sales = [_line_sale(line, order, books) for line in views.sold_lines(order)]
    if order.shipping:
        shipping = _gross(order, order.shipping, order.shipping_tax)
        sales.append(
            _other_sale("ShippingLineSale", "SHIPPING", order, order.shipping_id, shipping, order.shipping_tax)
        )
    return _agreement("OrderAgreement", order.agreement_id, order.created_at, "ORDER", order.app, sales)


def _edit_agreement(edit: OrderEdit, order: Order, books: Books) -> View:
    sales = [_line_sale(line, order, books) for line in edit.lines]
    return _agreement("OrderEditAgreement", edit.agreement_id, edit.at, "ORDER_EDIT", edit.app, sales)


def _processing_agreement(made: Processing, back: ShopReturn, books: Books) -> View:
    order = back.order
    sales = [
        _product_sale(x.line.line, order, books, -x.refundable, -x.subtotal, -x.tax, number=x.line.id)
        for x in made.units
        if x.refundable
    ]
    sales += [_line_sale(line, order, books) for line in made.added]
    sales += [_other_sale("FeeSale", "FEE", order, number, amount) for number, amount in made.fees]
    view = _agreement("ReturnAgreement", made.agreement_id, made.at, "RETURN", made.app, sales)
    view["return"] = lambda _: return_views.return_view(back, books)
    view["user"] = refund_views.staff_view(made.staff, made.agreement_id)
    return view


def _refund_agreement(refund: Refund, books: Books) -> View:
    order = refund.order
    lines = () if refund.processing else refund.lines
    sales = [_product_sale(x.line, order, books, -x.quantity, -x.subtotal, -x.tax, number=x.id) for x in lines]
    if refund.shipping:
        shipping = _gross(order, refund.shipping, refund.shipping_tax)
        tax = refund.shipping_tax
        sales.append(_other_sale("ShippingLineSale", "SHIPPING", order, refund.shipping_id, -shipping, -tax))
    if refund.adjustment:
        sales.append(_other_sale("AdjustmentSale", "ADJUSTMENT", order, refund.adjustment_id, refund.adjustment))
    view = _agreement("RefundAgreement", refund.agreement_id, refund.created_at, "REFUND", refund.app, sales)
    view["refund"] = lambda _: refund_views.refund_view(refund, books)
    view["user"] = refund_views.staff_view(refund.staff, refund.agreement_id)
    return view


def _gross(order: Order, value: int, tax: int) -> int:
    return value if order.taxes_included else value + tax


def _line_sale(line: Line, order: Order, books: Books) -> View:
    return _product_sale(line, order, books, line.quantity, line.net_of_discount, line.tax)


def _product_sale(  # the figures of one sale
    line: Line, order: Order, books: Books, quantity: int, value: int, tax: int, *, number: int = 0
) -> View:
    cur = order.currencies
    return {
        "__typename": "GiftCardSale" if line.gift_card else "ProductSale",
        "id": gid("Sale", number or line.id),
        "actionType": "ORDER" if quantity > 0 else "RETURN",
        "lineType": "GIFT_CARD" if line.gift_card else "PRODUCT",
        "quantity": quantity,
        "totalAmount": bag(_gross(order, value, tax), cur),
        "totalTaxAmount": bag(tax, cur),
        "totalDiscountAmountAfterTaxes": bag(line.discount if quantity > 0 else 0, cur),
        "lineItem": lambda _: views.line_view(line, order, books),
    }


def _other_sale(  # the figures of one sale
    kind: str, line_type: str, order: Order, number: int, value: int, tax: int = 0
) -> View:
    return {
        "__typename": kind,
        "id": gid("Sale", number),
        "actionType": "ORDER" if value > 0 and kind != "AdjustmentSale" else "RETURN",
        "lineType": line_type,
        "quantity": None,
        "totalAmount": bag(value, order.currencies),
        "totalTaxAmount": bag(tax, order.currencies),
        "totalDiscountAmountAfterTaxes": bag(0, order.currencies),
    }
