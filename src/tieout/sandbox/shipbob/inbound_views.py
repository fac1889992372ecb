"""Goods in, their boxes, and returns as the API shows them."""

from __future__ import annotations

from tieout.sandbox.shipbob.books import Centre, GoodsBack, GoodsIn, ReturnItem
from tieout.sandbox.shipbob.views import Json, centre_named, moment


def centre_view(centre: Centre) -> Json:
    """Return a site with what is known of its address."""
    return {
        **centre_named(centre),
        "address1": f"{centre.name} Distribution Park",
        "address2": None,
        "city": centre.name,
        "state": None,
        "zip_code": None,
        "country": centre.country,
        "email": None,
        "phone_number": None,
        "timezone": centre.timezone,
    }


def goods_in_view(wro: GoodsIn) -> Json:
    """Return a receiving order; quantities are summed over its boxes."""
    by_item: dict[int, list[int]] = {}
    skus: dict[int, str] = {}
    for box in wro.boxes:
        for line in box.items:
            skus[line.item.id] = line.item.sku
            sums = by_item.setdefault(line.item.id, [0, 0, 0])
            for place, units in enumerate((line.expected, line.received, line.stowed)):
                sums[place] += units
    return {
        "id": wro.id,
        "purchase_order_number": wro.purchase_order or None,
        "status": wro.status,
        "package_type": wro.package_type,
        "box_packaging_type": wro.packing,
        "expected_arrival_date": wro.expected_at,
        "insert_date": moment(wro.created_at),
        "last_updated_date": moment(wro.updated_at),
        "external_sync_timestamp": moment(wro.synced_at),
        "box_labels_uri": f"/receiving/{wro.id}/labels",
        "fulfillment_center": centre_view(wro.centre),
        "inventory_quantities": [
            {
                "inventory_id": item,
                "sku": skus[item],
                "expected_quantity": sums[0],
                "received_quantity": sums[1],
                "stowed_quantity": sums[2],
            }
            for item, sums in by_item.items()
        ],
        "status_history": [{"id": n, "status": name, "timestamp": moment(at)} for n, name, at in wro.history],
    }


def boxes_view(wro: GoodsIn) -> list[Json]:
    """Return its boxes."""
    return [
        {
            "box_id": box.id,
            "box_number": number,
            "box_status": box.status,
            "tracking_number": box.tracking or None,
            "arrived_date": moment(box.arrived_at),
            "received_date": moment(wro.completed_at),
            "counting_started_date": None,
            "box_items": [
                {
                    "inventory_id": line.item.id,
                    "lot_number": line.lot or None,
                    "lot_date": line.expires or None,
                    "quantity": line.expected,
                    "received_quantity": line.received,
                    "stowed_quantity": line.stowed,
                }
                for line in box.items
            ],
        }
        for number, box in enumerate(wro.boxes, start=1)
    ]


def return_view(back: GoodsBack) -> Json:
    """Return a return order."""
    shipment = back.shipment
    tracking = shipment.tracking if shipment else None
    return {
        "id": back.id,
        "reference_id": back.reference_id,
        "return_type": back.kind,
        "status": back.status,
        "customer_name": None,
        "channel": {"id": back.channel.id, "name": back.channel.name},
        "fulfillment_center": centre_named(back.centre),
        "original_shipment_id": shipment.id if shipment else None,
        "shipment_tracking_number": tracking.number if tracking else None,
        "store_order_id": shipment.order.reference_id if shipment else None,
        "tracking_number": back.tracking or None,
        "insert_date": moment(back.created_at),
        "awaiting_arrival_date": moment(back.created_at),
        "arrived_date": moment(back.reached("Arrived")),
        "processing_date": moment(back.reached("Processing")),
        "completed_date": moment(back.reached("Completed")),
        "cancelled_date": moment(back.reached("Cancelled")),
        "status_history": [{"status": name, "timestamp": moment(at)} for name, at in back.history],
        "invoice": {"amount": None, "currency_code": None},
        "transactions": [],
        "inventory": [_return_item(one) for one in back.items],
    }


def _return_item(one: ReturnItem) -> Json:
    return {
        "id": one.item.id,
        "name": one.item.name,
        "sku": one.item.sku,
        "barcodes": [one.item.barcode] if one.item.barcode else [],
        "quantity": one.quantity,
        "lot_information": {"number": one.lot or None, "expiration": one.lot_date or None, "minimumShelfLife": None},
        "action_requested": {
            "action": one.action,
            "action_type": "Default" if one.action == "Default" else "Override",
            "instructions": None,
        },
        "action_taken": [
            {"action": action, "action_reason": reason, "quantity_processed": units, "image_url": None}
            for action, reason, units in one.taken
        ],
    }
