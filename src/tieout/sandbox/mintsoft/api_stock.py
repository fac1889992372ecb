"""Products and stock over the API: levels, buckets, the ledger and movements."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tieout.sandbox.journal import JournalEntry, journal_of
from tieout.sandbox.mintsoft import stock_views as views
from tieout.sandbox.mintsoft.api import Endpoint
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.naive import local
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.reading import location_of
from tieout.sandbox.mintsoft.rows import Flow, Lot, Product, RefusedError, Warehouse
from tieout.sandbox.mintsoft.stock import Stock, Why
from tieout.sandbox.mintsoft.wire import Fields, as_rows, asked, bad, body_of, fields_of, missing, page, result

STOCK_IN, STOCK_OUT, QUARANTINE, UNQUARANTINE, TRANSFER, SCRAP, TRANSFER_LOCATION = 0, 1, 7, 8, 15, 16, 17
ACTIONS = {
    STOCK_IN: "StockIn",
    STOCK_OUT: "StockOut",
    QUARANTINE: "Quarantine",
    UNQUARANTINE: "UnQuarantine",
    TRANSFER: "Transfer",
    SCRAP: "Scrap",
    TRANSFER_LOCATION: "TransferLocation",
}


class StockApi:
    """Serves the stock side of /api/Product and /api/Warehouse."""

    def __init__(self, books: Books, stock: Stock, desk: OrderDesk) -> None:
        self._books = books
        self._stock = stock
        self._desk = desk

    def room(self) -> Sequence[tuple[str, str, Endpoint]]:
        """Return the paths; those with words come before those with numbers."""
        return [
            ("GET", "Product/StockLevels", self._levels),
            ("GET", "Product/StockLevelsByWarehouse", self._by_warehouse),
            ("GET", "Product/StockLevels/UpdatedSince", self._updated_since),
            ("POST", "Product/BulkOnHandStockUpdate", self._set_on_hand),
            ("GET", "Product/{id:int}/Inventory", self._inventory),
            ("GET", "Product/{id:int}/StockFlow", self._flow),
            ("GET", "Product/{id:int}/StockFlow/Filtered", self._flow),
            ("POST", "Warehouse/StockMovement", self._move),
            ("GET", "Warehouse/{id:int}/StockMovements", self._moves),
        ]

    async def _levels(self, request: Request) -> Response:
        query = asked(request)
        products = [p for p in self._books.products.values() if _named(p, query)]
        sites = list(self._books.warehouses)
        site = query.whole("WarehouseId")
        groups = [[n] for n in sites] if site is None else [sites] if site == 0 else [[n] for n in sites if n == site]
        breakdown = query.flag("Breakdown")
        return JSONResponse(
            [
                views.level_view(self._books, self._stock, product, group, breakdown=breakdown)
                for product in products
                for group in groups
            ]
        )

    async def _by_warehouse(self, request: Request) -> Response:
        query = asked(request)
        site, since = query.whole("WarehouseId"), query.moment("LastUpdatedSince")
        if site is None:
            raise bad("WarehouseId is required.")
        rows = [
            views.inventory_view(self._books, self._stock, self._books.products[product_id], site, breakdown=False)
            for (product_id, warehouse_id), row in self._books.inventory.items()
            if warehouse_id == site and (since is None or local(row.updated_at) >= since)
        ]
        return JSONResponse(rows)

    async def _updated_since(self, request: Request) -> Response:
        since = asked(request).moment("FromDate")
        if since is None:
            raise bad("FromDate is required.")
        changed = {key[0] for key, row in self._books.inventory.items() if local(row.updated_at) >= since}
        return JSONResponse(sorted(changed))

    async def _inventory(self, request: Request) -> Response:
        product, breakdown = self._product(request), asked(request).flag("Breakdown")
        sites = [site for (number, site) in self._books.inventory if number == product.id]
        found = [
            views.inventory_view(self._books, self._stock, product, site, breakdown=breakdown) for site in sorted(sites)
        ]
        return JSONResponse(found)

    async def _flow(self, request: Request) -> Response:
        """Return lines of the ledger, newest first; orders and returns are left out unless asked for."""
        query = asked(request)
        number, sku = request.path_params["id"], query.text("SKU")
        plain = not request.url.path.endswith("/Filtered")
        products = [p for p in self._books.products.values() if p.id == number or (not number and p.sku == sku)]
        if not products:
            raise missing("Product")
        start, end = query.moment("FromDate"), query.moment("ToDate")
        if start is None or end is None:
            raise bad("FromDate and ToDate are required.")
        lines = [line for product in products for line in self._books.flows[product.id]]
        found = [f for f in lines if start <= local(f.at) <= end and (plain or _asked_for(f, query))]
        details = query.flag("IncludeDetails")
        found.sort(key=lambda f: -f.id)
        return JSONResponse([views.flow_view(self._books, f, details=details) for f in found])

    async def _moves(self, request: Request) -> Response:
        site, query = self._warehouse(request.path_params["id"]), asked(request)
        since = query.moment("SinceDate")
        found = [
            move
            for move in self._books.moves
            if any(end and end.warehouse_id == site.id for end in (move.source, move.target))
            and (since is None or local(move.at) >= since)
        ]
        return JSONResponse([views.move_view(self._books, move) for move in page(found, query)])

    async def _move(self, request: Request) -> Response:
        action = asked(request).whole("Action")
        if action not in ACTIONS:
            raise RefusedError(f"Action {action} is not supported")
        given = await fields_of(request)
        product = self._books.products.get(given.number("ProductId"))
        if product is None:
            raise RefusedError("Product not found")
        self.act(action, product, self._warehouse(given.number("WarehouseId")), given, journal_of(request))
        return result(self._books.moves[-1].id)

    async def _set_on_hand(self, request: Request) -> Response:
        """Bring OnHand to a figure; the difference becomes a line of the ledger."""
        told = []
        for row in as_rows(await body_of(request)):
            sku, wanted = row.text("SKU"), row.number("Quantity")
            try:
                self._count(sku, self._warehouse(row.number("WarehouseId")), wanted, journal_of(request))
                told.append({"SKU": sku, "Success": True, "Message": None})
            except RefusedError as error:
                told.append({"SKU": sku, "Success": False, "Message": str(error)})
        return JSONResponse(told)

    def act(self, action: int, product: Product, site: Warehouse, given: Fields, entry: JournalEntry) -> None:
        """Move stock by hand; RefusedError when it is not there or the place is not."""
        units, comment = given.number("Quantity"), given.text("Comment")
        why = Why(reason=f"{ACTIONS[action]} - {comment}" if comment else ACTIONS[action], user="stock control")
        lot = Lot(batch=given.text("BatchNo"), serial=given.text("SerialNo"), best_before=given.text("BestBefore"))
        number, target_no = given.number("LocationId"), given.number("DestinationLocationId")
        source = [location_of(self._books, site, number)] if number else self._books.shelves(site.id)
        match action:
            case 0:
                self._stock.receive(product, location_of(self._books, site, number), [(lot, units)], why)
            case 1:
                self._stock.remove(product, source, units, why, lot)
            case 16:
                self._stock.scrap(product, source, units, why, lot)
            case 7:
                self._stock.shift(product, source, self._books.ward(site.id), units, why, lot)
            case 8:
                target = location_of(self._books, site, target_no or number)
                self._stock.shift(product, [self._books.ward(site.id)], target, units, why, lot)
            case 17:
                self._stock.shift(product, source, location_of(self._books, site, target_no), units, why, lot)
            case _:
                other = self._warehouse(given.number("DestinationWarehouseId"))
                target = location_of(self._books, other, target_no)
                self._stock.transfer(product, source, target, units, why, arrive=not given.flag("InTransition"))
        entry.effect(f"stock.{ACTIONS[action].lower()}", sku=product.sku, warehouse=site.id, units=units)
        self._desk.promise_all(product.id)

    def _count(self, sku: str, site: Warehouse, wanted: int, entry: JournalEntry) -> None:
        found = [p for p in self._books.products.values() if p.sku.casefold() == sku.casefold()]
        if not found or wanted < 0:
            raise RefusedError("Product not found" if not found else "Quantity is not valid")
        product, why = found[0], Why(reason="BulkOnHandStockUpdate", user="api")
        difference = wanted - views.on_hand(self._books, self._stock.levels(product.id, site.id))
        if difference > 0:
            self._stock.receive(product, self._books.door(site.id), [(Lot(), difference)], why)
            self._desk.promise_all(product.id)
        elif difference < 0:
            self._stock.remove(product, self._books.shelves(site.id), -difference, why)
        entry.effect("stock.counted", sku=product.sku, warehouse=site.id, units=difference)

    def _warehouse(self, number: int) -> Warehouse:
        if number not in self._books.warehouses:
            raise RefusedError("Warehouse not found")
        return self._books.warehouses[number]

    def _product(self, request: Request) -> Product:
        product = self._books.products.get(request.path_params["id"])
        if product is None:
            raise missing("Product")
        return product


def _named(product: Product, query: Fields) -> bool:
    sku, number = query.text("SKU").casefold(), query.number("ProductId")
    return (not sku or product.sku.casefold() == sku) and number in {0, product.id}


def _asked_for(flow: Flow, query: Fields) -> bool:
    kinds = {kind.strip().upper() for kind in query.text("Types").split(";")} - {""}
    if kinds and "ALL" not in kinds and flow.kind not in kinds:
        return False
    if flow.return_id and not query.flag("IncludeReturns"):
        return False
    if flow.order_id and not flow.return_id and not query.flag("IncludeOrders"):
        return False
    return query.number("WarehouseId") in {0, flow.warehouse_id}
