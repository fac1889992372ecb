"""Control routes of sales order processing and of the price book; documented in `control.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from starlette.routing import Route

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.set_up_prices import keep_price_book
from tieout.sandbox.sage200.control_parts import Body, by_hand, changing, route
from tieout.sandbox.sage200.orders import addon, crashes

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox


def sop_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the routes of this area."""
    return [
        route("/desktop/crash-order", {"POST": by_hand(system, _crash)}),
        route("/addon", {"PUT": changing(system, addon.set_up)}),
        route("/drafts-left", {"PUT": changing(system, _drafts_left)}),
        route("/price-book", {"PUT": changing(system, keep_price_book)}),
    ]


def _crash(books: Books, body: Body) -> object:
    key = crashes.leave_half_entered(books, body)
    return {"id": key, "document_no": books.value("SELECT document_no FROM document WHERE id = ?", key)}


def _drafts_left(books: Books, body: Body) -> object:
    rate = Decimal(str(body["rate"]))
    if not 0 <= rate <= 1:
        raise RefusedError("The rate is between 0 and 1.")
    crashes.set_rate(books, rate, int(body.get("seed", 1)))
    return {"rate": rate}
