"""Control surface of the Loop stand-in, below /_sandbox/loop/ (JSON; money as text such as "24.00").

- POST returns {"order_name" or "", "customer": {email, first_name, last_name}, "currency", "handling_fee",
  "return_method": prepaid_label | keep_item, "lines": [{sku, quantity, reason, parent_reason, comment,
  outcome: refund | exchange | store_credit | gift_card, exchange: {sku, price, title}, price, discount, tax,
  tax_included, title, provider_line_item_id}]}: a customer raises a return and gets a label, unless the goods are
  kept. Prices are per unit and are taken from the shop's order when left out; quantity becomes so many line items.
  Or {"returns": [...]} for many at once. -> {"returns": [{"return_id", "line_items": [{"line_item_id", "sku"}]}]}
- POST returns/{id}/{action}, or POST returns/bulk/{action} {"returns": [ids], ...} for many:
  label {"status", "carrier", "tracking_number"}; deliver: the label says delivered; expire; flag; approve: a person
  ends the review; cancel; close; process: a person presses the button;
  grade {"line_items": {id: {"condition", "disposition"}}}.
- GET|PUT settings {"process_delay_seconds", "fail_next_processing", "fail_message", "fail_state": open | review,
  "auto_process": none | in_transit | delivered, "process_flagged", "third_party_gift_cards", "restock",
  "bonus_percent" of returns raised from now on, "prices": net | shop}; GET|PUT quota {"per_minute"}.
- POST keys {"key", "scopes": [...]}: one more API key, with only these scopes.
- POST webhooks {"topic", "trigger", "url"}, active at once; GET webhooks; GET deliveries.
  POST drain: process at once what is queued, then wait for deliveries.
- GET ledgers/returns: every return with state, line items, and what was paid, issued and sent out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.loop.api import SCOPES, Quota, changed_hook, hook_view
from tieout.sandbox.loop.books import LABEL_STATUSES, Hook, LoopReturn
from tieout.sandbox.loop.listing import BadQueryError
from tieout.sandbox.loop.portal import AUTO_PROCESS, Portal
from tieout.sandbox.loop.raising import new_return
from tieout.sandbox.loop.refusing import ActionRefusedError
from tieout.sandbox.loop.views import split_of
from tieout.sandbox.shopify import ShopifySandbox
from tieout.sandbox.shopify.books import major

CHOICES = {"auto_process": tuple(AUTO_PROCESS), "prices": ("net", "shop"), "fail_state": ("open", "review")}
ACTIONS = ("label", "deliver", "expire", "flag", "approve", "cancel", "close", "process", "grade")


class Control:
    """The routes by which tests and the demonstration act as customer, staff and carrier."""

    def __init__(
        self,
        portal: Portal,
        journal: Journal,
        quota: Quota,
        keys: dict[str, frozenset[str]],
        now: Callable[[], datetime],
        shopify: ShopifySandbox | None,
    ) -> None:
        self._portal = portal
        self._books = portal.books
        self._journal = journal
        self._quota = quota
        self._keys = keys
        self._now = now
        self._shopify = shopify

    def routes(self) -> Sequence[BaseRoute]:
        """Return the control routes."""
        return [
            Route("/returns", self._raise, methods=["POST"]),
            Route("/returns/bulk/{action}", self._act_on_many, methods=["POST"]),
            Route("/returns/{return_id:int}/{action}", self._act_on_one, methods=["POST"]),
            Route("/settings", self._settings, methods=["GET", "PUT"]),
            Route("/quota", self._allow, methods=["GET", "PUT"]),
            Route("/keys", self._add_key, methods=["POST"]),
            Route("/webhooks", self._webhooks, methods=["GET", "POST"]),
            Route("/drain", self._drain, methods=["POST"]),
            Route("/deliveries", self._deliveries, methods=["GET"]),
            Route("/ledgers/returns", self._ledger, methods=["GET"]),
        ]

    async def _raise(self, request: Request) -> Response:
        given = await json_object(request)
        entry = self._journal.begin("CONTROL", "/returns")
        shop = self._shopify.shop.books if self._shopify else None
        raised = []
        try:
            for one in given.get("returns") or [given]:
                name = str(one.get("order_name") or "")
                order = shop.order_named(name) if shop and name else None
                filled = {"bonus_percent": self._portal.settings.bonus_percent, **one}
                ret = new_return(self._books, filled, order, shop, self._now())
                self._portal.raise_return(ret, entry)
                raised.append(ret)
        except (ValueError, KeyError, TypeError) as error:
            raise HTTPException(400, f"The return was not raised: {error}.") from error
        return JSONResponse({"returns": [_raised(ret) for ret in raised]})

    async def _act_on_one(self, request: Request) -> Response:
        given = await json_object(request)
        return self._act([request.path_params["return_id"]], request.path_params["action"], given)

    async def _act_on_many(self, request: Request) -> Response:
        given = await json_object(request)
        numbers = [int(str(number)) for number in given.get("returns") or ()]
        return self._act(numbers, request.path_params["action"], given)

    def _act(self, numbers: Iterable[int], action: str, given: Mapping[str, Any]) -> Response:
        self._portal.tick()
        done = []
        for number in numbers:
            ret = self._books.returns.get(number)
            if ret is None:
                raise HTTPException(404, f"There is no return {number}.")
            entry = self._journal.begin("CONTROL", f"/returns/{number}/{action}")
            try:
                self._do(ret, action, given, entry)
            except ActionRefusedError as error:
                raise HTTPException(409, str(error)) from error
            done.append({"return_id": str(ret.id), "state": ret.state})
        return JSONResponse({"returns": done})

    def _do(self, ret: LoopReturn, action: str, given: Mapping[str, Any], entry: JournalEntry) -> None:
        portal = self._portal
        plain = {
            "expire": portal.expire,
            "flag": portal.flag,
            "approve": portal.approve,
            "cancel": portal.cancel,
            "close": portal.close,
        }
        if action in plain:
            plain[action](ret, entry)
        elif action == "process":
            portal.queue(ret, "admin", entry)
        elif action == "grade":
            portal.grade(ret, _grades(given), entry)
        elif action in {"label", "deliver"}:
            status = "delivered" if action == "deliver" else str(given.get("status") or "new")
            if status not in LABEL_STATUSES:
                raise HTTPException(400, f"{status} is no label status; there are {', '.join(LABEL_STATUSES)}.")
            carrier, tracking = str(given.get("carrier") or ""), str(given.get("tracking_number") or "")
            portal.move_label(ret, status, entry, carrier=carrier, tracking=tracking)
        else:
            raise HTTPException(404, f"There is no action {action}; there are {', '.join(ACTIONS)}.")

    async def _settings(self, request: Request) -> Response:
        settings = self._portal.settings
        if request.method == "PUT":
            for name, value in (await json_object(request)).items():
                known = asdict(settings).get(name)
                plain = float(value) if isinstance(value, Decimal | int) and isinstance(known, float) else value
                if type(plain) is not type(known) or plain not in CHOICES.get(name, (plain,)):
                    raise HTTPException(400, f"{name}: {value} is no setting; there are {asdict(settings)}.")
                setattr(settings, name, plain)
        return JSONResponse(asdict(settings))

    async def _allow(self, request: Request) -> Response:
        if request.method == "PUT":
            self._quota.per_minute = int((await json_object(request)).get("per_minute", self._quota.per_minute))
        return JSONResponse({"per_minute": self._quota.per_minute})

    async def _add_key(self, request: Request) -> Response:
        given = await json_object(request)
        scopes = frozenset(str(scope) for scope in given.get("scopes") or ())
        if not given.get("key") or not scopes <= set(SCOPES):
            raise HTTPException(400, f"Send key and scopes; scopes are {', '.join(SCOPES)}.")
        self._keys[str(given["key"])] = scopes
        return JSONResponse({"scopes": sorted(scopes)})

    async def _webhooks(self, request: Request) -> Response:
        if request.method == "POST":
            blank = Hook(id=self._books.new_id(), topic="", trigger="", url="", active=True)
            try:
                self._books.hooks[blank.id] = changed_hook(await json_object(request), blank)
            except BadQueryError as error:
                raise HTTPException(400, f"{error.name}: {error}") from error
        return JSONResponse({"webhooks": [hook_view(hook) for hook in self._books.hooks.values()]})

    async def _drain(self, _: Request) -> Response:
        self._portal.tick(everything=True)
        await self._portal.sender.drain()
        return JSONResponse({"drained": True})

    async def _deliveries(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [d.to_json() for d in self._portal.sender.log]})

    async def _ledger(self, _: Request) -> Response:
        self._portal.tick()
        return JSONResponse({"returns": [_ledger_line(ret) for ret in self._books.returns.values()]})


def _raised(ret: LoopReturn) -> dict[str, object]:
    lines = [{"line_item_id": str(unit.id), "sku": unit.sku} for unit in ret.units]
    return {"return_id": str(ret.id), "line_items": lines}


def _grades(given: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    return {
        int(number): (str(one.get("condition") or ""), str(one.get("disposition") or ""))
        for number, one in (given.get("line_items") or {}).items()
    }


def _ledger_line(ret: LoopReturn) -> dict[str, object]:
    return {
        "return_id": str(ret.id),
        "order_name": ret.order_name,
        "state": ret.state,
        "outcome": ret.outcome,
        "processed": ret.processed_at is not None,
        "label_status": ret.label.status if ret.label else "",
        "handling_fee": major(ret.handling_fee),
        "line_items": [
            {
                "line_item_id": str(unit.id),
                "sku": unit.sku,
                "worth": major(unit.worth.gross),
                "tax": major(unit.worth.tax),
                "outcome": unit.outcome,
            }
            for unit in ret.units
        ],
        "refunds": [{"amount": major(back.amount), "refund_id": str(back.refund_id or "")} for back in ret.refunds],
        "gift_card": {"id": str(ret.gift_card_id), "amount": major(split_of(ret).gift_card)}
        if ret.gift_card_id
        else None,
        "exchange_order_name": ret.exchange_order_name,
        "notes": [note.content for note in ret.notes],
    }
