"""Control surface of the ReturnGO stand-in, below /_sandbox/returngo/ (JSON; money as text such as "24.00").

- POST rmas {"order_name" or "", "customer": {id, email, first_name, last_name}, "currency", "presentment":
  {currency, rate}, "number", "cancellation_fee", "exchange", "items": [{sku, title, paid_price, paid_tax,
  tax_included, reason, resolution, resolution_value, return_method, policy, exchange, shopify_line_item_id,
  quantity, restocking_fee, return_fee, shipment_fee}]}: a customer raises an RMA; amounts are in the shop's
  currency, prices per unit, and both currencies and prices are the shop's order's when left out;
  quantity becomes so many units. Or {"rmas": [...]} for many at once.
  "resolution_value" is "24.00" (that amount), "+5.00", "-5.00", "+10%" or "-10%" (more or less than the price);
  "return_method": "No shipment required" means that the customer keeps the unit.
  "exchange" is what goes out for each unit of the item, or (on the RMA) for all units without goods of their own,
  which have "exchange": []: [{sku, title, quantity, catalog_price, effective_price, price_method,
  free_exchange_price_range: {min, max}}]; an exchange that says nothing is for the same goods at the price paid.
  -> {"rmas": [{"rma_id", "items": [{"returned_item_id", "sku"}]}]}
- POST rmas/{id}/{action}, or POST rmas/bulk/{action} {"rmas": [ids], ...} for many:
  approve, cancel, reject, reopen (to Approved), done;
  ship {"returned_item_ids", "carrier", "tracking_number"}; receive and validate {"returned_item_ids", "grades":
  {returned item id: {"restockable": true, "returned": true, "reason": ""}}}: without ids, all units. Units left
  behind get a shipment of their own.
  refund {"returned_item_ids", "force"}: somebody presses the refund button for what is not settled; units that
  were refunded in the shop are left out, unless forced, when the shop decides.
  retry-transaction {"transaction"}: a failed transaction is tried again, under its own id.
  release-exchange: the draft order of an exchange becomes an order of the shop and the difference is settled.
  add-item {an item as above}: units are put on an RMA that is open, or was reopened.
  chatter {"times"}: somebody's program writes each parcel's fields so many times through the API, changing nothing.
  track {"status"}: the carrier says something of each parcel.
- GET|PUT quota {"per_day", "used"}; GET|PUT settings {"auto_refund" and (of exchanges) "auto_release": none |
  approved | shipped | received | validated, "auto_refund_delay_hours", "fail_next_transactions",
  "fail_next_shop_returns", "transaction_delay_seconds", "store_credit_percent"}.
- GET|PUT policies {"policies": [{"name", "resolutions", "methods"}]}: what RMAs made through the API may ask for.
- POST webhooks {"eventName", "url"}, GET webhooks; POST drain: wait for deliveries; GET deliveries.
- GET ledgers/rmas: every RMA with status, units (fees, kept, settled), exchanges, transactions and timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.returngo.api import Quota, hook_view
from tieout.sandbox.returngo.books import Hook, Item, Rma
from tieout.sandbox.returngo.ledger import ledger_line
from tieout.sandbox.returngo.payouts import TRIGGERS
from tieout.sandbox.returngo.portal import CLOSED, EVENTS, Grade, MoveRefusedError, Portal

MOVES = {
    "approve": "Approved",
    "cancel": "Canceled",
    "reject": "Rejected",
    "reopen": "Approved",
    "done": "Done",
}
PARCEL_MOVES = {"ship": "Shipped", "receive": "Received", "validate": "Validated"}
DEEDS = ("refund", "retry-transaction", "release-exchange", "add-item", "chatter", "track")
TRIGGERED = ("auto_refund", "auto_release")


def control_routes(
    portal: Portal,
    journal: Journal,
    quota: Quota,
    now: Callable[[], datetime],
) -> Sequence[BaseRoute]:
    """Return the routes by which tests and the demonstration act as customer, staff and warehouse."""
    return _Control(portal, journal, quota, now).routes()


class _Control:
    def __init__(
        self,
        portal: Portal,
        journal: Journal,
        quota: Quota,
        now: Callable[[], datetime],
    ) -> None:
        self._portal = portal
        self._books = portal.books
        self._journal = journal
        self._quota = quota
        self._now = now

    def routes(self) -> Sequence[BaseRoute]:
        """Return the control routes."""
        return [
            Route("/rmas", self.raise_rmas, methods=["POST"]),
            Route("/rmas/bulk/{action}", self.act_on_many, methods=["POST"]),
            Route("/rmas/{rma_id:int}/{action}", self.act, methods=["POST"]),
            Route("/quota", self.quota, methods=["GET", "PUT"]),
            Route("/settings", self.settings, methods=["GET", "PUT"]),
            Route("/policies", self.policies, methods=["GET", "PUT"]),
            Route("/webhooks", self.webhooks, methods=["GET", "POST"]),
            Route("/drain", self.drain, methods=["POST"]),
            Route("/deliveries", self.deliveries, methods=["GET"]),
            Route("/ledgers/rmas", self.ledger, methods=["GET"]),
        ]

    async def raise_rmas(self, request: Request) -> Response:
        given = await json_object(request)
        entry = self._journal.begin("CONTROL", "/rmas")
        raised = []
        try:
            for one in given.get("rmas") or [given]:
                rma = self._portal.raising.rma(one, self._now())
                self._portal.raise_rma(rma, entry)
                raised.append(rma)
        except (ValueError, KeyError, TypeError) as error:
            raise HTTPException(400, f"The RMA was not raised: {error}.") from error
        return JSONResponse({"rmas": [_raised(rma) for rma in raised]})

    async def act(self, request: Request) -> Response:
        given = await json_object(request)
        return self._act([request.path_params["rma_id"]], request.path_params["action"], given)

    async def act_on_many(self, request: Request) -> Response:
        given = await json_object(request)
        numbers = [int(str(number)) for number in given.get("rmas") or ()]
        return self._act(numbers, request.path_params["action"], given)

    def _act(self, numbers: Iterable[int], action: str, given: Mapping[str, Any]) -> Response:
        done = []
        for number in numbers:
            rma = self._books.rmas.get(number)
            if rma is None:
                raise HTTPException(404, f"There is no RMA {number}.")
            entry = self._journal.begin("CONTROL", f"/rmas/{number}/{action}")
            try:
                self._act_on(rma, action.replace("_", "-"), given, entry)
            except MoveRefusedError as error:
                raise HTTPException(409, f"{error}.") from error
            except (ValueError, KeyError, TypeError) as error:
                raise HTTPException(400, f"Nothing was done: {error}.") from error
            done.append({"rma_id": str(rma.id), "status": rma.status})
        return JSONResponse({"rmas": done})

    def _act_on(self, rma: Rma, action: str, given: Mapping[str, Any], entry: JournalEntry) -> None:
        now = self._now()
        if action == "reopen" and rma.status not in CLOSED:
            raise MoveRefusedError(f"RMA {rma.id} is {rma.status}; only a closed RMA is reopened")
        if action in MOVES:
            self._portal.move(rma, MOVES[action], now, entry)
        elif action in PARCEL_MOVES:
            self._move_parcels(rma, PARCEL_MOVES[action], given, entry)
        elif action in DEEDS:
            self._do(rma, action, given, entry)
        else:
            known = ", ".join((*MOVES, *PARCEL_MOVES, *DEEDS))
            raise HTTPException(404, f"There is no action {action}; there are {known}.")

    def _do(self, rma: Rma, action: str, given: Mapping[str, Any], entry: JournalEntry) -> None:
        now = self._now()
        self._portal.refresh(now)
        match action:
            case "refund":
                items = _units_named(rma, given) if given.get("returned_item_ids") else rma.items
                self._portal.pay(rma, items, now, entry, force=bool(given.get("force")))
            case "retry-transaction":
                self._portal.retry(rma, str(given.get("transaction") or given.get("transaction_id")), now, entry)
            case "release-exchange":
                self._portal.release_exchange(rma, now, entry)
            case "add-item":
                self._portal.add_item(rma, given.get("item") or given, now, entry)
            case "chatter":
                self._chatter(rma, int(given.get("times", 1)), now)
            case "track":
                for shipment in rma.shipments:
                    self._portal.track(rma, shipment, str(given.get("status") or "InTransit"), entry)

    def _chatter(self, rma: Rma, times: int, now: datetime) -> None:
        """Write the parcels' fields as another program does with the same key; it uses up the quota as well."""
        for shipment in [shipment for _ in range(times) for shipment in rma.shipments]:
            if not self._quota.take(now):
                raise MoveRefusedError("The day's calls are used up")
            self._portal.touch_shipment(rma, shipment, now)

    def _move_parcels(self, rma: Rma, status: str, given: Mapping[str, Any], entry: JournalEntry) -> None:
        if not rma.shipments:
            raise MoveRefusedError(f"RMA {rma.id} has no shipment: it is not approved, or all is kept")
        now = self._now()
        self._portal.grade(rma, _grades(given), now, entry)
        for shipment in self._portal.split(rma, _units_named(rma, given), entry):
            shipment.carrier = str(given.get("carrier") or shipment.carrier)
            shipment.tracking_number = str(given.get("tracking_number") or shipment.tracking_number)
            self._portal.move_shipment(rma, shipment, status, now, entry)

    async def quota(self, request: Request) -> Response:
        self._quota.roll(self._now())
        if request.method == "PUT":
            given = await json_object(request)
            self._quota.per_day = int(given.get("per_day", self._quota.per_day))
            self._quota.used = int(given.get("used", self._quota.used))
        return JSONResponse({"per_day": self._quota.per_day, "used": self._quota.used})

    async def settings(self, request: Request) -> Response:
        settings = self._portal.settings
        if request.method == "PUT":
            for name, value in (await json_object(request)).items():
                whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
                if name not in asdict(settings) or not (value in TRIGGERS if name in TRIGGERED else whole):
                    raise HTTPException(400, f"{name}: {value} is no setting; there are {asdict(settings)}.")
                setattr(settings, name, value)
        return JSONResponse(asdict(settings))

    async def policies(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self._portal.policies.replace((await json_object(request)).get("policies") or ())
            except (KeyError, TypeError) as error:
                raise HTTPException(400, f"A policy has name, resolutions and methods; missing: {error}.") from error
        return JSONResponse({"policies": self._portal.policies.to_json()})

    async def webhooks(self, request: Request) -> Response:
        if request.method == "POST":
            given = await json_object(request)
            event, url = str(given.get("eventName")), str(given.get("url") or "")
            if event not in EVENTS or not url:
                raise HTTPException(400, f"Send eventName and url; events are {', '.join(EVENTS)}.")
            hook = Hook(id=self._books.new_id(), url=url, event=event)
            self._books.hooks[hook.id] = hook
        return JSONResponse({"webhooks": [hook_view(hook) for hook in self._books.hooks.values()]})

    async def drain(self, _: Request) -> Response:
        await self._portal.sender.drain()
        return JSONResponse({"drained": True})

    async def deliveries(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [d.to_json() for d in self._portal.sender.log]})

    async def ledger(self, _: Request) -> Response:
        self._portal.refresh(self._now())
        return JSONResponse({"rmas": [ledger_line(rma) for rma in self._books.rmas.values()]})


def _raised(rma: Rma) -> dict[str, object]:
    items = [{"returned_item_id": str(item.id), "sku": item.sku} for item in rma.items]
    return {"rma_id": str(rma.id), "items": items}


def _units_named(rma: Rma, given: Mapping[str, Any]) -> list[Item]:
    """Return the units that are meant: those named, else all that have not arrived or been validated."""
    named = {str(number) for number in given.get("returned_item_ids") or ()}
    unknown = named - {str(item.id) for item in rma.items}
    if unknown:
        raise HTTPException(400, f"RMA {rma.id} has no unit {', '.join(sorted(unknown))}.")
    if named:
        return [item for item in rma.items if str(item.id) in named]
    settled = {s.id for s in rma.shipments if s.status in {"Canceled", "Validated"}}
    return [item for item in rma.items if item.shipment_id not in settled]


def _grades(given: Mapping[str, Any]) -> dict[int, Grade]:
    return {
        int(number): Grade(
            returned=bool(one.get("returned", True)),
            restockable=bool(one.get("restockable", True)),
            reason=str(one.get("reason") or ""),
        )
        for number, one in (given.get("grades") or {}).items()
    }
