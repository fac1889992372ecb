"""The writes of the sales ledger: accounts and what hangs on them, documents, allocations, memos, settings."""

from __future__ import annotations

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.ledger import allocations, blanks, customers, owned, sales_ledger, settings, transactions
from tieout.sandbox.sage200.ledger.records import Body, Writer, Writes, plain_record
from tieout.sandbox.sage200.reading.catalogue import CONTACT_VALUES, RESOURCES
from tieout.sandbox.sage200.reading.reads import read_one


def _enter(name: str) -> Writer:
    kind = owned.KINDS[name]

    def write(books: Books, _: int, body: Body) -> object:
        owner = checked(body, f"{kind.owner}:i!")[kind.owner]
        books.locks.touch(owned.customer_record(owned.customer_of(books, kind, owner)))
        return read_one(books, RESOURCES[name], owned.enter(books, kind, owner, body))

    return write


def _owner_of(books: Books, kind: owned.Kind, key: int) -> int:
    found = books.value(f"SELECT {kind.owner} FROM {kind.table} WHERE id = ?", key)  # noqa: S608  # our own names
    if found is None:
        raise NotFoundError(f"The {kind.word} {key} does not exist.")
    return int(found)


def _amend(name: str) -> Writer:
    kind = owned.KINDS[name]

    def write(books: Books, key: int, body: Body) -> object:
        owner = _owner_of(books, kind, key)
        if body.get(kind.owner, owner) != owner:
            raise RefusedError(f"The field {kind.owner} of a {kind.word} cannot be changed.")
        books.locks.touch(owned.customer_record(owned.customer_of(books, kind, owner)))
        owned.amend(books, kind, key, body)
        return read_one(books, RESOURCES[name], key)

    return write


def _remove(name: str) -> Writer:
    kind = owned.KINDS[name]

    def write(books: Books, key: int, _: Body) -> object:
        books.locks.touch(owned.customer_record(owned.customer_of(books, kind, _owner_of(books, kind, key))))
        owned.remove(books, kind, key)
        return None

    return write


def _owned(name: str, enter: tuple[str, ...], change: tuple[str, ...]) -> Writes:
    """Return the writes of one kind of row: the routes on which it is entered, and those on which it is changed."""
    return {
        **{("POST", route, False): _enter(name) for route in enter},
        **{("PUT", route, True): _amend(name) for route in change},
        **{("DELETE", route, True): _remove(name) for route in change},
    }


def _of_contact(name: str) -> Writes:
    below = (f"customer_contacts/{name}", f"customers/customer_contacts/{name}")
    return _owned(name, below, (name, *below))


def _ledger(kind: str) -> Writer:
    if kind in {sales_ledger.RECEIPT, sales_ledger.PAYMENT}:
        return lambda books, _, body: {"urn": str(sales_ledger.post_money_document(books, kind, body))}
    return lambda books, _, body: {"urn": str(sales_ledger.post_trade_document(books, kind, body))}


def _allocate(books: Books, _: int, body: Body) -> object:
    allocations.allocate(books, body)
    return body


def _amend_settings(books: Books, key: int, body: Body) -> object:
    settings.amend_settings(books, key, body)
    return settings.sales_ledger_settings(books)[0]


_CONTACTS = ("customers/customer_contacts",)
SALES_WRITES: Writes = {
    **plain_record("customers", customers.create_customer, customers.amend_customer, customers.delete_customer),
    ("POST", "customers_new", False): lambda books, _, __: blanks.new_customer(books),
    **_owned("customer_contacts", _CONTACTS, ("customer_contacts", *_CONTACTS)),
    **{key: writer for name in CONTACT_VALUES for key, writer in _of_contact(name).items()},
    **{
        key: writer
        for name in ("customer_delivery_addresses", "customer_memos", "customer_alerts")
        for key, writer in _owned(name, (name,), (name,)).items()
    },
    **_owned("customer_cards", (), ("customer_cards",)),
    ("POST", "sales_invoices", False): _ledger(sales_ledger.INVOICE),
    ("POST", "sales_credit_notes", False): _ledger(sales_ledger.CREDIT_NOTE),
    ("POST", "sales_invoices_new", False): lambda books, _, body: blanks.new_document(books, body, invoice=True),
    ("POST", "sales_credit_notes_new", False): lambda books, _, body: blanks.new_document(books, body, invoice=False),
    ("POST", "sales_receipts", False): _ledger(sales_ledger.RECEIPT),
    ("POST", "sales_payments", False): _ledger(sales_ledger.PAYMENT),
    ("POST", "sales_allocations", False): _allocate,
    **plain_record("sales_posted_transactions", None, transactions.query, None),
    **plain_record(
        "sales_posted_transaction_memos", transactions.add_memo, transactions.amend_memo, transactions.delete_memo
    ),
    ("PUT", "sales_ledger_settings", True): _amend_settings,
    **plain_record("finance_charges", None, settings.amend_finance_charge, None),
}
SALES_READS_BY_POST = frozenset({"customers_new", "sales_invoices_new", "sales_credit_notes_new"})
