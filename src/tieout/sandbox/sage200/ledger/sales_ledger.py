"""The sales ledger: invoices, credit notes, receipts, payments and their allocation.

Receipts and credit notes are negative, invoices and payments positive; every row has a URN and a balanced journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.customers import customer_record
from tieout.sandbox.sage200.ledger.nominal import Entry, check_nominal, find_nominal, post_journal

INVOICE = "TradingAccountEntryTypeInvoice"
CREDIT_NOTE = "TradingAccountEntryTypeCreditNote"
RECEIPT = "TradingAccountEntryTypePurchasePaymentSalesReceipt"
PAYMENT = "TradingAccountEntryTypePurchaseReceiptSalesPayment"
SIGN = {INVOICE: 1, CREDIT_NOTE: -1, RECEIPT: -1, PAYMENT: 1}
WORD = {
    INVOICE: "sales_invoice",
    CREDIT_NOTE: "sales_credit_note",
    RECEIPT: "sales_receipt",
    PAYMENT: "sales_payment",
}
TRADE_DOCUMENT = (
    "customer_id:i! transaction_date:d due_date:d reference:s20 second_reference:s20 settled_immediately:b "
    "document_goods_value:m document_tax_value:m document_discount_value:m document_tax_discount_value:m "
    "discount_percent:p discount_days:i triangular_transaction:b tax_analysis_items:l nominal_analysis_items:l"
)
MONEY_DOCUMENT = (
    "customer_id:i! bank_id:i! cheque_value:m! cheque_currency_id:i customer_cheque_value:m transaction_date:d "
    "settlement_discount_value:m reference:s20 second_reference:s20 nominal_analysis_items:l"
)
TAX_ITEM = "id:i! goods_amount:m discount_amount:m tax_amount:m tax_discount_amount:m"
NOMINAL_ITEM = "code:s8! cost_centre:s3 department:s3 narrative:s6000 value:m transaction_analysis_code:s20"
DUE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A ledger document ready to post; values in pence and positive."""

    customer: sqlite3.Row
    type: str
    on: date
    reference: str
    second_reference: str
    goods: int
    tax: int
    entries: Sequence[Entry]
    taxes: Sequence[tuple[int, int, int]] = field(default=())
    bank_id: int | None = None
    origin: str = "SALES"
    due: date | None = None
    settled_immediately: bool = False


def open_account(books: Books, customer_id: int) -> sqlite3.Row:
    """Return a customer that takes ledger documents now; RefusedError when on hold, hidden or unknown."""
    customer = books.row("SELECT * FROM customer WHERE id = ?", customer_id)
    if customer is None:
        raise RefusedError(f"The customer {customer_id} does not exist.")
    if customer["status"] != "AccountStatusActive":
        raise RefusedError(f"The customer account {customer['reference']} is hidden.")
    if customer["on_hold"]:
        raise RefusedError(f"The customer account {customer['reference']} is on hold.")
    books.locks.touch(customer_record(customer))
    return customer


def post(books: Books, posting: Posting) -> int:
    """Post a document to the ledger, the VAT analysis and the nominal; return its URN."""
    sign = SIGN[posting.type]
    gross = posting.goods + posting.tax
    urn = books.number("urn")
    posted_id = books.insert(
        "posted",
        customer_id=posting.customer["id"],
        type=posting.type,
        reference=posting.reference,
        second_reference=posting.second_reference,
        date=posting.on.isoformat(),
        due=(posting.due or posting.on + timedelta(days=DUE_DAYS)).isoformat(),
        goods=sign * posting.goods,
        tax=sign * posting.tax,
        gross=sign * gross,
        settled_immediately=int(posting.settled_immediately),
        urn=urn,
        bank_id=posting.bank_id,
        origin=posting.origin,
        user_name=books.user,
        posted=books.stamp(),
        **books.stamps(),
    )
    for tax_code_id, goods, tax in posting.taxes:
        books.insert("posted_tax", posted_id=posted_id, tax_code_id=tax_code_id, goods=sign * goods, tax=sign * tax)
    debtors = Entry(nominal_id=books.control("debtors"), value=sign * gross, role="control")
    vat = Entry(nominal_id=books.control("vat_output"), value=-sign * posting.tax, role="tax")
    post_journal(
        books,
        [debtors, vat, *posting.entries],
        urn=urn,
        on=posting.on,
        sub_ledger="Sales" if posting.bank_id is None else "CashBook",
        source=posting.origin,
        reference=posting.reference,
    )
    books.effect(
        f"{WORD[posting.type]}.posted",
        urn=urn,
        reference=posting.reference,
        second_reference=posting.second_reference,
        gross=sign * gross,
    )
    return urn


def post_trade_document(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Post a ledger invoice or credit note as keyed and return its URN."""
    fields = checked(body, TRADE_DOCUMENT)
    customer = open_account(books, fields["customer_id"])
    goods, tax = fields.get("document_goods_value", 0), fields.get("document_tax_value", 0)
    if goods < 0 or tax < 0:
        raise RefusedError("The document value cannot be negative.")
    taxes = _tax_analysis(books, customer, fields, goods, tax)
    keyed = _nominal_analysis(books, fields, customer["nominal_id"] or books.control("revenue"), goods)
    on = fields.get("transaction_date", books.today())
    check_date(books, on, "Sales")
    sign = SIGN[kind]
    posting = Posting(
        customer=customer,
        type=kind,
        on=on,
        due=fields.get("due_date"),
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
        goods=goods,
        tax=tax,
        taxes=taxes,
        entries=[
            Entry(nominal_id=nominal_id, value=-sign * value, role="analysis", narrative=narrative)
            for nominal_id, value, narrative in keyed
        ],
        settled_immediately=bool(fields.get("settled_immediately")),
    )
    return post(books, posting)


def _tax_analysis(
    books: Books, customer: sqlite3.Row, fields: Fields, goods: int, tax: int
) -> list[tuple[int, int, int]]:
    """Return (tax code id, goods, tax) rows that add up to the header, or the customer's default as one row."""
    items = [checked(item, TAX_ITEM) for item in fields.get("tax_analysis_items", [])]
    if not items:
        items = [{"id": customer["tax_code_id"], "goods_amount": goods, "tax_amount": tax}]
    rows = []
    for item in items:
        if books.value("SELECT id FROM tax_code WHERE id = ? AND removed = 0", item["id"]) is None:
            raise RefusedError(f"The tax code {item['id']} does not exist.")
        alone = len(items) == 1
        rows.append(
            (item["id"], item.get("goods_amount", goods if alone else 0), item.get("tax_amount", tax if alone else 0))
        )
    if sum(row[1] for row in rows) != goods:
        raise RefusedError("The total of the tax analysis goods amounts does not equal the document goods value.")
    if sum(row[2] for row in rows) != tax:
        raise RefusedError("The total of the tax analysis tax amounts does not equal the document tax value.")
    return rows


def _nominal_analysis(books: Books, fields: Fields, default: int, total: int) -> list[tuple[int, int, str]]:
    """Return (nominal id, value, narrative) rows that add up to the goods value, or the default as one row."""
    items = [checked(item, NOMINAL_ITEM) for item in fields.get("nominal_analysis_items", [])]
    if not items:
        check_nominal(books.need("nominal", default, "Nominal account"))
        return [(default, total, "")]
    rows = []
    for item in items:
        nominal = find_nominal(books, item["code"], item.get("cost_centre", ""), item.get("department", ""))
        value = item.get("value", total if len(items) == 1 else 0)
        rows.append((nominal["id"], value, item.get("narrative", "")))
    if sum(row[1] for row in rows) != total:
        raise RefusedError("The total of the nominal analysis does not equal the document value.")
    return rows


def post_money_document(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Post a receipt from, or a payment (refund) to, a customer and return its URN."""
    fields = checked(body, MONEY_DOCUMENT)
    customer = open_account(books, fields["customer_id"])
    bank = books.row("SELECT * FROM bank WHERE id = ?", fields["bank_id"])
    if bank is None:
        raise RefusedError(f"The bank account {fields['bank_id']} does not exist.")
    value = fields["cheque_value"]
    if value <= 0:
        raise RefusedError("The field cheque_value must be greater than zero.")
    on = fields.get("transaction_date", books.today())
    check_date(books, on, "CashBook")
    sign = SIGN[kind]
    keyed = _nominal_analysis(books, fields, bank["nominal_id"], value)
    role = "analysis" if fields.get("nominal_analysis_items") else "bank"
    posting = Posting(
        customer=customer,
        type=kind,
        on=on,
        due=on,
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
        goods=value,
        tax=0,
        entries=[
            Entry(nominal_id=nominal_id, value=-sign * part, role=role, narrative=narrative)
            for nominal_id, part, narrative in keyed
        ],
        bank_id=bank["id"],
    )
    return post(books, posting)


def allocate(books: Books, body: Mapping[str, Any]) -> int:
    """Allocate rows of one customer against each other; the values must net to nothing. Return the session."""
    fields = checked(body, "customer_id:i! allocation_date:d allocation_lines:l!")
    customer = open_account(books, fields["customer_id"])
    lines = [checked(line, "posted_tran_id:i! value_to_allocate:m!") for line in fields["allocation_lines"]]
    if not lines:
        raise RefusedError("There is nothing to allocate.")
    if sum(line["value_to_allocate"] for line in lines):
        raise RefusedError("The values to allocate do not net to zero.")
    on = fields.get("allocation_date", books.today())
    session = books.number("allocation_session")
    for line in lines:
        _allocate_row(books, customer, line, on, session)
    books.effect("sales_allocation.posted", customer_id=customer["id"], session=session)
    return session


def _allocate_row(books: Books, customer: sqlite3.Row, line: Fields, on: date, session: int) -> None:
    posted = books.row("SELECT * FROM posted WHERE id = ?", line["posted_tran_id"])
    if posted is None or posted["customer_id"] != customer["id"]:
        raise RefusedError(f"The transaction {line['posted_tran_id']} is not one of customer {customer['reference']}.")
    value = line["value_to_allocate"]
    outstanding = posted["gross"] - posted["allocated"]
    if value * posted["gross"] <= 0 or abs(value) > abs(outstanding):
        raise RefusedError(f"The value to allocate to transaction {posted['id']} is more than its outstanding value.")
    now = posted["allocated"] + value
    settled = on.isoformat() if now == posted["gross"] else None
    books.update("posted", posted["id"], allocated=now, settled=settled, updated=books.stamp())
    books.insert(
        "ledger_allocation",
        session=session,
        posted_id=posted["id"],
        value=value,
        date=on.isoformat(),
        user_name=books.user,
        **books.stamps(),
    )
