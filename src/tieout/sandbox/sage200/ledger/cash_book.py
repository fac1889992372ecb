"""The cash book: vatable receipts and payments straight to nominal accounts, and transfers between banks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import Entry, find_nominal, post_journal

RECEIPT = "BankAccountEntryType.Receipt"
PAYMENT = "BankAccountEntryType.Payment"
SIGN = {RECEIPT: 1, PAYMENT: -1}
WORD = {RECEIPT: "bank_receipt", PAYMENT: "bank_payment"}
SOURCE = "CASHBOOK"
CONTROLLED = ("debtors", "stock")
BANK_DOCUMENT = (
    "bank_id:i! transaction_date:d reference:s20 second_reference:s20 tax_registration_number:s30 narrative:s6000 "
    "exchange_rate:r cheque_currency_id:i cheque_exchange_rate:r tax_code_id:i cheque_value:m cheque_goods_value:m "
    "cheque_tax_value:m nominal_analysis_items:l! bank_charges:l nominal_journal_items:l"
)
ANALYSIS_ITEM = (
    "code:s8! cost_centre:s3 department:s3 narrative:s6000 gross_value:m goods_value:m tax_code_id:i tax_value:m "
    "transaction_date:d reference:s20"
)
CHARGE_ITEM = "code:s8! cost_centre:s3 department:s3 value:m!"
TRANSFER = (
    "bank_from_id:i! bank_to_id:i! narrative:s6000 reference:s20 second_reference:s20 transaction_date:d "
    "payment_value:m! receipt_value:m exchange_rate:r commission_value:m commission_code:s8 commission_cost_centre:s3 "
    "commission_department:s3 commission_payer:s20 payment_to_base_exchange_rate:r receipt_to_base_exchange_rate:r "
    "exchange_difference_code:s8 exchange_difference_cost_centre:s3 exchange_difference_department:s3"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """One analysis row of a receipt or payment; pence, positive."""

    nominal_id: int
    goods: int
    tax: int
    tax_code_id: int | None
    narrative: str


def open_bank(books: Books, bank_id: int) -> sqlite3.Row:
    """Return a bank account that takes postings now; RefusedError when it is unknown or hidden."""
    bank = books.row("SELECT * FROM bank WHERE id = ?", bank_id)
    if bank is None:
        raise RefusedError(f"The bank account {bank_id} does not exist.")
    if bank["hidden"]:
        raise RefusedError(f"The bank account {bank['code']} is hidden.")
    books.locks.touch(Record(kind="bank", id=bank["id"], label=f"Bank account {bank['code']}"))
    return bank


def post_bank_document(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Post a receipt or a payment that is analysed to nominal accounts, and return its URN.

    What the header does not say (date, reference) is taken from the first analysis row (assumed).
    """
    fields = checked(body, BANK_DOCUMENT)
    bank = open_bank(books, fields["bank_id"])
    _check_currency(books, fields)
    if fields.get("nominal_journal_items"):
        raise RefusedError("Nominal journal items cannot be posted with a bank transaction.")
    items = [checked(item, ANALYSIS_ITEM) for item in fields["nominal_analysis_items"]]
    if not items:
        raise RefusedError("There must be at least one nominal analysis item.")
    rows = [_analysed(books, item, fields) for item in items]
    charges = [checked(item, CHARGE_ITEM) for item in fields.get("bank_charges", [])]
    _check_totals(fields, rows)
    on = fields.get("transaction_date") or items[0].get("transaction_date") or books.today()
    check_date(books, on, "CashBook")
    reference = fields.get("reference") or items[0].get("reference", "")
    entries = _entries(books, kind, bank, rows, charges)
    urn = _post(books, entries, on=on, reference=reference)
    gross = SIGN[kind] * sum(row.goods + row.tax for row in rows)
    _list(books, bank, kind, gross, on, urn, fields | {"reference": reference})
    for charge in charges:
        _list(books, bank, PAYMENT, -charge["value"], on, urn, fields | {"reference": reference})
    entry_type = "TaxAccountEntryOutput" if kind == RECEIPT else "TaxAccountEntryInput"
    for row in rows:
        if row.tax_code_id is not None:
            books.insert(
                "bank_posted_tax",
                urn=urn,
                tax_code_id=row.tax_code_id,
                entry_type=entry_type,
                goods=row.goods,
                tax=row.tax,
            )
    books.effect(f"{WORD[kind]}.posted", urn=urn, reference=reference, gross=gross)
    return urn


def transfer(books: Books, body: Mapping[str, Any]) -> int:
    """Move money between two bank accounts of the base currency, with a commission on request; return the URN."""
    fields = checked(body, TRANSFER)
    if fields["bank_from_id"] == fields["bank_to_id"]:
        raise RefusedError("The two bank accounts of a transfer must be different.")
    giver, taker = open_bank(books, fields["bank_from_id"]), open_bank(books, fields["bank_to_id"])
    value, commission = fields["payment_value"], fields.get("commission_value", 0)
    if value <= 0 or commission < 0:
        raise RefusedError("The field payment_value must be greater than zero.")
    if fields.get("receipt_value", value) != value:
        raise RefusedError("The receipt value must equal the payment value when both accounts are in one currency.")
    on = fields.get("transaction_date", books.today())
    check_date(books, on, "CashBook")
    entries = [
        Entry(nominal_id=giver["nominal_id"], value=-value - commission, role="bank"),
        Entry(nominal_id=taker["nominal_id"], value=value, role="bank", narrative=fields.get("narrative", "")),
    ]
    if commission:
        nominal = find_nominal(
            books,
            fields.get("commission_code", ""),
            fields.get("commission_cost_centre", ""),
            fields.get("commission_department", ""),
        )
        entries.append(Entry(nominal_id=_free(books, nominal)["id"], value=commission, role="analysis"))
    urn = _post(books, entries, on=on, reference=fields.get("reference", ""))
    _list(books, giver, PAYMENT, -value, on, urn, fields)
    _list(books, taker, RECEIPT, value, on, urn, fields)
    if commission:
        _list(books, giver, PAYMENT, -commission, on, urn, fields)
    books.effect("bank_transfer.posted", urn=urn, reference=fields.get("reference", ""), value=value)
    return urn


def _check_currency(books: Books, fields: Fields) -> None:
    base = books.value("SELECT id FROM currency WHERE base = 1")
    if fields.get("cheque_currency_id", base) not in {0, base}:
        raise RefusedError("The currency of the cheque must be that of the bank account.")


def _analysed(books: Books, item: Fields, header: Fields) -> Analysed:
    """Return one analysis row with its values worked out: gross is goods plus tax."""
    tax = item.get("tax_value", 0)
    goods = item.get("goods_value", item.get("gross_value", 0) - tax)
    if item.get("gross_value", goods + tax) != goods + tax:
        raise RefusedError("The gross value of an analysis item does not equal its goods value plus its tax value.")
    if goods + tax <= 0 or tax < 0:
        raise RefusedError("The value of an analysis item must be greater than zero.")
    code = item.get("tax_code_id") or header.get("tax_code_id") or None
    if code is None and tax:
        raise RefusedError("The field tax_code_id is required when there is a tax value.")
    if code is not None and books.value("SELECT id FROM tax_code WHERE id = ? AND removed = 0", code) is None:
        raise RefusedError(f"The tax code {code} does not exist.")
    nominal = find_nominal(books, item["code"], item.get("cost_centre", ""), item.get("department", ""))
    return Analysed(
        nominal_id=_free(books, nominal)["id"],
        goods=goods,
        tax=tax,
        tax_code_id=code,
        narrative=item.get("narrative") or header.get("narrative", ""),
    )


def _free(books: Books, nominal: sqlite3.Row) -> sqlite3.Row:
    """Return a nominal account that the cash book may post to: not one that a ledger keeps (assumed)."""
    if nominal["id"] in {books.control(name) for name in CONTROLLED}:
        raise RefusedError(f"Nominal account {nominal['account']} is a control account and cannot be posted to.")
    return nominal


def _check_totals(fields: Fields, rows: Sequence[Analysed]) -> None:
    goods, tax = sum(row.goods for row in rows), sum(row.tax for row in rows)
    said = {"cheque_value": goods + tax, "cheque_goods_value": goods, "cheque_tax_value": tax}
    for name, total in said.items():
        if fields.get(name, total) != total:
            raise RefusedError(f"The field {name} does not equal the total of the nominal analysis.")


def _entries(
    books: Books, kind: str, bank: sqlite3.Row, rows: Sequence[Analysed], charges: Sequence[Fields]
) -> list[Entry]:
    sign = SIGN[kind]
    vat = books.control("vat_output" if kind == RECEIPT else "vat_input")
    entries = [
        Entry(nominal_id=row.nominal_id, value=-sign * row.goods, role="analysis", narrative=row.narrative)
        for row in rows
    ]
    entries += [Entry(nominal_id=vat, value=-sign * row.tax, role="tax") for row in rows if row.tax]
    for charge in charges:
        if charge["value"] <= 0:
            raise RefusedError("The value of a bank charge must be greater than zero.")
        nominal = find_nominal(books, charge["code"], charge.get("cost_centre", ""), charge.get("department", ""))
        entries.append(Entry(nominal_id=_free(books, nominal)["id"], value=charge["value"], role="analysis"))
    total = sum(entry.value for entry in entries)
    return [Entry(nominal_id=bank["nominal_id"], value=-total, role="bank"), *entries]


def _post(books: Books, entries: Sequence[Entry], *, on: date, reference: str) -> int:
    urn = books.number("urn")
    post_journal(books, entries, urn=urn, on=on, sub_ledger="CashBook", source=SOURCE, reference=reference)
    return urn


def _list(  # the facts of one row of the cash book
    books: Books, bank: sqlite3.Row, kind: str, value: int, on: date, urn: int, fields: Fields
) -> None:
    """Add a row to the cash book's list; value in pence, receipts positive."""
    books.insert(
        "bank_posted",
        bank_id=bank["id"],
        type=kind,
        description=fields.get("narrative", ""),
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
        date=on.isoformat(),
        posted=books.stamp(),
        value=value,
        source=SOURCE,
        urn=urn,
        user_name=books.user,
        **books.stamps(),
    )
