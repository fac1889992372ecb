"""Which lines of a Sage return a receipt or a credit belongs to. Pure.

Sage keeps no link from a return's line to the order's line, so lines meet by stock code (and
tax code for credits) and by what is still open on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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


def receipts(rows: Sequence[ReturnLineView], lines: Sequence[c.BinLine]) -> list[Receipt]:
    """Every received quantity on lines that still expect it; Refused when the return expects less."""
    room = {
        row.sop_return_line_id: row.sop_return_line_quantity - row.sop_return_line_despatch_receipt_quantity
        for row in rows
    }
    return [
        Receipt(line_id=line_id, quantity=quantity, bin=line.bin)
        for line in lines
        for line_id, quantity in _taken(
            [row for row in rows if sku_of(row) == line.sku], room, line.sku, line.quantity, "receive"
        )
    ]


def credits_of(rows: Sequence[ReturnLineView], lines: Sequence[c.CreditLine]) -> list[Credit]:
    """Every credited quantity on lines that were received; the shares of a split line add up to it."""
    room = {
        row.sop_return_line_id: row.sop_return_line_despatch_receipt_quantity
        - row.sop_return_line_invoice_credit_quantity
        for row in rows
    }
    shares: list[Credit] = []
    for line in lines:
        own = [row for row in rows if sku_of(row) == line.sku]
        own.sort(key=lambda row, tax_code=line.tax_code: row.tax_code_code != tax_code)  # type: ignore[misc]  # mypy cannot type a lambda's default
        done = Decimal(0)
        for line_id, quantity in _taken(own, room, line.sku, line.quantity, "credit"):
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


def _taken(
    rows: Sequence[ReturnLineView], room: dict[int, Decimal], sku: str, wanted: Decimal, verb: str
) -> list[tuple[int, Decimal]]:
    """Take the quantity out of the room of the rows, one that fits exactly first."""
    exact = [row.sop_return_line_id for row in rows if room[row.sop_return_line_id] == wanted]
    taken: list[tuple[int, Decimal]] = []
    left = wanted
    for line_id in dict.fromkeys([*exact[:1], *(row.sop_return_line_id for row in rows)]):
        quantity = min(left, room[line_id])
        if quantity > 0:
            room[line_id] -= quantity
            left -= quantity
            taken.append((line_id, quantity))
    if left > 0:
        number = rows[0].sop_return_document_no if rows else ""
        raise Refused(
            f"the return {number} has only {c.plain(wanted - left)} of {sku} left to {verb}, not {c.plain(wanted)}"
        )
    return taken
