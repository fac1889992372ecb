"""Variants, inventory items, levels and adjustments as the graph shows them."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.books import Books
from tieout.sandbox.shopify.figures import gid, major, number_of
from tieout.sandbox.shopify.paging import View, page
from tieout.sandbox.shopify.rest import level_gid
from tieout.sandbox.shopify.stock import AdjustmentGroup, App, Level, Location, Variant

QUANTITY_NAMES = (
    "available",
    "committed",
    "damaged",
    "incoming",
    "on_hand",
    "quality_control",
    "reserved",
    "safety_stock",
)


def levels_of(variant: Variant, books: Books) -> list[Level]:
    """Return the stock levels of a variant, one for each location that stocks it."""
    keys = ((variant.inventory_item_id, location) for location in books.locations)
    return [books.levels[key] for key in keys if key in books.levels]


def app_view(app: App | None) -> View | None:
    """Return an App, or None."""
    if app is None:
        return None
    return {
        "__typename": "App",
        "id": gid("App", app.id),
        "title": app.title,
        "handle": app.handle,
    }


def location_view(location: Location) -> View:
    """Return a Location."""
    return {
        "__typename": "Location",
        "id": gid("Location", location.id),
        "legacyResourceId": str(location.id),
        "name": location.name,
        "isActive": True,
    }


def variant_view(variant: Variant, books: Books) -> View:
    """Return a ProductVariant."""
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant.id),
        "legacyResourceId": str(variant.id),
        "sku": variant.sku,
        "title": "Default Title",
        "displayName": variant.title,
        "price": major(variant.price),
        "inventoryQuantity": lambda _: sum(x.available for x in levels_of(variant, books)),
        "product": {"id": gid("Product", variant.product_id), "title": variant.title},
        "inventoryItem": lambda _: item_view(variant, books),
    }


def item_view(variant: Variant, books: Books) -> View:
    """Return the InventoryItem of a variant."""
    item = variant.inventory_item_id

    def level(_: object, *, locationId: str) -> View | None:  # noqa: N803  # Shopify's word
        found = books.levels.get((item, number_of(locationId, "Location")))
        return level_view(found, books) if found else None

    def levels(_: object, *, first: int | None = None, after: str | None = None) -> View:
        here = levels_of(variant, books)
        return page(here, lambda x: level_view(x, books), lambda x: (0, x.id), first=first, after=after)

    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", item),
        "legacyResourceId": str(item),
        "sku": variant.sku,
        "tracked": True,
        "variant": lambda _: variant_view(variant, books),
        "inventoryLevel": level,
        "inventoryLevels": levels,
    }


def level_view(level: Level, books: Books) -> View:
    """Return an InventoryLevel."""

    def quantities(_: object, *, names: Sequence[str]) -> list[View]:
        held = {"available": level.available, "on_hand": level.on_hand, "committed": level.committed}
        return [
            {
                "id": f"{gid('InventoryQuantity', level.id)}?name={name}",
                "name": name,
                "quantity": held.get(name, 0),
                "updatedAt": stamp(level.updated_at),
            }
            for name in names
            if name in QUANTITY_NAMES
        ]

    return {
        "__typename": "InventoryLevel",
        "id": level_gid(level),
        "item": lambda _: item_view(books.variants_by_item[level.inventory_item_id], books),
        "location": location_view(books.locations[level.location_id]),
        "updatedAt": stamp(level.updated_at),
        "quantities": quantities,
    }


def group_view(group: AdjustmentGroup, books: Books) -> View:
    """Return an InventoryAdjustmentGroup."""

    def changes(
        _: object,
        *,
        inventoryItemIds: Sequence[str] | None = None,  # noqa: N803  # Shopify's word
        locationIds: Sequence[str] | None = None,  # noqa: N803  # Shopify's word
        quantityNames: Sequence[str] | None = None,  # noqa: N803  # Shopify's word
    ) -> list[View]:
        return [
            {
                "name": change.name,
                "delta": change.delta,
                "quantityAfterChange": change.after,
                "ledgerDocumentUri": None,
                "item": lambda _, item=change.inventory_item_id: item_view(books.variants_by_item[item], books),
                "location": location_view(books.locations[change.location_id]),
            }
            for change in group.changes
            if (quantityNames is None or change.name in quantityNames)
            and (inventoryItemIds is None or gid("InventoryItem", change.inventory_item_id) in inventoryItemIds)
            and (locationIds is None or gid("Location", change.location_id) in locationIds)
        ]

    return {
        "__typename": "InventoryAdjustmentGroup",
        "id": gid("InventoryAdjustmentGroup", group.id),
        "createdAt": stamp(group.created_at),
        "reason": group.reason,
        "referenceDocumentUri": group.reference_document_uri,
        "app": app_view(group.app),
        "changes": changes,
    }
