"""Prices, discounts and VAT of a sales document: each line from the price band, tax on the total per rate."""

from __future__ import annotations

import sqlite3

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import PERCENT, UNIT, divided, percent_of, running_percent

STANDARD, FREE_TEXT, CHARGE, COMMENT = (
    "EnumLineTypeStandard",
    "EnumLineTypeFreeText",
    "EnumLineTypeCharge",
    "EnumLineTypeComment",
)
NONE, PART, FULL = 0, 1, 2


def band_price(books: Books, product_id: int, customer: sqlite3.Row) -> int:
    """Return the unit price of an item for a customer: the customer's band, else the standard band, else 0."""
    for band_id in (customer["band_id"], books.value("SELECT id FROM price_band WHERE standard = 1")):
        price = books.value("SELECT price FROM price WHERE product_id = ? AND band_id = ?", product_id, band_id)
        if price is not None:
            return int(price)
    return 0


def line_total(quantity: int, unit_price: int, discount_percent: int, discount_value: int) -> int:
    """Return the goods value of a line in pence: quantity times price less discount, rounded once."""
    discounted = quantity * (unit_price * (100 * PERCENT - discount_percent) - discount_value * 100 * PERCENT)
    return divided(discounted, 100 * PERCENT * UNIT * (UNIT // 100))


def reckon(books: Books, document_id: int) -> None:
    """Work out values, tax and progress of a document and its lines afresh."""
    document = books.need("document", document_id, "Document")
    lines = books.rows("SELECT * FROM line WHERE document_id = ? ORDER BY number, id", document_id)
    totals = {line["id"]: _total(line) for line in lines}
    goods = [line["id"] for line in lines if line["line_type"] != CHARGE]
    off = dict(zip(goods, running_percent([totals[i] for i in goods], document["discount_percent"]), strict=True))
    nets = {i: total - off.get(i, 0) for i, total in totals.items()}
    taxes = _taxes(books, lines, nets)
    for line in lines:
        key = line["id"]
        if (line["total"], line["net"], line["tax"]) != (totals[key], nets[key], taxes[key]):
            books.update("line", key, total=totals[key], net=nets[key], tax=taxes[key])
    charges = [line["id"] for line in lines if line["line_type"] == CHARGE]
    net, tax = sum(nets.values()), sum(taxes.values())
    books.update(
        "document",
        document_id,
        subtotal_goods=sum(totals[i] for i in goods),
        charge_net=sum(nets[i] for i in charges),
        charge_tax=sum(taxes[i] for i in charges),
        discount=sum(off.values()),
        net=net,
        tax=tax,
        gross=net + tax,
        updated=books.stamp(),
    )
    progress(books, document_id)


def _total(line: sqlite3.Row) -> int:
    if line["line_type"] == COMMENT:
        return 0
    return line_total(line["quantity"], line["unit_price"], line["discount_percent"], line["discount_value"])


def _taxes(books: Books, lines: list[sqlite3.Row], nets: dict[int, int]) -> dict[int, int]:
    """Return the tax of each line: VAT of the net total per tax code, shared so that the lines add up to it."""
    taxes = dict.fromkeys(nets, 0)
    for code in {line["tax_code_id"] for line in lines if line["tax_code_id"]}:
        rate = books.value("SELECT rate FROM tax_code WHERE id = ?", code) or 0
        members = [line["id"] for line in lines if line["tax_code_id"] == code]
        shares = running_percent([nets[i] for i in members], rate)
        taxes.update(zip(members, shares, strict=True))
    return taxes


def tax_on(value: int, rate: int) -> int:
    """Return VAT in pence on a net value at a rate in hundredths of a per cent."""
    return percent_of(value, rate)


def progress(books: Books, document_id: int) -> None:
    """Set the progress of a document, and complete it when everything is invoiced or credited."""
    document = books.need("document", document_id, "Document")
    lines = books.rows("SELECT * FROM line WHERE document_id = ? AND line_type <> ?", document_id, COMMENT)
    moving = [line for line in lines if line["confirmation"] != "NoConfirmation"]
    despatched = _how_far([(x["despatched"], x["quantity"]) for x in moving])
    invoiced = _how_far([(x["invoiced"], x["quantity"]) for x in lines])
    allocated = _how_far(
        [(x["allocated"] + x["despatched"], x["quantity"]) for x in lines if x["line_type"] == STANDARD]
    )
    status = document["status"]
    if status == "Live" and lines and invoiced == FULL and despatched in {FULL, NONE if not moving else FULL}:
        status = "Complete"
    books.update(
        "document",
        document_id,
        despatch_status=despatched,
        invoice_status=invoiced,
        allocated_status=allocated,
        status=status,
        updated=books.stamp(),
    )


def _how_far(done: list[tuple[int, int]]) -> int:
    """Return none, part or full of these (done, wanted) pairs."""
    if not any(d for d, _ in done):
        return NONE
    return FULL if all(d >= w for d, w in done) else PART
