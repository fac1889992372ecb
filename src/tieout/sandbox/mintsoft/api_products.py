"""Products without their stock, and what a client loads once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tieout.sandbox.journal import journal_of
from tieout.sandbox.mintsoft import refdata
from tieout.sandbox.mintsoft.api import Endpoint
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.naive import local
from tieout.sandbox.mintsoft.reading import client_of
from tieout.sandbox.mintsoft.rows import Product, RefusedError
from tieout.sandbox.mintsoft.stock_views import product_view
from tieout.sandbox.mintsoft.wire import Fields, asked, bad, fields_of, missing, page

SHORT_BARCODE = 7


class ProductApi:
    """Serves /api/Product without stock, and what is loaded once."""

    def __init__(self, books: Books, now: Callable[[], datetime]) -> None:
        self._books = books
        self._now = now

    def room(self) -> Sequence[tuple[str, str, Endpoint]]:
        """Return the paths; those with words come before those with numbers."""
        return [
            ("GET", "Product/List", self._list),
            ("GET", "Product/UpdatedSince", self._updated_since),
            ("GET", "Product/Search", self._search),
            ("GET", "Product/SearchBarcode", self._search_barcode),
            ("PUT", "Product", self._create),
            ("POST", "Product", self._update),
            ("GET", "Product/{id:int}", self._get),
            ("GET", "Product/{id:int}/AltCodes", self._alt_codes),
            ("GET", "Product/{id:int}/Cartons", self._cartons),
            ("GET", "Warehouse", self._warehouses),
            ("GET", "Warehouse/{id:int}/Location/All", self._locations),
            ("GET", "Courier/Services", self._couriers),
            ("GET", "RefData/Countries", self._countries),
            ("GET", "RefData/Currencies", self._currencies),
        ]

    async def _list(self, request: Request) -> Response:
        query = asked(request)
        client, since = query.number("ClientId"), query.moment("SinceLastUpdated")
        found = [
            p
            for p in self._books.products.values()
            if client in {0, p.client_id} and (since is None or local(p.updated_at) >= since)
        ]
        return JSONResponse([product_view(p) for p in page(found, query)])

    async def _updated_since(self, request: Request) -> Response:
        since = asked(request).moment("FromDate")
        if since is None:
            raise bad("FromDate is required.")
        return JSONResponse([p.id for p in self._books.products.values() if local(p.updated_at) >= since])

    async def _search(self, request: Request) -> Response:
        """Find by any part of SKU or name, whoever's the product is."""
        query = asked(request)
        text, bundles, old = (
            query.text("Search").casefold(),
            query.flag("IncludeBundles"),
            query.flag("IncludeDiscontinued"),
        )
        found = [
            p
            for p in self._books.products.values()
            if (text in p.sku.casefold() or text in p.name.casefold())
            and (bundles or not p.parts)
            and (old or not p.discontinued)
        ]
        if not text or not found:
            raise missing("Product")
        return JSONResponse([product_view(p) for p in found])

    async def _search_barcode(self, request: Request) -> Response:
        """Find by barcode; a short one is taken for a part of one, and the first that has it is the answer."""
        wanted = asked(request).text("Barcode").casefold()
        short = 0 < len(wanted) <= SHORT_BARCODE
        for product in self._books.products.values():
            codes = [code.casefold() for code in _barcodes(product)]
            if wanted in codes or (short and any(wanted in code for code in codes)):
                return JSONResponse(product_view(product))
        raise missing("Product")

    async def _create(self, request: Request) -> Response:
        given = await fields_of(request)
        client, sku = client_of(self._books, given), given.text("SKU")
        if not sku or self._books.product_named(client.id, sku):
            raise RefusedError("SKU is required" if not sku else f"SKU {sku} already exists")
        number = self._books.new_id("product")
        product = Product(id=number, client_id=client.id, sku=sku, name=sku, updated_at=self._now())
        self._change(product, given)
        journal_of(request).effect("product.created", id=number, sku=sku)
        return JSONResponse({"ProductId": number, "ID": number, "Success": True, "Message": None})

    async def _update(self, request: Request) -> Response:
        given = await fields_of(request)
        product = self._books.products.get(given.number("ID"))
        if product is None:
            raise missing("Product")
        sku = given.text("SKU") or product.sku
        other = self._books.product_named(product.client_id, sku)
        if other is not None and other is not product:
            raise RefusedError(f"SKU {sku} already exists")
        product.sku = sku
        self._change(product, given)
        journal_of(request).effect("product.updated", id=product.id, sku=sku)
        return JSONResponse({"ProductId": product.id, "ID": product.id, "Success": True, "Message": None})

    def _change(self, product: Product, given: Fields) -> None:
        product.name = given.text("Name") or product.name
        product.ean = given.text("EAN") or product.ean
        product.upc = given.text("UPC") or product.upc
        if given.get("Weight") is not None:
            product.weight = float(given["Weight"])
        if given.get("DisCont") is not None:
            product.discontinued = given.flag("DisCont")
        product.updated_at = self._now()
        self._books.add_product(product)

    async def _get(self, request: Request) -> Response:
        return JSONResponse(product_view(self._product(request)))

    async def _alt_codes(self, request: Request) -> Response:
        product = self._product(request)
        return JSONResponse(
            [{"ProductId": product.id, "Type": kind, "SKU": code, "ID": n} for n, kind, code in product.alt_codes]
        )

    async def _cartons(self, request: Request) -> Response:
        product = self._product(request)
        return JSONResponse(
            [
                {"ProductId": product.id, "Barcode": code, "Quantity": units, "ID": n}
                for n, code, units in product.cartons
            ]
        )

    async def _warehouses(self, _: Request) -> Response:
        return JSONResponse(
            [{"Name": w.name, "Code": w.code, "Active": True, "ID": w.id} for w in self._books.warehouses.values()]
        )

    async def _locations(self, request: Request) -> Response:
        site = request.path_params["id"]
        found = [p for p in self._books.locations.values() if p.warehouse_id == site]
        return JSONResponse([{"Name": p.name, "WarehouseId": site, "LocationType": p.kind, "ID": p.id} for p in found])

    async def _couriers(self, _: Request) -> Response:
        return JSONResponse(
            [
                {"CourierServiceTypeId": c.id, "Name": c.name, "TrackingURL": "", "ActiveB": True, "ID": c.id}
                for c in self._books.couriers.values()
            ]
        )

    async def _countries(self, _: Request) -> Response:
        return JSONResponse([refdata.country_view(number) for number in refdata.COUNTRIES])

    async def _currencies(self, _: Request) -> Response:
        return JSONResponse([refdata.currency_view(number) for number in refdata.CURRENCIES])

    def _product(self, request: Request) -> Product:
        product = self._books.products.get(request.path_params["id"])
        if product is None:
            raise missing("Product")
        return product


def _barcodes(product: Product) -> list[str]:
    codes = [product.sku, product.ean, product.upc, *(code for _, code, _ in product.cartons)]
    return [code for code in codes if code]
