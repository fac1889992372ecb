"""An add-on beside Sage 200 that dislikes lines of no value: it refuses such a document, or puts it on hold.

What it does on finding one is assumed; that such add-ons stop free replacements is documented by their makers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders.pricing import COMMENT

AREA, ZERO_LINES = "addon", "zero_price_lines"
ALLOW, HOLD, REFUSE = CHOICES = ("allow", "hold", "refuse")


def set_up(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """Choose what the add-on does; RefusedError names the choices."""
    wanted = body.get(ZERO_LINES)
    if wanted not in CHOICES or set(body) != {ZERO_LINES}:
        raise RefusedError(f"The add-on is set by {ZERO_LINES}, which is one of {', '.join(CHOICES)}.")
    books.set_setting(AREA, ZERO_LINES, wanted)
    return {ZERO_LINES: wanted}


def refuse_free_lines(books: Books, document_id: int) -> None:
    """Raise RefusedError for an order or return with a line of no value where the add-on refuses such."""
    found = _free_line(books, document_id, REFUSE)
    if found:
        raise RefusedError(f"Line {found} has no value. Zero value lines are not allowed on this document.")


def hold_free_lines(books: Books, document_id: int) -> None:
    """Put a live order or return with a line of no value on hold where the add-on does so."""
    if _free_line(books, document_id, HOLD):
        books.run("UPDATE document SET status = 'OnHold' WHERE id = ? AND status = 'Live'", document_id)


def _free_line(books: Books, document_id: int, choice: str) -> str:
    """Return what the first line of no value is called, if the add-on makes this choice; comments have none."""
    if books.settings(AREA).get(ZERO_LINES, ALLOW) != choice:
        return ""
    found = books.row(
        "SELECT l.* FROM line l JOIN document d ON d.id = l.document_id WHERE d.id = ? AND d.kind IN "
        "('order', 'return') AND l.line_type <> ? AND l.net = 0 ORDER BY l.number",
        document_id,
        COMMENT,
    )
    return "" if found is None else str(found["code"] or found["description"])
