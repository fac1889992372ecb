"""The vendor's front door: versions, tokens with scopes, the limit on calls, and the orders and shipments."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import journal_of
from tieout.sandbox.shipbob.announcing import TOPICS
from tieout.sandbox.shipbob.books import Channel, Order, Shipment
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.paging import between, flag, numbered, texts
from tieout.sandbox.shipbob.refusing import (
    RefusedError,
    TooLateError,
    nothing_there,
    of_fields,
    plainly_refused,
    refused,
)
from tieout.sandbox.shipbob.views import TIMELINE, Json, line_items, log_view, order_view, shipment_view

Endpoint = Callable[[Request], Awaitable[Response]]
Guard = Callable[[Endpoint, str], Endpoint]
VERSIONS = tuple(TOPICS)
MINUTE = timedelta(minutes=1)
CANCEL_ACTION = 6


class Quota:
    """Calls of each token in the last minute, sliding."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._used: dict[str, deque[datetime]] = {}

    def take(self, token: str, now: datetime) -> tuple[int, int]:
        """Count a call; return how many are left (-1: refused) and the seconds until the next is free."""
        used = self._used.setdefault(token, deque())
        while used and not timedelta(0) <= now - used[0] < MINUTE:
            used.popleft()
        if len(used) >= self.per_minute:
            wait = MINUTE - (now - used[0]) if used else MINUTE
            return -1, max(int(wait.total_seconds()) + 1, 1)
        used.append(now)
        return self.per_minute - len(used), 0


class Gate:
    """Lets calls in that have a known version, a token, its scope and a place in the minute."""

    def __init__(
        self, tokens: dict[str, frozenset[str]], quota: Quota, now: Callable[[], datetime], tick: Callable[[], None]
    ) -> None:
        self._tokens = tokens
        self._quota = quota
        self._now = now
        self._tick = tick

    def guard(self, endpoint: Endpoint, scope: str) -> Endpoint:
        """Return the endpoint behind the gate; every answer says how many calls are left."""

        async def guarded(request: Request) -> Response:
            if request.path_params.get("version") not in VERSIONS:
                return Response(status_code=404)
            given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
            token = next((t for t in self._tokens if hmac.compare_digest(given, t.encode())), "")
            if not token:
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
            left, wait = self._quota.take(token, self._now())
            if left < 0:
                return JSONResponse(
                    {"statusCode": 429, "message": f"Rate limit is exceeded. Try again in {wait} seconds."},
                    429,
                    {"x-retry-after": str(wait), "x-remaining-calls": "0"},
                )
            self._tick()
            answer = await _answered(request, endpoint, allowed=scope in self._tokens[token])
            answer.headers["x-remaining-calls"] = str(left)
            return answer

        return guarded


async def _answered(request: Request, endpoint: Endpoint, *, allowed: bool) -> Response:
    if not allowed:
        return Response(status_code=403)
    try:
        return await endpoint(request)
    except RefusedError as error:
        return await refused(request, error)


def application(routes: list[Route]) -> Starlette:
    """Return the application of all vendor paths."""
    return Starlette(routes=routes, exception_handlers={HTTPException: plainly_refused})


async def body_of(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object; {} when it is empty, 400 when it is none."""
    found = _plain(await json_object(request))
    assert isinstance(found, dict), "a JSON object"
    return found


def _plain(value: object) -> object:
    """Return a JSON value with its decimals as doubles, which is what the vendor keeps."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


def writing_channel(request: Request, network: Network, scope: str) -> Channel:
    """Return the channel that a write is made through; RefusedError without one that may write."""
    given = request.headers.get("shipbob_channel_id", "")
    if not given:
        raise of_fields({"shipbob_channel_id": ["The shipbob_channel_id header is required."]}, 400)
    channel = network.books.channels.get(int(given)) if given.isdecimal() else None
    if channel is None or scope not in channel.scopes:
        raise RefusedError(403, None)
    return channel


class OrdersApi:
    """Orders and shipments."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._books = network.books

    def routes(self, guard: Guard) -> list[Route]:
        """Return its paths below the version."""
        read, write = "orders_read", "orders_write"
        at = "/{version}/order"
        one, ship = f"{at}/{{order_id:int}}", "/{version}/shipment/{shipment_id:int}"
        nested = f"{one}/shipment/{{shipment_id:int}}"
        found = [
            Route(at, guard(self._list, read), methods=["GET"]),
            Route(at, guard(self._create, write), methods=["POST"]),
            Route(one, guard(self._get, read), methods=["GET"]),
            Route(f"{one}:cancel", guard(self._cancel, write), methods=["POST"]),
            Route(f"{one}/shipment", guard(self._shipments, read), methods=["GET"]),
            Route("/{version}/shipment:batchCancel", guard(self._cancel_many, write), methods=["POST"]),
            Route("/{version}/shipment:batchUpdateTrackingUpload", guard(self._mark, write), methods=["POST"]),
            Route("/{version}/shipping-method", guard(self._methods, read), methods=["GET"]),
        ]
        for base in (ship, nested):
            found += [
                Route(base, guard(self._shipment, read), methods=["GET"]),
                Route(f"{base}/timeline", guard(self._timeline, read), methods=["GET"]),
                Route(f"{base}/logs", guard(self._logs, read), methods=["GET"]),
                Route(f"{base}:getLineItems", guard(self._line_items, read), methods=["GET"]),
                Route(f"{base}:cancel", guard(self._cancel_shipment, write), methods=["POST"]),
            ]
        return found

    async def _create(self, request: Request) -> Response:
        channel = writing_channel(request, self._network, "orders_write")
        order = self._network.place(await body_of(request), channel, journal_of(request))
        return JSONResponse(self._view(order), 201)

    async def _list(self, request: Request) -> Response:
        rows = [order for order in self._candidates(request) if _asked_for(order, request)]
        oldest = request.query_params.get("SortOrder", "Newest").lower().startswith("oldest")
        rows.sort(key=lambda order: (order.created_at, order.id), reverse=not oldest)
        shown, headers = numbered(request, rows)
        return JSONResponse([self._view(order) for order in shown], headers=headers)

    def _candidates(self, request: Request) -> list[Order]:
        """Return the orders worth looking at: few, when they are asked for by reference."""
        references = texts(request.query_params, "ReferenceIds")
        if references is None:
            return list(self._books.orders.values())
        known = self._books.orders_by_reference
        pairs = [(channel, name) for channel in self._books.channels for name in references]
        return [known[pair] for pair in pairs if pair in known]

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._view(self._order(request)))

    async def _shipments(self, request: Request) -> Response:
        order = self._order(request)
        return JSONResponse([shipment_view(s, self._network.stock) for s in order.shipments])

    async def _cancel(self, request: Request) -> Response:
        order = self._order(request)
        results = [self._try_cancel(shipment, request) for shipment in order.shipments]
        return JSONResponse(
            {
                "order_id": order.id,
                "order": self._view(order),
                "status": _outcome(results),
                "canceled_shipment_results": results,
            }
        )

    async def _cancel_many(self, request: Request) -> Response:
        writing_channel(request, self._network, "orders_write")
        numbers = (await body_of(request)).get("shipment_ids")
        if not isinstance(numbers, list):
            raise of_fields({"ShipmentIds": ["The ShipmentIds field is required."]})
        return JSONResponse({"results": [self._try_cancel_number(number, request) for number in numbers]})

    async def _cancel_shipment(self, request: Request) -> Response:
        shipment = self._find(request)
        try:
            self._network.cancel(shipment, journal_of(request))
        except TooLateError as error:
            raise of_fields({"": [str(error)]}) from error
        return JSONResponse(shipment_view(shipment, self._network.stock))

    async def _shipment(self, request: Request) -> Response:
        return JSONResponse(shipment_view(self._find(request), self._network.stock))

    async def _timeline(self, request: Request) -> Response:
        return JSONResponse([log_view(entry) for entry in self._find(request).log if entry.detail in TIMELINE])

    async def _logs(self, request: Request) -> Response:
        return JSONResponse([log_view(entry) for entry in self._find(request).log])

    async def _line_items(self, request: Request) -> Response:
        return JSONResponse(line_items(self._find(request), self._network.stock))

    async def _mark(self, request: Request) -> Response:
        given = await body_of(request)
        numbers, marked = given.get("shipment_ids"), given.get("is_tracking_uploaded")
        if not isinstance(numbers, list) or not isinstance(marked, bool):
            raise RefusedError(400, "shipment_ids and is_tracking_uploaded are required.")
        results: list[Json] = []
        for number in numbers:
            shipment = self._books.shipments.get(number) if isinstance(number, int) else None
            if shipment is not None:
                shipment.tracking_uploaded = marked
                journal_of(request).effect("shipment.marked", id=shipment.id, uploaded=int(marked))
            error = None if shipment else {"code": "NOT_FOUND", "message": "Shipment not found"}
            results.append({"shipmentId": number, "isSuccess": shipment is not None, "error": error})
        good = sum(1 for one in results if one["isSuccess"])
        summary = {"total": len(results), "successful": good, "failed": len(results) - good}
        return JSONResponse({"results": results, "summary": summary})

    async def _methods(self, request: Request) -> Response:
        rows = list(enumerate(self._books.methods, start=1))
        shown, headers = numbered(request, rows)
        level = {"id": 1, "name": "Standard"}
        return JSONResponse(
            [
                {"id": number, "name": name, "active": True, "default": number == 1, "service_level": level}
                for number, name in shown
            ],
            headers=headers,
        )

    def _view(self, order: Order) -> Json:
        return order_view(order, self._network.stock)

    def _order(self, request: Request) -> Order:
        order = self._books.orders.get(request.path_params["order_id"])
        if order is None:
            raise nothing_there()
        return order

    def _find(self, request: Request) -> Shipment:
        shipment = self._books.shipments.get(request.path_params["shipment_id"])
        wanted = request.path_params.get("order_id")
        if shipment is None or wanted not in {None, shipment.order.id}:
            raise nothing_there()
        return shipment

    def _try_cancel_number(self, number: object, request: Request) -> Json:
        shipment = self._books.shipments.get(number) if isinstance(number, int) else None
        if shipment is None:
            return self._result(number, "Shipment not found", success=False)
        return self._try_cancel(shipment, request)

    def _try_cancel(self, shipment: Shipment, request: Request) -> Json:
        try:
            reason = self._network.cancel(shipment, journal_of(request))
        except TooLateError as error:
            return self._result(shipment.id, str(error), success=False)
        return self._result(shipment.id, reason, success=True)

    def _result(self, number: object, reason: str, *, success: bool) -> Json:
        action: object = CANCEL_ACTION if self._network.settings.cancel_action_as_number else "Cancel"
        return {"shipment_id": number, "action": action, "is_success": success, "reason": reason}


def _outcome(results: list[Json]) -> str:
    good = sum(1 for one in results if one["is_success"])
    if good == len(results):
        return "Success"
    return "PartialSuccess" if good else "Failure"


def _asked_for(order: Order, request: Request) -> bool:
    """Say whether an order meets every filter; names that are not known are ignored."""
    query = request.query_params
    numbers, references = texts(query, "IDs"), texts(query, "ReferenceIds")
    tracked, uploaded = flag(query, "HasTracking"), flag(query, "IsTrackingUploaded")
    channel = request.headers.get("shipbob_channel_id", "")
    updates = [s.tracked_at for s in order.shipments if s.tracked_at]
    return (
        (numbers is None or str(order.id) in numbers)
        and (references is None or order.reference_id in references)
        and (not channel or channel == str(order.channel.id))
        and (tracked is None or tracked == any(s.tracking for s in order.shipments))
        and (uploaded is None or uploaded == all(s.tracking_uploaded for s in order.shipments))
        and between(query, "StartDate", "EndDate", order.created_at)
        and between(query, "LastUpdateStartDate", "LastUpdateEndDate", order.updated_at)
        and between(
            query, "LastTrackingUpdateStartDate", "LastTrackingUpdateEndDate", max(updates) if updates else None
        )
    )
