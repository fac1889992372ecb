"""The sales ledger: invoices, credit notes, receipts and payments.

Receipts and credit notes are negative, invoices and payments positive; every row has a URN and a balanced journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import percent_of
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import Entry, check_nominal, find_nominal, post_journal
from tieout.sandbox.sage200.ledger.owned import customer_record
from tieout.sandbox.sage200.ledger.terms import due_date

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
    "discount_percent:p discount_days:i exchange_rate:r triangular_transaction:b tax_analysis_items:l "
    "nominal_analysis_items:l"
)
MONEY_DOCUMENT = (
    "customer_id:i! bank_id:i! cheque_value:m! cheque_currency_id:i customer_cheque_value:m transaction_date:d "
    "settlement_discount_value:m exchange_rate:r bank_exchange_rate:r cheque_exchange_rate:r reference:s20 "
    "second_reference:s20 nominal_analysis_items:l"
)
TAX_ITEM = "id:i! goods_amount:m discount_amount:m tax_amount:m tax_discount_amount:m"
NOMINAL_ITEM = "code:s8! cost_centre:s3 department:s3 narrative:s6000 value:m transaction_analysis_code:s20"
BASE_RATE = 1_000_000
"""The exchange rate of the base currency, in millionths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A ledger document ready to post; values in pence and positive.

    `discount` is what paying early would save (of a receipt: what it did save), at a percentage, within so many days.
    """

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
    discount: int = 0
    tax_discount: int = 0
    discount_percent: int = 0
    discount_days: int = 0


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
        due=(posting.due or due_date(posting.customer, posting.on)).isoformat(),
        goods=sign * posting.goods,
        tax=sign * posting.tax,
        gross=sign * gross,
        discount=sign * posting.discount,
        tax_discount=sign * posting.tax_discount,
        discount_percent=posting.discount_percent,
        discount_days=posting.discount_days,
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
    _post_nominal(books, posting, urn)
    books.effect(
        f"{WORD[posting.type]}.posted",
        urn=urn,
        reference=posting.reference,
        second_reference=posting.second_reference,
        gross=sign * gross,
    )
    return urn


def _post_nominal(books: Books, posting: Posting, urn: int) -> None:
    """Post the journal of a document: debtors and VAT against the entries that it brings."""
    sign = SIGN[posting.type]
    gross = posting.goods + posting.tax
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


def post_trade_document(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Post a ledger invoice or credit note as keyed and return its URN."""
    fields = checked(body, TRADE_DOCUMENT)
    customer = open_account(books, fields["customer_id"])
    _check_rates(fields)
    goods, tax = fields.get("document_goods_value", 0), fields.get("document_tax_value", 0)
    if goods < 0 or tax < 0:
        raise RefusedError("The document value cannot be negative.")
    taxes = _tax_analysis(books, customer, fields, goods, tax)
    keyed = _nominal_analysis(books, fields, customer["nominal_id"] or books.control("revenue"), goods)
    on = fields.get("transaction_date", books.today())
    check_date(books, on, "Sales")
    percent = fields.get("discount_percent", customer["early_settlement_discount_percent"])
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
        entries=_entries(keyed, -SIGN[kind], "analysis"),
        settled_immediately=bool(fields.get("settled_immediately")),
        discount=fields.get("document_discount_value", percent_of(goods, percent)),
        tax_discount=fields.get("document_tax_discount_value", 0),
        discount_percent=percent,
        discount_days=fields.get("discount_days", customer["early_settlement_discount_days"]),
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


class Analysis(NamedTuple):
    """So much of a document on one nominal account."""

    nominal_id: int
    value: int
    narrative: str = ""
    transaction_code: str = ""


def _nominal_analysis(books: Books, fields: Fields, default: int, total: int) -> list[Analysis]:
    """Return the nominal analysis, which adds up to the total, or the default account as one row."""
    items = [checked(item, NOMINAL_ITEM) for item in fields.get("nominal_analysis_items", [])]
    if not items:
        check_nominal(books.need("nominal", default, "Nominal account"))
        return [Analysis(default, total)]
    rows = []
    for item in items:
        nominal = find_nominal(books, item["code"], item.get("cost_centre", ""), item.get("department", ""))
        code = item.get("transaction_analysis_code", "")
        if code and not books.setting("sales_ledger", "allow_additional_trans_analysis"):
            raise RefusedError("Transaction analysis codes are not used by the sales ledger.")
        value = item.get("value", total if len(items) == 1 else 0)
        rows.append(Analysis(nominal["id"], value, item.get("narrative", ""), code))
    if sum(row.value for row in rows) != total:
        raise RefusedError("The total of the nominal analysis does not equal the document value.")
    return rows


def _entries(keyed: Sequence[Analysis], sign: int, role: str) -> list[Entry]:
    """Return the nominal entries of an analysis, on the debit side when the sign is 1."""
    return [
        Entry(
            nominal_id=a.nominal_id,
            value=sign * a.value,
            role=role,
            narrative=a.narrative,
            transaction_code=a.transaction_code,
        )
        for a in keyed
    ]


def _check_rates(fields: Fields) -> None:
    """Raise RefusedError for an exchange rate other than 1: all accounts and banks are in the base currency."""
    for name in ("exchange_rate", "bank_exchange_rate", "cheque_exchange_rate"):
        if fields.get(name, BASE_RATE) != BASE_RATE:
            raise RefusedError(f"The field {name} must be 1 for an account in the base currency.")


def post_money_document(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Post a receipt from, or a payment (refund) to, a customer and return its URN.

    A receipt clears what was paid and the settlement discount that was taken; the discount goes to its own nominal.
    """
    fields = checked(body, MONEY_DOCUMENT)
    customer = open_account(books, fields["customer_id"])
    bank = _bank(books, fields)
    value, discount = fields["cheque_value"], fields.get("settlement_discount_value", 0)
    if value <= 0:
        raise RefusedError("The field cheque_value must be greater than zero.")
    if discount < 0 or (discount and kind == PAYMENT):
        raise RefusedError("A settlement discount can only be taken on a receipt, and cannot be negative.")
    on = fields.get("transaction_date", books.today())
    check_date(books, on, "CashBook")
    role = "analysis" if fields.get("nominal_analysis_items") else "bank"
    keyed = _nominal_analysis(books, fields, bank["nominal_id"], value)
    taken = Entry(nominal_id=books.control("discount"), value=-SIGN[kind] * discount, role="discount")
    posting = Posting(
        customer=customer,
        type=kind,
        on=on,
        due=on,
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
        goods=value + discount,
        tax=0,
        entries=[*_entries(keyed, -SIGN[kind], role), taken],
        bank_id=bank["id"],
        discount=discount,
    )
    return post(books, posting)


def _bank(books: Books, fields: Fields) -> sqlite3.Row:
    """Return the bank account of a receipt or payment, which must be in its currency."""
    bank = books.row("SELECT * FROM bank WHERE id = ?", fields["bank_id"])
    if bank is None:
        raise RefusedError(f"The bank account {fields['bank_id']} does not exist.")
    _check_rates(fields)
    base = books.value("SELECT id FROM currency WHERE base = 1")
    if fields.get("cheque_currency_id", 0) not in {0, base}:
        raise RefusedError(f"The currency of the cheque is not that of bank account {bank['code']}.")
    if fields.get("customer_cheque_value", fields["cheque_value"]) != fields["cheque_value"]:
        raise RefusedError("The field customer_cheque_value must equal cheque_value in one currency.")
    return bank
