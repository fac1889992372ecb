"""Which lines of an order must change for it to be as wanted, and what stands when Sage stops half-way. Pure.

Sage applies the lines of a PUT one by one and stops at the first that it refuses (2.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from tieout.connectors.sage200.sop.wire_orders import OpenLine, OpenOrder
from tieout.connectors.sage200.translate import CANCELLED, FINISHED
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused

ON_HOLD = "EnumDocumentStatusOnHold"
STANDARD_LINE = "EnumLineTypeStandard"
COUNTED_LINES = (STANDARD_LINE, "EnumLineTypeFreeText")
"""Lines that have a quantity (7.3)."""
NO_CONFIRMATION = "NoConfirmation"
NOTHING = Decimal(0)

AllocateBy = Literal["to_allocate_quantity", "allocated_quantity"]
"""`to_allocate_quantity` adds to what is allocated, `allocated_quantity` sets it (A.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """One line as it is, what is sent for it, and how to tell that it was done."""

    line: OpenLine
    place: int
    fields: Mapping[str, Json]
    is_met: Callable[[OpenLine | None], bool]

    @property
    def name(self) -> str:
        """What people call the line."""
        return f"line {self.place} ({self.line.code or self.line.description[:30] or self.line.id})"


def amended(order: OpenOrder, wanted: Sequence[c.LineAmendment]) -> bool:
    """Whether every line has the quantity wanted; 0 is met when nothing of the line is left to despatch."""
    lines = {} if order.document_status == CANCELLED else _by_id(order)
    return all(_has_quantity(item.quantity)(lines.get(item.order_line)) for item in wanted)


def allocated(order: OpenOrder, wanted: Sequence[c.LineAmendment]) -> bool:
    """Whether so much stands allocated on every line."""
    lines = _by_id(order)
    return all(_has_ready(item.quantity)(lines.get(item.order_line)) for item in wanted)


def amendments(order: OpenOrder, wanted: Sequence[c.LineAmendment]) -> list[LineChange]:
    """The changes of quantity that are still to be made; Refused names everything that cannot be done."""
    return _changes(order, wanted, _amendment_fault, _amendment)


def allocations(
    order: OpenOrder, wanted: Sequence[c.LineAmendment], by: AllocateBy, *, holds_despatched: bool
) -> list[LineChange]:
    """The allocations that are still to be made; Refused names everything that cannot be done.

    Taking allocation away can only be set, never added. `holds_despatched` says that the line's
    allocated quantity goes on counting what was despatched of it.
    """

    def change(line: OpenLine, place: int, quantity: Decimal) -> LineChange:
        total = quantity + (line.despatch_receipt_quantity if holds_despatched else NOTHING)
        adds = by == "to_allocate_quantity" and quantity > line.ready
        fields: dict[str, Json] = {by: quantity - line.ready} if adds else {"allocated_quantity": total}
        return LineChange(line=line, place=place, fields={"id": line.id, **fields}, is_met=_has_ready(quantity))

    return _changes(order, wanted, _allocation_fault, change)


def with_numbers(
    order: OpenOrder, changes: Sequence[LineChange], numbers: Mapping[str, Sequence[Mapping[str, Json]]]
) -> list[LineChange]:
    """The allocations with their batches and serial numbers, and lines that change nothing but those."""
    by_line = {str(change.line.id): change for change in changes}
    for line, items in numbers.items():
        row = _by_id(order)[line]
        plain = LineChange(line=row, place=_places(order)[line], fields={"id": row.id}, is_met=_has_ready(row.ready))
        change = by_line.get(line, plain)
        fields = {**change.fields, "traceable_adjustment_items": [dict(item) for item in items]}
        by_line[line] = replace(change, fields=fields)
    return list(by_line.values())


def removals(order: OpenOrder) -> list[LineChange]:
    """What takes every undespatched quantity off the order."""
    lines = [line for line in order.lines if _to_despatch(order, line)]
    return amendments(order, [c.LineAmendment(order_line=str(line.id), quantity=NOTHING) for line in lines])


def is_untouched(order: OpenOrder) -> bool:
    """Whether nothing of the order is despatched or invoiced."""
    return not any(line.despatch_receipt_quantity or line.invoice_credit_quantity for line in order.lines)


def open_quantity(order: OpenOrder) -> Decimal:
    """What is left to despatch on an order; nothing on a cancelled or completed one."""
    if order.document_status in FINISHED or order.cancelled_status.endswith("Full"):
        return NOTHING
    return sum((_to_despatch(order, line) for line in order.lines), NOTHING)


def blame(reason: str, changes: Sequence[LineChange], order: OpenOrder | None) -> str:
    """Sage's sentence with the line that it refused, the lines that stand and those that were not tried."""
    lines = _by_id(order) if order else {}
    stands = [change.is_met(lines.get(str(change.line.id))) for change in changes]
    refused = next((number for number, is_met in enumerate(stands) if not is_met), None)
    if refused is None:
        return f"{reason} (all lines of the order stand as wanted)"
    before = [change.name for change in changes[:refused]]
    after = [change.name for change in changes[refused + 1 :]]
    parts = [f"{changes[refused].name} was refused: {reason}"]
    parts += [f"{_listed(before)} {'stand' if len(before) > 1 else 'stands'}"] if before else []
    parts += [f"{_listed(after)} {'were' if len(after) > 1 else 'was'} not tried"] if after else []
    return "; ".join(parts)


def shortfall(changes: Sequence[LineChange], order: OpenOrder | None) -> tuple[str, ...]:
    """What an accepted allocation still lacks, line by line; empty when all is allocated."""
    lines = _by_id(order) if order else {}
    return tuple(
        f"{change.name} has {c.plain(now.ready)} allocated"
        for change in changes
        if (now := lines.get(str(change.line.id))) is not None and not change.is_met(now)
    )


def state_fault(order: OpenOrder) -> str:
    """Why nothing of the order can be changed; empty when it can."""
    if order.document_status == ON_HOLD:
        return (
            f"order {order.document_no} is on hold in Sage 200: release it there (Amend Order Status), then try again"
        )
    if order.document_status == CANCELLED:
        return f"order {order.document_no} is cancelled in Sage 200"
    if order.document_status in FINISHED:
        return f"order {order.document_no} is complete in Sage 200 and cannot be changed"
    return ""


def _to_despatch(order: OpenOrder, line: OpenLine) -> Decimal:
    """What of a line can still leave: one that needs no confirmation goes with the first goods that do."""
    if line.confirmation_intent_type == NO_CONFIRMATION and not is_untouched(order):
        return NOTHING
    return line.open


def _changes(
    order: OpenOrder,
    wanted: Sequence[c.LineAmendment],
    fault: Callable[[OpenLine | None, Decimal], str],
    change: Callable[[OpenLine, int, Decimal], LineChange],
) -> list[LineChange]:
    lines = _by_id(order)
    places = _places(order)
    times = Counter(item.order_line for item in wanted)
    faults = [f"line {line} is named twice" for line, count in times.items() if count > 1]
    faults += [
        f"line {item.order_line} {said}"
        for item in wanted
        if (said := fault(lines.get(item.order_line), item.quantity))
    ]
    if faults:
        raise Refused(f"Nothing was sent: of order {order.document_no} {'; '.join(faults)}")
    found = [
        change(lines[item.order_line], places[item.order_line], item.quantity)
        for item in wanted
        if item.order_line in lines
    ]
    todo = [one for one in found if not one.is_met(one.line)]
    if todo and (why := state_fault(order)):
        raise Refused(f"Nothing was sent: {why}")
    return todo


def _amendment_fault(line: OpenLine | None, quantity: Decimal) -> str:
    if line is None:
        return "" if not quantity else "is not on it"
    if 0 < quantity < line.despatch_receipt_quantity:
        return f"({line.code}) has {c.plain(line.despatch_receipt_quantity)} despatched already"
    if quantity and not line.line_quantity:
        return f"({line.code}) has no quantity to set"
    return _number_fault(line, quantity)


def _allocation_fault(line: OpenLine | None, quantity: Decimal) -> str:
    if line is None:
        return "is not on it"
    if line.line_type != STANDARD_LINE:
        return f"({line.description[:30]}) is no stock item and takes no allocation"
    if quantity > line.open:
        return f"({line.code}) has {c.plain(line.open)} left to despatch"
    return _number_fault(line, quantity)


def _number_fault(line: OpenLine, quantity: Decimal) -> str:
    if quantity < 0:
        return f"({line.code}) cannot be {c.plain(quantity)}"
    if line.line_unit_precision > 0 and quantity % line.line_unit_precision:
        return f"({line.code}) is sold in steps of {c.plain(line.line_unit_precision)}, not {c.plain(quantity)}"
    return ""


def _amendment(line: OpenLine, place: int, quantity: Decimal) -> LineChange:
    fields: dict[str, Json] = {"id": line.id}
    if quantity or line.despatch_receipt_quantity:
        fields["line_quantity"] = quantity or line.despatch_receipt_quantity
    else:
        fields["is_to_delete"] = True
    if quantity < line.line_quantity:
        fields["create_cancelled_line"] = True
    return LineChange(line=line, place=place, fields=fields, is_met=_has_quantity(quantity))


def _has_quantity(quantity: Decimal) -> Callable[[OpenLine | None], bool]:
    def is_met(line: OpenLine | None) -> bool:
        if not quantity:
            return line is None or (line.line_type in COUNTED_LINES and not line.open)
        return line is not None and line.line_quantity == quantity

    return is_met


def _has_ready(quantity: Decimal) -> Callable[[OpenLine | None], bool]:
    return lambda line: line is not None and line.ready == quantity


def _by_id(order: OpenOrder) -> dict[str, OpenLine]:
    return {str(line.id): line for line in order.lines}


def _places(order: OpenOrder) -> dict[str, int]:
    return {str(line.id): line.line_number or number for number, line in enumerate(order.lines, 1)}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
