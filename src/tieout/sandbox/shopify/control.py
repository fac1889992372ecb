"""Control surface of the Shopify stand-in, below /_sandbox/shopify/ (JSON; money as text such as "24.00").

Returns, drafts and exchanges: see `control_returns.py`; payouts: `control_payments.py`.

Customers who buy: `checkout.py`.

- POST load {"location": name, "variants": [{sku, title, price, available}], "levels": [{sku, location, available}],
  "orders": [{name, created_at,
  customer: {id, email, first_name, last_name}, currency, taxes_included, lines: [{sku, title, quantity, price,
  discount, tax, tax_rate, discount_level, gift_card, group: {title, sku, quantity}}], shipping: {price, tax},
  gateway, payments: [{gateway, amount}], tags, note, attributes, fulfilled, shipping_address: {name, address1,
  address2, city, province, zip, country_code, phone}, app, source_name, source_identifier, retail_location,
  presentment: {currency, rate}, cash_rounding, cancelled_at}], "notify": false}
  -> {"location", "variants": {sku: {variant, inventory_item}}, "orders": {name: {id, legacy_id, line_items}}}.
  price is per unit (with tax when taxes_included), discount and tax are of the whole line; discount_level is
  "line" (the default) or "order"; lines with one group are a bundle. The order counts as paid in full unless
  payments say otherwise. An order tagged exchange, or with the source shopify_draft_order, goes to the address of
  the customer's last order when it has none. Stock is the stock after these orders: what those that are not
  fulfilled are still to get is committed beside it.
- POST refunds {"order": name, "lines": [{"sku" or "line_item_id", "quantity"}], "amount", "app", "note",
  "restock": false, "staff", "shipping": amount, "adjustment_reason", "status": "PENDING", "gateway", "rounding"}:
  somebody refunds by hand; app is "Shopify admin" unless said otherwise. Without amount, the value of lines and
  shipping. Money goes back by the payments in their order, or by the gateway named, which need not have taken a
  payment (shopify_store_credit). -> a line of the refund ledger.
  POST refunds/{number}/settle {"status": "SUCCESS" | "FAILURE"} ends a PENDING one.
- GET  orders/{name}: the REST form. POST orders/{name}/edit {"note", "tags"}: fires orders/updated.
- POST adjustments {"sku", "delta", "reason"}: somebody corrects stock by hand.
- POST webhooks {"topic", "url", "name"}; GET webhooks: subscriptions. POST drain: wait for deliveries.
  GET deliveries: the log of deliveries.
- GET|PUT settings {"refund_delay_seconds", "fail_next_refunds", "close_processed_returns": 0 | 1, "bucket_size",
  "restore_per_second"}.
- GET  ledgers/refunds, ledgers/inventory: what stands in the books.
- GET  proofs -> {"duplicates": [...]}: refunds that share an idempotency key or a note, adjustments that share a
  reference document and a sku.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.clock import stamp
from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal
from tieout.sandbox.shopify.books import Books, Order
from tieout.sandbox.shopify.checkout import checkout_routes
from tieout.sandbox.shopify.control_payments import payment_routes
from tieout.sandbox.shopify.control_returns import line_of, return_routes
from tieout.sandbox.shopify.figures import gid, minor, proportion, share
from tieout.sandbox.shopify.loading import load
from tieout.sandbox.shopify.refunding import DISCREPANCIES, RefundRefusedError, WantedLine, WantedRefund, money_back
from tieout.sandbox.shopify.rest import order_body
from tieout.sandbox.shopify.shop import TOPICS, Shop, WantedChange, refund_line

__all__ = ["control_routes", "duplicates", "lines_worth", "money_back"]

Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(shop: Shop, journal: Journal, now: Callable[[], datetime]) -> Sequence[BaseRoute]:
    """Return the control routes of this shop."""
    control = _Control(shop, journal, now)
    return [
        Route("/load", control.load, methods=["POST"]),
        Route("/refunds", control.refund, methods=["POST"]),
        Route("/refunds/{number:int}/settle", control.settle, methods=["POST"]),
        Route("/orders/{name}", control.order, methods=["GET"]),
        Route("/orders/{name}/edit", control.edit, methods=["POST"]),
        Route("/adjustments", control.adjust, methods=["POST"]),
        Route("/webhooks", control.webhooks, methods=["GET", "POST"]),
        Route("/drain", control.drain, methods=["POST"]),
        Route("/deliveries", control.deliveries, methods=["GET"]),
        Route("/settings", control.settings, methods=["GET", "PUT"]),
        Route("/ledgers/refunds", control.refunds, methods=["GET"]),
        Route("/ledgers/inventory", control.inventory, methods=["GET"]),
        Route("/proofs", control.proofs, methods=["GET"]),
        *return_routes(shop, journal, now),
        *payment_routes(shop, now),
        *checkout_routes(shop, journal, now),
    ]


class _Control:
    def __init__(self, shop: Shop, journal: Journal, now: Callable[[], datetime]) -> None:
        self._shop = shop
        self._journal = journal
        self._now = now

    async def load(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        entry = self._journal.begin("CONTROL", "/load")
        try:
            return JSONResponse(load(self._shop, given, now, entry))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise HTTPException(400, f"Nothing more was loaded: {error}.") from error

    async def refund(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        order = self._order(str(given.get("order", "")))
        entry = self._journal.begin("CONTROL", "/refunds")
        try:
            wanted = self._wanted(order, given)
            return JSONResponse(refund_line(self._shop.refund(wanted, now, entry)))
        except (ValueError, RefundRefusedError) as error:
            raise HTTPException(400, f"{error}.") from error

    def _wanted(self, order: Order, given: Mapping[str, Any]) -> WantedRefund:
        place = next(iter(self._shop.books.locations), None)
        restock = "RETURN" if given.get("restock") else "NO_RESTOCK"
        lines = [
            WantedLine(
                line=line_of(order, one),
                quantity=int(one.get("quantity", 1)),
                restock_type=restock,
                location_id=place,
            )
            for one in given.get("lines") or ()
        ]
        shipping = minor(given.get("shipping") or "0.00")
        amount = minor(given["amount"]) if "amount" in given else lines_worth(order, lines) + gross(order, shipping)
        rounding = minor(given.get("rounding") or "0.00")
        reason = str(given.get("adjustment_reason") or "")
        if reason not in {"", *DISCREPANCIES}:
            raise ValueError(f"{reason} is no reason of an adjustment; there are {', '.join(DISCREPANCIES)}")
        app = str(given.get("app") or "Shopify admin")
        return WantedRefund(
            order=order,
            lines=lines,
            money=[
                replace(one, rounding=rounding) for one in money_back(order, amount, str(given.get("gateway") or ""))
            ],
            shipping=shipping,
            reason=reason,
            pending=given.get("status") == "PENDING",
            note=str(given.get("note") or ""),
            app=self._shop.app_called(app),
            staff=str(given.get("staff") or ("A. Person" if app == "Shopify admin" else "")),
            over=bool(given.get("over")),
        )

    async def settle(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        refund = self._shop.books.refunds.get(request.path_params["number"])
        if refund is None:
            raise HTTPException(404, f"There is no refund {request.path_params['number']}.")
        entry = self._journal.begin("CONTROL", "/refunds/settle")
        try:
            self._shop.end_refund(refund, str(given.get("status") or "SUCCESS"), now, entry)
        except RefundRefusedError as error:
            raise HTTPException(400, f"{error}.") from error
        return JSONResponse(refund_line(refund))

    async def order(self, request: Request) -> Response:
        self._now()
        return JSONResponse(order_body(self._order(request.path_params["name"])))

    async def edit(self, request: Request) -> Response:
        given = await json_object(request)
        order = self._order(request.path_params["name"])
        order.note = str(given.get("note", order.note))
        order.tags = tuple(given.get("tags", order.tags))
        self._shop.touch(order, self._now())
        return JSONResponse(order_body(order))

    async def adjust(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        variant = self._shop.books.variants_by_sku.get(str(given.get("sku")))
        place = next(iter(self._shop.books.locations), None)
        if variant is None or place is None:
            raise HTTPException(404, f"There is no sku {given.get('sku')}.")
        level = self._shop.level(variant.inventory_item_id, place, now)
        self._shop.adjust(
            [WantedChange(level=level, delta=int(given.get("delta", 0)))],
            now,
            self._journal.begin("CONTROL", "/adjustments"),
            reason=str(given.get("reason") or "correction"),
            reference=None,
            app=self._shop.app_called("Shopify admin"),
        )
        return JSONResponse({"sku": variant.sku, "available": level.available})

    async def webhooks(self, request: Request) -> Response:
        if request.method == "POST":
            given = await json_object(request)
            if given.get("topic") not in TOPICS or not given.get("url"):
                raise HTTPException(400, f"Send topic and url; topics are {', '.join(TOPICS)}.")
            self._shop.subscribe(str(given["topic"]), str(given["url"]), str(given.get("name") or ""))
        found = self._shop.subscriptions.values()
        lines = [{"id": gid("WebhookSubscription", s.id), "topic": s.topic, "url": s.url} for s in found]
        return JSONResponse({"webhooks": lines})

    async def drain(self, _: Request) -> Response:
        await self._shop.sender.drain()
        return JSONResponse({"drained": True})

    async def deliveries(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [d.to_json() for d in self._shop.sender.log]})

    async def settings(self, request: Request) -> Response:
        settings = self._shop.settings
        if request.method == "PUT":
            for name, value in (await json_object(request)).items():
                number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
                if name not in asdict(settings) or not number or value < 0:
                    raise HTTPException(400, f"{name}: {value} is no setting; there are {asdict(settings)}.")
                setattr(settings, name, int(value) if isinstance(getattr(settings, name), int) else float(value))
        return JSONResponse(asdict(settings))

    async def refunds(self, _: Request) -> Response:
        self._now()
        return JSONResponse({"refunds": [refund_line(r) for r in self._shop.books.refunds.values()]})

    async def inventory(self, _: Request) -> Response:
        self._now()
        books = self._shop.books
        levels = [
            {
                "sku": books.variants_by_item[x.inventory_item_id].sku,
                "location": books.locations[x.location_id].name,
                "available": x.available,
                "committed": x.committed,
                "on_hand": x.on_hand,
            }
            for x in books.levels.values()
        ]
        return JSONResponse({"levels": levels, "adjustments": _adjustments(books)})

    async def proofs(self, _: Request) -> Response:
        self._now()
        return JSONResponse({"duplicates": duplicates(self._shop.books)})

    def _order(self, name: str) -> Order:
        order = self._shop.books.order_named(name)
        if order is None:
            raise HTTPException(404, f"There is no order {name}.")
        return order


def lines_worth(order: Order, lines: Sequence[WantedLine]) -> int:
    """Return what the customer paid for these units, with tax."""
    worth = 0
    for want in lines:
        line, done = want.line, want.line.refunded_quantity
        worth += share(line.net_of_discount, line.quantity, line.refunded_subtotal, done, want.quantity)
        if not order.taxes_included:
            worth += share(line.tax, line.quantity, line.refunded_tax, done, want.quantity)
    return worth


def gross(order: Order, shipping: int) -> int:
    """Return shipping with its tax."""
    return shipping if order.taxes_included else shipping + proportion(order.shipping_tax, shipping, order.shipping)


def duplicates(books: Books) -> list[dict[str, object]]:
    """Return what was done more than once under one key, note or reference document."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for refund in books.refunds.values():
        for kind, value in (("refund key", refund.key), ("refund note", refund.note)):
            if value:
                groups[kind, value].append(gid("Refund", refund.id))
    for group in books.groups.values():
        for change in group.changes:
            if group.reference_document_uri and change.name == "available":
                sku = books.variants_by_item[change.inventory_item_id].sku
                known = groups["adjustment", f"{group.reference_document_uri} {sku}"]
                known.append(gid("InventoryAdjustmentGroup", group.id))
    return [{"kind": kind, "value": value, "ids": ids} for (kind, value), ids in groups.items() if len(ids) > 1]


def _adjustments(books: Books) -> list[dict[str, object]]:
    return [
        {
            "id": gid("InventoryAdjustmentGroup", group.id),
            "at": stamp(group.created_at),
            "reason": group.reason,
            "reference": group.reference_document_uri or "",
            "key": group.key,
            "sku": books.variants_by_item[change.inventory_item_id].sku,
            "delta": change.delta,
            "after": change.after,
        }
        for group in books.groups.values()
        for change in group.changes
        if change.name == "available"
    ]
