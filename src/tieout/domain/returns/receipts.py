"""Whose word counts for what came in: the portal's, the warehouse's, or both.

The policy `receipt_authority` names it: `portal` (where nothing is set), `warehouse`, or `both`, which takes the
warehouse's word and stops when the portal says another number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from tieout.domain.documents.goods_in import GoodsReceipt
from tieout.domain.documents.rma import Grade, Outcome, Rma, RmaUnit
from tieout.domain.faults import returns_value as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.rules.mapping import MappingTables

AUTHORITIES = ("portal", "warehouse", "both")
NOTHING_BOOKED: Mapping[str, RmaUnit] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One unit that a warehouse counted."""

    sku: str
    grade: Grade
    at: datetime
    warehouse: str


def authority_of(tables: MappingTables) -> str:
    """Whose word counts for receipt."""
    chosen = (tables.policy("receipt_authority") or "portal").strip().lower()
    return chosen if chosen in AUTHORITIES else "portal"


def with_receipts(
    rma: Rma,
    receipts: Sequence[GoodsReceipt],
    tables: MappingTables,
    booked: Mapping[str, RmaUnit] = NOTHING_BOOKED,
) -> Rma:
    """The RMA with its units received as the authority says; units that were counted elsewhere keep nothing of it.

    Units that are booked, by id and as they were then, keep what they were booked for, in whatever order parcels are
    told: else a good piece told late would change hands with a damaged one that was moved already.
    """
    if authority_of(tables) == "portal":
        return rma
    left = _arrived(receipts)
    units = []
    for unit in sorted(rma.units, key=lambda each: (each.unit_id not in booked, each.unit_id)):
        found = None if _stays_away(unit) else _take(left, unit, booked.get(unit.unit_id))
        units.append(
            replace(
                unit,
                received_at=found.at if found else None,
                grade=found.grade if found and found.grade is not Grade.UNGRADED else unit.grade,
                is_missing=unit.is_missing and found is None,
                came_to=found.warehouse if found else "",
            )
        )
    return replace(rma, units=tuple(sorted(units, key=lambda each: each.unit_id)))


def receipt_conflicts(told: Rma, receipts: Sequence[GoodsReceipt], tables: MappingTables) -> Iterator[Fault]:
    """With both as authorities: stock codes of which portal and warehouse have received another number.

    While only one of them has spoken there is no conflict yet.
    """
    portal = Counter(_code(unit.sku) for unit in told.units if unit.received_at is not None)
    door = Counter(_code(unit.sku) for unit in _arrived(receipts))
    if authority_of(tables) != "both" or not portal or not door:
        return
    expected = {_code(unit.sku) for unit in told.units}
    for sku in sorted(expected & (set(portal) | set(door))):
        if portal[sku] != door[sku]:
            yield Fault(
                code=kinds.RECEIPT_CONFLICT.code,
                at=f"{sku.upper()} on RMA {told.number}",
                saw=f"the warehouse counted {door[sku]}",
                wanted=f"the portal says {portal[sku]}",
            )


def surprises(told: Rma, receipts: Sequence[GoodsReceipt]) -> Iterator[Fault]:
    """What a person must see about the parcel while the rest goes on: more, less or something else than announced."""
    wanted = Counter(_code(unit.sku) for unit in told.units if not _stays_away(unit))
    came = Counter(_code(unit.sku) for unit in _arrived(receipts))
    for sku in sorted(came):
        if sku not in wanted:
            yield Fault(
                code=kinds.WRONG_ITEM_RECEIVED.code,
                at=f"RMA {told.number}",
                saw=f"{came[sku]} of {sku.upper()}",
                wanted=", ".join(sorted(code.upper() for code in wanted)),
            )
        elif came[sku] > wanted[sku]:
            yield Fault(
                code=kinds.RECEIVED_TOO_MANY.code,
                at=f"{sku.upper()} on RMA {told.number}",
                saw=str(came[sku]),
                wanted=str(wanted[sku]),
            )
    is_final = any(receipt.is_final for receipt in receipts)
    short = {sku: count - came[sku] for sku, count in wanted.items() if came[sku] < count} if is_final else {}
    short |= Counter(_code(unit.sku) for unit in told.units if unit.is_missing)
    for sku, count in sorted(short.items()):
        at = f"{sku.upper()} on RMA {told.number}"
        yield Fault(code=kinds.RECEIVED_TOO_FEW.code, at=at, saw=f"{count} missing", wanted=str(wanted[sku]))


def _arrived(receipts: Sequence[GoodsReceipt]) -> list[Arrived]:
    return [
        Arrived(sku=line.sku, grade=line.grade, at=receipt.received_at, warehouse=line.warehouse)
        for receipt in sorted(receipts, key=lambda each: (each.received_at, each.receipt_id))
        for line in receipt.lines
        for _ in range(line.quantity)
    ]


def _take(left: list[Arrived], unit: RmaUnit, booked: RmaUnit | None) -> Arrived | None:
    """The first piece of the unit's stock code; of a unit that is booked, the one most like what was booked."""
    pieces = [arrived for arrived in left if _code(arrived.sku) == _code(unit.sku)]
    if not pieces:
        return None
    found = pieces[0] if booked is None else max(pieces, key=lambda each: _likeness(each, booked))
    left.remove(found)
    return found


def _likeness(arrived: Arrived, booked: RmaUnit) -> int:
    is_same = (
        arrived.at == booked.received_at,
        arrived.grade is booked.grade,
        arrived.warehouse == booked.came_to,
    )
    return sum(is_same)


def _stays_away(unit: RmaUnit) -> bool:
    return unit.is_kept or unit.outcome is Outcome.REJECT


def _code(sku: str) -> str:
    return sku.strip().casefold()
