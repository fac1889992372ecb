"""Customers who buy at the checkout or the till: never more than is available, however many come at once.

- POST checkout {"sku", "quantity": 1, "location": name, "price", "name", "till": false} -> {"order", "id", "sku",
  "location", "available", "committed", "on_hand"}: a paid order whose units are taken off what is available and
  committed until they are sent; at the till they leave at once. 409 when less is available; nothing happens then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal
from tieout.sandbox.shopify.books import Order
from tieout.sandbox.shopify.figures import gid, major, minor
from tieout.sandbox.shopify.fulfilling import reserve
from tieout.sandbox.shopify.loading import enter_order
from tieout.sandbox.shopify.rest import level_body, order_body
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.shopify.stock import Level, Location, Variant


def checkout_routes(shop: Shop, journal: Journal, now: Callable[[], datetime]) -> list[BaseRoute]:
    """Return the route of the customers."""

    async def checkout(request: Request) -> Response:
        given = await json_object(request)
        # From here on nothing waits, so that nobody else can buy between the look and the sale.
        at = now()
        variant, place, level, units = _wanted(shop, given)
        if level.available < units:
            raise HTTPException(409, f"Only {level.available} of {variant.sku} are available at {place.name}.")
        order = _sell(shop, given, variant, place, units, at)
        level.available -= units
        if order.fulfilled:
            level.on_hand -= units
        else:
            reserve(order.lines[0], level)
        level.updated_at = at
        entry = journal.begin("CONTROL", "/checkout")
        entry.effect("order.created", name=order.name, sku=variant.sku, quantity=units)
        shop.announce("orders/create", order_body(order), at)
        shop.announce("inventory_levels/update", level_body(level), at)
        return JSONResponse(
            {
                "order": order.name,
                "id": gid("Order", order.id),
                "sku": variant.sku,
                "location": place.name,
                "available": level.available,
                "committed": level.committed,
                "on_hand": level.on_hand,
            }
        )

    return [Route("/checkout", checkout, methods=["POST"])]


def _wanted(shop: Shop, given: Mapping[str, Any]) -> tuple[Variant, Location, Level, int]:
    books, units = shop.books, given.get("quantity", 1)
    variant = books.variants_by_sku.get(str(given.get("sku")))
    name = str(given.get("location") or "")
    place = next((x for x in books.locations.values() if name in {"", x.name}), None)
    level = books.levels.get((variant.inventory_item_id, place.id)) if variant and place else None
    if variant is None or place is None or level is None:
        raise HTTPException(404, f"There is no sku {given.get('sku')} at the location {name or 'of the shop'}.")
    if not isinstance(units, int) or isinstance(units, bool) or units < 1:
        raise HTTPException(400, "quantity must be a whole number of at least 1.")
    return variant, place, level, units


def _sell(  # who buys what
    shop: Shop, given: Mapping[str, Any], variant: Variant, place: Location, units: int, at: datetime
) -> Order:
    """Enter the paid order, with tax at a fifth inside the price."""
    price = minor(given["price"]) if "price" in given else variant.price
    till = bool(given.get("till"))
    body = {
        "name": str(given.get("name") or _next_name(shop)),
        "lines": [
            {
                "sku": variant.sku,
                "title": variant.title,
                "quantity": units,
                "price": major(price),
                "tax": major((price * units + 3) // 6),
                "tax_rate": "0.2",
            }
        ],
        "fulfilled": till,
        "source_name": "pos" if till else "web",
    }
    try:
        order = enter_order(shop, body, at)
    except ValueError as error:
        raise HTTPException(400, f"{error}.") from error
    order.location_id = place.id
    if till:
        order.retail_location = place
        order.fulfilments[0].location_id = place.id
    return order


def _next_name(shop: Shop) -> str:
    number = max((order.number for order in shop.books.orders.values()), default=1000) + 1
    return f"#{number}"
