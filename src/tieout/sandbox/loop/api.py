"""The vendor's endpoints, below /api/v1: one key a call with scopes, 300 calls a minute, and the paths of v1."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import journal_of
from tieout.sandbox.loop.announcing import TOPICS, TRIGGERS
from tieout.sandbox.loop.books import Hook, LoopReturn
from tieout.sandbox.loop.listing import BadQueryError, in_order, page_of, wanted_by, window
from tieout.sandbox.loop.portal import Portal
from tieout.sandbox.loop.refusing import ActionRefusedError
from tieout.sandbox.loop.views import SHOP_ID, details_view, list_view, notice_lines, zulu

Endpoint = Callable[[Request], Awaitable[Response]]
SCOPES = ("returns", "developer_tools")
NOTE_MAX = 255
MINUTE = timedelta(minutes=1)


class Quota:
    """Calls allowed and made by each key in the minute that its first call began."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._used: dict[str, tuple[datetime, int]] = {}

    def take(self, key: str, now: datetime) -> bool:
        """Count one call; False when the minute's calls are used up."""
        began, used = self._used.get(key, (now, 0))
        if not timedelta(0) <= now - began < MINUTE:
            began, used = now, 0
        if used >= self.per_minute:
            return False
        self._used[key] = began, used + 1
        return True


class Api:
    """Serves one shop's portal; `keys` are its API keys with their scopes."""

    def __init__(
        self, portal: Portal, keys: dict[str, frozenset[str]], quota: Quota, now: Callable[[], datetime]
    ) -> None:
        self._portal = portal
        self._books = portal.books
        self._keys = keys
        self._quota = quota
        self._now = now

    def app(self) -> Starlette:
        """Return the application of all vendor paths."""
        base = "/api/v1"
        at = f"{base}/warehouse/return"
        one = f"{at}/{{return_id:int}}"
        routes = [
            Route(f"{at}/list", self._guarded(self._list), methods=["GET"]),
            Route(f"{at}/details", self._guarded(self._details), methods=["GET"]),
            Route(f"{one}/notes", self._guarded(self._notes), methods=["GET"]),
            Route(f"{one}/note", self._guarded(self._note), methods=["POST"]),
            Route(f"{one}/{{action}}", self._guarded(self._act), methods=["POST"]),
            Route(f"{base}/warehouse/reporting/asn", self._guarded(self._notice), methods=["GET"]),
            Route(f"{base}/webhooks", self._guarded(self._webhooks, "developer_tools"), methods=["GET", "POST"]),
            Route(
                f"{base}/webhooks/{{hook_id:int}}",
                self._guarded(self._webhook, "developer_tools"),
                methods=["PUT", "DELETE"],
            ),
        ]
        handlers = {HTTPException: _refusal, ActionRefusedError: _refused, BadQueryError: _bad_query}
        return Starlette(routes=routes, exception_handlers=handlers)

    def _guarded(self, endpoint: Endpoint, scope: str = "returns") -> Endpoint:
        """Check key, scope and quota, in this order, before the endpoint."""

        async def guarded(request: Request) -> Response:
            given = request.headers.get("x-authorization", "").encode()
            key = next((k for k in self._keys if hmac.compare_digest(given, k.encode())), "")
            if not key or scope not in self._keys[key]:
                raise HTTPException(401, "Unauthorized.")
            if not self._quota.take(key, self._now()):
                raise HTTPException(429, "Too Many Attempts.")
            self._portal.tick()
            return await endpoint(request)

        return guarded

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        wanted = wanted_by(query, self._now())
        returns, net = self._books.returns.values(), self._portal.net
        if query.get("paginate") not in {"true", "1"} and "cursor" not in query:
            return JSONResponse([list_view(ret, net=net) for ret in in_order(returns, wanted)])
        page = page_of(returns, wanted, query)
        return JSONResponse(
            {
                "returns": [list_view(ret, net=net) for ret in page.shown],
                "nextPageUrl": _page_url(request, page.next_cursor),
                "previousPageUrl": _page_url(request, page.previous_cursor),
            }
        )

    async def _details(self, request: Request) -> Response:
        query = request.query_params
        if query.get("currency_type", "shop") not in {"shop", "presentment"}:
            raise BadQueryError("currency_type", "The selected currency type is invalid.")
        found = [ret for ret in self._books.returns.values() if _asked_for(ret, request)]
        if not found:
            raise HTTPException(404, "The resource requested was not found")
        return JSONResponse(details_view(found[-1], net=self._portal.net))

    async def _act(self, request: Request) -> Response:
        ret, entry, portal = self._find(request), journal_of(request), self._portal
        match request.path_params["action"]:
            case "process":
                details = {str(k): str(v) for k, v in (await json_object(request)).items()}
                portal.queue(ret, "api", entry, details)
            case "cancel":
                portal.cancel(ret, entry)
            case "close":
                portal.close(ret, entry)
            case "flag":
                portal.flag(ret, entry)
            case "remove":
                numbers = request.query_params.get("line_item_id", "").split(",")
                if not all(number.strip().isdecimal() for number in numbers):
                    sentence = "The line item id field is required."
                    raise ActionRefusedError(sentence, {"error": {"message": sentence}}, 422)
                portal.remove(ret, {int(number) for number in numbers}, entry)
            case _:
                raise HTTPException(404, "The resource requested was not found")
        return JSONResponse(content=True)

    async def _notes(self, request: Request) -> Response:
        ret = self._find(request)
        if not ret.notes:
            return JSONResponse(content=False, status_code=422)
        notes = [{"id": n.id, "content": n.content, "created_at": zulu(n.at)} for n in ret.notes]
        return JSONResponse({"notes": notes})

    async def _note(self, request: Request) -> Response:
        ret = self._find(request)
        content = (await json_object(request)).get("content")
        if not isinstance(content, str) or not 0 < len(content) < NOTE_MAX:
            sentence = f"Content is required and must be less than {NOTE_MAX} characters."
            raise ActionRefusedError(sentence, {"errors": {"message": sentence}}, 422)
        self._portal.note(ret, content, journal_of(request))
        return JSONResponse(content=True)

    async def _notice(self, request: Request) -> Response:
        start, end = window(request.query_params, self._now())
        returns = [ret for ret in self._books.returns.values() if start <= ret.updated_at <= end]
        return JSONResponse([line for ret in returns for line in notice_lines(ret)])

    async def _webhooks(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({"webhooks": [hook_view(hook) for hook in self._books.hooks.values()]})
        blank = Hook(id=self._books.new_id(), topic="", trigger="", url="", active=False)
        hook = changed_hook(await json_object(request), blank)
        self._books.hooks[hook.id] = hook
        journal_of(request).effect("webhook.created", id=hook.id, topic=hook.topic, trigger=hook.trigger)
        return JSONResponse(hook_view(hook), 201)

    async def _webhook(self, request: Request) -> Response:
        number = request.path_params["hook_id"]
        if number not in self._books.hooks:
            raise HTTPException(404, "The resource requested was not found")
        if request.method == "DELETE":
            del self._books.hooks[number]
            journal_of(request).effect("webhook.deleted", id=number)
        else:
            self._books.hooks[number] = changed_hook(await json_object(request), self._books.hooks[number])
        return Response(status_code=204)

    def _find(self, request: Request) -> LoopReturn:
        ret = self._books.returns.get(request.path_params["return_id"])
        if ret is None:
            raise HTTPException(404, "The resource requested was not found")
        return ret


def hook_view(hook: Hook) -> dict[str, object]:
    """Return a subscription."""
    return {
        "id": hook.id,
        "shop_id": SHOP_ID,
        "topic": hook.topic,
        "trigger": hook.trigger,
        "url": hook.url,
        "status": "active" if hook.active else "inactive",
    }


def changed_hook(given: dict[str, object], hook: Hook) -> Hook:
    """Return the subscription with what is given; BadQueryError when that is not possible."""
    changed = replace(
        hook,
        topic=str(given.get("topic") or hook.topic),
        trigger=str(given.get("trigger") or hook.trigger),
        url=str(given.get("url") or hook.url),
        active=given.get("status", "active" if hook.active else "inactive") == "active",
    )
    for name, value, known in (("topic", changed.topic, TOPICS), ("trigger", changed.trigger, TRIGGERS)):
        if value not in known:
            raise BadQueryError(name, f"Must be one of the following values:{','.join(known)}")
    if not changed.url.startswith(("http://", "https://")):
        raise BadQueryError("url", "The url format is invalid.")
    return changed


def _asked_for(ret: LoopReturn, request: Request) -> bool:
    query = request.query_params
    if "return_id" in query:
        return str(ret.id) == query["return_id"]
    if "order_id" in query:
        return query["order_id"] in {str(ret.order_id), ret.provider_order_id}
    return "order_name" in query and ret.order_name.lstrip("#") == query["order_name"].lstrip("#")


def _page_url(request: Request, cursor: str) -> str | None:
    """Return the link to another page: the question again without its start, which the cursor holds."""
    if not cursor:
        return None
    kept = {k: v for k, v in request.query_params.items() if k not in {"from", "cursor", "paginate"}}
    return str(request.url.replace(query=urlencode({**kept, "cursor": cursor})))


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401:
        fields = {"code": "401", "http_code": "GEN-UNAUTHORIZED", "message": error.detail}
        return JSONResponse({"error": fields}, 401)
    if error.status_code == 404:
        return JSONResponse({"errors": {"message": error.detail, "code": "NOT_FOUND"}}, 404)
    return JSONResponse({"message": error.detail}, error.status_code)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ActionRefusedError)
    return JSONResponse(error.body, error.status)


async def _bad_query(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadQueryError)
    return JSONResponse({"message": str(error), "errors": {error.name: [str(error)]}}, 422)
