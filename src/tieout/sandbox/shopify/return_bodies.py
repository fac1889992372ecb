"""Webhook bodies about returns, as thin and as uneven as Shopify sends them: they are hints, not the return."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.books import Draft, Order, OrderEdit
from tieout.sandbox.shopify.figures import Currencies, gid, major
from tieout.sandbox.shopify.return_books import Disposition, ReturnLine, ShopReturn


def return_body(shop_return: ShopReturn, topic: str, *, removed: Mapping[int, int] | None = None) -> dict[str, object]:
    """Return the body of a returns/* topic.

    request and approve carry lines and fees, update only what was removed, the others ids and the status.
    """
    body: dict[str, object] = {
        "id": shop_return.id,
        "admin_graphql_api_id": gid("Return", shop_return.id),
        "order": {"id": shop_return.order.id, "admin_graphql_api_id": gid("Order", shop_return.order.id)},
    }
    if topic == "returns/update":
        gone = [
            {"id": number, "admin_graphql_api_id": gid("ReturnLineItem", number), "delta": quantity}
            for number, quantity in (removed or {}).items()
        ]
        return {**body, "return_line_items": {"removals": gone}}
    body["status"] = shop_return.status.lower()
    if topic in {"returns/approve", "returns/request"}:
        body["name"] = shop_return.name
        body["total_return_line_items"] = sum(line.quantity for line in shop_return.lines)
        body["return_line_items"] = [_line(line) for line in shop_return.lines]
        body["return_shipping_fees"] = _fees(shop_return)
    if topic == "returns/decline" and shop_return.decline:
        reason, note = shop_return.decline
        body["decline"] = {"reason": reason.lower(), "note": note or None}
    return body


def dispose_body(line: ReturnLine, made: Disposition) -> dict[str, object]:
    """Return the body of reverse_fulfillment_orders/dispose."""
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("ReverseFulfillmentOrderDisposition", made.id),
        "quantity": made.quantity,
        "type": made.kind.lower(),
        "location_id": made.location_id,
        "reverse_fulfillment_order_line_item": {
            "id": line.id,
            "admin_graphql_api_id": gid("ReverseFulfillmentOrderLineItem", line.id),
            "fulfillment_line_item": _fulfilment_line(line),
        },
    }


def edit_body(order: Order, edit: OrderEdit) -> dict[str, object]:
    """Return the body of orders/edited: only what was added."""
    additions = [{"id": line.id, "delta": line.quantity} for line in edit.lines]
    return {
        "order_edit": {
            "id": edit.agreement_id,
            "order_id": order.id,
            "app_id": edit.app and edit.app.id,
            "created_at": stamp(edit.at),
            "notify_customer": False,
            "staff_note": "",
            "line_items": {"additions": additions, "removals": []},
        }
    }


def draft_body(draft: Draft) -> dict[str, object]:
    """Return the body of draft_orders/create and draft_orders/update, without its lines."""
    return {
        "id": draft.id,
        "admin_graphql_api_id": gid("DraftOrder", draft.id),
        "name": draft.name,
        "status": "completed" if draft.order else "open",
        "order_id": draft.order and draft.order.id,
        "created_at": stamp(draft.created_at),
        "tags": ", ".join(str(tag) for tag in draft.body.get("tags") or ()),
    }


def _line(line: ReturnLine) -> dict[str, object]:
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("ReturnLineItem", line.id),
        "quantity": line.quantity,
        "return_reason": "other",
        "return_reason_note": line.note or line.reason,
        "fulfillment_line_item": _fulfilment_line(line),
    }


def _fulfilment_line(line: ReturnLine) -> dict[str, object]:
    number = line.line.fulfilment_line_id
    return {
        "id": number,
        "admin_graphql_api_id": gid("FulfillmentLineItem", number),
        "line_item": {"id": line.line.id, "admin_graphql_api_id": gid("LineItem", line.line.id)},
    }


def _fees(shop_return: ShopReturn) -> list[dict[str, object]]:
    if not shop_return.fee:
        return []
    both: Currencies = shop_return.order.currencies
    money = {
        "shop_money": {"amount": major(shop_return.fee), "currency_code": both.shop},
        "presentment_money": {"amount": major(both.presented(shop_return.fee)), "currency_code": both.presentment},
    }
    return [
        {
            "id": shop_return.fee_id,
            "admin_graphql_api_id": gid("ReturnShippingFee", shop_return.fee_id),
            "amount_set": money,
        }
    ]
