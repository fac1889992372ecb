"""Stock levels, the event log, products and sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.journal import journal_of
from tieout.sandbox.shipbob.api import Guard, body_of, writing_channel
from tieout.sandbox.shipbob.books import Item, Product
from tieout.sandbox.shipbob.inbound_views import centre_view
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.ordering import new_product
from tieout.sandbox.shipbob.paging import LIMIT_MAX, instant, linked, linked_url, texts, whole
from tieout.sandbox.shipbob.refusing import RefusedError, problem
from tieout.sandbox.shipbob.stock import CATEGORIES, Event
from tieout.sandbox.shipbob.stock_views import Levels, event_view, inventory_view, product_view
from tieout.sandbox.shipbob.views import Json

WINDOW = timedelta(days=90)
PAGE_SIZE = 50


class StockApi:
    """What is where, what happened to it, and what it is."""

    def __init__(self, network: Network, levels: Levels) -> None:
        self._network = network
        self._books = network.books
        self._levels = levels

    def routes(self, guard: Guard) -> list[Route]:
        """Return its paths below the version."""
        at, one = "/{version}/inventory-level", "/{version}/inventory-level/{item_id:int}"
        read = "inventory_read"
        product = "/{version}/product"
        return [
            Route(at, guard(self._totals, read), methods=["GET"]),
            Route(f"{at}/locations", guard(self._sites, read), methods=["GET"]),
            Route(f"{at}/lots", guard(self._lots, read), methods=["GET"]),
            Route(one, guard(self._one(self._levels.total), read), methods=["GET"]),
            Route(f"{one}/locations", guard(self._one(self._site_view), read), methods=["GET"]),
            Route(f"{one}/lots", guard(self._one(self._levels.by_lot), read), methods=["GET"]),
            Route("/{version}/inventory", guard(self._items, read), methods=["GET"]),
            Route("/{version}/inventory/{item_id:int}", guard(self._one(self._item_view), read), methods=["GET"]),
            Route("/{version}/inventory/history:query", guard(self._history, read), methods=["POST"]),
            Route(product, guard(self._products, "products_read"), methods=["GET"]),
            Route(product, guard(self._create_product, "products_write"), methods=["POST"]),
            Route(f"{product}/{{product_id:int}}", guard(self._product, "products_read"), methods=["GET"]),
            Route(f"{product}/{{product_id:int}}/variants", guard(self._variants, "products_read"), methods=["GET"]),
            Route("/{version}/fulfillment-center", guard(self._centres, "receiving_read"), methods=["GET"]),
            Route("/{version}/location", guard(self._locations, "locations_read"), methods=["GET"]),
        ]

    def _one(self, view: Callable[[Item], Json]) -> Callable[[Request], Any]:
        async def found(request: Request) -> Response:
            item = self._books.items.get(request.path_params["item_id"])
            if item is None:
                raise problem("The inventory item was not found.", 404)
            return JSONResponse(view(item))

        return found

    async def _totals(self, request: Request) -> Response:
        return self._listed(request, self._levels.total)

    async def _sites(self, request: Request) -> Response:
        wanted = request.query_params.get("LocationId", "")
        centres = [c for c in self._books.centres.values() if wanted in {"", str(c.id)}]
        return self._listed(request, lambda item: self._levels.by_site(item, centres))

    async def _lots(self, request: Request) -> Response:
        return self._listed(request, self._levels.by_lot)

    async def _items(self, request: Request) -> Response:
        return self._listed(request, self._item_view)

    def _listed(self, request: Request, view: Callable[[Item], Json]) -> Response:
        """Return a page of items; SearchBy finds parts of names and stock codes, whatever their case."""
        query = request.query_params
        numbers, search = texts(query, "InventoryIds"), query.get("SearchBy", "").lower()
        rows = [
            item
            for item in self._books.items.values()
            if (numbers is None or str(item.id) in numbers)
            and (search in item.name.lower() or search in item.sku.lower() or search == str(item.id))
        ]
        shown, links = linked(request, rows, _size(query))
        return JSONResponse({"items": [view(item) for item in shown], **links})

    async def _history(self, request: Request) -> Response:
        given = await body_of(request)
        facility, category = given.get("facility_id"), given.get("event_category")
        if facility not in self._books.centres:
            raise problem("facility_id is required and must be a fulfillment center.")
        if category is not None and category not in CATEGORIES:
            raise problem(f"event_category must be one of {', '.join(CATEGORIES)}.")
        start, end = self._window(given)
        cursor = _cursor(given.get("cursor") or request.query_params.get("cursor"))
        items = given.get("inventory_ids")
        size = self._network.settings.history_page
        rows: list[Event] = []
        for event in self._network.stock.events:
            if (
                event.id > cursor
                and start <= event.at <= end
                and category in {None, event.category}
                and (not items or event.item.id in items)
                and any(side.centre.id == facility for side in event.sides)
            ):
                rows.append(event)
                if len(rows) > size:
                    break
        page = rows[:size]
        more = len(rows) > size
        following = linked_url(request, {"cursor": str(page[-1].id)}) if more else None
        return JSONResponse(
            {"data": [event_view(e) for e in page], "first": None, "prev": None, "next": following, "last": None}
        )

    def _window(self, given: Mapping[str, Any]) -> tuple[datetime, datetime]:
        """Return the span that is asked for; at most 90 days, the last 90 when nothing is said."""
        try:
            end = instant(str(given.get("end_date") or ""), "end_date") or self._network.now()
            start = instant(str(given.get("start_date") or ""), "start_date") or end - WINDOW
        except RefusedError as error:
            raise problem("start_date and end_date must be moments.") from error
        if end - start > WINDOW:
            raise problem("The date range must not be longer than 90 days.")
        return start, end

    async def _products(self, request: Request) -> Response:
        query = request.query_params
        search, sku = query.get("Search", "").lower(), query.get("SKU") or query.get("SellerSKU")
        rows = [
            product
            for product in self._books.products.values()
            if (not search or search in product.name.lower() or search in product.sku.lower())
            and (sku is None or product.sku == sku)
        ]
        shown, links = linked(request, rows, _size(query))
        return JSONResponse({"items": [product_view(product, self._network) for product in shown], **links})

    async def _create_product(self, request: Request) -> Response:
        writing_channel(request, self._network, "products_write")
        given = await body_of(request)
        variants = given.get("variants")
        sku = variants[0].get("sku") if isinstance(variants, list) and variants else given.get("sku")
        if not given.get("name") or not sku:
            raise problem("A product needs a name and a variant with a SKU.")
        if sku in self._books.products_by_sku:
            raise problem(f"A variant with SKU {sku} exists already.")
        product = new_product(self._books, str(sku), str(given["name"]))
        journal_of(request).effect("product.created", id=product.id, sku=product.sku)
        return JSONResponse(product_view(product, self._network), 201)

    async def _product(self, request: Request) -> Response:
        return JSONResponse(product_view(self._found(request), self._network))

    async def _variants(self, request: Request) -> Response:
        return JSONResponse(product_view(self._found(request), self._network)["variants"])

    async def _centres(self, _: Request) -> Response:
        return JSONResponse([centre_view(centre) for centre in self._books.centres.values()])

    async def _locations(self, _: Request) -> Response:
        return JSONResponse(
            [
                {
                    **centre_view(centre),
                    "is_active": True,
                    "is_receiving_enabled": True,
                    "is_shipping_enabled": True,
                    "access_granted": True,
                }
                for centre in self._books.centres.values()
            ]
        )

    def _site_view(self, item: Item) -> Json:
        return self._levels.by_site(item, self._books.centres.values())

    def _item_view(self, item: Item) -> Json:
        return inventory_view(item, self._books.products_by_sku.get(item.sku))

    def _found(self, request: Request) -> Product:
        product = self._books.products.get(request.path_params["product_id"])
        if product is None:
            raise problem("The product was not found.", 404)
        return product


def _size(query: Mapping[str, str]) -> int:
    size = whole(query, "PageSize", PAGE_SIZE)
    if size > LIMIT_MAX:
        raise problem(f"PageSize must be between 1 and {LIMIT_MAX}.")
    return size


def _cursor(given: object) -> int:
    text = str(given or 0)
    if not text.isdecimal():
        raise problem("cursor must be an inventory_audit_event_id.")
    return int(text)
