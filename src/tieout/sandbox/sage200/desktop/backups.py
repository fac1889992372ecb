"""The company put back to an earlier state by its administrator: whole from a backup, or as far as postings go.

After either the API knows nothing of what is gone, and no record of it is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.desktop.corrections import erase, take_allocations_off
from tieout.sandbox.sage200.orders.goods_out import OUT
from tieout.sandbox.sage200.orders.pricing import progress


def back_up(books: Books) -> dict[str, Any]:
    """Keep a copy of the whole company, in place of an earlier one."""
    books.back_up()
    return {"postings": books.value("SELECT count(*) FROM posted")}


def restore(books: Books) -> dict[str, Any]:
    """Put the company back as the copy has it: numbers and URNs given out since are given out again."""
    before = books.value("SELECT count(*) FROM posted")
    if not books.restore():
        raise RefusedError("There is no backup of this company.")
    books.locks.release_all()
    return {"postings_lost": before - books.value("SELECT count(*) FROM posted")}


def restore_without(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """Take postings and journals away as a restore from before them does: {"references": [...]}.

    Their allocations go with them, and what they invoiced or credited is due again. References of stock movements
    are refused: stock is put back only with the whole company.
    """
    gone: list[int] = []
    for reference in map(str, body["references"]):
        urns = _urns(books, reference)
        if not urns:
            raise RefusedError(_why_not(books, reference))
        for urn in urns:
            _take_away(books, urn)
        books.run("DELETE FROM command WHERE key = ?", reference)
        gone += urns
    return {"urns": gone}


def _urns(books: Books, reference: str) -> list[int]:
    """Return the URNs of ledger documents, bank entries and journals under a reference."""
    found = books.rows(
        "SELECT urn FROM posted WHERE reference = ? OR second_reference = ? "
        "UNION SELECT urn FROM bank_posted WHERE reference = ? "
        "UNION SELECT urn FROM journal WHERE reference = ? AND source = 'JOURNAL' ORDER BY urn",
        *[reference] * 4,
    )
    return [int(row["urn"]) for row in found] if reference else []


def _why_not(books: Books, reference: str) -> str:
    if books.row("SELECT id FROM movement WHERE reference = ?", reference):
        return f"{reference} is a stock movement: make a backup before it and restore that."
    return f"Nothing is posted under the reference {reference}."


def _take_away(books: Books, urn: int) -> None:
    for row in books.rows("SELECT id FROM posted WHERE urn = ?", urn):
        take_allocations_off(books, row["id"])
    for invoice in books.rows("SELECT * FROM invoice WHERE urn = ?", urn):
        _make_due_again(books, int(invoice["id"]), int(invoice["document_id"]), str(invoice["document_no"]))
    books.run("UPDATE document SET payment_urn = NULL WHERE payment_urn = ?", urn)
    erase(books, urn)
    books.effect("posting.lost", urn=urn)


def _make_due_again(books: Books, invoice_id: int, document_id: int, number: str) -> None:
    """Forget an invoice or credit note of a sales document, whose lines are then to be billed again."""
    if not books.setting("sop", "update_stock_on_despatch") and books.row(
        "SELECT id FROM movement WHERE type = ? AND second_reference = ?", OUT, number
    ):
        raise RefusedError(f"Goods left stock with invoice {number}: make a backup before it and restore that.")
    for row in books.rows("SELECT * FROM invoice_line WHERE invoice_id = ?", invoice_id):
        books.run("UPDATE line SET invoiced = invoiced - ? WHERE id = ?", row["quantity"], row["line_id"])
        left = row["quantity"]
        for note in books.rows(
            "SELECT * FROM despatch_line WHERE line_id = ? AND invoiced > 0 ORDER BY id DESC", row["line_id"]
        ):
            part = min(left, note["invoiced"])
            books.update("despatch_line", note["id"], invoiced=note["invoiced"] - part)
            left -= part
    books.run("DELETE FROM invoice_line WHERE invoice_id = ?", invoice_id)
    books.run("DELETE FROM invoice WHERE id = ?", invoice_id)
    books.run("UPDATE document SET status = 'Live' WHERE id = ? AND status = 'Complete'", document_id)
    progress(books, document_id)
