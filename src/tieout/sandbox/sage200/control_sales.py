"""The control routes of the sales ledger: what a person does to it in the desktop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tieout.sandbox.sage200.companion.commands import day
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.control_parts import Body, by_hand, changing, route
from tieout.sandbox.sage200.ledger import allocations, sales_ledger, transactions

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox


def sales_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the control routes of the sales ledger."""
    deeds = {
        "archive-ledger": _archive,
        "ledger-invoice": lambda books, body: _post(books, sales_ledger.INVOICE, body),
        "ledger-payment": lambda books, body: _post(books, sales_ledger.PAYMENT, body),
        "ledger-allocation": _allocate,
    }
    return [
        *(route(f"/desktop/{name}", {"POST": by_hand(system, deed)}) for name, deed in deeds.items()),
        route("/limited-price-bands", {"PUT": changing(system, _limited_price_bands)}),
    ]


def _archive(books: Books, body: Body) -> object:
    upto = day(body, "upto") if "upto" in body else books.today()
    return {"archived": transactions.archive(books, upto)}


def _post(books: Books, kind: str, body: Body) -> object:
    act = sales_ledger.post_trade_document if kind == sales_ledger.INVOICE else sales_ledger.post_money_document
    return {"urn": act(books, kind, body)}


def _allocate(books: Books, body: Body) -> object:
    return {"session": allocations.allocate(books, body)}


def _limited_price_bands(books: Books, body: Body) -> object:
    """Link accounts to exactly the price bands that are named for each."""
    for reference, names in body.items():
        customer = books.value("SELECT id FROM customer WHERE reference = ?", reference)
        if customer is None:
            raise RefusedError(f"Customer {reference} does not exist.")
        books.run("DELETE FROM customer_price_band WHERE customer_id = ?", customer)
        for name in names:
            band = books.value("SELECT id FROM price_band WHERE name = ?", name)
            if band is None:
                raise RefusedError(f"Price band {name} does not exist.")
            books.insert("customer_price_band", customer_id=customer, band_id=band, **books.stamps())
    return body
