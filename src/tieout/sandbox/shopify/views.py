"""Orders, refunds and returns as the graph shows them; a callable is worked out only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import stock_views
from tieout.sandbox.shopify.books import (
    Books,
    Line,
    Order,
    Refund,
    RefundLine,
    ReturnLine,
    ShopReturn,
    Transaction,
    gid,
    major,
)
from tieout.sandbox.shopify.paging import View, page
from tieout.sandbox.shopify.rest import financial_status

T = TypeVar("T")


def bag(amount: int, currency: str) -> View:
    """Return a MoneyBag; shop and presentment currency are the same."""
    money = {"amount": major(amount), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def listed(items: Sequence[T], view: Callable[[T], View], number: Callable[[T], int]) -> Callable[..., View]:
    """Return a resolver that pages through a short list in its own order."""

    def resolve(_: object, *, first: int | None = None, after: str | None = None, **__: object) -> View:
        return page(items, view, lambda item: (0, number(item)), first=first, after=after)

    return resolve


def first_of(items: Sequence[T], view: Callable[[T], View]) -> Callable[..., list[View]]:
    """Return a resolver of a plain list that `first` may cut short."""

    def resolve(_: object, *, first: int | None = None, **__: object) -> list[View]:
        return [view(item) for item in items[:first]]

    return resolve


def _time(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def order_view(order: Order, books: Books) -> View:
    """Return an Order."""
    cur = order.currency
    lines = [line for line in order.lines if line.tax]
    customer = order.customer
    shipping = _shipping_view(order)
    return {
        "__typename": "Order",
        "id": gid("Order", order.id),
        "legacyResourceId": str(order.id),
        "name": order.name,
        "number": order.number,
        "email": customer.email,
        "note": order.note or None,
        "tags": list(order.tags),
        "createdAt": stamp(order.created_at),
        "processedAt": stamp(order.created_at),
        "updatedAt": stamp(order.updated_at),
        "sourceName": "web",
        "test": False,
        "app": None,
        "customer": {
            "id": gid("Customer", customer.id),
            "legacyResourceId": str(customer.id),
            "displayName": f"{customer.first_name} {customer.last_name}".strip() or customer.email,
            "firstName": customer.first_name,
            "lastName": customer.last_name,
            "email": customer.email,
        },
        "currencyCode": cur,
        "presentmentCurrencyCode": cur,
        "taxesIncluded": order.taxes_included,
        "customAttributes": [],
        "displayFinancialStatus": financial_status(order),
        "displayFulfillmentStatus": "FULFILLED" if order.fulfilled else "UNFULFILLED",
        "returnStatus": "IN_PROGRESS" if any(r.status == "OPEN" for r in order.returns) else "NO_RETURN",
        **_order_money(order),
        "totalCashRoundingAdjustment": {"paymentSet": bag(0, cur), "refundSet": bag(0, cur)},
        "taxLines": [_tax_line(float(x.tax_rate), x.tax, cur) for x in lines],
        "lineItems": listed(order.lines, lambda x: line_view(x, order, books), lambda x: x.id),
        "shippingLine": shipping,
        "shippingLines": listed([shipping] if shipping else [], dict, lambda _: order.shipping_id),
        "refunds": first_of(order.refunds, lambda r: refund_view(r, books)),
        "returns": listed(order.returns, lambda r: return_view(r, books), lambda r: r.id),
        "agreements": lambda _, **args: _agreements(order, books, **args),
        "transactions": first_of(order.transactions, lambda t: transaction_view(t, order)),
    }


def _order_money(order: Order) -> View:
    cur = order.currency
    gone = sum(r.refunded for r in order.refunds)
    return {
        "subtotalPriceSet": bag(order.subtotal, cur),
        "totalPriceSet": bag(order.total, cur),
        "currentTotalPriceSet": bag(order.total - gone, cur),
        "totalTaxSet": bag(order.line_tax + order.shipping_tax, cur),
        "totalDiscountsSet": bag(sum(line.discount for line in order.lines), cur),
        "totalShippingPriceSet": bag(order.shipping, cur),
        "totalRefundedSet": bag(gone, cur),
        "totalReceivedSet": bag(order.received, cur),
        "netPaymentSet": bag(order.received - gone, cur),
        "refundDiscrepancySet": bag(sum(r.adjustment for r in order.refunds), cur),
    }


def _tax_line(rate: float, amount: int, currency: str) -> View:
    return {
        "title": "VAT",
        "rate": rate,
        "ratePercentage": rate * 100,
        "priceSet": bag(amount, currency),
        "channelLiable": False,
    }


def _shipping_view(order: Order) -> View | None:
    if not order.shipping:
        return None
    price = bag(order.shipping, order.currency)
    rate = order.shipping_tax / max(order.shipping - order.shipping_tax * order.taxes_included, 1)
    return {
        "id": gid("ShippingLine", order.shipping_id),
        "title": "Standard",
        "isRemoved": False,
        "originalPriceSet": price,
        "discountedPriceSet": price,
        "currentDiscountedPriceSet": price,
        "taxLines": [_tax_line(round(rate, 2), order.shipping_tax, order.currency)] if order.shipping_tax else [],
    }


def line_view(line: Line, order: Order, books: Books) -> View:
    """Return a LineItem."""
    cur = order.currency
    gross = line.price * line.quantity
    shown_discount = 0 if line.order_level_discount else line.discount
    allocation = {"allocatedAmountSet": bag(line.discount, cur), "discountApplication": _application(line)}

    def discounted(_: object, *, withCodeDiscounts: bool = False) -> View:  # noqa: N803  # Shopify's word
        return bag(gross - (line.discount if withCodeDiscounts else shown_discount), cur)

    variant = line.variant
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "sku": line.sku or None,
        "name": line.title,
        "title": line.title,
        "quantity": line.quantity,
        "currentQuantity": line.refundable_quantity,
        "refundableQuantity": line.refundable_quantity,
        "unfulfilledQuantity": 0 if order.fulfilled else line.refundable_quantity,
        "isGiftCard": False,
        "taxable": True,
        "requiresShipping": True,
        "variant": (lambda _: stock_views.variant_view(variant, books)) if variant else None,
        "customAttributes": [],
        "originalUnitPriceSet": bag(line.price, cur),
        "originalTotalSet": bag(gross, cur),
        "totalDiscountSet": bag(shown_discount, cur),
        "discountedTotalSet": discounted,
        "discountedUnitPriceSet": bag((gross - shown_discount) // line.quantity, cur),
        "discountedUnitPriceAfterAllDiscountsSet": bag(line.net_of_discount // line.quantity, cur),
        "discountAllocations": [allocation] if line.discount else [],
        "taxLines": first_of([line], lambda x: _tax_line(float(x.tax_rate), x.tax, cur)),
    }


def _application(line: Line) -> View:
    common: View = {"index": 0, "targetType": "LINE_ITEM"}
    if line.order_level_discount:
        code = {"__typename": "DiscountCodeApplication", "code": "WELCOME"}
        return {**common, **code, "allocationMethod": "ACROSS", "targetSelection": "ALL"}
    manual = {"__typename": "ManualDiscountApplication", "title": "Discount"}
    return {**common, **manual, "allocationMethod": "EACH", "targetSelection": "EXPLICIT"}


def refund_view(refund: Refund, books: Books) -> View:
    """Return a Refund; its total counts only money that has arrived."""
    order = refund.order
    cur = order.currency
    back = refund.shop_return
    shipping: View = {
        "id": gid("RefundShippingLine", refund.adjustment_id),
        "shippingLine": _shipping_view(order),
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
        "updatedAt": stamp(refund.created_at),
        "note": refund.note or None,
        "order": lambda _: order_view(order, books),
        "return": (lambda _: return_view(back, books)) if back else None,
        "staffMember": _staff(refund),
        "totalRefundedSet": bag(refund.refunded, cur),
        "refundLineItems": listed(refund.lines, lambda x: _refund_line(x, order, books), lambda x: x.id),
        "refundShippingLines": listed([shipping] if refund.shipping else [], dict, lambda _: refund.id),
        "orderAdjustments": listed([adjustment] if refund.adjustment else [], dict, lambda _: refund.id),
        "transactions": listed(refund.transactions, lambda t: transaction_view(t, order), lambda t: t.id),
    }


def _staff(refund: Refund) -> View | None:
    if not refund.staff:
        return None
    return {"id": gid("StaffMember", refund.agreement_id), "name": refund.staff}


def _refund_line(line: RefundLine, order: Order, books: Books) -> View:
    cur = order.currency
    place = books.locations.get(line.location_id or 0)
    return {
        "id": gid("RefundLineItem", line.id),
        "quantity": line.quantity,
        "restockType": line.restock_type,
        "restocked": line.restock_type != "NO_RESTOCK",
        "location": place and stock_views.location_view(place),
        "lineItem": lambda _: line_view(line.line, order, books),
        "priceSet": bag(line.line.price, cur),
        "subtotalSet": bag(line.subtotal, cur),
        "totalTaxSet": bag(line.tax, cur),
    }


def transaction_view(transaction: Transaction, order: Order) -> View:
    """Return an OrderTransaction."""
    parent = transaction.parent
    failed = transaction.status == "FAILURE"
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", transaction.id),
        "kind": transaction.kind,
        "status": transaction.status,
        "gateway": transaction.gateway,
        "formattedGateway": transaction.gateway.replace("_", " ").title(),
        "amountSet": bag(transaction.amount, order.currency),
        "createdAt": stamp(transaction.created_at),
        "processedAt": stamp(transaction.created_at),
        "parentTransaction": (lambda _: transaction_view(parent, order)) if parent else None,
        "test": False,
        "errorCode": "PROCESSING_ERROR" if failed else None,
        "manualPaymentGateway": transaction.gateway == "manual",
    }


def return_view(back: ShopReturn, books: Books) -> View:
    """Return a Return."""
    refunds = [r for r in back.order.refunds if r.shop_return is back]
    money = [t for refund in refunds for t in refund.transactions]
    return {
        "__typename": "Return",
        "id": gid("Return", back.id),
        "name": back.name,
        "status": back.status,
        "createdAt": stamp(back.created_at),
        "closedAt": _time(back.closed_at),
        "totalQuantity": sum(x.quantity for x in back.lines),
        "order": lambda _: order_view(back.order, books),
        "returnLineItems": listed(back.lines, lambda x: _return_line(x, back, books), lambda x: x.id),
        "exchangeLineItems": listed([], dict, lambda _: 0),
        "returnShippingFees": [],
        "reverseFulfillmentOrders": listed([back], lambda x: _reverse(x, books), lambda x: x.id),
        "refunds": listed(refunds, lambda r: refund_view(r, books), lambda r: r.id),
        "transactions": listed(money, lambda t: transaction_view(t, back.order), lambda t: t.id),
    }


def _return_line(line: ReturnLine, back: ShopReturn, books: Books) -> View:
    refunded = min(
        line.quantity,
        sum(
            x.quantity
            for refund in back.order.refunds
            if refund.shop_return is back
            for x in refund.lines
            if x.line is line.line
        ),
    )
    unit = line.line.net_of_discount * line.quantity // line.line.quantity
    return {
        "__typename": "ReturnLineItem",
        "id": gid("ReturnLineItem", line.id),
        "quantity": line.quantity,
        "processedQuantity": refunded,
        "processableQuantity": line.quantity - refunded,
        "unprocessedQuantity": line.quantity - refunded,
        "refundableQuantity": line.quantity - refunded,
        "refundedQuantity": refunded,
        "returnReasonNote": line.reason,
        "fulfillmentLineItem": _fulfilment_line(line, back.order, books),
        "withCodeDiscountedTotalPriceSet": bag(unit, back.order.currency),
    }


def _fulfilment_line(line: ReturnLine, order: Order, books: Books) -> View:
    return {
        "id": gid("FulfillmentLineItem", line.fulfilment_line_id),
        "quantity": line.line.quantity,
        "lineItem": lambda _: line_view(line.line, order, books),
    }


def _reverse(back: ShopReturn, books: Books) -> View:
    def line(x: ReturnLine) -> View:
        return {
            "id": gid("ReverseFulfillmentOrderLineItem", x.id),
            "totalQuantity": x.quantity,
            "remainingQuantity": x.quantity,
            "dispositions": [],
            "fulfillmentLineItem": _fulfilment_line(x, back.order, books),
        }

    return {
        "id": gid("ReverseFulfillmentOrder", back.id),
        "status": "OPEN" if back.status == "OPEN" else "CANCELED",
        "lineItems": listed(back.lines, line, lambda x: x.id),
    }


def _agreements(order: Order, books: Books, *, first: int | None = None, after: str | None = None) -> View:
    from tieout.sandbox.shopify.agreement_views import agreements  # noqa: PLC0415  # the two show each other

    return agreements(order, books, first=first, after=after)
