"""Refunds and transactions as the graph shows them."""

from __future__ import annotations

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import return_views, stock_views, views
from tieout.sandbox.shopify.books import Books, Order, Refund, RefundLine, Transaction
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.money_views import bag, listed
from tieout.sandbox.shopify.paging import View


def refund_view(refund: Refund, books: Books) -> View:
    """Return a Refund; its total counts only money that has arrived."""
    order = refund.order
    cur = order.currencies
    back = refund.shop_return
    shipping: View = {
        "id": gid("RefundShippingLine", refund.shipping_id),
        "shippingLine": views.shipping_view(order),
        "subtotalAmountSet": bag(refund.shipping, cur),
        "taxAmountSet": bag(refund.shipping_tax, cur),
    }
    adjustment: View = {
        "id": gid("OrderAdjustment", refund.adjustment_id),
        "reason": refund.adjustment_reason,
        "amountSet": bag(refund.adjustment, cur),
        "taxAmountSet": bag(0, cur),
    }
    return {
        "__typename": "Refund",
        "id": gid("Refund", refund.id),
        "legacyResourceId": str(refund.id),
        "createdAt": stamp(refund.created_at),
        "processedAt": stamp(refund.created_at),
        "updatedAt": stamp(refund.created_at),
        "note": refund.note or None,
        "order": lambda _: views.order_view(order, books),
        "return": (lambda _: return_views.return_view(back, books)) if back else None,
        "staffMember": staff_view(refund.staff, refund.agreement_id),
        "totalRefundedSet": bag(refund.refunded, cur),
        "refundLineItems": listed(refund.lines, lambda x: _refund_line(x, order, books), lambda x: x.id),
        "refundShippingLines": listed([shipping] if refund.shipping else [], dict, lambda _: refund.id),
        "orderAdjustments": listed([adjustment] if refund.adjustment else [], dict, lambda _: refund.id),
        "transactions": listed(refund.transactions, lambda t: transaction_view(t, order), lambda t: t.id),
    }


def staff_view(name: str, number: int) -> View | None:
    """Return a StaffMember, or None for nobody."""
    return {"id": gid("StaffMember", number), "name": name} if name else None


def _refund_line(line: RefundLine, order: Order, books: Books) -> View:
    cur = order.currencies
    place = books.locations.get(line.location_id or 0)
    return {
        "id": gid("RefundLineItem", line.id),
        "quantity": line.quantity,
        "restockType": line.restock_type,
        "restocked": line.restock_type != "NO_RESTOCK",
        "location": place and stock_views.location_view(place),
        "lineItem": lambda _: views.line_view(line.line, order, books),
        "priceSet": bag(line.line.price, cur),
        "subtotalSet": bag(line.subtotal, cur),
        "totalTaxSet": bag(line.tax, cur),
    }


def transaction_view(transaction: Transaction, order: Order) -> View:
    """Return an OrderTransaction."""
    parent = transaction.parent
    failed = transaction.status == "FAILURE"
    cur = order.currencies
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", transaction.id),
        "kind": transaction.kind,
        "status": transaction.status,
        "gateway": transaction.gateway,
        "formattedGateway": transaction.gateway.replace("_", " ").title(),
        "amountSet": bag(transaction.amount, cur),
        "amountRoundingSet": bag(transaction.rounding, cur) if transaction.rounding else None,
        "createdAt": stamp(transaction.created_at),
        "processedAt": stamp(transaction.settled_at or transaction.created_at),
        "parentTransaction": (lambda _: transaction_view(parent, order)) if parent else None,
        "location": order.retail_location and stock_views.location_view(order.retail_location),
        "test": False,
        "errorCode": "PROCESSING_ERROR" if failed else None,
        "manualPaymentGateway": transaction.gateway == "manual",
    }
