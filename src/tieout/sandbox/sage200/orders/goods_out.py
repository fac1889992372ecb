"""Despatched goods leave stock: at despatch, or when `update_stock_on_despatch` is off as their invoice is posted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.movements import Moved, Story, issue
from tieout.sandbox.sage200.stock.postings import post_sold
from tieout.sandbox.sage200.stock.traceables import Chosen

OUT, BACK = "Out - SOP", "In - SOP"
Sold = tuple[sqlite3.Row, Moved]


def story_of(books: Books, document: sqlite3.Row, line: sqlite3.Row, on: date, names: tuple[str, str, str]) -> Story:
    """Tell a movement caused by a sales document; names are type, reference, second reference."""
    customer = books.need("customer", document["customer_id"], "Customer")
    kind, reference, second_reference = names
    return Story(
        type=kind,
        on=on,
        reference=reference,
        second_reference=second_reference,
        source_reference=customer["reference"],
        source_name=customer["name"],
        line_id=line["id"],
        unit_issue=divided(line["unit_price"] * UNIT, line["multiple"]),
    )


def leave(
    books: Books,
    allocation: sqlite3.Row,
    quantity: int,
    story: Story,
    wanted: Sequence[Chosen] | None = None,
) -> Sold:
    """Take allocated goods out of their bin, under the numbers wanted; return the item and what moved."""
    holding = books.need("bin_holding", allocation["bin_holding_id"], "Bin")
    product = books.need("product", holding["product_id"], "Product")
    chosen = None
    if traceables.is_traceable(product):
        chosen = traceables.release(books, allocation["id"], quantity, wanted)
    books.run("UPDATE bin_holding SET allocated = allocated - ? WHERE id = ?", quantity, holding["id"])
    books.run("UPDATE stock_allocation SET issued = issued + ? WHERE id = ?", quantity, allocation["id"])
    return product, issue(books, product, holding, quantity, story, chosen)


def leave_invoiced(
    books: Books, document: sqlite3.Row, billed: Sequence[tuple[sqlite3.Row, int]], on: date, invoice_no: str
) -> None:
    """Take out of stock what was despatched without leaving it, as far as it is now invoiced, and post its cost."""
    sold: list[Sold] = []
    for line, quantity in billed:
        left = quantity
        story = story_of(books, document, line, on, (OUT, document["document_no"], invoice_no))
        for allocation in books.rows(
            "SELECT * FROM stock_allocation WHERE line_id = ? AND issued < despatched ORDER BY id", line["id"]
        ):
            part = min(left, allocation["despatched"] - allocation["issued"])
            if part:
                sold.append(leave(books, allocation, part, story))
                left -= part
    if sold:
        check_date(books, on, "Stock")
        post_sold(books, document["document_no"], sold, on, 1)
