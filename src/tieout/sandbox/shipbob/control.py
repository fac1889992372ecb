"""Control surface of the ShipBob stand-in, below /_sandbox/shipbob/ (JSON; quantities are whole single units).

- POST setup {"centres": [{name, country, timezone}], "channels": [{name, scopes}], "products": [{sku, name, barcode,
  lots, serials, "units": {"INP": 6, "CS": 12, "PL": 480}, "components": {sku: quantity} of a bundle}],
  "stock": [{sku, centre, quantity, lot, expires}], "shipping_methods": [names]} adds what is not there yet
  -> ids by name. A site `London` and the channels `Tieout` (writes) and `ShipBob Default` (reads) stand there already.
- POST shipments/{id}/{action}: pick, pack, label, leave, ship (all that is left to do), track, deliver, hold, release,
  cancel, split. pick, ship and split take {"lines": [{"line": external_line_id or place on the order, "sku",
  "quantity", "ship_sku": what leaves instead, "lot", "serials"}]}: less is short, more is over; a line left out is
  short altogether. "rest": back_order (a shipment of its own) | close. label, ship and track take {"tracking": "late",
  "carrier", "service", "tracking_number", "tracking_url"}; ship takes {"even_cancelled": true}; split {"centre"}.
- POST orders/{reference}/ship {the same}: every shipment of an order, or the one that holds the lines.
- POST orders/{reference}/review {"in_review": bool}.
- POST work {"seed", "most", "short", "over", "substitute", "part", "late_tracking", "hold": rates}: ships the ready.
- POST stock/{action}: receive, adjust (signed), quarantine, release, scrap (out of quarantine), transfer {"to",
  "arrives": false: it is on its way}, arrive {"transfer_id"}; {sku, centre, quantity, lot, expires, reason, reference,
  user} -> {"inventory_audit_event_id"}.
- POST wros/{id}/{action}: arrive, receive {"lines": [{sku, quantity}]}, stow {"lines", "done"}, split {"parts"},
  cancel.
- POST returns/{id}/{action}: arrive, process {"lines": [{sku, action, quantity, reason}]}, complete.
  POST returns {body as of the API, "return_type"}: one that the merchant did not announce, as a ReturnToSender.
- GET|PUT settings (see network.py Settings); GET|PUT quota {"per_minute"}; POST tokens {"token", "scopes"}.
- POST webhooks {"url", "topics", "secret"}; GET deliveries; POST drain: wait for deliveries.
- GET ledgers/shipped: units by reference and line, what left under which stock code; ledgers/stock: every pocket, and
  what the event log adds up to; ledgers/history: the event log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.shipbob.api import VERSIONS, Quota
from tieout.sandbox.shipbob.api_inbound import InboundApi, hook_view
from tieout.sandbox.shipbob.books import SCOPES, Order
from tieout.sandbox.shipbob.floor import Floor
from tieout.sandbox.shipbob.inbound_work import InboundWork
from tieout.sandbox.shipbob.ledgers import shipped_ledger, stock_ledger
from tieout.sandbox.shipbob.network import CHOICES, Network
from tieout.sandbox.shipbob.refusing import RefusedError, TooLateError
from tieout.sandbox.shipbob.setting_up import set_up
from tieout.sandbox.shipbob.shelf_work import Shelves
from tieout.sandbox.shipbob.stock_views import event_view

AUTO = "work"
Work = Callable[[dict[str, Any], JournalEntry], object]


class Control:
    """The routes by which tests and the demonstration act as the network's staff."""

    def __init__(  # everything that staff work with
        self,
        network: Network,
        floor: Floor,
        inbound: InboundWork,
        api: InboundApi,
        quota: Quota,
        tokens: dict[str, frozenset[str]],
        journal: Journal,
    ) -> None:
        self._network = network
        self._books = network.books
        self._floor = floor
        self._shelves = Shelves(network)
        self._inbound = inbound
        self._api = api
        self._quota = quota
        self._tokens = tokens
        self._journal = journal

    def routes(self) -> Sequence[BaseRoute]:
        """Return the control routes."""
        return [
            Route("/setup", self._set_up, methods=["POST"]),
            Route("/shipments/{number:int}/{action}", self._on_shipment, methods=["POST"]),
            Route("/orders/{reference}/ship", self._ship_order, methods=["POST"]),
            Route("/orders/{reference}/review", self._review, methods=["POST"]),
            Route(f"/{AUTO}", self._work, methods=["POST"]),
            Route("/stock/{action}", self._on_stock, methods=["POST"]),
            Route("/wros/{number:int}/{action}", self._on_wro, methods=["POST"]),
            Route("/returns", self._unannounced, methods=["POST"]),
            Route("/returns/{number:int}/{action}", self._on_return, methods=["POST"]),
            Route("/settings", self._settings, methods=["GET", "PUT"]),
            Route("/quota", self._allow, methods=["GET", "PUT"]),
            Route("/tokens", self._add_token, methods=["POST"]),
            Route("/webhooks", self._subscribe, methods=["POST"]),
            Route("/deliveries", self._deliveries, methods=["GET"]),
            Route("/drain", self._drain, methods=["POST"]),
            Route("/ledgers/shipped", self._shipped, methods=["GET"]),
            Route("/ledgers/stock", self._stock, methods=["GET"]),
            Route("/ledgers/history", self._history, methods=["GET"]),
        ]

    async def _done(self, request: Request, work: Work) -> Response:
        """Do some work under an entry of the journal: 400 when it makes no sense, 409 when it cannot be done."""
        given = _plain(await json_object(request))
        path = request.url.path.split("/_sandbox/shipbob", 1)[-1]
        entry = self._journal.begin("CONTROL", path)
        try:
            return JSONResponse(work(given, entry))
        except TooLateError as error:
            raise HTTPException(409, str(error)) from error
        except RefusedError as error:
            raise HTTPException(400, str(error)) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HTTPException(400, f"It was not done: {error}.") from error

    async def _set_up(self, request: Request) -> Response:
        return await self._done(request, lambda given, _: set_up(self._network, given))

    async def _on_shipment(self, request: Request) -> Response:
        shipment = self._books.shipments.get(request.path_params["number"])
        if shipment is None:
            raise HTTPException(404, "There is no such shipment.")
        action = request.path_params["action"]

        def work(given: dict[str, Any], entry: JournalEntry) -> object:
            self._floor.do(shipment, action, given, entry)
            return _standing(shipment.order)

        return await self._done(request, work)

    async def _ship_order(self, request: Request) -> Response:
        order = self._order(request)

        def work(given: dict[str, Any], entry: JournalEntry) -> object:
            self._floor.ship_order(order, given, entry)
            return _standing(order)

        return await self._done(request, work)

    async def _review(self, request: Request) -> Response:
        order = self._order(request)

        def work(given: dict[str, Any], _: JournalEntry) -> object:
            order.in_review = bool(given.get("in_review", True))
            order.updated_at = self._network.now()
            return _standing(order)

        return await self._done(request, work)

    async def _work(self, request: Request) -> Response:
        return await self._done(request, lambda given, entry: {"worked": self._floor.work(given, entry)})

    async def _on_stock(self, request: Request) -> Response:
        action = request.path_params["action"]
        return await self._done(request, lambda given, entry: self._shelves.do(action, given, entry))

    async def _on_wro(self, request: Request) -> Response:
        wro = self._books.goods_in.get(request.path_params["number"])
        if wro is None:
            raise HTTPException(404, "There is no such receiving order.")
        action = request.path_params["action"]
        return await self._done(request, lambda given, entry: self._inbound.on_wro(wro, action, given, entry))

    async def _on_return(self, request: Request) -> Response:
        back = self._books.returns.get(request.path_params["number"])
        if back is None:
            raise HTTPException(404, "There is no such return.")
        action = request.path_params["action"]
        return await self._done(request, lambda given, entry: self._inbound.on_return(back, action, given, entry))

    async def _unannounced(self, request: Request) -> Response:
        return await self._done(request, self._inbound.unannounced)

    async def _settings(self, request: Request) -> Response:
        settings = self._network.settings
        if request.method == "PUT":
            for name, value in (await json_object(request)).items():
                known = asdict(settings).get(name)
                plain = float(value) if isinstance(value, Decimal | int) and isinstance(known, float) else value
                if type(plain) is not type(known) or plain not in CHOICES.get(name, (plain,)):
                    raise HTTPException(400, f"{name}: {value} is no setting; there are {asdict(settings)}.")
                setattr(settings, name, plain)
            self._network.announcer.unpadded = settings.unpadded_signatures
        return JSONResponse(asdict(settings))

    async def _allow(self, request: Request) -> Response:
        if request.method == "PUT":
            self._quota.per_minute = int((await json_object(request)).get("per_minute", self._quota.per_minute))
        return JSONResponse({"per_minute": self._quota.per_minute})

    async def _add_token(self, request: Request) -> Response:
        given = await json_object(request)
        scopes = frozenset(str(scope) for scope in given.get("scopes", SCOPES))
        if not given.get("token") or not scopes <= set(SCOPES):
            raise HTTPException(400, f"Send token and scopes; scopes are {', '.join(SCOPES)}.")
        self._tokens[str(given["token"])] = scopes
        return JSONResponse({"scopes": sorted(scopes)})

    async def _subscribe(self, request: Request) -> Response:
        return await self._done(request, lambda given, _: hook_view(self._api.subscribed(given, VERSIONS[-1])))

    async def _deliveries(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [d.to_json() for d in self._network.announcer.sender.log]})

    async def _drain(self, _: Request) -> Response:
        await self._network.announcer.sender.drain()
        return JSONResponse({"drained": True})

    async def _shipped(self, _: Request) -> Response:
        return JSONResponse({"orders": shipped_ledger(self._books)})

    async def _stock(self, _: Request) -> Response:
        return JSONResponse({"pockets": stock_ledger(self._network)})

    async def _history(self, _: Request) -> Response:
        return JSONResponse({"events": [event_view(event) for event in self._network.stock.events]})

    def _order(self, request: Request) -> Order:
        order = self._books.order_of(request.path_params["reference"])
        if order is None:
            raise HTTPException(404, "There is no such order.")
        return order


def _standing(order: Order) -> dict[str, object]:
    return {
        "order_id": order.id,
        "reference_id": order.reference_id,
        "status": order.status,
        "shipments": [
            {"id": s.id, "status": s.status, "stage": s.stage, "site": s.centre.name} for s in order.shipments
        ],
    }


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with decimals as floats at its top, where rates stand."""
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in given.items()}
