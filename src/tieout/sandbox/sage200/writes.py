"""POST, PUT and DELETE of the public API: which function does what, and what it answers."""

from __future__ import annotations

from tieout.sandbox.sage200.company.bodies import checked, full_date
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.periods import SUB_LEDGER_OF_TYPE, classify
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.records import Body, Writes
from tieout.sandbox.sage200.orders import despatch, documents
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.reading.enquiries_sop import despatchable, price_enquiry
from tieout.sandbox.sage200.reading.paths import Address, check_below, links_of
from tieout.sandbox.sage200.writes_finance import FINANCE_READS_BY_POST, FINANCE_WRITES
from tieout.sandbox.sage200.writes_sales import SALES_READS_BY_POST, SALES_WRITES
from tieout.sandbox.sage200.writes_sop import SELF_CONTAINED, SOP_READS_BY_POST, SOP_WRITES
from tieout.sandbox.sage200.writes_stock import STOCK_READS_BY_POST, STOCK_WRITES


def perform(  # one write, as its path names it
    books: Books, method: str, route: str, key: int, body: Body, parents: tuple[int, ...] = ()
) -> object:
    """Do one write and return its answer; the caller has checked that WRITES has it. `key` is 0 without an id.

    Below parents the body is given their ids, as if the caller had sent them (the path wins, assumed).
    """
    writer = WRITES[(method, route, bool(key))]
    books.locks.touch()
    if parents:
        at = Address(names=tuple(route.split("/")), parents=parents, key=key or None)
        check_below(books, at)
        body = body | dict(links_of(books, at))
    if (method, route, bool(key)) in SELF_CONTAINED:
        return writer(books, key, body)
    with books.transaction():
        return writer(books, key, body)


def _confirm_despatch(books: Books, _: int, body: Body) -> object:
    order_id = despatch.confirm_despatch(books, body)
    found = despatchable(books, {"$filter": f"id eq {order_id}"})
    return found[0] if found else {"sop_order_return_id": order_id, "items": []}


def _bin_items(books: Books, _: int, body: Body) -> object:
    """Answer the bins from which a line can be despatched."""
    line = books.need("line", checked(body, "id:i!")["id"], "Line")
    for order in despatchable(books, {"$filter": f"id eq {line['document_id']}"}):
        for item in order["items"]:
            if item["id"] == line["id"]:
                return {"id": line["id"], "bin_items": item["bin_items"]}
    raise RefusedError("The line has no allocated stock.")


def _validate_date(books: Books, _: int, body: Body) -> object:
    on = full_date("date", body.get("date"))
    ledger = str(body.get("ledger_type", "")).lower().removeprefix("ledgertype").removeprefix("ledger")
    sub_ledger = SUB_LEDGER_OF_TYPE.get(ledger)
    if sub_ledger is None:
        raise RefusedError(f"The ledger type {body.get('ledger_type')} is not valid.")
    verdict = classify(books, on, sub_ledger)
    return {"classification": verdict.classification, "message": verdict.message}


def _price_enquiry(books: Books, _: int, body: Body) -> object:
    return price_enquiry(books, body)


def order_record(books: Books, kind: str, key: int) -> int:
    """Take the API's edit lock on an order or return and return the lock id."""
    record = record_of(documents.find(books, kind, key))
    books.locks.touch(record)
    return books.locks.edit(key, books.user)


# By method, route (the names of the path joined: "customers/customer_contacts"), and whether an id ends the path.
WRITES: Writes = {
    **SOP_WRITES,
    **FINANCE_WRITES,
    **SALES_WRITES,
    **STOCK_WRITES,
    ("POST", "sop_confirm_despatch", False): _confirm_despatch,
    ("POST", "sop_confirm_despatch_bin_items", False): _bin_items,
    ("POST", "transaction_date_validation", False): _validate_date,
    ("POST", "customer_price_enquiry", False): _price_enquiry,
}
READS_BY_POST = (
    SALES_READS_BY_POST
    | FINANCE_READS_BY_POST
    | STOCK_READS_BY_POST
    | SOP_READS_BY_POST
    | frozenset(
        {
            "transaction_date_validation",
            "customer_price_enquiry",
            "sop_confirm_despatch_bin_items",
        }
    )
)
TAKE_LISTS = frozenset(
    ("PUT", name, None) for name in ("cost_centres", "couriers", "departments", "sop_export_reasons", "sop_incoterms")
)
"""Writes whose body is a list; it reaches the writer under the name records."""
