"""Control surface of native returns and of exchanges in the Shopify stand-in (JSON; money as text).

- POST returns {"order", "lines": [{"sku" or "line_item_id", "quantity", "reason", "note", "restocking_percent"}],
  "exchange": [{"sku", "quantity", "price", "tax_rate"}], "fee", "restocking_percent", "request": false, "app"}
  -> the return: {"id", "name", "status", "lines", "exchange", "charged", "netted", "refunds"}. Price is per unit,
  taxed as the order is; without it the variant's price, without tax_rate the order's first line's.
- POST returns/{name}/{deed}: approve, decline {"reason", "note"}, cancel, close, reopen;
  process {"lines": [{"sku", "quantity"}], "exchange": [{"sku", "quantity"}], "refund": true | amount | false,
  "dispositions": [{"sku", "quantity", "type"}], "shipping", "note", "app", "staff"}: what is left out is all that
  is not processed yet; refund true is what Shopify suggests; type is RESTOCKED, NOT_RESTOCKED, MISSING or
  PROCESSING_REQUIRED;
  dispose {"dispositions"}: inspection without processing; remove {"sku", "quantity"}: units that will not come.
- GET  returns/{name}, ledgers/returns: what stands in the books.
- POST drafts {an order as in load, "app", "tags", "for": name of an order}: a draft order, with the customer and
  the address of the order that it is for. -> {"id", "draft", "name"}. POST drafts/{id}/complete -> {"order", "id"}.
- POST orders/{name}/pos-exchange {"returned": [{"sku", "quantity"}], "taken": [{"sku", "quantity", "price",
  "tax_rate"}], "on_return": false, "staff"}: an exchange at the till. -> {"order", "return", "refunded", "paid"}.
  New lines stand in an order edit, or with on_return in the return's exchange lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.drafting import complete_draft, new_draft
from tieout.sandbox.shopify.figures import gid, major, minor, number_of
from tieout.sandbox.shopify.refunding import RefundRefusedError, WantedMoney, money_back
from tieout.sandbox.shopify.return_books import ExchangeLine, ReturnLine, ShopReturn
from tieout.sandbox.shopify.return_desk import DEEDS
from tieout.sandbox.shopify.returning import (
    ReturnRefusedError,
    WantedDisposition,
    WantedExchange,
    WantedProcessing,
    WantedReturn,
    WantedReturnLine,
    check_return,
    outcome,
)
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.shopify.till import exchange_at_till

ADMIN = "Shopify admin"
T = TypeVar("T", ReturnLine, ExchangeLine)


def return_routes(shop: Shop, journal: Journal, now: Callable[[], datetime]) -> Sequence[BaseRoute]:
    """Return the control routes of returns and exchanges."""
    control = _ReturnControl(shop, journal, now)
    return [
        Route("/returns", control.open, methods=["POST"]),
        Route("/returns/{name}", control.show, methods=["GET"]),
        Route("/returns/{name}/{deed}", control.act, methods=["POST"]),
        Route("/ledgers/returns", control.ledger, methods=["GET"]),
        Route("/drafts", control.draft, methods=["POST"]),
        Route("/drafts/{number:int}/complete", control.complete, methods=["POST"]),
        Route("/orders/{name}/pos-exchange", control.till, methods=["POST"]),
    ]


class _ReturnControl:
    def __init__(self, shop: Shop, journal: Journal, now: Callable[[], datetime]) -> None:
        self._shop = shop
        self._journal = journal
        self._now = now

    async def open(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        order = self._order(str(given.get("order", "")))
        entry = self._journal.begin("CONTROL", "/returns")

        def work() -> ShopReturn:
            wanted = self._wanted(order, given)
            check_return(wanted)
            return self._shop.desk.open(wanted, now, entry, request=bool(given.get("request")))

        return JSONResponse(return_line(_guarded(work)))

    def _wanted(self, order: Order, given: Mapping[str, Any]) -> WantedReturn:
        percent = str(given.get("restocking_percent") or "0")
        return WantedReturn(
            order=order,
            lines=[
                WantedReturnLine(
                    line=line_of(order, one),
                    quantity=int(one.get("quantity", 1)),
                    reason=str(one.get("reason") or "Does not fit"),
                    note=str(one.get("note") or ""),
                    restocking_percent=Decimal(str(one.get("restocking_percent") or percent)),
                )
                for one in given.get("lines") or ()
            ],
            exchanges=wanted_exchanges(self._shop, order, given.get("exchange") or ()),
            fee=minor(given.get("fee") or "0.00"),
            app=self._shop.app_called(str(given.get("app") or ADMIN)),
        )

    async def act(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        shop_return = self._return(request)
        deed = request.path_params["deed"]
        entry = self._journal.begin("CONTROL", f"/returns/{deed}")
        reason = (str(given.get("reason") or "OTHER"), str(given.get("note") or ""))
        desk = self._shop.desk
        works: dict[str, Callable[[], object]] = {
            "process": lambda: self._process(shop_return, given, now, entry),
            "dispose": lambda: desk.dispose(self._dispositions(shop_return, given), now, entry),
            "remove": lambda: desk.remove(
                shop_return, _one_of(shop_return.lines, given), int(given.get("quantity", 1)), now, entry
            ),
            **{
                one: lambda: desk.decide(shop_return, deed, now, entry, reason=reason)  # the route's deed
                for one in DEEDS
            },
        }
        if deed not in works:
            raise HTTPException(404, f"There is no {deed}; there are {', '.join(works)}.")
        _guarded(works[deed])
        return JSONResponse(return_line(shop_return))

    def _process(self, back: ShopReturn, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> None:
        refund = given.get("refund", False)
        app = str(given.get("app") or ADMIN)
        staff = str(given.get("staff") or ("A. Person" if app == ADMIN else ""))
        # First without money, to see what Shopify would suggest.
        wanted = self._wanted_processing(back, given, app, staff, None)
        if refund is not False:
            amount = outcome(wanted).refund if refund is True else minor(refund)
            money = money_back(back.order, amount)
            wanted = self._wanted_processing(back, given, app, staff, money)
        self._shop.desk.process(wanted, now, entry)

    def _wanted_processing(
        self, back: ShopReturn, given: Mapping[str, Any], app: str, staff: str, money: Sequence[WantedMoney] | None
    ) -> WantedProcessing:
        return WantedProcessing(
            shop_return=back,
            units=_units_of(back.lines, given.get("lines")),
            exchanges=_units_of(back.exchanges, given.get("exchange")),
            dispositions=self._dispositions(back, given),
            money=money,
            shipping=minor(given.get("shipping") or "0.00"),
            note=str(given.get("note") or ""),
            app=self._shop.app_called(app),
            staff=staff,
        )

    def _dispositions(self, back: ShopReturn, given: Mapping[str, Any]) -> list[WantedDisposition]:
        place = next(iter(self._shop.books.locations), None)
        return [
            WantedDisposition(
                line=_one_of(back.lines, one),
                kind=str(one.get("type") or "RESTOCKED"),
                quantity=int(one.get("quantity", 1)),
                location_id=place,
            )
            for one in given.get("dispositions") or ()
        ]

    async def show(self, request: Request) -> Response:
        self._now()
        return JSONResponse(return_line(self._return(request)))

    async def ledger(self, _: Request) -> Response:
        self._now()
        return JSONResponse({"returns": [return_line(x) for x in self._shop.books.returns.values()]})

    async def draft(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        entry = self._journal.begin("CONTROL", "/drafts")
        made = _guarded(lambda: new_draft(self._shop, given, now, entry))
        return JSONResponse({"id": made.id, "draft": gid("DraftOrder", made.id), "name": made.name})

    async def complete(self, request: Request) -> Response:
        now = self._now()
        draft = self._shop.books.drafts.get(request.path_params["number"])
        if draft is None:
            raise HTTPException(404, f"There is no draft {request.path_params['number']}.")
        entry = self._journal.begin("CONTROL", "/drafts/complete")
        order = _guarded(lambda: complete_draft(self._shop, draft, now, entry))
        return JSONResponse({"order": order.name, "id": gid("Order", order.id), "legacy_id": str(order.id)})

    async def till(self, request: Request) -> Response:
        given = await json_object(request)
        now = self._now()
        order = self._order(request.path_params["name"])
        entry = self._journal.begin("CONTROL", "/pos-exchange")

        def work() -> dict[str, object]:
            lines = [
                WantedReturnLine(line=line_of(order, one), quantity=int(one.get("quantity", 1)), reason="Exchange")
                for one in given.get("returned") or ()
            ]
            taken = wanted_exchanges(self._shop, order, given.get("taken") or ())
            made = exchange_at_till(
                self._shop,
                WantedReturn(order=order, lines=lines, exchanges=taken),
                now,
                entry,
                on_return=bool(given.get("on_return")),
                staff=str(given.get("staff") or "T. Till"),
            )
            return {
                "order": order.name,
                "return": made.shop_return.name,
                "refund": gid("Refund", made.refund.id),
                "refunded": major(made.refund.refunded),
                "paid": major(made.paid),
            }

        return JSONResponse(_guarded(work))

    def _order(self, name: str) -> Order:
        order = self._shop.books.order_named(name)
        if order is None:
            raise HTTPException(404, f"There is no order {name}.")
        return order

    def _return(self, request: Request) -> ShopReturn:
        name = request.path_params["name"]
        found = self._shop.books.return_named(name)
        if found is None:
            raise HTTPException(404, f"There is no return {name}.")
        return found


def return_line(back: ShopReturn) -> dict[str, object]:
    """Return one line of the ledger of returns; amounts as text."""
    refunds = [refund for refund in back.order.refunds if refund.shop_return is back]
    return {
        "id": gid("Return", back.id),
        "name": back.name,
        "order": back.order.name,
        "status": back.status,
        "app": back.app.title if back.app else "",
        "lines": [
            {
                "id": gid("ReturnLineItem", x.id),
                "sku": x.line.sku,
                "quantity": x.quantity,
                "processed": x.processed,
                "refunded": x.refunded,
                "restocking_fee": major(x.restocking_fee),
                "dispositions": [{"type": d.kind, "quantity": d.quantity} for d in x.dispositions],
            }
            for x in back.lines
        ],
        "exchange": [
            {
                "id": gid("ExchangeLineItem", x.id),
                "sku": x.variant.sku,
                "quantity": x.quantity,
                "processed": x.processed,
            }
            for x in back.exchanges
        ],
        "fee": major(back.fee),
        "charged": major(back.charged),
        "netted": major(back.netted),
        "refunds": [gid("Refund", refund.id) for refund in refunds],
        "refunded": major(sum(refund.refunded for refund in refunds)),
    }


def wanted_exchanges(shop: Shop, order: Order, given: Sequence[Mapping[str, Any]]) -> list[WantedExchange]:
    """Return the new goods as asked for; ValueError when the shop has no such sku."""
    found: list[WantedExchange] = []
    for one in given:
        variant = shop.books.variants_by_sku.get(str(one.get("sku")))
        if variant is None:
            raise ValueError(f"there is no sku {one.get('sku')}")
        rate = one.get("tax_rate", order.lines[0].tax_rate)
        found.append(
            WantedExchange(
                variant=variant,
                quantity=int(one.get("quantity", 1)),
                price=minor(one["price"]) if "price" in one else variant.price,
                tax_rate=Decimal(str(rate)),
            )
        )
    return found


def line_of(order: Order, given: Mapping[str, Any]) -> Line:
    """Return the order's line with this id or, without one, this sku; ValueError when it has none."""
    number = number_of(given.get("line_item_id", ""), "LineItem")
    for line in order.lines:
        if line.id == number or (not number and line.sku == given.get("sku")):
            return line
    raise ValueError(f"the order {order.name} has no such line: {dict(given)}")


def _sku(line: ReturnLine | ExchangeLine) -> str:
    return line.line.sku if isinstance(line, ReturnLine) else line.variant.sku


def _one_of(lines: Sequence[T], given: Mapping[str, Any]) -> T:
    for line in lines:
        if _sku(line) == given.get("sku"):
            return line
    raise ValueError(f"the return has no such line: {dict(given)}")


def _units_of(lines: Sequence[T], given: Sequence[Mapping[str, Any]] | None) -> list[tuple[T, int]]:
    """Return the units asked for, or all that is not processed when nothing was said."""
    if given is None:
        return [(line, line.quantity - line.processed) for line in lines if line.quantity > line.processed]
    return [(_one_of(lines, one), int(one.get("quantity", 1))) for one in given]


R = TypeVar("R")


def _guarded(work: Callable[[], R]) -> R:
    """Do the work; a refusal is answered 400 with its sentence."""
    try:
        return work()
    except (ReturnRefusedError, RefundRefusedError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise HTTPException(400, f"{error}") from error
