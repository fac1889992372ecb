"""Orders and their lines as the graph shows them; a callable is worked out only when it is asked for."""

from __future__ import annotations

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import agreement_views, fulfilment_views, refund_views, return_views, stock_views
from tieout.sandbox.shopify.books import Books, Line, Order
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.fulfilling import remaining
from tieout.sandbox.shopify.metafields import metafield_view
from tieout.sandbox.shopify.money_views import bag, first_of, listed, tax_line, time_or_none
from tieout.sandbox.shopify.paging import View
from tieout.sandbox.shopify.rest import financial_status


def order_view(order: Order, books: Books) -> View:
    """Return an Order."""
    cur = order.currencies
    lines = [line for line in order.lines if line.tax]
    customer = order.customer
    shipping = shipping_view(order)
    app, place = order.app, order.retail_location
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
        "cancelledAt": time_or_none(order.cancelled_at),
        "sourceName": order.source_name,
        "sourceIdentifier": order.source_identifier or None,
        "test": False,
        "app": app and {"id": gid("OrderApp", app.id), "name": app.title},
        "retailLocation": place and stock_views.location_view(place),
        "shippingAddress": _address_view(order),
        "customer": {
            "id": gid("Customer", customer.id),
            "legacyResourceId": str(customer.id),
            "displayName": f"{customer.first_name} {customer.last_name}".strip() or customer.email,
            "firstName": customer.first_name,
            "lastName": customer.last_name,
            "email": customer.email,
        },
        "currencyCode": cur.shop,
        "presentmentCurrencyCode": cur.presentment,
        "taxesIncluded": order.taxes_included,
        "customAttributes": [{"key": key, "value": value} for key, value in order.attributes],
        "displayFinancialStatus": financial_status(order),
        "displayFulfillmentStatus": fulfilment_status(order),
        "returnStatus": return_status(order),
        **_order_money(order),
        "totalCashRoundingAdjustment": {
            "paymentSet": bag(_rounding(order, "SALE"), cur),
            "refundSet": bag(_rounding(order, "REFUND"), cur),
        },
        "taxLines": [tax_line(float(x.tax_rate), x.tax, cur) for x in lines],
        "lineItems": listed(order.lines, lambda x: line_view(x, order, books), lambda x: x.id),
        "shippingLine": shipping,
        "shippingLines": listed([shipping] if shipping else [], dict, lambda _: order.shipping_id),
        "refunds": first_of(order.refunds, lambda r: refund_views.refund_view(r, books)),
        "returns": lambda _, **asked: _returns(order, books, **asked),
        "metafield": lambda _, **asked: metafield_view(order, **asked),
        "fulfillments": first_of(order.fulfilments, lambda x: fulfilment_views.fulfilment_view(x, books)),
        "fulfillmentOrders": listed(
            [order], lambda x: fulfilment_views.fulfilment_order_view(x, books), lambda x: x.id
        ),
        "agreements": lambda _, **args: _agreements(order, books, **args),
        "transactions": first_of(order.transactions, lambda t: refund_views.transaction_view(t, order)),
    }


def _order_money(order: Order) -> View:
    cur = order.currencies
    gone = sum(r.refunded for r in order.refunds)
    return {
        "subtotalPriceSet": bag(order.subtotal, cur),
        "totalPriceSet": bag(order.total, cur),
        "currentTotalPriceSet": bag(order.current_total, cur),
        "totalTaxSet": bag(order.line_tax + order.shipping_tax, cur),
        "totalDiscountsSet": bag(sum(line.discount for line in order.lines), cur),
        "totalShippingPriceSet": bag(order.shipping, cur),
        "totalRefundedSet": bag(gone, cur),
        "totalReceivedSet": bag(order.received, cur),
        "netPaymentSet": bag(order.received - gone, cur),
        "refundDiscrepancySet": bag(sum(r.adjustment for r in order.refunds), cur),
    }


def shipping_view(order: Order) -> View | None:
    """Return the ShippingLine, or None when nothing was charged for it."""
    if not order.shipping:
        return None
    price = bag(order.shipping, order.currencies)
    rate = order.shipping_tax / max(order.shipping - order.shipping_tax * order.taxes_included, 1)
    return {
        "id": gid("ShippingLine", order.shipping_id),
        "title": "Standard",
        "isRemoved": False,
        "originalPriceSet": price,
        "discountedPriceSet": price,
        "currentDiscountedPriceSet": price,
        "taxLines": [tax_line(round(rate, 2), order.shipping_tax, order.currencies)] if order.shipping_tax else [],
    }


def line_view(line: Line, order: Order, books: Books) -> View:
    """Return a LineItem."""
    cur = order.currencies
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
        "currentQuantity": line.current_quantity,
        "refundableQuantity": line.refundable_quantity,
        "unfulfilledQuantity": lambda _: remaining(order, line),
        "isGiftCard": line.gift_card,
        "lineItemGroup": _group_view(line, books),
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
        "taxLines": first_of([line], lambda x: tax_line(float(x.tax_rate), x.tax, cur)),
    }


def _application(line: Line) -> View:
    common: View = {"index": 0, "targetType": "LINE_ITEM"}
    if line.order_level_discount:
        code = {"__typename": "DiscountCodeApplication", "code": "WELCOME"}
        return {**common, **code, "allocationMethod": "ACROSS", "targetSelection": "ALL"}
    manual = {"__typename": "ManualDiscountApplication", "title": "Discount"}
    return {**common, **manual, "allocationMethod": "EACH", "targetSelection": "EXPLICIT"}


def fulfilment_status(order: Order) -> str:
    """Return Shopify's word for how far an order has been sent."""
    if order.fulfilled:
        return "FULFILLED"
    return "PARTIALLY_FULFILLED" if order.fulfilments else "UNFULFILLED"


def sold_lines(order: Order) -> list[Line]:
    """Return the lines of the sale itself, without those that an exchange or an edit brought."""
    later = {line.id for edit in order.edits for line in edit.lines}
    later |= {line.id for back in order.returns for made in back.processings for line in made.added}
    return [line for line in order.lines if line.id not in later]


def fulfilment_line(line: Line, order: Order, books: Books) -> View:
    """Return a FulfillmentLineItem."""
    return {
        "__typename": "FulfillmentLineItem",
        "id": gid("FulfillmentLineItem", line.fulfilment_line_id),
        "quantity": line.quantity,
        "lineItem": lambda _: line_view(line, order, books),
    }


def return_status(order: Order) -> str:
    """Return Shopify's word for how far the order's returns are; what is under way comes before what is over."""
    live = [back for back in order.returns if back.status == "OPEN"]
    if live:
        inspected = all(
            sum(d.quantity for d in line.dispositions) >= line.quantity for back in live for line in back.lines
        )
        return "INSPECTION_COMPLETE" if inspected else "IN_PROGRESS"
    statuses = {back.status for back in order.returns}
    if "REQUESTED" in statuses:
        return "RETURN_REQUESTED"
    return "RETURNED" if "CLOSED" in statuses else "NO_RETURN"


def _rounding(order: Order, kind: str) -> int:
    return sum(t.rounding for t in order.transactions if t.kind == kind and t.status == "SUCCESS")


def _address_view(order: Order) -> View | None:
    where = order.shipping_address
    if where is None:
        return None
    first, _, last = where.name.rpartition(" ")
    return {
        "__typename": "MailingAddress",
        "id": gid("MailingAddress", where.id),
        "name": where.name or None,
        "firstName": first or None,
        "lastName": last or None,
        "company": None,
        "address1": where.address1 or None,
        "address2": where.address2 or None,
        "city": where.city or None,
        "province": where.province or None,
        "zip": where.zip or None,
        "countryCodeV2": where.country_code or None,
        "phone": where.phone or None,
    }


def _group_view(line: Line, books: Books) -> View | None:
    group = line.group
    if group is None:
        return None
    variant = books.variants_by_sku.get(group.sku)
    return {
        "__typename": "LineItemGroup",
        "id": gid("LineItemGroup", group.id),
        "title": group.title,
        "quantity": group.quantity,
        "variantSku": group.sku or None,
        "variantId": variant and gid("ProductVariant", variant.id),
        "productId": variant and gid("Product", variant.product_id),
    }


def _agreements(order: Order, books: Books, *, first: int | None = None, after: str | None = None, **_: object) -> View:
    return agreement_views.agreements(order, books, first=first, after=after)


def _returns(
    order: Order,
    books: Books,
    *,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
) -> View:
    return return_views.returns_of(order, books, first=first, after=after, query=query)
