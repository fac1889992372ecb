"""The vendor's endpoints: two headers on every call, a daily quota, and the paths of the public API."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import journal_of
from tieout.sandbox.returngo.books import RMA_MOVES, SHIPMENT_MOVES, Hook, Rma, Shipment
from tieout.sandbox.returngo.detail import detail, shipment_view, summary, transaction
from tieout.sandbox.returngo.listing import moves_wanted, page, rmas_wanted
from tieout.sandbox.returngo.policies import NotEligibleError
from tieout.sandbox.returngo.portal import EVENTS, MoveRefusedError, Portal

Endpoint = Callable[[Request], Awaitable[Response]]


class Quota:
    """Calls allowed and made on one UTC day of the sandbox's clock."""

    def __init__(self, per_day: int) -> None:
        self.per_day = per_day
        self.used = 0
        self._day: date | None = None

    def take(self, now: datetime) -> bool:
        """Count one call; False when the day's calls are used up."""
        self.roll(now)
        if self.used >= self.per_day:
            return False
        self.used += 1
        return True

    def roll(self, now: datetime) -> None:
        """Begin a new count on a new day."""
        if self._day != now.date():
            self._day = now.date()
            self.used = 0


class Api:
    """Serves one shop's portal under one key."""

    def __init__(self, portal: Portal, shop_name: str, api_key: str, quota: Quota, now: Callable[[], datetime]) -> None:
        self._portal = portal
        self._books = portal.books
        self._shop_name = shop_name
        self._key = api_key
        self._quota = quota
        self._now = now

    def app(self) -> Starlette:
        """Return the application of all vendor paths."""
        routes = [
            Route("/rmas", self._guarded(self._rmas), methods=["GET"]),
            Route("/rma/{rma_id:int}", self._guarded(self._rma), methods=["GET"]),
            Route("/rma/{rma_id:int}/comment", self._guarded(self._comment), methods=["POST"]),
            Route("/rma/{rma_id:int}/status", self._guarded(self._status), methods=["PUT"]),
            Route("/rma/getEligiblePolicies", self._guarded(self._eligible_policies), methods=["POST"]),
            Route("/rma/createByPolicy", self._guarded(self._create_by_policy), methods=["POST"]),
            Route("/shipment-tracker", self._guarded(self._track), methods=["POST"]),
            Route("/shipment/{shipment_id:int}", self._guarded(self._shipment), methods=["PUT", "DELETE"]),
            Route("/transactions", self._guarded(self._transactions), methods=["GET"]),
            Route("/webhooks", self._guarded(self._webhooks), methods=["GET"]),
            Route("/webhook", self._guarded(self._subscribe), methods=["POST"]),
            Route("/webhook/{hook_id:int}", self._guarded(self._webhook), methods=["PUT", "DELETE"]),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _refusal})

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Check key, shop and quota, in this order, before the endpoint."""

        async def guarded(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._key.encode()):
                raise HTTPException(401, "Unauthorized")
            if request.headers.get("x-shop-name") != self._shop_name:
                raise HTTPException(403, "The shop does not belong to this user")
            if not self._quota.take(self._now()):
                raise HTTPException(429, "Limit Exceeded")
            self._portal.refresh(self._now())
            response = await endpoint(request)
            response.headers["x-amzn-requestid"] = str(uuid4())
            return response

        return guarded

    async def _rmas(self, request: Request) -> Response:
        found = rmas_wanted(list(self._books.rmas.values()), request.query_params)
        shown, cursor = page(found, request.query_params, lambda rma: rma.id)
        return JSONResponse({"rmas": [summary(rma) for rma in shown], "next_cursor": cursor})

    async def _rma(self, request: Request) -> Response:
        return JSONResponse(detail(self._find(request)))

    async def _comment(self, request: Request) -> Response:
        rma = self._find(request)
        text = (await json_object(request)).get("comment")
        if not isinstance(text, str) or not text:
            raise HTTPException(400, "comment is required")
        self._portal.comment(rma, text, "API", self._now(), journal_of(request))
        return JSONResponse({"rmaId": str(rma.id)})

    async def _status(self, request: Request) -> Response:
        rma = self._find(request)
        status = (await json_object(request)).get("status")
        if status not in RMA_MOVES:
            raise HTTPException(400, f"status is one of {', '.join(RMA_MOVES)}")
        try:
            self._portal.move(rma, status, self._now(), journal_of(request))
        except MoveRefusedError as error:
            raise HTTPException(400, str(error)) from error
        return JSONResponse({"rmaId": str(rma.id), "status": rma.status})

    async def _shipment(self, request: Request) -> Response:
        number = request.path_params["shipment_id"]
        if number not in self._books.shipments:
            raise HTTPException(404, "Shipment not found")
        rma, shipment = self._books.shipments[number]
        if request.method == "DELETE":
            return self._delete_shipment(rma, shipment, request)
        given = await json_object(request)
        status = given.get("status", shipment.status)
        if status not in SHIPMENT_MOVES:
            raise HTTPException(400, f"status is one of {', '.join(SHIPMENT_MOVES)}")
        entry = journal_of(request)
        moves = status != shipment.status
        if moves and status not in SHIPMENT_MOVES[shipment.status]:
            raise HTTPException(400, f"Shipment status cannot change from {shipment.status} to {status}")
        for field, name in (
            ("carrierName", "carrier"),
            ("trackingNumber", "tracking_number"),
            ("trackingURL", "tracking_url"),
            ("labelURL", "label_url"),
        ):
            if field in given:
                setattr(shipment, name, str(given[field] or ""))
                entry.effect("shipment.changed", shipment=str(shipment.id), field=field)
        if moves:
            self._portal.move_shipment(rma, shipment, status, self._now(), entry)
        else:
            self._portal.touch_shipment(rma, shipment, self._now())
        return JSONResponse(shipment_view(shipment))

    async def _eligible_policies(self, request: Request) -> Response:
        await self._items_asked(request)
        return JSONResponse({"policies": self._portal.policies.to_json()})

    async def _create_by_policy(self, request: Request) -> Response:
        asked = await self._items_asked(request)
        try:
            rma = self._portal.raising.rma(asked, self._now())
            self._portal.policies.check(rma.items)
        except (ValueError, KeyError, TypeError, NotEligibleError) as error:
            raise HTTPException(400, f"The RMA cannot be created: {error}") from error
        self._portal.raise_rma(rma, journal_of(request), via="API")
        return JSONResponse({"rmaId": str(rma.id), "status": rma.status})

    async def _items_asked(self, request: Request) -> dict[str, object]:
        """Return what an RMA is asked for in the words of the control surface; 400 without a known order."""
        given = await json_object(request)
        name = str(given.get("order_name") or "")
        if self._portal.storefront.order_named(name) is None:
            raise HTTPException(400, "order_name is not an order of the shop")
        items = given.get("items")
        if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
            raise HTTPException(400, "items is a list of objects")
        return {"order_name": name, "items": [_item_asked(one) for one in items]}

    async def _track(self, request: Request) -> Response:
        given = await json_object(request)
        number, status = str(given.get("trackingNumber") or ""), str(given.get("status") or "")
        found = [both for both in self._books.shipments.values() if number and both[1].tracking_number == number]
        if not found:
            raise HTTPException(404 if number else 400, "trackingNumber is not of a shipment here")
        for rma, shipment in found:
            if status:
                self._portal.track(rma, shipment, status, journal_of(request))
        return JSONResponse({"trackingNumber": number, "status": found[-1][1].tracker_status or "Unknown"})

    def _delete_shipment(self, rma: Rma, shipment: Shipment, request: Request) -> Response:
        if shipment.status in {"Received", "Validated"}:
            raise HTTPException(400, "A shipment that has arrived cannot be deleted")
        rma.shipments.remove(shipment)
        for item in rma.items_of(shipment):
            item.shipment_id = 0
        del self._books.shipments[shipment.id]
        journal_of(request).effect("shipment.deleted", shipment=str(shipment.id), rma=str(rma.id))
        return JSONResponse({"shipmentId": str(shipment.id)})

    async def _transactions(self, request: Request) -> Response:
        found = moves_wanted(list(self._books.moves.values()), request.query_params)
        shown, cursor = page(found, request.query_params, lambda move: move.id)
        return JSONResponse({"transactions": [transaction(move) for move in shown], "next_cursor": cursor})

    async def _webhooks(self, _: Request) -> Response:
        return JSONResponse({"webhooks": [hook_view(hook) for hook in self._books.hooks.values()]})

    async def _subscribe(self, request: Request) -> Response:
        hook = self._hook_from(await json_object(request), Hook(id=self._books.new_id(), url="", event=""))
        self._books.hooks[hook.id] = hook
        journal_of(request).effect("webhook.created", id=hook.id, event=hook.event)
        return JSONResponse(hook_view(hook))

    async def _webhook(self, request: Request) -> Response:
        number = request.path_params["hook_id"]
        hook = self._books.hooks.get(number)
        if hook is None:
            raise HTTPException(404, "Webhook not found")
        if request.method == "DELETE":
            del self._books.hooks[number]
            journal_of(request).effect("webhook.deleted", id=number)
            return JSONResponse(hook_view(hook))
        hook = self._hook_from(await json_object(request), hook)
        self._books.hooks[number] = hook
        return JSONResponse(hook_view(hook))

    def _hook_from(self, given: dict[str, object], hook: Hook) -> Hook:
        changed = replace(hook, url=str(given.get("url") or hook.url), event=str(given.get("eventName") or hook.event))
        if not changed.url or changed.event not in EVENTS:
            raise HTTPException(400, f"url and eventName are required; eventName is one of {', '.join(EVENTS)}")
        return changed

    def _find(self, request: Request) -> Rma:
        rma = self._books.rmas.get(request.path_params["rma_id"])
        if rma is None:
            raise HTTPException(404, "RMA not found")
        return rma


def _item_asked(given: dict[str, object]) -> dict[str, object]:
    """Translate one item of the assumed body; keys that are left out take the defaults of a new RMA."""
    words = {
        "shopLineItemId": "shopify_line_item_id",
        "sku": "sku",
        "quantity": "quantity",
        "returnReason": "reason",
        "resolutionType": "resolution",
        "policyRuleName": "policy",
        "returnMethodType": "return_method",
    }
    return {ours: given[theirs] for theirs, ours in words.items() if theirs in given}


def hook_view(hook: Hook) -> dict[str, object]:
    """Return a subscription."""
    return {"id": hook.id, "url": hook.url, "eventName": hook.event}


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"message": error.detail}, error.status_code, {"x-amzn-requestid": str(uuid4())})
