"""The ledger of RMAs on the control surface: everything that a test wants to know, amounts as text."""

from __future__ import annotations

from tieout.sandbox.returngo.books import Item, MoneyMove, Rma
from tieout.sandbox.shopify.figures import major


def ledger_line(rma: Rma) -> dict[str, object]:
    """Return one RMA; `comments` are those that people and programs wrote, `timeline` is everything."""
    return {
        "rma_id": str(rma.id),
        "order_name": rma.order_name,
        "status": rma.status,
        "cancellation_fee": major(rma.cancellation_fee),
        "currency": rma.currencies.shop,
        "presentment": rma.currencies.presentment,
        "shop_return": rma.shop_return.name if rma.shop_return else "",
        "shop_returns": [{"name": found.name, "status": found.status} for found in rma.shop_returns],
        "shipments": [{"id": str(s.id), "status": s.status, "tracker": s.tracker_status} for s in rma.shipments],
        "items": [_item(item) for item in rma.items],
        "exchanges": [
            {
                "draft": str(order.draft_id),
                "order": order.order_id,
                "name": order.name,
                "items": [str(number) for number in order.item_ids],
                "goods": [{"sku": one.sku, "quantity": one.quantity} for one in order.replacements],
            }
            for order in rma.exchange_orders
        ],
        "transactions": [_move(move) for move in rma.moves],
        "comments": [comment.text for comment in rma.comments if comment.kind == "merchant"],
        "timeline": [{"kind": comment.kind, "by": comment.by, "text": comment.text} for comment in rma.comments],
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "returned_item_id": str(item.id),
        "sku": item.sku,
        "paid": major(item.paid),
        "tax": major(item.tax),
        "resolution": item.resolution,
        "resolution_value": item.terms,
        "fees": {
            "restocking": major(item.restocking_fee),
            "return": major(item.return_fee),
            "shipment": major(item.shipment_fee),
        },
        "kept": item.is_kept,
        "shipment": str(item.shipment_id or ""),
        "settled": item.settled,
        "refunded_elsewhere": item.refunded_elsewhere,
    }


def _move(move: MoneyMove) -> dict[str, object]:
    return {
        "id": str(move.id),
        "type": move.kind,
        "status": move.status,
        "amount": major(move.amount),
        "cancellation_fee": major(move.fee),
        "reference_type": move.reference_type,
        "reference": move.reference,
        "items": [str(number) for number in move.item_ids],
    }
