"""Which batches and serial numbers leave, and which must be allocated for them to leave (A.2, A.3). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from tieout.connectors.sage200.sop.despatch_bodies import Leaving, filled
from tieout.connectors.sage200.sop.wire_orders import TraceableItem
from tieout.connectors.transport import Json
from tieout.ports.errors import Refused

NOTHING = Decimal(0)

Shares = dict[TraceableItem, Decimal]
Items = list[dict[str, Json]]


def numbers_leaving(one: Leaving, rows: Sequence[TraceableItem]) -> Items:
    """`traceable_adjustment_items[]` of a despatch.

    Where numbers are allocated to the line only those can leave, else any that is there.
    """
    are_allocated = any(row.allocation_quantity for row in rows)
    held = (lambda row: row.allocation_quantity) if are_allocated else _obtainable
    return [_item(row, quantity) for row, quantity in _shares(one, rows, held).items()]


def numbers_to_allocate(one: Leaving, rows: Sequence[TraceableItem]) -> Items:
    """`traceable_adjustment_items[]` of the order line, for the numbers that left to be allocated to it.

    Numbers allocated beside them stay, as far as more is allocated than leaves. Empty when
    nothing must change: the numbers are allocated already, or the line is allocated without numbers.
    """
    wanted = _shares(one, rows, _obtainable)
    allocated = sum((row.allocation_quantity for row in rows), NOTHING)
    is_short = one.order.ready < one.wanted.quantity
    if not is_short and (not allocated or all(row.allocation_quantity >= share for row, share in wanted.items())):
        return []
    beside = [(row, row.allocation_quantity) for row in rows if row not in wanted]
    kept = dict(filled(beside, max(allocated - one.stock_quantity, NOTHING)))
    target: Mapping[TraceableItem, Decimal] = {**kept, **wanted}
    return [_item(row, target.get(row, NOTHING)) for row in rows if row in target or row.allocation_quantity]


def is_exchange(one: Leaving, items: Items) -> bool:
    """Whether numbers allocated to the line must give way to others."""
    return bool(items) and (one.order.ready >= one.wanted.quantity or any(not item["is_selected"] for item in items))


def as_new(items: Items) -> Items:
    """The numbers to allocate once the line has given its allocation up."""
    return [{**item, "traceable_allocation_balance_id": 0} for item in items if item["is_selected"]]


def _shares(one: Leaving, rows: Sequence[TraceableItem], held: Callable[[TraceableItem], Decimal]) -> Shares:
    """What leaves by row: from the bins named, rows that are allocated already first; Refused when it is not there."""
    places = {name for name, _ in one.wanted.bins}
    usable = sorted(
        (row for row in rows if not places or row.bin_name in places), key=lambda row: -row.allocation_quantity
    )
    found: Shares = {}
    short: list[str] = []
    for batch in one.wanted.batches:
        mine = [(row, held(row)) for row in usable if row.identification_no == batch.number and row not in found]
        shares = filled(mine, batch.quantity)
        if sum((quantity for _, quantity in shares), NOTHING) != batch.quantity:
            short.append(f"{batch.quantity.normalize():f} of {batch.number}")
        found |= dict(shares)
    if short:
        raise Refused(f"Nothing was despatched: {one.name} cannot give {'; '.join(short)}")
    return found


def _obtainable(row: TraceableItem) -> Decimal:
    """How much of it can go to the line: what lies there free, and what the line has of it."""
    return max(row.available_quantity, row.allocation_quantity) if row.is_selectable else NOTHING


def _item(row: TraceableItem, quantity: Decimal) -> dict[str, Json]:
    return {
        "traceable_item_id": row.traceable_item_id,
        "traceable_bin_item_id": row.traceable_bin_item_id,
        "traceable_allocation_balance_id": row.traceable_allocation_balance_id,
        "quantity": quantity,
        "is_selected": quantity > 0,
    }
