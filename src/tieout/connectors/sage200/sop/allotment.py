"""Which lines of a Sage return a receipt or a credit belongs to. Pure.

Sage keeps no link from a return's line to the order's line. The tag that we write into an
analysis code of the line is that link; lines without one (raised by hand, or where the company
has no analysis code to spare) meet by stock code, tax code and what is still open on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tieout.connectors.sage200.bodies import line_tag
from tieout.connectors.sage200.translate import sku_of
from tieout.connectors.sage200.wire import ReturnLineView
from tieout.domain import commands as c
from tieout.domain.money import Money
from tieout.ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A quantity received on one line of the return."""

    line_id: int
    quantity: Decimal
    bin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A quantity credited on one line of the return, with its share of net and VAT."""

    line_id: int
    quantity: Decimal
    net: Money
    tax: Money


def receipts(rows: Sequence[ReturnLineView], lines: Sequence[c.BinLine], slot: int) -> list[Receipt]:
    """Every received quantity on lines that still expect it; Refused when the return expects less."""
    room = {
        row.sop_return_line_id: row.sop_return_line_quantity - row.sop_return_line_despatch_receipt_quantity
        for row in rows
    }
    return [
        Receipt(line_id=line_id, quantity=quantity, bin=line.bin)
        for line in lines
        for line_id, quantity in _taken(_candidates(rows, line, slot), room, line, "receive")
    ]


def credits_of(rows: Sequence[ReturnLineView], lines: Sequence[c.CreditLine], slot: int) -> list[Credit]:
    """Every credited quantity on lines that were received; the shares of a split line add up to it."""
    room = {
        row.sop_return_line_id: row.sop_return_line_despatch_receipt_quantity
        - row.sop_return_line_invoice_credit_quantity
        for row in rows
    }
    shares: list[Credit] = []
    for line in lines:
        done = Decimal(0)
        for line_id, quantity in _taken(_candidates(rows, line, slot), room, line, "credit"):
            shares.append(
                Credit(
                    line_id=line_id,
                    quantity=quantity,
                    net=line.net.part(done, done + quantity, line.quantity),
                    tax=line.tax.part(done, done + quantity, line.quantity),
                )
            )
            done += quantity
    return shares


def _candidates(rows: Sequence[ReturnLineView], line: c.BinLine | c.CreditLine, slot: int) -> list[ReturnLineView]:
    """The line with our tag first, then untagged lines of the item; never a line tagged for something else."""
    tag = line_tag(line)
    fitting = [row for row in rows if sku_of(row) == line.sku and row.line_code(slot) in ("", tag)]
    tax_code = line.tax_code if isinstance(line, c.CreditLine) else ""

    def distance(row: ReturnLineView) -> tuple[bool, bool]:
        return row.line_code(slot) != tag, bool(tax_code) and row.tax_code_code != tax_code

    return sorted(fitting, key=distance)


def _taken(
    rows: Sequence[ReturnLineView], room: dict[int, Decimal], line: c.BinLine | c.CreditLine, verb: str
) -> list[tuple[int, Decimal]]:
    """Take the line's quantity out of the room of the rows, in their order."""
    taken: list[tuple[int, Decimal]] = []
    left = line.quantity
    for row in rows:
        quantity = min(left, room[row.sop_return_line_id])
        if quantity > 0:
            room[row.sop_return_line_id] -= quantity
            left -= quantity
            taken.append((row.sop_return_line_id, quantity))
    if left > 0:
        number = rows[0].sop_return_document_no if rows else ""
        raise Refused(
            f"the return {number} has only {c.plain(line.quantity - left)} of {line.sku} left to {verb}, "
            f"not {c.plain(line.quantity)}"
        )
    return taken
