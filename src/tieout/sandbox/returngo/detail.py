"""RMAs and transactions as the API shows them: one entry per unit, ids as text, money as numbers.

Money leaves here as JSON numbers, as at ReturnGO; whole minor units are divided only for writing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.sandbox.clock import stamp
from tieout.sandbox.returngo.books import Customer, Item, MoneyMove, Replacement, Rma, Shipment
from tieout.sandbox.shopify.figures import Currencies


def money(amount: int, currencies: Currencies) -> dict[str, object]:
    """Return the money object: as the customer paid, and in the shop's currency."""
    return {
        "amount": currencies.presented(amount) / 100,
        "currency": currencies.presentment,
        "shopAmount": amount / 100,
        "shopCurrency": currencies.shop,
    }


def summary(rma: Rma) -> dict[str, object]:
    """Return the RMA as the list shows it."""
    return {
        "rmaId": str(rma.id),
        "status": rma.status,
        "order_name": rma.order_name,
        "events": [
            {
                "eventName": event.name,
                "eventDate": stamp(event.at),
                "triggeredVia": event.via,
                "storeLocationId": None,
                "userDetails": None,
            }
            for event in rma.events
        ],
    }


def detail(rma: Rma) -> dict[str, object]:
    """Return the whole RMA."""
    chosen = [*rma.replacements, *(one for item in rma.items for one in item.replacements)]
    return {
        "rmaSummary": summary(rma),
        "orderDetails": {"orderId": rma.order_id, "order_name": rma.order_name},
        "shipments": [_shipment(shipment, rma.customer) for shipment in rma.shipments],
        "items": [_item(item, rma.currencies) for item in rma.items],
        "exchangeItems": [_replacement(one, rma.currencies) for one in chosen],
        "exchangeOrders": _exchange_orders(rma),
        "transactions": [_move_in_rma(move) for move in rma.moves],
        "comments": [
            {"commentType": c.kind, "triggeredBy": c.by, "htmlText": c.text, "datetime": stamp(c.at)}
            for c in rma.comments
        ],
        "cancellationFee": rma.cancellation_fee / 100,
        "createdAt": stamp(rma.created_at),
        "lastUpdated": stamp(rma.last_updated),
        "isOutOfPolicy": 0,
    }


def transaction(move: MoneyMove) -> dict[str, object]:
    """Return the transaction as GET /transactions shows it, with integers for ids."""
    return {
        "id": move.id,
        "rmaId": move.rma_id,
        "orderId": int(move.order_id) if move.order_id.isdecimal() else None,
        "returnItemIds": list(move.item_ids),
        **_common(move),
    }


def _move_in_rma(move: MoneyMove) -> dict[str, object]:
    items = [str(number) for number in move.item_ids]
    return {"id": str(move.id), "rmaId": str(move.rma_id), "returnItemIds": items, **_common(move)}


def _common(move: MoneyMove) -> dict[str, object]:
    found: dict[str, object] = {
        "type": move.kind,
        "status": move.status,
        "processor": move.processor,
        "amount": money(move.amount, move.currencies),
        "createdAt": stamp(move.created_at),
        "updatedAt": stamp(move.updated_at),
    }
    if move.reference:
        found["externalReferenceType"] = move.reference_type
        found["externalReferenceId"] = move.reference
    return found


def _shipment(shipment: Shipment, customer: Customer | None) -> dict[str, object]:
    return {
        "shipmentId": str(shipment.id),
        "status": shipment.status,
        "customerAddress": _address(customer),
        "returnAddress": {},
        "isOutbound": False,
        **_present(
            {
                "carrierName": shipment.carrier,
                "trackingNumber": shipment.tracking_number,
                "trackingURL": shipment.tracking_url,
                "labelURL": shipment.label_url,
            }
        ),
    }


def _address(customer: Customer | None) -> dict[str, object]:
    """Return who the customer is, as far as the portal knows."""
    if customer is None or not customer.email:
        return {}
    return _present({"firstName": customer.first_name, "lastName": customer.last_name, "email": customer.email})


def shipment_view(shipment: Shipment) -> dict[str, object]:
    """Return the shipment as the answer to a change of it."""
    return _shipment(shipment, None)


def _item(item: Item, currencies: Currencies) -> dict[str, object]:
    return {
        "returnedItemId": str(item.id),
        "fullName": item.title,
        "productName": item.title,
        "sku": item.sku,
        "paidPrice": money(item.paid, currencies),
        "paidTax": money(item.tax, currencies),
        "taxIncluded": item.tax_included,
        "returnReason": item.reason,
        "resolutionName": item.resolution,
        "resolutionType": item.resolution,
        "policyRuleName": item.policy,
        "isAutoApprove": 0,
        "restockingFee": item.restocking_fee / 100,
        "returnFee": item.return_fee / 100,
        "shipmentFee": item.shipment_fee / 100,
        "returnMethod": {"type": item.method, "name": item.method},
        "itemValidationStatusResponse": _validation(item),
        "exchangeItems": [_replacement(one, currencies) for one in item.replacements],
        "followUpQuestions": [],
        **_present(
            {
                "shopLineItemId": item.line_id,
                "shopProductId": item.product_id,
                "variantId": item.variant_id,
                "shipmentId": str(item.shipment_id or ""),
            }
        ),
    }


def _validation(item: Item) -> dict[str, object]:
    found = item.validation
    if found is None:
        return {"isReturned": False, "isRestockable": False, "lastValidationDate": None}
    return {
        "isReturned": found.returned,
        "isRestockable": found.restockable,
        "nonReturnedReason": found.reason if not found.returned else None,
        "nonRestockableReason": found.reason if not found.restockable else None,
        "storeLocationId": None,
        "lastValidationDate": stamp(found.at),
        "lastValidatedBy": "Warehouse",
        "thirdPartyName": None,
        "userDetails": None,
    }


def _replacement(one: Replacement, currencies: Currencies) -> dict[str, object]:
    return {
        "quantity": one.quantity,
        "sku": one.sku,
        "itemPriceMethod": one.price_method,
        "freeExchangePriceRange": {"min": one.free_min / 100, "max": one.free_max / 100},
        "catalogPrice": money(one.catalog, currencies),
        "effectivePrice": money(one.effective, currencies),
        **_present({"productId": one.product_id, "variantId": one.variant_id}),
    }


def _exchange_orders(rma: Rma) -> list[dict[str, object]]:
    """Return the drafts and orders of exchanges; a draft has no order id until it is released."""
    return [
        {
            "draftOrderId": str(order.draft_id),
            "orderId": order.order_id,
            "orderName": order.name,
            "type": "Exchange",
        }
        for order in rma.exchange_orders
    ]


def _present(fields: Mapping[str, str]) -> dict[str, object]:
    """Return the fields that have a value; ReturnGO leaves the others out."""
    return {name: value for name, value in fields.items() if value}
