"""The stock side of the control surface; `control.py` describes its routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.mintsoft import api_stock
from tieout.sandbox.mintsoft.api_stock import StockApi
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.goods_in import GoodsIn
from tieout.sandbox.mintsoft.listening import Listening
from tieout.sandbox.mintsoft.rows import Location, Lot, Product, RefusedError, Warehouse
from tieout.sandbox.mintsoft.setting_up import SetUp, found_by
from tieout.sandbox.mintsoft.stock import Stock, Why
from tieout.sandbox.mintsoft.wire import Fields

ACTIONS = {
    "scrap": api_stock.SCRAP,
    "quarantine": api_stock.QUARANTINE,
    "unquarantine": api_stock.UNQUARANTINE,
    "move": api_stock.TRANSFER_LOCATION,
    "transfer": api_stock.TRANSFER,
}


class StockControl:
    """Lets goods come in, go missing, be quarantined and come back."""

    def __init__(
        self, books: Books, stock: Stock, api: StockApi, goods_in: GoodsIn, listening: Listening, journal: Journal
    ) -> None:
        self._books = books
        self._stock = stock
        self._api = api
        self._goods_in = goods_in
        self._listening = listening
        self._journal = journal
        self.now: Callable[[], datetime] = stock.now

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/setup", self._refusing(self._set_up), methods=["POST"]),
            Route("/stock/{action}", self._refusing(self._move), methods=["POST"]),
            Route("/asn", self._refusing(self._advise), methods=["POST"]),
            Route("/asn/{id:int}/{action}", self._refusing(self._notice), methods=["POST"]),
            Route("/returns", self._refusing(self._take_back), methods=["POST"]),
        ]

    def _refusing(
        self, act: Callable[[Request, Mapping[str, Any], JournalEntry], dict[str, object]]
    ) -> Callable[[Request], Any]:
        """Make a route of an act: what it refuses is a 409, what it cannot read a 400."""

        async def route(request: Request) -> Response:
            given = await json_object(request)
            entry = self._journal.begin("CONTROL", request.url.path.split("/mintsoft", 1)[-1])
            try:
                return JSONResponse(act(request, given, entry))
            except RefusedError as error:
                raise HTTPException(409, str(error)) from error
            except (ValueError, KeyError, TypeError, StopIteration) as error:
                raise HTTPException(400, f"This was not done: {error}.") from error

        return route

    def _set_up(self, _: Request, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        made = SetUp(self._books, self._stock, self.now).load(given)
        entry.effect("house.set_up", products=len(given.get("products") or ()))
        return made

    def _move(self, request: Request, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        action, product, site = request.path_params["action"], self._product(given), self._site(given)
        units = int(given["quantity"])
        location = str(given.get("location") or "")
        told: dict[str, object] = {
            "Quantity": abs(units),
            "Comment": given.get("reason"),
            "BatchNo": given.get("batch"),
            "SerialNo": given.get("serial"),
            "BestBefore": given.get("best_before"),
            "LocationId": self._location(site, location).id if location else 0,
        }
        if action == "adjust":
            number = api_stock.STOCK_IN if units > 0 else api_stock.STOCK_OUT
        elif action == "arrive":
            self._arrive(product, site, units, entry)
            return {"sku": product.sku}
        else:
            number = ACTIONS[action]
        if action == "transfer":
            other = self._site({"warehouse": given["to"]})
            told |= {"DestinationWarehouseId": other.id, "InTransition": bool(given.get("in_transition"))}
        if given.get("to_location"):
            told["DestinationLocationId"] = self._location(site, str(given["to_location"])).id
        self._api.act(number, product, site, Fields(told), entry)
        return {"sku": product.sku}

    def _arrive(self, product: Product, site: Warehouse, units: int, entry: JournalEntry) -> None:
        why = Why(reason="TransitionComplete", user="goods in")
        self._stock.arrive(product, self._books.door(site.id), [(Lot(), units)], why)
        entry.effect("stock.arrived", sku=product.sku, warehouse=site.id, units=units)

    def _advise(self, _: Request, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        site = self._site(given)
        lines = [(self._product({"sku": sku}), int(units), "", "") for sku, units in given["items"].items()]
        more: dict[str, object] = {"POReference": given.get("reference")}
        notice = self._goods_in.advise(lines[0][0].client_id, site.id, lines, more, entry)
        return {"id": notice.id}

    def _notice(self, request: Request, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        notice, action = self._books.notices[request.path_params["id"]], request.path_params["action"]
        if action == "ship":
            self._goods_in.mark_shipped(notice, entry)
        elif action == "close":
            self._goods_in.book_all(notice, entry, whole=True)
            self._listening.tell_booked(notice)
        elif action in {"receive", "book"}:
            for sku, units in given["items"].items():
                item = next(i for i in notice.items if self._books.products[i.product_id].sku == sku)
                waiting = item.received - item.booked if action == "book" else 0
                if int(units) > waiting:
                    self._goods_in.count_in(notice, item, int(units) - waiting, entry)
                if action == "book":
                    place = self._location(
                        self._books.warehouses[notice.warehouse_id], str(given.get("location") or "")
                    )
                    self._goods_in.book(notice, item, place, lots_of(given, int(units)), entry)
            if action == "book":
                self._listening.tell_booked(notice)
        else:
            raise ValueError(f"there is no action {action}")
        return {"id": notice.id, "status": notice.status}

    def _take_back(self, _: Request, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        named = str(given.get("order") or "")
        order = found_by(self._books.orders.values(), named, "number") if named else None
        client_id = order.client_id if order else next(iter(self._books.clients))
        back = self._goods_in.open_return(order.id if order else 0, client_id, str(given.get("reference") or ""), entry)
        site = order.warehouse_id if order else self._site(given).id
        place = self._books.ward(site) if given.get("quarantine") else self._books.door(site)
        for sku, units in given["items"].items():
            product, reason = self._product({"sku": sku}), int(given.get("reason_id", 1))
            item = self._goods_in.add_to_return(back, product, int(units), reason, ("", ""), entry)
            (lot, _count) = lots_of(given, int(units))[0]
            self._goods_in.put_away(back, item, int(units), place, entry, lot)
        self._goods_in.confirm_return(back, entry)
        return {"id": back.id}

    def _product(self, given: Mapping[str, Any]) -> Product:
        return found_by(self._books.products.values(), str(given["sku"]), "sku")

    def _site(self, given: Mapping[str, Any]) -> Warehouse:
        named = given.get("warehouse")
        if named is None and len(self._books.warehouses) == 1:
            return next(iter(self._books.warehouses.values()))
        return found_by(self._books.warehouses.values(), str(named), "code")

    def _location(self, site: Warehouse, name: str) -> Location:
        places: Iterable[Location] = (p for p in self._books.locations.values() if p.warehouse_id == site.id)
        return found_by(places, name, "name") if name else self._books.door(site.id)


def lots_of(given: Mapping[str, Any], units: int) -> list[tuple[Lot, int]]:
    """Return the lots that are given: one of each serial number, else all in one."""
    batch, best = str(given.get("batch") or ""), str(given.get("best_before") or "")
    serials = [str(serial) for serial in given.get("serials") or ()]
    if serials:
        return [(Lot(batch=batch, serial=serial, best_before=best), 1) for serial in serials]
    return [(Lot(batch=batch, best_before=best), units)]
