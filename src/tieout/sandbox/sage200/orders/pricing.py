"""Values and VAT of a sales document: tax on the total per rate, shared over the lines so that they add up to it.

Where prices hold VAT, line totals and goods subtotals hold it too, and net is what is left of the gross (assumed).
"""

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


def line_total(quantity: int, unit_price: int, discount_percent: int, discount_value: int, multiple: int = UNIT) -> int:
    """Return the goods value of a line in pence, rounded once.

    The quantity is in stock units; price and discount value are per selling unit, which holds `multiple` of them.
    """
    discounted = quantity * (unit_price * (100 * PERCENT - discount_percent) - discount_value * 100 * PERCENT)
    return divided(discounted, 100 * PERCENT * multiple * (UNIT // 100))


def reckon(books: Books, document_id: int) -> None:
    """Work out values, tax and progress of a document and its lines afresh."""
    document = books.need("document", document_id, "Document")
    inclusive = bool(document["tax_inclusive"])
    lines = books.rows("SELECT * FROM line WHERE document_id = ? ORDER BY number, id", document_id)
    totals = {line["id"]: _total(line) for line in lines}
    goods = [line["id"] for line in lines if line["line_type"] != CHARGE]
    off = dict(zip(goods, running_percent([totals[i] for i in goods], document["discount_percent"]), strict=True))
    due = {i: total - off.get(i, 0) for i, total in totals.items()}
    taxes = _taxes(books, lines, due, inclusive=inclusive)
    nets = {i: value - taxes[i] if inclusive else value for i, value in due.items()}
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
    return line_total(
        line["quantity"], line["unit_price"], line["discount_percent"], line["discount_value"], line["multiple"]
    )


def _taxes(books: Books, lines: list[sqlite3.Row], due: dict[int, int], *, inclusive: bool) -> dict[int, int]:
    """Return the tax of each line: VAT on (or within) the total per tax code, shared so that the lines add up to it."""
    taxes = dict.fromkeys(due, 0)
    for code in {line["tax_code_id"] for line in lines if line["tax_code_id"]}:
        rate = books.value("SELECT rate FROM tax_code WHERE id = ?", code) or 0
        members = [line["id"] for line in lines if line["tax_code_id"] == code]
        values = [due[i] for i in members]
        shares = running_share(values, rate, 100 * PERCENT + rate) if inclusive else running_percent(values, rate)
        taxes.update(zip(members, shares, strict=True))
    return taxes


def running_share(values: list[int], part: int, whole: int) -> list[int]:
    """Share `part / whole` of the total over the values so that the parts add up to the rounded share."""
    parts: list[int] = []
    before = so_far = 0
    for value in values:
        so_far += value
        now = divided(so_far * part, whole)
        parts.append(now - before)
        before = now
    return parts


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
