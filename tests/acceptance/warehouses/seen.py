"""What stands in Sage's own books of orders, and what the console shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.processes.house import COMPANY

from tieout.processes.trail.gathering import trail_of
from tieout.sandbox.sage200 import Sage200Sandbox

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

    from tieout.sandbox.sage200.company.books import Books

UNIT = 10**5
"""Sage's books keep quantities to five decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DespatchNote:
    """A despatch as Sage's own books hold it."""

    on: str
    consignment: str
    pieces: int
    lines: tuple[tuple[str, int], ...]
    """(stock code, units)."""


def sage_books(yard: Yard) -> Books:
    """The books behind the stand-in of Sage."""
    (sage,) = (system for system in yard.control.estate.systems if isinstance(system, Sage200Sandbox))
    return sage.books


def plain(quantity: Decimal | int) -> str:
    """Units without noughts behind the point."""
    return f"{Decimal(quantity).normalize():f}"


def side_by_side(yard: Yard, number: str, stage: str) -> dict[str, list[str]]:
    """Units that each system shows at one stage of an order, as its page has them beside each other."""
    with yard.house.application.store.scope(COMPANY) as connection:
        grid = trail_of(connection, yard.document(number), yard.now()).grid
    (row,) = [row for row in grid.rows if row.stage == stage]
    return {
        system: [plain(mark.leg.seen_quantity or 0) for mark in marks] for system, marks in row.cells.items() if marks
    }


def despatch_notes(yard: Yard, number: str) -> list[DespatchNote]:
    """Every despatch of an order in Sage's own books, oldest first."""
    books = sage_books(yard)
    notes = books.rows(
        "SELECT n.* FROM despatch n JOIN document d ON d.id = n.document_id WHERE d.document_no = ? ORDER BY n.id",
        number,
    )
    return [
        DespatchNote(
            on=str(note["date"])[:10],
            consignment=note["consignment_no"] or "",
            pieces=int(note["pieces"] or 0),
            lines=tuple(
                (line["code"], line["quantity"] // UNIT)
                for line in books.rows(
                    "SELECT l.code, x.quantity FROM despatch_line x JOIN line l ON l.id = x.line_id "
                    "WHERE x.despatch_id = ? ORDER BY l.number",
                    note["id"],
                )
            ),
        )
        for note in notes
    ]


def sage_writes(yard: Yard, path: str = "") -> int:
    """How many changes have gone in through Sage's own doors, by its journal; of one path where that is named."""
    entries = yard.control.get("/sage200/journal?effects_only=1")["entries"]
    ours = [entry for entry in entries if entry["method"] not in {"CONTROL", "DESKTOP"} and path in entry["path"]]
    return sum(1 for entry in ours if entry["effects"])


def invoiced(yard: Yard, number: str) -> tuple[int, int]:
    """(net, tax) in pence of every invoice of an order in Sage's own books."""
    found = sage_books(yard).rows(
        "SELECT i.net, i.tax FROM invoice i JOIN document d ON d.id = i.document_id WHERE d.document_no = ?", number
    )
    return sum(row["net"] for row in found), sum(row["tax"] for row in found)
