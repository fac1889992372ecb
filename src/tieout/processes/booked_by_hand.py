"""Which units of an order somebody credited in Sage by hand: no other return of that order may credit them again."""

from __future__ import annotations

from typing import Final

from tieout.domain.documents.sales_order import OrderLine, SalesOrder
from tieout.domain.returns.facts import TakenUnits
from tieout.processes.kinds import RETURN
from tieout.store import cross_references
from tieout.store.cross_references import CrossReference
from tieout.store.store import Connection

ORDER: Final = "order of units booked by hand"
LINE: Final = "line of a unit booked by hand"
POSTING: Final = "posting booked by hand"


def note_taken(c: Connection, company: str, rma: str, order: str, units: dict[str, str]) -> None:
    """Keep which lines of an order the units of a return are on: line by unit."""
    names = [(ORDER, order), *((LINE, f"{order}|{line}|{unit}") for unit, line in sorted(units.items()))]
    for kind, value in names:
        cross_references.note(
            c,
            CrossReference(
                company=company, document_kind=RETURN, document_key=rma, system="sage", kind=kind, value=value
            ),
        )


def taken_by_hand(c: Connection, company: str, order: SalesOrder) -> list[TakenUnits]:
    """The units of an order that were booked by hand, counted from the end of each line.

    Tieout takes the first units of a line that are free, so that both keep out of each other's way.
    """
    found = cross_references.find(c, order.number, system="sage", kind=ORDER)
    rmas = sorted({one.document_key for one in found if (one.company, one.document_kind) == (company, RETURN)})
    booked = [line for rma in rmas for line in _lines(c, company, rma, order.number)]
    return [taken for line in order.lines if (taken := _taken(line, booked.count(line.line_id))) is not None]


def _lines(c: Connection, company: str, rma: str, order: str) -> list[str]:
    names = cross_references.references_of(c, company, RETURN, rma)
    parts = [one.value.split("|") for one in names if one.kind == LINE]
    return [line for number, line, _ in parts if number == order]


def _taken(line: OrderLine, many: int) -> TakenUnits | None:
    last = int(line.quantity)
    first = max(last - many, 0)
    if first == last:
        return None
    return TakenUnits(key=f"by hand {line.line_id}", order_line=line.line_id, ordinals=((first, last),))
