"""Reads the body of a set-up into the books: sites, channels, products, and what lies on the shelves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.shipbob.books import SCOPES, UNITS_OF_MEASURE, Books, Centre, Channel, Item, Product
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.ordering import new_bundle, new_product
from tieout.sandbox.shipbob.stock import AVAILABLE, Side

OPENING = "Opening balance"


def set_up(network: Network, given: Mapping[str, Any]) -> dict[str, object]:
    """Add what is given, leave alone what is there already by its name; ValueError when it makes no sense."""
    books = network.books
    for one in given.get("centres") or ():
        if books.centre_named(str(one["name"])) is None:
            add_centre(books, str(one["name"]), str(one.get("country") or "GB"), str(one.get("timezone") or ""))
    for one in given.get("channels") or ():
        scopes = tuple(str(scope) for scope in one.get("scopes", SCOPES))
        add_channel(books, str(one["name"]), scopes)
    for one in given.get("products") or ():
        if str(one["sku"]) not in books.products_by_sku:
            _add_product(books, one)
    books.methods += [str(name) for name in given.get("shipping_methods") or () if name not in books.methods]
    for one in given.get("stock") or ():
        _open(network, one)
    return {
        "centres": {centre.name: centre.id for centre in books.centres.values()},
        "channels": {channel.name: channel.id for channel in books.channels.values()},
        "products": {
            product.sku: {"product_id": product.id, "inventory_ids": [item.id for item, _ in product.parts]}
            for product in books.products.values()
        },
    }


def add_centre(books: Books, name: str, country: str, timezone: str) -> Centre:
    """Put a site into the books."""
    centre = Centre(id=books.new_id(), name=name, country=country, timezone=timezone or "Europe/London")
    books.centres[centre.id] = centre
    return centre


def add_channel(books: Books, name: str, scopes: tuple[str, ...]) -> Channel:
    """Put a channel into the books."""
    channel = Channel(id=books.new_id(), name=name, application_name=name, scopes=scopes)
    books.channels[channel.id] = channel
    return channel


def item_for(books: Books, sku: str) -> Item:
    """Return the item of this stock code; ValueError when there is none."""
    item = books.item_of(sku)
    if item is None:
        raise ValueError(f"there is no item {sku}")
    return item


def centre_for(books: Books, name: str) -> Centre:
    """Return the site of this name or number, the first one for an empty name; ValueError when there is none."""
    centre = books.centre_named(name)
    if centre is None:
        raise ValueError(f"there is no site {name}")
    return centre


def whole_number(value: object, name: str) -> int:
    """Return a whole number; ValueError when it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, not {value!r}")  # noqa: TRY004  # a body is told, not called
    return value


def _add_product(books: Books, one: Mapping[str, Any]) -> Product:
    sku, name = str(one["sku"]), str(one.get("name") or one["sku"])
    units = {str(code): whole_number(count, code) for code, count in (one.get("units") or {}).items()}
    if not set(units) <= set(UNITS_OF_MEASURE) or any(count < 1 for count in units.values()):
        raise ValueError(f"units are {', '.join(UNITS_OF_MEASURE)} with how many single ones each holds")
    if one.get("components"):
        parts = tuple((item_for(books, sku), whole_number(n, sku)) for sku, n in one["components"].items())
        return new_bundle(books, sku, name, parts, units)
    return new_product(
        books,
        sku,
        name,
        barcode=str(one.get("barcode") or ""),
        lots=bool(one.get("lots")),
        serials=bool(one.get("serials")),
        units=units,
    )


def _open(network: Network, one: Mapping[str, Any]) -> None:
    item, centre = item_for(network.books, str(one["sku"])), centre_for(network.books, str(one.get("centre") or ""))
    lot, units = str(one.get("lot") or ""), whole_number(one["quantity"], "quantity")
    if one.get("expires"):
        network.stock.expires[(item.id, lot)] = str(one["expires"])
    side = Side(centre=centre, lot=lot, status=AVAILABLE, quantity=units)
    network.change_stock("InventoryAdjusted", item, (side,), (("Reason", OPENING),))
