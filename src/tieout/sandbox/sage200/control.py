"""The control surface of the Sage 200 sandbox, under /_sandbox/sage200/. It is what tests and the demo set up with.

Money and quantities are decimal strings (numbers are taken too), dates are YYYY-MM-DD. A refusal is
{"error": sentence} with 400. Beside the routes that every system has (see `estate.py`):

- DELETE state                       the starting company again; locks are gone, tokens stay good
- POST   tokens                      {"access_token", "refresh_token", "expires_in", "site_id", "company_id",
                                     "companion_key"} without the browser round trip
- DELETE tokens                      every access token ends now (refresh tokens stay good)
- PUT    oauth                       {"refuse_early_refresh": bool, "access_seconds": int}
- POST   load                        reference records and orders in one transaction: {"warehouses": [{"name",
         "use_for_sales_trading", "bins": [{"name"}]}], "tax_codes": [{"code", "name", "rate"}], "nominals":
         [{"account", "cost_centre", "department", "name", "type", "hidden"}], "banks": [{"code", "name", "nominal"}],
         "customers": [{"reference", "name", "country", "tax_code", "on_hold", "nominal"}], "products": [{"code",
         "name", "costing": "FIFO"|"AVERAGE", "tax_code", "revenue_nominal", "standard_price", "standard_cost",
         "inactive", "locations": [warehouse names; all when left out], "stock": [{"warehouse", "bin", "quantity",
         "unit_cost"}]}], "orders": [{"customer", "customer_document_no", "document_date", "lines": [{"product",
         "quantity", "unit_price", "discount_percent", "tax_code", "warehouse"}], "despatched", "invoiced",
         "paid": true or a bank code}]}. Tax codes are named by number (1), nominals as "4000" or "4000/WEB/ONL".
         Missing stock of a despatched line is brought in as opening stock. Answers how many of each.
- POST   locks                       {"record": "order"|"return"|"customer"|"product"|"company", "id" or "reference",
                                     "holder", "seconds", "dress": "400"|"409"|"423"|"500"|"hang"}; GET lists them
- DELETE locks                       clears all
- GET|PUT periods                    PUT {"period_start", "sub_ledger" (left out: all five), "status"}
- PUT    prices                      {product code: price, ...}: a change of the price book
- PUT    permissions                 {"override_prices_discounts": bool, ..., "forbidden_resources": [names]}
- PUT    settings                    {"sop": {...}, "stock": {...}, "system": {...}, "sales_ledger": {...}};
         "system": {"transaction_date_validation": {...}} is merged
- PUT    company                     any of {"customers": {reference: {"on_hold", "hidden"}}, "nominals":
         {"4000/WEB": {"hidden", "name"}}, "tax_codes": {number: {"removed", "rate", "name"}}, "bins":
         [{"warehouse", "name", "rename" or "remove": true, "priority"}], "warehouses": {name:
         {"use_for_sales_trading", "rename"}}, "products": {code: {"inactive", "tax_code", "revenue_nominal"}}}
- POST   desktop/receive-return      {"return": id or number, "bin", "reference", "receipt_date", "lines"}
- POST   desktop/post-credit-note    {"return", "reference", "credit_date", "lines": [{"return_line_id", "quantity",
                                     "net_value", "tax_value"}]}; without lines everything due, at the return's values
- POST   desktop/post-invoice        {"order", "reference", "invoice_date"}
- POST   desktop/edit                {"order" or "return": id or number, header fields and lines as in a PUT}
- POST   desktop/ledger-credit-note, desktop/ledger-receipt   as the API's POST, by another user's hand
- POST   desktop/archive             {"upto": date}: completed and cancelled documents vanish
- GET    ledgers/nominal             {"total": "0.00", "accounts": [...]}; ledgers/nominal/{account} lists postings
- GET    ledgers/stock               per item, warehouse and bin; ledgers/stock/movements?product=&reference=
- GET    ledgers/sales?reference=    posted sales transactions
- GET    ledgers/proofs              {"nominal_balanced", "stock_equals_movements", "stock_equals_nominal",
                                     "debtors_equals_control", "allocations_agree", "duplicates": [...]}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.refusals import LockedError, RefusedError
from tieout.sandbox.sage200.desktop import deeds
from tieout.sandbox.sage200.ledger import sales_ledger
from tieout.sandbox.sage200.orders import changes
from tieout.sandbox.sage200.reading.enquiries import SITE
from tieout.sandbox.sage200.reading.reads import wire

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

Body = dict[str, Any]
DESKTOP_USER = "JBROWN"


def answer(value: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(wire(value), status, media_type="application/json")


def control_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the control routes of one sandbox."""
    return [*_state_routes(system), *_change_routes(system), *_desktop_routes(system), *_ledger_routes(system)]


def _route(path: str, methods: dict[str, Callable[[Request, Body], object]]) -> Route:
    """Return a route whose functions take the request and its JSON body and return a JSON value."""

    async def endpoint(request: Request) -> Response:
        body = await json_object(request) if request.method in {"POST", "PUT"} else {}
        try:
            return answer(methods[request.method](request, body))
        except LockedError as lock:
            return answer({"error": lock.message}, 423)
        except RefusedError as refusal:
            return answer({"error": refusal.message}, refusal.status)
        except (KeyError, ValueError, ArithmeticError) as error:
            return answer({"error": f"The body cannot be used: {type(error).__name__} {error}."}, 400)

    return Route(path, endpoint, methods=list(methods))


def _state_routes(system: Sage200Sandbox) -> list[Route]:
    def reset(_: Request, __: Body) -> object:
        system.reset()
        return system.summary()

    def tokens(_: Request, __: Body) -> object:
        return {
            **system.identity.issue(),
            "site_id": SITE["site_id"],
            "company_id": SITE["company_id"],
            "companion_key": system.companion_key,
        }

    def end_tokens(_: Request, __: Body) -> object:
        system.identity.expire_access()
        return {}

    def oauth(_: Request, body: Body) -> object:
        system.identity.refuse_early_refresh = bool(body.get("refuse_early_refresh", False))
        system.identity.access_seconds = int(body.get("access_seconds", system.identity.access_seconds))
        return {
            "refuse_early_refresh": system.identity.refuse_early_refresh,
            "access_seconds": system.identity.access_seconds,
        }

    def load(_: Request, body: Body) -> object:
        books = system.books
        user, books.user = books.user, DESKTOP_USER
        try:
            with books.transaction():
                return set_up.load(books, body)
        finally:
            books.user = user

    return [
        _route("/state", {"DELETE": reset}),
        _route("/tokens", {"POST": tokens, "DELETE": end_tokens}),
        _route("/oauth", {"PUT": oauth}),
        _route("/load", {"POST": load}),
    ]


def _change_routes(system: Sage200Sandbox) -> list[Route]:
    def changing(change: Callable[[Any, Body], object]) -> Callable[[Request, Body], object]:
        def act(_: Request, body: Body) -> object:
            with system.books.transaction():
                return change(system.books, body)

        return act

    def locks(_: Request, __: Body) -> object:
        return [changes.lock_as_json(lock) for lock in system.locks.in_force()]

    def release(_: Request, __: Body) -> object:
        return {"released": system.locks.release_all()}

    def periods(_: Request, __: Body) -> object:
        return changes.periods(system.books)

    return [
        _route("/locks", {"GET": locks, "POST": changing(changes.lock), "DELETE": release}),
        _route("/periods", {"GET": periods, "PUT": changing(changes.set_period)}),
        _route("/prices", {"PUT": changing(changes.set_prices)}),
        _route("/permissions", {"PUT": changing(changes.set_permissions)}),
        _route("/settings", {"PUT": changing(changes.set_settings)}),
        _route("/company", {"PUT": changing(changes.change_company)}),
    ]


def _desktop_routes(system: Sage200Sandbox) -> list[Route]:
    def by_hand(act: Callable[[Any, Body], object]) -> Callable[[Request, Body], object]:
        """Do something as a person in the desktop would, under that person's name."""

        def endpoint(_: Request, body: Body) -> object:
            books = system.books
            user, books.user = books.user, str(body.pop("user", DESKTOP_USER))
            books.locks.strikes = False
            try:
                with books.transaction():
                    return act(books, body)
            finally:
                books.user = user
                books.locks.strikes = True

        return endpoint

    def ledger_credit(books: Any, body: Body) -> object:  # noqa: ANN401  # the books
        return {"urn": sales_ledger.post_trade_document(books, sales_ledger.CREDIT_NOTE, body)}

    def ledger_receipt(books: Any, body: Body) -> object:  # noqa: ANN401  # the books
        return {"urn": sales_ledger.post_money_document(books, sales_ledger.RECEIPT, body)}

    done_by_hand = {
        "receive-return": deeds.receive_return,
        "post-credit-note": deeds.post_credit_note,
        "post-invoice": deeds.post_invoice,
        "edit": deeds.edit,
        "archive": deeds.archive,
        "ledger-credit-note": ledger_credit,
        "ledger-receipt": ledger_receipt,
    }
    return [_route(f"/desktop/{name}", {"POST": by_hand(act)}) for name, act in done_by_hand.items()]


def _ledger_routes(system: Sage200Sandbox) -> list[Route]:
    def query(request: Request, name: str) -> str:
        return request.query_params.get(name, "")

    return [
        _route("/ledgers/nominal", {"GET": lambda _, __: proofs.trial_balance(system.books)}),
        _route(
            "/ledgers/nominal/{account}",
            {"GET": lambda r, _: proofs.nominal_entries(system.books, r.path_params["account"])},
        ),
        _route("/ledgers/stock", {"GET": lambda _, __: proofs.stock_by_bin(system.books)}),
        _route(
            "/ledgers/stock/movements",
            {"GET": lambda r, _: proofs.movements(system.books, query(r, "product"), query(r, "reference"))},
        ),
        _route(
            "/ledgers/sales",
            {"GET": lambda r, _: proofs.sales_ledger(system.books, query(r, "reference"))},
        ),
        _route("/ledgers/proofs", {"GET": lambda _, __: proofs.proofs(system.books)}),
    ]
