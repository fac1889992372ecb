"""Control surface of the Mintsoft stand-in, below /_sandbox/mintsoft/ (JSON; quantities are whole units).

A product, client, warehouse, courier or order is named by its id, or by SKU, code, name or order number. Items of
an order are named by id or SKU in `items`: {"MUG": 2}. A refusal of the house is a 409 with its words.

Setting up: one client, one warehouse and three couriers stand there from the start; the first setup may replace them.
- POST setup {"clients": [{code, name}], "warehouses": [{code, name, locations: [{name, kind: PICK | BULK | GOODS IN |
  QUARANTINE}]}], "couriers": [{name, carrier}], "products": [{sku, name, client, ean, upc, weight, has_batch,
  has_serial, bundle: {sku: units}, alt_codes: [{type, code}], cartons: [{barcode, units}],
  stock: [{warehouse, location, quantity, batch, serials, best_before}]}]} -> the ids of all of them

Orders:
- GET orders?status=NEW&reference=...: every order and part; GET orders/{id}
- POST orders/{id}/{action}: pick; pack; despatch {"parcels": [{number, courier}], "tracking", "items": only these
  units, on a new part, "available": true leaves what lacks stock on a new part, "lots": [{item, quantity, batch,
  serial}]}; split {"items"}; short {"items", "reason", "then": back_order | close | edit, "write_off"};
  substitute {"item", "sku", "quantity", "keep_names"}; over {"item", "quantity"}; status {"status"}; lock {"locked"};
  cancel {"reason"}; invoice {"failed"}; deliver -> {"order", "part": the new part or null}
- POST work {"seed", "orders": most, "split", "short", "delay": rates from 0 to 1, "write_off": rate of shorts,
  "parcels": most in an order}: works through the open orders, oldest first; those that
  wait look for stock again -> what became of each

Stock:
- POST stock/{action} {"sku", "warehouse", "quantity", "reason", "location", "batch", "serial", "best_before"}:
  adjust (signed quantity), scrap, quarantine, unquarantine, move {"to_location"}, transfer {"to": warehouse,
  "in_transition": true leaves it on its way}, arrive
- POST asn {"client", "warehouse", "reference", "items": {sku: units}}; POST asn/{id}/ship;
  asn/{id}/receive {"items"}: counted at the door; asn/{id}/book {"items", "location", "batch", "serials"}: into stock,
  counted first if need be; asn/{id}/close
- POST returns {"order", "items", "reason_id", "quarantine": bool, "reference", "client"}: received and put away

Ledgers: GET ledgers/shipped (units that left, by order line, and summed by reference and SKU), ledgers/stock (every
bucket by product and warehouse), ledgers/flows?sku=, ledgers/movements.
Else: GET|PUT settings {"query_key", "requests_per_minute", "on_hand": free | physical, "flow_quantity": magnitude |
signed, "part_numbers": same | suffixed, "allocate_on_receipt"}; POST keys/expire: keys that were asked for are over;
GET deliveries; POST drain: wait for deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.mintsoft import ledgers
from tieout.sandbox.mintsoft.api import Keys
from tieout.sandbox.mintsoft.books import Books, House
from tieout.sandbox.mintsoft.control_stock import StockControl
from tieout.sandbox.mintsoft.floor import Floor, NewParcel
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.rows import Item, Lot, Order, RefusedError, Status
from tieout.sandbox.mintsoft.stock import Stock
from tieout.sandbox.mintsoft.working import Shift, rates_of
from tieout.sandbox.webhooks import WebhookSender

CHOICES = {
    "on_hand": ("free", "physical"),
    "flow_quantity": ("magnitude", "signed"),
    "part_numbers": ("same", "suffixed"),
}
USER = "packer"
WORK = "work"
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who works in the house."""

    books: Books
    stock: Stock
    desk: OrderDesk
    floor: Floor


class Control:
    """The routes by which tests and the demonstration act as the warehouse."""

    def __init__(
        self, people: People, stock_control: StockControl, journal: Journal, keys: Keys, sender: WebhookSender
    ) -> None:
        self._books = people.books
        self._stock = people.stock
        self._desk = people.desk
        self._floor = people.floor
        self._stock_control = stock_control
        self._journal = journal
        self._keys = keys
        self._sender = sender

    def routes(self) -> Sequence[BaseRoute]:
        """Return the control routes."""
        return [
            *self._stock_control.routes(),
            Route("/orders", self._orders, methods=["GET"]),
            Route("/orders/{id:int}", self._order_row, methods=["GET"]),
            Route("/orders/{id:int}/{action}", self._act, methods=["POST"]),
            Route(f"/{WORK}", self._work, methods=["POST"]),
            Route("/ledgers/shipped", self._shipped, methods=["GET"]),
            Route("/ledgers/stock", self._levels, methods=["GET"]),
            Route("/ledgers/flows", self._flows, methods=["GET"]),
            Route("/ledgers/movements", self._movements, methods=["GET"]),
            Route("/settings", self._settings, methods=["GET", "PUT"]),
            Route("/keys/expire", self._expire, methods=["POST"]),
            Route("/deliveries", self._deliveries, methods=["GET"]),
            Route("/drain", self._drain, methods=["POST"]),
        ]

    async def _orders(self, request: Request) -> Response:
        status, reference = request.query_params.get("status", ""), request.query_params.get("reference", "")
        found = [
            ledgers.order_row(self._books, order)
            for order in self._books.orders.values()
            if (not status or order.status.name == status) and (not reference or order.reference == reference)
        ]
        return JSONResponse({"orders": found})

    async def _order_row(self, request: Request) -> Response:
        return JSONResponse(ledgers.order_row(self._books, self._order(request)))

    async def _act(self, request: Request) -> Response:
        order, action, given = self._order(request), request.path_params["action"], await json_object(request)
        entry = self._journal.begin("CONTROL", f"/orders/{order.id}/{action}")
        try:
            part = self._do(order, action, given, entry)
        except RefusedError as error:
            raise HTTPException(409, str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise HTTPException(400, f"{action} was not done: {error}.") from error
        row = ledgers.order_row(self._books, order)
        return JSONResponse({"order": row, "part": ledgers.order_row(self._books, part) if part else None})

    def _do(self, order: Order, action: str, given: Given, entry: JournalEntry) -> Order | None:
        """Let somebody act on an order; return the new part that came of it, if one did."""
        acts: dict[str, Callable[[Order, Given, JournalEntry], Order | None]] = {
            "pick": lambda o, _, e: self._floor.pick(o, USER, e),
            "pack": lambda o, _, e: self._floor.pack(o, USER, e),
            "despatch": self._despatch,
            "split": lambda o, g, e: self._desk.split(o, units_of(self._books, o, g["items"]), USER, e),
            "short": self._short,
            "substitute": self._substitute,
            "over": lambda o, g, e: self._floor.add(o, item_of(self._books, o, g["item"]), int(g["quantity"]), e),
            "status": lambda o, g, e: self._floor.move_to(o, Status[str(g["status"])], USER, e),
            "lock": self._lock,
            "cancel": lambda o, g, e: self._desk.cancel(o, USER, e, str(g.get("reason") or "")),
            "invoice": lambda o, g, e: self._floor.invoice(o, e, failed=bool(g.get("failed"))),
            "deliver": lambda o, _, e: self._floor.deliver(o, e),
        }
        if action not in acts:
            raise ValueError("there is no such action")
        return acts[action](order, given, entry)

    def _lock(self, order: Order, given: Given, entry: JournalEntry) -> None:
        order.locked = bool(given.get("locked", True))
        entry.effect("order.locked", id=order.id, locked=int(order.locked))

    def _short(self, order: Order, given: Given, entry: JournalEntry) -> Order | None:
        missing = units_of(self._books, order, given["items"])
        reason, then = str(given.get("reason") or ""), str(given.get("then") or "back_order")
        return self._floor.short(order, missing, reason, then, entry, write_off=bool(given.get("write_off")))

    def _despatch(self, order: Order, given: Given, entry: JournalEntry) -> Order | None:
        """Despatch an order, or only some of it: then the part with `items` leaves and the rest stays."""
        part: Order | None = None
        leaving = order
        if given.get("items"):
            leaving = part = self._desk.split(order, units_of(self._books, order, given["items"]), USER, entry)
        elif given.get("available"):
            part = self._floor.split_lacking(order, USER, entry)
        lots: dict[int, list[tuple[Lot, int]]] = {}
        for row in given.get("lots") or ():
            item = item_of(self._books, leaving, row["item"])
            lot = Lot(batch=str(row.get("batch") or ""), serial=str(row.get("serial") or ""))
            lots.setdefault(item.id, []).append((lot, int(row.get("quantity", 1))))
        for item in leaving.items:
            if item.id in lots:
                self._floor.choose(leaving, item, lots[item.id])
        parcels = [
            NewParcel(number=str(p["number"]), courier=str(p.get("courier") or "")) for p in given.get("parcels", ())
        ]
        self._floor.despatch(leaving, USER, entry, parcels, str(given.get("tracking") or ""))
        return part

    def _substitute(self, order: Order, given: Given, entry: JournalEntry) -> None:
        item = item_of(self._books, order, given["item"])
        product = self._books.product_named(order.client_id, str(given["sku"]))
        if product is None:
            raise ValueError(f"there is no product {given['sku']}")
        names = [(name, value) for _, name, value in item.names] if given.get("keep_names") else []
        self._floor.substitute(order, item, product, int(given.get("quantity", item.quantity)), names, entry)

    async def _work(self, request: Request) -> Response:
        given = await json_object(request)
        try:
            shift = Shift(self._books, self._floor, rates_of(given))
        except (ValueError, TypeError) as error:
            raise HTTPException(400, f"{error}.") from error
        return JSONResponse(shift.work(self._journal))

    async def _shipped(self, _: Request) -> Response:
        return JSONResponse(ledgers.shipped(self._books))

    async def _levels(self, _: Request) -> Response:
        return JSONResponse({"stock": ledgers.levels(self._books, self._stock)})

    async def _flows(self, request: Request) -> Response:
        return JSONResponse({"flows": ledgers.flows(self._books, request.query_params.get("sku", ""))})

    async def _movements(self, _: Request) -> Response:
        return JSONResponse({"movements": ledgers.movements(self._books)})

    async def _settings(self, request: Request) -> Response:
        if request.method == "PUT":
            given = await json_object(request)
            known = {f.name: type(getattr(self._books.house, f.name)) for f in fields(House)}
            for name, value in given.items():
                if known.get(name) is not type(value) or value not in CHOICES.get(name, (value,)):
                    raise HTTPException(400, f"{name} cannot be {value!r}.")
            self._books.house = replace(self._books.house, **given)
        return JSONResponse(asdict(self._books.house))

    async def _expire(self, _: Request) -> Response:
        past: datetime = self._keys.now()
        issued = [key for key, until in self._keys.good_until.items() if until is not None]
        self._keys.good_until.update(dict.fromkeys(issued, past))
        return JSONResponse({"expired": len(issued)})

    async def _deliveries(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [delivery.to_json() for delivery in self._sender.log]})

    async def _drain(self, _: Request) -> Response:
        await self._sender.drain()
        return JSONResponse({"deliveries": len(self._sender.log)})

    def _order(self, request: Request) -> Order:
        order = self._books.orders.get(request.path_params["id"])
        if order is None:
            raise HTTPException(404, f"There is no order {request.path_params['id']}.")
        return order


def item_of(books: Books, order: Order, named: object) -> Item:
    """Return the item of an order with this id or SKU; ValueError when there is none or more than one."""
    found = [i for i in order.items if str(i.id) == str(named) or books.products[i.product_id].sku == str(named)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} items are called {named}")
    return found[0]


def units_of(books: Books, order: Order, given: Mapping[str, Any]) -> dict[int, int]:
    """Return units by item id."""
    return {item_of(books, order, named).id: int(units) for named, units in given.items()}
