"""Levels and the event log as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tieout.sandbox.shipbob.books import Centre, Item, Product
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.receiving import Dock
from tieout.sandbox.shipbob.stock import AVAILABLE, QUARANTINED, Event, Side
from tieout.sandbox.shipbob.views import Json, centre_named, moment


class Levels:
    """Says what is where; the figures lag behind as the settings say."""

    def __init__(self, network: Network, dock: Dock) -> None:
        self._network = network
        self._stock = network.stock
        self._books = network.books
        self._dock = dock

    def total(self, item: Item) -> Json:
        """Return an item's figures over all sites."""
        at = self._as_of()
        held = promised = odd = awaited = 0
        for centre in self._books.centres.values():
            here, there = self._stock.level(item, centre, at)
            held, promised = held + here, promised + there
            odd += self._stock.level(item, centre, at, QUARANTINED)[0]
            awaited += self._dock.awaited(item, centre)
        return {
            **_named(item),
            "total_on_hand_quantity": held,
            "total_committed_quantity": promised,
            "total_fulfillable_quantity": held - promised,
            "total_awaiting_quantity": awaited,
            "total_sellable_quantity": held - promised + awaited,
            "total_exception_quantity": odd,
            "total_backordered_quantity": self._backordered(item),
            "total_internal_transfer_quantity": sum(self._moving(item, c) for c in self._books.centres.values()),
        }

    def by_site(self, item: Item, centres: Iterable[Centre]) -> Json:
        """Return an item's figures at each site; this form has no exception bucket."""
        return {**_named(item), "locations": [self._site(item, centre) for centre in centres]}

    def by_lot(self, item: Item) -> Json:
        """Return an item's figures for each lot; promises are spread over the lots that expire first."""
        lots: dict[str, list[Json]] = {}
        for centre in self._books.centres.values():
            left = self._stock.committed(item, centre)
            for lot, held in self._stock.lots(item, centre):
                promised = min(left, held)
                left -= promised
                lots.setdefault(lot, []).append(_figures(centre, held, promised))
        return {
            **_named(item),
            "lots": [
                {
                    "lot_number": lot or None,
                    "lot_date": self._stock.expires.get((item.id, lot)),
                    "locations": places,
                    **{name: sum(_int(place[name]) for place in places) for name in FIGURES},
                }
                for lot, places in lots.items()
            ],
        }

    def _site(self, item: Item, centre: Centre) -> Json:
        held, promised = self._stock.level(item, centre, self._as_of())
        awaited, moving = self._dock.awaited(item, centre), self._moving(item, centre)
        return _figures(centre, held, promised, awaited, moving)

    def _moving(self, item: Item, centre: Centre) -> int:
        moving = self._stock.on_the_way.values()
        return sum(one.quantity for one in moving if one.item is item and one.to_centre is centre)

    def _backordered(self, item: Item) -> int:
        return sum(
            part.quantity - part.committed
            for shipment in self._network.waiting.values()
            for part in shipment.parts
            if part.item is item
        )

    def _as_of(self) -> datetime:
        return self._network.now() - timedelta(seconds=self._network.settings.level_lag_seconds)


FIGURES = (
    "on_hand_quantity",
    "committed_quantity",
    "fulfillable_quantity",
    "awaiting_quantity",
    "internal_transfer_quantity",
)


def inventory_view(item: Item, product: Product | None) -> Json:
    """Return an item by itself."""
    return {
        **_named(item),
        "barcode": item.barcode or None,
        "is_case": False,
        "is_lot": item.lots,
        "user_id": 1,
        "dimensions": None,
        "weight": None,
        "variant": {
            "is_active": product.active if product else True,
            "is_bundle": False,
            "is_digital": False,
            "hazmat": {"is_hazmat": False, "validated": True},
        },
    }


def product_view(product: Product, network: Network) -> Json:
    """Return a product with its one variant. What a case or pallet of it holds is told nowhere in the API."""
    bundle = product.is_bundle
    item = product.parts[0][0]
    held = 0 if bundle else sum(network.stock.on_hand(item, centre) for centre in network.books.centres.values())
    return {
        "id": product.id,
        "name": product.name,
        "type": "Bundle" if bundle else "Regular",
        "taxonomy": None,
        "user_id": 1,
        "variants": [
            {
                "id": product.variant_id,
                "name": product.name,
                "sku": product.sku,
                "barcode": item.barcode or None if not bundle else None,
                "gtin": None,
                "upc": None,
                "status": "Active" if product.active else "Inactive",
                "is_digital": False,
                "inventory": {"inventory_id": None if bundle else item.id, "on_hand_qty": held},
                "bundle_definition": _components(product, network) if bundle else [],
                "lot_information": {"is_lot": item.lots and not bundle, "minimum_shelf_life_days": None},
                "fulfillment_settings": {
                    "is_case_pick": False,
                    "serial_scan": {"is_enabled": item.serials and not bundle},
                },
            }
        ],
    }


def _components(product: Product, network: Network) -> list[Json]:
    known = network.books.products_by_sku
    return [{"variant_id": known[item.sku].variant_id, "quantity": each} for item, each in product.parts]


def event_view(event: Event) -> Json:
    """Return an entry of the event log."""
    return {
        "inventory_audit_event_id": event.id,
        "inventory_id": event.item.id,
        "event_category": event.category,
        "event_datetime": moment(event.at),
        "shipbob_order_id": event.order_id,
        "increment": _side(event.increment, event.item),
        "decrement": _side(event.decrement, event.item),
        "additional_reference": [{"key": key, "value": value} for key, value in event.references],
    }


def _side(side: Side | None, item: Item) -> Json | None:
    if side is None:
        return None
    available = side.status == AVAILABLE
    return {
        "facility_id": side.centre.id,
        "location_id": side.centre.id * 10 + (1 if available else 9),
        "sku": item.sku,
        "quantity_change": side.quantity,
        "committed_quantity_change": side.committed,
        "lot_number": side.lot or None,
        "expiration_date": None,
        "inventory_status": side.status,
        "operational_stage": {"id": 1, "description": "Available"},
        "pack_description_id": None,
        "yuki_id": None,
    }


def _figures(centre: Centre, held: int, promised: int, awaited: int = 0, moving: int = 0) -> Json:
    return {
        "location_id": centre.id,
        "name": centre_named(centre)["name"],
        "on_hand_quantity": held,
        "committed_quantity": promised,
        "fulfillable_quantity": held - promised,
        "awaiting_quantity": awaited,
        "internal_transfer_quantity": moving,
    }


def _named(item: Item) -> Json:
    return {"inventory_id": item.id, "name": item.name, "sku": item.sku}


def _int(value: object) -> int:
    assert isinstance(value, int), "a figure is a whole number"
    return value
