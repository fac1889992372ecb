"""Sets a house up: clients, warehouses with their places, couriers, products and what lies on the shelves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.rows import Client, Courier, Location, Lot, Product, Warehouse
from tieout.sandbox.mintsoft.stock import Stock, Why

KINDS = ("PICK", "BULK", "GOODS IN", "QUARANTINE")
AT_FIRST: dict[str, Any] = {
    "clients": [{"code": "TIEOUT", "name": "Tieout Traders"}],
    "warehouses": [{"code": "MAIN", "name": "Main Warehouse"}],
    "couriers": [
        {"name": "DPD Next Day", "carrier": "DPD"},
        {"name": "Royal Mail 24", "carrier": "RoyalMail"},
        {"name": "Evri Standard", "carrier": "Evri"},
    ],
}
Row = TypeVar("Row")


class SetUp:
    """Enters what a house begins with, and more later."""

    def __init__(self, books: Books, stock: Stock, now: Callable[[], datetime]) -> None:
        self._books = books
        self._stock = stock
        self._now = now

    def load(self, given: Mapping[str, Any]) -> dict[str, object]:
        """Enter rows; before there are products, a list that is given replaces what stood there from the start."""
        books = self._books
        if not books.products:
            kinds: dict[str, dict[int, Any]] = {
                "clients": books.clients,
                "warehouses": books.warehouses,
                "couriers": books.couriers,
            }
            for name, rows in kinds.items():
                if given.get(name):
                    rows.clear()
            if given.get("warehouses"):
                books.locations.clear()
        for row in given.get("clients") or ():
            client = Client(id=books.new_id("client"), code=str(row["code"]), name=str(row.get("name") or row["code"]))
            books.clients[client.id] = client
        for row in given.get("warehouses") or ():
            self._warehouse(row)
        for row in given.get("couriers") or ():
            number, name = books.new_id("courier"), str(row["name"])
            books.couriers[number] = Courier(id=number, name=name, carrier=str(row.get("carrier") or name))
        for row in given.get("products") or ():
            self._product(row)
        return {
            "clients": {c.code: c.id for c in books.clients.values()},
            "warehouses": {w.code: w.id for w in books.warehouses.values()},
            "couriers": {c.name: c.id for c in books.couriers.values()},
            "products": {p.sku: p.id for p in books.products.values()},
        }

    def _warehouse(self, row: Mapping[str, Any]) -> None:
        number, code = self._books.new_id("warehouse"), str(row["code"])
        self._books.warehouses[number] = Warehouse(id=number, code=code, name=str(row.get("name") or code))
        places = [("UNASSIGNED", "PICK"), ("QUARANTINE", "QUARANTINE")]
        places += [(str(p["name"]), str(p.get("kind") or "PICK")) for p in row.get("locations") or ()]
        for name, kind in places:
            if kind not in KINDS:
                raise ValueError(f"a location is one of {', '.join(KINDS)}, not {kind}")
            place = Location(id=self._books.new_id("location"), warehouse_id=number, name=name, kind=kind)
            self._books.locations[place.id] = place

    def _product(self, row: Mapping[str, Any]) -> None:
        books = self._books
        clients = books.clients.values()
        client = found_by(clients, str(row["client"]), "code") if row.get("client") else next(iter(clients))
        if books.product_named(client.id, str(row["sku"])):
            raise ValueError(f"SKU {row['sku']} is there already")
        product = Product(
            id=books.new_id("product"),
            client_id=client.id,
            sku=str(row["sku"]),
            name=str(row.get("name") or row["sku"]),
            updated_at=self._now(),
            ean=str(row.get("ean") or ""),
            upc=str(row.get("upc") or ""),
            weight=float(row.get("weight", 0.5)),
            has_batch=bool(row.get("has_batch")),
            has_serial=bool(row.get("has_serial")),
        )
        for sku, units in (row.get("bundle") or {}).items():
            product.parts[found_by(books.products.values(), sku, "sku").id] = int(units)
        for code in row.get("alt_codes") or ():
            product.alt_codes.append((books.new_id("alt code"), str(code.get("type") or ""), str(code["code"])))
        for box in row.get("cartons") or ():
            product.cartons.append((books.new_id("carton"), str(box["barcode"]), int(box["units"])))
        books.add_product(product)
        for stock in row.get("stock") or ():
            self._shelve(product, stock)

    def _shelve(self, product: Product, row: Mapping[str, Any]) -> None:
        sites = self._books.warehouses.values()
        site = found_by(sites, str(row["warehouse"]), "code") if row.get("warehouse") else next(iter(sites))
        places = [p for p in self._books.locations.values() if p.warehouse_id == site.id]
        place = found_by(places, str(row.get("location") or "UNASSIGNED"), "name")
        batch, best = str(row.get("batch") or ""), str(row.get("best_before") or "")
        lots = [(Lot(batch=batch, serial=str(serial), best_before=best), 1) for serial in row.get("serials") or ()]
        lots = lots or [(Lot(batch=batch, best_before=best), int(row["quantity"]))]
        self._stock.receive(product, place, lots, Why(reason="StockIn - Opening stock", user="SYSTEM"))


def found_by(rows: Iterable[Row], named: str, name: str) -> Row:
    """Return the first row with this id, or with this text in the field `name`; ValueError when there is none."""
    kept = list(rows)
    for row in kept:
        if str(getattr(row, name)) == named:
            return row
    for row in kept:
        if str(getattr(row, "id", "")) == named:
            return row
    raise ValueError(f"there is no {name} {named!r}")
