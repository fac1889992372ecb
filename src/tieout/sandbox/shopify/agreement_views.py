"""Shopify's own ledger of an order: one agreement for the sale and one for each return and refund."""

from __future__ import annotations

from datetime import datetime

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.books import App, Books, Line, Order, Refund, gid
from tieout.sandbox.shopify.paging import View, page
from tieout.sandbox.shopify.stock_views import app_view
from tieout.sandbox.shopify.views import bag, line_view, listed, refund_view, return_view


def agreements(order: Order, books: Books, *, first: int | None, after: str | None) -> View:
    """Return the SalesAgreementConnection of an order, oldest first; returns of goods are negative sales."""
    found: list[tuple[datetime, int, View]] = [(order.created_at, order.agreement_id, _order_agreement(order, books))]
    for back in order.returns:
        view = _agreement("ReturnAgreement", back.agreement_id, back.created_at, "RETURN", back.app, [])
        view["return"] = lambda _, back=back: return_view(back, books)
        found.append((back.created_at, back.agreement_id, view))
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
    sales = [_product_sale(line, order, books, line.quantity, line.net_of_discount, line.tax) for line in order.lines]
    if order.shipping:
        sales.append(_other_sale("ShippingLineSale", "SHIPPING", order, order.shipping_id, order.shipping))
    return _agreement("OrderAgreement", order.agreement_id, order.created_at, "ORDER", None, sales)


def _refund_agreement(refund: Refund, books: Books) -> View:
    order = refund.order
    sales = [_product_sale(x.line, order, books, -x.quantity, -x.subtotal, -x.tax, number=x.id) for x in refund.lines]
    if refund.shipping:
        sales.append(_other_sale("ShippingLineSale", "SHIPPING", order, refund.id, -refund.shipping))
    if refund.adjustment:
        sales.append(_other_sale("AdjustmentSale", "ADJUSTMENT", order, refund.adjustment_id, refund.adjustment))
    view = _agreement("RefundAgreement", refund.agreement_id, refund.created_at, "REFUND", refund.app, sales)
    view["refund"] = lambda _: refund_view(refund, books)
    if refund.staff:
        view["user"] = {"id": gid("StaffMember", refund.agreement_id), "name": refund.staff}
    return view


def _product_sale(  # the figures of one sale
    line: Line, order: Order, books: Books, quantity: int, value: int, tax: int, *, number: int = 0
) -> View:
    gross = value if order.taxes_included else value + tax
    return {
        "__typename": "ProductSale",
        "id": gid("Sale", number or line.id),
        "actionType": "ORDER" if quantity > 0 else "RETURN",
        "lineType": "PRODUCT",
        "quantity": quantity,
        "totalAmount": bag(gross, order.currency),
        "totalTaxAmount": bag(tax, order.currency),
        "totalDiscountAmountAfterTaxes": bag(line.discount if quantity > 0 else 0, order.currency),
        "lineItem": lambda _: line_view(line, order, books),
    }


def _other_sale(kind: str, line_type: str, order: Order, number: int, value: int) -> View:
    return {
        "__typename": kind,
        "id": gid("Sale", number),
        "actionType": "ORDER" if value > 0 and kind != "AdjustmentSale" else "RETURN",
        "lineType": line_type,
        "quantity": None,
        "totalAmount": bag(value, order.currency),
        "totalTaxAmount": bag(0, order.currency),
        "totalDiscountAmountAfterTaxes": bag(0, order.currency),
    }
