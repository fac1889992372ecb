"""Goods in, returns, channels, webhooks and the vendor's simulations."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.journal import journal_of
from tieout.sandbox.shipbob.announcing import TOPICS, is_secret
from tieout.sandbox.shipbob.api import Guard, body_of, writing_channel
from tieout.sandbox.shipbob.books import GoodsBack, GoodsIn, Hook
from tieout.sandbox.shipbob.inbound_views import boxes_view, goods_in_view, return_view
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.paging import LIMIT_MAX, between, flag, linked, numbered, texts, whole
from tieout.sandbox.shipbob.receiving import Dock
from tieout.sandbox.shipbob.refusing import TooLateError, of_fields, of_returns, problem
from tieout.sandbox.shipbob.returning import ReturnsBench
from tieout.sandbox.shipbob.simulating import Simulator, status_view
from tieout.sandbox.shipbob.views import Json, moment

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class InboundApi:
    """What comes in, what comes back, and who is told."""

    def __init__(self, network: Network, dock: Dock, bench: ReturnsBench, simulator: Simulator, secret: str) -> None:
        self._network = network
        self._books = network.books
        self._dock = dock
        self._bench = bench
        self._simulator = simulator
        self._secret = secret

    def routes(self, guard: Guard) -> list[Route]:
        """Return its paths below the version."""
        at, one = "/{version}/receiving", "/{version}/receiving/{wro_id:int}"
        back, goods = "/{version}/return", "/{version}/return/{return_id:int}"
        hook, read, write = "/{version}/webhook", "receiving_read", "receiving_write"
        return [
            Route(at, guard(self._goods_in, read), methods=["GET"]),
            Route(at, guard(self._announce, write), methods=["POST"]),
            Route(f"{at}:setExternalSync", guard(self._mark, write), methods=["POST"]),
            Route(one, guard(self._wro, read), methods=["GET"]),
            Route(f"{one}/boxes", guard(self._boxes, read), methods=["GET"]),
            Route(f"{one}:cancel", guard(self._cancel_wro, write), methods=["POST"]),
            Route(back, guard(self._returns, "returns_read"), methods=["GET"]),
            Route(back, guard(self._announce_return, "returns_write"), methods=["POST"]),
            Route(goods, guard(self._return, "returns_read"), methods=["GET"]),
            Route(f"{goods}:cancel", guard(self._cancel_return, "returns_write"), methods=["POST"]),
            Route("/{version}/channel", guard(self._channels, "channels_read"), methods=["GET"]),
            Route(hook, guard(self._hooks, "webhooks_read"), methods=["GET"]),
            Route(hook, guard(self._subscribe, "webhooks_write"), methods=["POST"]),
            Route(f"{hook}/{{hook_id}}", guard(self._unsubscribe, "webhooks_write"), methods=["DELETE"]),
            Route("/{version}/simulate/shipment", guard(self._simulate, "orders_write"), methods=["POST"]),
            Route("/{version}/simulate/status/{number}", guard(self._simulated, "orders_read"), methods=["GET"]),
        ]

    async def _goods_in(self, request: Request) -> Response:
        rows = [wro for wro in self._books.goods_in.values() if _wanted_wro(wro, request.query_params)]
        shown, headers = numbered(request, rows)
        return JSONResponse([goods_in_view(wro) for wro in shown], headers=headers)

    async def _announce(self, request: Request) -> Response:
        version = request.path_params["version"]
        made = self._dock.announce(await body_of(request), version, journal_of(request))
        return JSONResponse(goods_in_view(made), 201)

    async def _mark(self, request: Request) -> Response:
        given = await body_of(request)
        numbers, marked = given.get("ids"), given.get("is_external_sync")
        if not isinstance(numbers, list) or not isinstance(marked, bool):
            raise of_fields({"Ids": ["ids and is_external_sync are required."]}, 400)
        found = [self._books.goods_in[number] for number in numbers if number in self._books.goods_in]
        for wro in found:
            wro.synced_at = self._network.now() if marked else None
        return JSONResponse([goods_in_view(wro) for wro in found])

    async def _wro(self, request: Request) -> Response:
        return JSONResponse(goods_in_view(self._found_wro(request)))

    async def _boxes(self, request: Request) -> Response:
        return JSONResponse(boxes_view(self._found_wro(request)))

    async def _cancel_wro(self, request: Request) -> Response:
        wro = self._found_wro(request)
        try:
            self._dock.cancel(wro, journal_of(request))
        except TooLateError as error:
            raise of_fields({"": [str(error)]}) from error
        return JSONResponse(goods_in_view(wro))

    async def _returns(self, request: Request) -> Response:
        query = request.query_params
        rows = [back for back in self._books.returns.values() if _wanted_return(back, query)]
        rows.sort(key=lambda back: (back.created_at, back.id), reverse=query.get("SortOrder", "Desc") != "Asc")
        shown, links = linked(request, rows, min(whole(query, "Limit", 50), LIMIT_MAX), "Cursor")
        return JSONResponse({"items": [return_view(back) for back in shown], **links})

    async def _announce_return(self, request: Request) -> Response:
        channel = writing_channel(request, self._network, "returns_write")
        made = self._bench.announce(await body_of(request), channel, journal_of(request))
        return JSONResponse(return_view(made), 201)

    async def _return(self, request: Request) -> Response:
        return JSONResponse(return_view(self._found_return(request)))

    async def _cancel_return(self, request: Request) -> Response:
        try:
            self._bench.cancel(self._found_return(request), journal_of(request))
        except TooLateError as error:
            raise of_returns("The return cannot be cancelled.", [str(error)]) from error
        return JSONResponse({})

    async def _channels(self, _: Request) -> Response:
        items = [
            {"id": c.id, "name": c.name, "application_name": c.application_name, "scopes": list(c.scopes)}
            for c in self._books.channels.values()
        ]
        return JSONResponse({"items": items, "next": None, "prev": None})

    async def _hooks(self, _: Request) -> Response:
        items = [hook_view(hook) for hook in self._books.hooks.values()]
        return JSONResponse({"items": items, "next": None, "prev": None})

    async def _subscribe(self, request: Request) -> Response:
        given, version = await body_of(request), request.path_params["version"]
        hook = self.subscribed(given, version)
        journal_of(request).effect("webhook.created", id=hook.id, topics=",".join(hook.topics))
        return JSONResponse({**hook_view(hook), "secret": hook.secret})

    def subscribed(self, given: Mapping[str, object], version: str) -> Hook:
        """Make a subscription, or raise RefusedError. https is asked for but on the machine's own addresses."""
        url, topics, secret = given.get("url"), given.get("topics"), given.get("secret") or self._secret
        parts = urlsplit(url if isinstance(url, str) else "")
        wrong: dict[str, list[str]] = {}
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            wrong["Url"] = ["The URL must use HTTPS."]
        if not isinstance(topics, list) or not topics or not set(topics) <= set(TOPICS[version]):
            wrong["Topics"] = [f"Topics must be among {', '.join(TOPICS[version])}."]
        if not isinstance(secret, str) or not is_secret(secret):
            wrong["Secret"] = ["The secret must be base64, with whsec_ before it."]
        if wrong:
            raise of_fields(wrong)
        assert isinstance(topics, list), "checked just now"
        assert isinstance(secret, str), "checked just now"
        hook = Hook(
            id=str(self._books.new_id()),
            url=str(url),
            topics=tuple(topics),
            description=str(given.get("description") or ""),
            secret=secret,
            created_at=self._network.now(),
        )
        self._books.hooks[hook.id] = hook
        return hook

    async def _unsubscribe(self, request: Request) -> Response:
        number = request.path_params["hook_id"]
        if self._books.hooks.pop(number, None):
            journal_of(request).effect("webhook.deleted", id=number)
        return Response(status_code=204)

    async def _simulate(self, request: Request) -> Response:
        made = self._simulator.begin(await body_of(request))
        return JSONResponse({"simulation_id": made.id, "message": "Simulation submitted"})

    async def _simulated(self, request: Request) -> Response:
        found = self._simulator.found(request.path_params["number"])
        if found is None:
            raise problem("The simulation was not found.", 404)
        return JSONResponse(status_view(found))

    def _found_wro(self, request: Request) -> GoodsIn:
        wro = self._books.goods_in.get(request.path_params["wro_id"])
        if wro is None:
            raise problem("The receiving order was not found.", 404)
        return wro

    def _found_return(self, request: Request) -> GoodsBack:
        back = self._books.returns.get(request.path_params["return_id"])
        if back is None:
            raise problem("The return was not found.", 404)
        return back


def hook_view(hook: Hook) -> Json:
    """Return a subscription without its secret."""
    return {
        "id": hook.id,
        "url": hook.url,
        "topics": list(hook.topics),
        "description": hook.description,
        "created_at": moment(hook.created_at),
    }


def _wanted_wro(wro: GoodsIn, query: Mapping[str, str]) -> bool:
    marked = flag(query, "ExternalSync")
    asked = (
        ("IDs", str(wro.id)),
        ("Statuses", wro.status),
        ("FulfillmentCenterIds", str(wro.centre.id)),
        ("PurchaseOrderNumbers", wro.purchase_order),
    )
    return (
        _among(query, asked)
        and (marked is None or marked == (wro.synced_at is not None))
        and between(query, "InsertStartDate", "InsertEndDate", wro.created_at)
        and between(query, "CompletedStartDate", "CompletedEndDate", wro.completed_at)
    )


def _wanted_return(back: GoodsBack, query: Mapping[str, str]) -> bool:
    asked = (
        ("Ids", str(back.id)),
        ("ReferenceIds", back.reference_id),
        ("Status", back.status),
        ("FulfillmentCenterIds", str(back.centre.id)),
        ("TrackingNumbers", back.tracking),
        ("OriginalShipmentIds", str(back.shipment.id) if back.shipment else ""),
        ("ReturnTypes", back.kind),
    )
    return (
        _among(query, asked)
        and between(query, "StartDate", "EndDate", back.created_at)
        and between(query, "CompletedStartDate", "CompletedEndDate", back.reached("Completed"))
    )


def _among(query: Mapping[str, str], asked: tuple[tuple[str, str], ...]) -> bool:
    """Say whether each value is among those that were asked for."""
    return all((wanted := texts(query, name)) is None or value in wanted for name, value in asked)
