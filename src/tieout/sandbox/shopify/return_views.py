"""Native returns as the graph shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from graphql import GraphQLError

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import refund_views, stock_views, views
from tieout.sandbox.shopify.books import Books, Order
from tieout.sandbox.shopify.figures import gid, number_of
from tieout.sandbox.shopify.money_views import bag, listed, time_or_none
from tieout.sandbox.shopify.paging import Term, View, alternatives, page
from tieout.sandbox.shopify.return_books import Disposition, ExchangeLine, ReturnLine, ShopReturn
from tieout.sandbox.shopify.returning import WantedProcessing, outcome

T = TypeVar("T", ReturnLine, ExchangeLine)
STATUS_WORDS = ("canceled", "closed", "declined", "open", "requested")


def return_view(back: ShopReturn, books: Books) -> View:
    """Return a Return."""
    order = back.order
    refunds = [r for r in order.refunds if r.shop_return is back]
    transactions = [t for refund in refunds for t in refund.transactions]
    reverse = [back] if back.status in {"OPEN", "CLOSED", "CANCELED"} else []
    reason, note = back.decline or ("", "")
    return {
        "__typename": "Return",
        "id": gid("Return", back.id),
        "name": back.name,
        "status": back.status,
        "createdAt": stamp(back.created_at),
        "requestApprovedAt": time_or_none(back.approved_at),
        "closedAt": time_or_none(back.closed_at),
        "decline": {"reason": reason, "note": note or None} if back.decline else None,
        "totalQuantity": sum(x.quantity for x in back.lines),
        "order": lambda _: views.order_view(order, books),
        "returnLineItems": listed(back.lines, lambda x: _return_line(x, order, books), lambda x: x.id),
        "exchangeLineItems": listed(back.exchanges, lambda x: _exchange_line(x, order, books), lambda x: x.id),
        "returnShippingFees": (
            [{"id": gid("ReturnShippingFee", back.fee_id), "amountSet": bag(back.fee, order.currencies)}]
            if back.fee
            else []
        ),
        "reverseFulfillmentOrders": listed(reverse, lambda x: reverse_view(x, books), lambda x: x.id),
        "refunds": listed(refunds, lambda r: refund_views.refund_view(r, books), lambda r: r.id),
        "transactions": listed(transactions, lambda t: refund_views.transaction_view(t, order), lambda t: t.id),
        "suggestedFinancialOutcome": lambda _, **asked: _suggested(back, asked),
    }


def returns_of(order: Order, books: Books, *, first: int | None, after: str | None, query: str | None) -> View:
    """Return the ReturnConnection of an order, searched by id and status."""
    found = [
        back
        for back in order.returns
        if any(all(_holds(back, word) for word in words) for words in alternatives(query, ("id", "status")))
    ]
    return page(found, lambda x: return_view(x, books), lambda x: (0, x.id), first=first, after=after)


def _holds(back: ShopReturn, term: Term) -> bool:
    if term.name == "id":
        number = number_of(term.value, "Return") or (int(term.value) if term.value.isdecimal() else 0)
        return Term("id", term.comparison, f"{number:020d}").holds(f"{back.id:020d}")
    if term.value.lower() not in STATUS_WORDS:
        raise GraphQLError(f"{term.value!r} is not a status of a return; there are {', '.join(STATUS_WORDS)}.")
    return term.value.lower() == back.status.lower()


def _return_line(line: ReturnLine, order: Order, books: Books) -> View:
    cur = order.currencies
    fee: View = {
        "id": gid("RestockingFee", line.restocking_fee_id),
        "percentage": float(line.restocking_percent),
        "amountSet": bag(line.restocking_fee, cur),
    }
    left = line.quantity - line.processed
    return {
        "__typename": "ReturnLineItem",
        "id": gid("ReturnLineItem", line.id),
        "quantity": line.quantity,
        "processedQuantity": line.processed,
        "processableQuantity": left,
        "unprocessedQuantity": left,
        "refundableQuantity": min(line.quantity - line.refunded, line.line.refundable_quantity),
        "refundedQuantity": line.refunded,
        "returnReasonNote": line.note or line.reason,
        "returnReasonDefinition": _reason(line),
        "restockingFee": fee if line.restocking_percent else None,
        "fulfillmentLineItem": views.fulfilment_line(line.line, order, books),
        "withCodeDiscountedTotalPriceSet": bag(line.worth, cur),
    }


def _reason(line: ReturnLine) -> View | None:
    if not line.reason:
        return None
    handle = re.sub(r"[^a-z0-9]+", "-", line.reason.lower()).strip("-")
    return {"id": gid("ReturnReasonDefinition", line.id), "handle": handle, "name": line.reason, "deleted": False}


def _exchange_line(line: ExchangeLine, order: Order, books: Books) -> View:
    left = line.quantity - line.processed
    return {
        "__typename": "ExchangeLineItem",
        "id": gid("ExchangeLineItem", line.id),
        "quantity": line.quantity,
        "processedQuantity": line.processed,
        "processableQuantity": left,
        "unprocessedQuantity": left,
        "variantId": gid("ProductVariant", line.variant.id),
        "lineItems": lambda _: [views.line_view(x, order, books) for x in line.lines],
    }


def reverse_view(back: ShopReturn, books: Books) -> View:
    """Return the ReverseFulfillmentOrder of a return; a return has one."""
    status = {"OPEN": "OPEN", "CLOSED": "CLOSED"}.get(back.status, "CANCELED")
    if status == "OPEN" and all(sum(d.quantity for d in x.dispositions) >= x.quantity for x in back.lines):
        status = "CLOSED"
    return {
        "__typename": "ReverseFulfillmentOrder",
        "id": gid("ReverseFulfillmentOrder", back.id),
        "status": status,
        "order": lambda _: views.order_view(back.order, books),
        "lineItems": listed(back.lines, lambda x: reverse_line_view(x, back, books), lambda x: x.id),
    }


def reverse_line_view(line: ReturnLine, back: ShopReturn, books: Books) -> View:
    """Return a ReverseFulfillmentOrderLineItem."""
    return {
        "id": gid("ReverseFulfillmentOrderLineItem", line.id),
        "totalQuantity": line.quantity,
        "dispositions": [_disposition(d, books) for d in line.dispositions],
        "fulfillmentLineItem": views.fulfilment_line(line.line, back.order, books),
    }


def _disposition(made: Disposition, books: Books) -> View:
    place = books.locations.get(made.location_id or 0)
    return {
        "id": gid("ReverseFulfillmentOrderDisposition", made.id),
        "createdAt": stamp(made.at),
        "type": made.kind,
        "quantity": made.quantity,
        "location": place and stock_views.location_view(place),
    }


def _suggested(back: ShopReturn, asked: Mapping[str, Any]) -> View:
    """Return what Shopify suggests to give back for these units and exchanges."""
    cur = back.order.currencies
    wanted = WantedProcessing(
        shop_return=back,
        units=_chosen(back.lines, asked["returnLineItems"], "ReturnLineItem"),
        exchanges=_chosen(back.exchanges, asked["exchangeLineItems"], "ExchangeLineItem"),
    )
    found = outcome(wanted)
    transfer = {
        "__typename": "InvoiceReturnOutcome" if found.owed else "RefundReturnOutcome",
        "amount": bag(found.owed or found.refund, cur),
    }
    return {
        "discountedSubtotal": bag(sum(x.subtotal for x in found.units), cur),
        "totalTax": bag(sum(x.tax for x in found.units), cur),
        "maximumRefundable": bag(max(back.order.received - back.order.promised_back, 0), cur),
        "totalCartDiscountAmount": bag(0, cur),
        "financialTransfer": transfer,
    }


def _chosen(lines: Sequence[T], asked: Sequence[Mapping[str, Any]], kind: str) -> list[tuple[T, int]]:
    known = {gid(kind, line.id): line for line in lines}
    unknown = [one["id"] for one in asked if one["id"] not in known]
    if unknown:
        raise GraphQLError(f"Invalid id: {unknown[0]}")
    return [(known[one["id"]], one["quantity"]) for one in asked]
