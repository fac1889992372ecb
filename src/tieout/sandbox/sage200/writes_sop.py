"""POST, PUT and DELETE of sales order processing: orders, returns, quotes, tracking and the small lists beside them."""

from __future__ import annotations

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.records import Body, Writer, Writes
from tieout.sandbox.sage200.orders import copies, crashes, documents, numbers
from tieout.sandbox.sage200.orders.allocation import touched_items
from tieout.sandbox.sage200.orders.suggestions import suggested_products
from tieout.sandbox.sage200.orders.tracking import tracking_columns
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.reads import read_one

KINDS = ("order", "return", "quote")


def _shown(books: Books, kind: str, key: int) -> object:
    return read_one(books, RESOURCES[f"sop_{kind}s"], key)


def _create(kind: str) -> Writer:
    return lambda books, _, body: _shown(books, kind, documents.create(books, kind, body))


def _create_order(books: Books, _: int, body: Body) -> object:
    """Enter an order; a client that dies meanwhile may leave only a half-entered one (see `crashes`)."""
    crashes.strike(books, body)
    with books.transaction():
        return _shown(books, "order", documents.create(books, "order", body))


def _new(kind: str) -> Writer:
    """Answer a document with the customer's defaults, as a draft that is not stored: it has no id."""

    def write(books: Books, _: int, body: Body) -> object:
        asked = checked(body, "customer_id:i!")
        with books.trial():
            draft = documents.create(books, kind, {"customer_id": asked["customer_id"], "is_editing": True})
            answer = read_one(books, RESOURCES[f"sop_{kind}s"], draft)
        return {name: value for name, value in answer.items() if not name.startswith("date_time_")} | {"id": 0}

    return write


def _duplicate(kind: str) -> Writer:
    return lambda books, _, body: _shown(books, kind, copies.duplicate(books, kind, body))


def _amend(kind: str) -> Writer:
    def write(books: Books, key: int, body: Body) -> object:
        _amend_by_line(books, kind, key, body)
        return _shown(books, kind, key)

    return write


def _amend_by_line(books: Books, kind: str, key: int, body: Body) -> None:
    """Apply the lines one by one, each for itself: when one fails, those before it stand and the rest are not tried."""
    with books.transaction():
        document, header = documents.open_for_amending(books, kind, key, body)
        items = touched_items(
            books, books.rows("SELECT * FROM line WHERE document_id = ?", key) if header.get("lines") else []
        )
        if items and kind != "quote":
            books.locks.touch(*items)
    last = books.value("SELECT coalesce(max(number), 0) FROM line WHERE document_id = ?", key)
    for position, line in enumerate(header.get("lines", []), start=last + 1):
        with books.transaction():
            documents.amend_one_line(books, document, line, position)
    with books.transaction():
        documents.amend_header(books, document, header)
    if not header.get("is_editing"):
        books.locks.end_edit(key)


def _delete(kind: str) -> Writer:
    def write(books: Books, key: int, _: Body) -> object:
        documents.delete(books, kind, key)
        return None

    return write


def _status(kind: str) -> Writer:
    return lambda books, _, body: _shown(books, kind, documents.change_status(books, kind, body))


def _amend_tracking(books: Books, key: int, body: Body) -> object:
    """Correct the tracking of a despatch that has been confirmed."""
    books.need("despatch", key, "Despatch")
    books.update("despatch", key, **tracking_columns(books, body), updated=books.stamp())
    books.effect("sop_despatch.tracked", id=key)
    return read_one(books, RESOURCES["sop_despatch_receipts"], key)


def _whole_list(keep: Writer, drop: Writer) -> Writer:
    """Apply a list of records: those with an id change or go, the others are new."""

    def write(books: Books, _: int, body: Body) -> object:
        shown = []
        for record in checked(body, "records:l!")["records"]:
            key = checked(record, "id:i").get("id", 0)
            if key and record.get("is_to_delete"):
                drop(books, key, {})
            else:
                shown.append(keep(books, key, record))
        return shown

    return write


def _named(table: str, resource: str) -> Writes:
    """Return the writes of a small list of names, one of which may be the default."""

    def keep(books: Books, key: int, body: Body) -> object:
        fields = checked(body, "name:s60 is_default:b" if key else "name:s60! is_default:b")
        if fields.get("name", "x") == "":
            raise RefusedError("The field name is required.")
        if key:
            books.need(table, key, "Record")
        if fields.get("is_default"):
            books.run(f"UPDATE {table} SET is_default = 0")  # noqa: S608  # our own tables
        if key:
            books.update(table, key, **fields, updated=books.stamp())
        else:
            key = books.insert(table, **fields, **books.stamps())
        return read_one(books, RESOURCES[resource], key)

    def drop(books: Books, key: int, _: Body) -> object:
        books.need(table, key, "Record")
        if books.value(f"SELECT id FROM despatch WHERE {table}_id = ?", key) is not None:  # noqa: S608  # as above
            raise RefusedError("The record is used by a despatch and cannot be deleted.")
        books.run(f"DELETE FROM {table} WHERE id = ?", key)  # noqa: S608  # as above
        return None

    return {
        ("POST", resource, False): keep,
        ("PUT", resource, False): _whole_list(keep, drop),
        ("PUT", resource, True): keep,
        ("DELETE", resource, True): drop,
    }


def _suggest(books: Books, _: int, body: Body) -> object:
    return suggested_products(books, body)


SOP_WRITES: Writes = {
    ("POST", "sop_orders", False): _create_order,
    **{("POST", f"sop_{kind}s", False): _create(kind) for kind in KINDS if kind != "order"},
    **{("PUT", f"sop_{kind}s", True): _amend(kind) for kind in KINDS},
    **{("DELETE", f"sop_{kind}s", True): _delete(kind) for kind in KINDS},
    **{("POST", f"sop_{kind}s_new", False): _new(kind) for kind in KINDS},
    **{("PUT", f"sop_{kind}s_new", True): _amend(kind) for kind in KINDS},
    **{("POST", f"sop_{kind}s_duplicate", False): _duplicate(kind) for kind in KINDS},
    **{(verb, f"sop_{kind}s_status", False): _status(kind) for kind in ("order", "return") for verb in ("POST", "PUT")},
    ("PUT", "sop_despatch_receipts", True): _amend_tracking,
    **_named("incoterm", "sop_incoterms"),
    **_named("export_reason", "sop_export_reasons"),
    ("POST", "suggested_products", False): _suggest,
    ("POST", "sop_order_line_traceable_items", False): lambda books, _, body: numbers.numbers_to_allocate(books, body),
    ("POST", "sop_confirm_despatch_traceable_items", False): (
        lambda books, _, body: numbers.numbers_to_despatch(books, body)
    ),
}
SELF_CONTAINED = frozenset(
    {("POST", "sop_orders", False), *(("PUT", f"sop_{kind}s{tail}", True) for kind in KINDS for tail in ("", "_new"))}
)
"""Writes that make their own transactions: what they have done before they fail stands."""

SOP_READS_BY_POST = frozenset(
    {"suggested_products", "sop_order_line_traceable_items", "sop_confirm_despatch_traceable_items"}
)
"""Enquiries that are posted and change nothing."""
