"""Stock snapshots and movements: rows into documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.connectors.files.csv_in import Cells, Row
from tieout.connectors.files.figures import RowError
from tieout.domain.documents.warehouse_stock import CountedStock, MovementKind, StockSnapshot, WarehouseMovement
from tieout.ports.warehouses import RefusedRow

KINDS: Mapping[str, MovementKind] = {
    "adjust": "adjustment",
    "receipt": "receipt",
    "writeoff": "write_off",
    "transfer": "transfer",
    "quarantine": "quarantine",
    "release": "release",
    "return": "return",
}
_BETWEEN = frozenset({"transfer", "quarantine", "release"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """One row of a snapshot, read."""

    site: str
    at: datetime
    at_text: str
    counted: CountedStock
    last_movement: str


def snapshot_row(cells: Cells, *, on_hand_includes_quarantine: bool) -> SnapshotRow:
    """One row of a snapshot; what is in quarantine is taken off on_hand where the partner counts it in."""
    on_hand, quarantine = cells.number("on_hand", is_signed=True), cells.number_if_told("quarantine", is_signed=True)
    if on_hand_includes_quarantine:
        on_hand -= quarantine or Decimal(0)
    return SnapshotRow(
        site=cells.text("node_code"),
        at=cells.moment("snapshot_at"),
        at_text=cells.text("snapshot_at"),
        counted=CountedStock(
            sku=cells.code("sku"),
            unit=cells.text("uom"),
            on_hand=on_hand,
            allocated=cells.number_if_told("allocated", is_signed=True),
            quarantine=quarantine,
            damaged=cells.number_if_told("damaged", is_signed=True),
        ),
        last_movement=cells.code("last_movement_ref"),
    )


def snapshots(
    account: str, rows: Sequence[tuple[Row, SnapshotRow]], refused: Sequence[RefusedRow]
) -> tuple[StockSnapshot, ...]:
    """One snapshot for each site and moment, rows of one code and unit (one for each batch) added up."""
    groups: dict[tuple[str, datetime], list[SnapshotRow]] = {}
    for _, one in rows:
        groups.setdefault((one.site, one.at), []).append(one)
    made = []
    for (site, at), group in groups.items():
        lines: dict[tuple[str, str], CountedStock] = {}
        for one in group:
            key = (one.counted.sku, one.counted.unit)
            lines[key] = _added(lines[key], one.counted) if key in lines else one.counted
        last = {one.last_movement for one in group}
        made.append(
            StockSnapshot(
                account=account,
                site=site,
                taken_at=at,
                taken_text=group[0].at_text,
                lines=tuple(lines.values()),
                last_movement=last.pop() if len(last) == 1 else "",
                is_whole=not refused,
            )
        )
    return tuple(made)


def movement_row(account: str, cells: Cells) -> WarehouseMovement:
    """One movement as its row tells it; a transfer may still be one of two legs."""
    kind = KINDS[cells.word("type")]
    quantity = cells.number("qty_signed", is_signed=True)
    if not quantity:
        raise RowError("qty_signed is 0: nothing moved")
    if kind == "write_off" and quantity > 0:
        raise RowError("type is writeoff and qty_signed adds stock: what is written off must be negative")
    to_site = cells.text("to_node_code")
    if kind in _BETWEEN and (kind != "transfer" or to_site or cells.text("to_place")):
        quantity = abs(quantity)
    return WarehouseMovement(
        movement_id=cells.code("movement_id"),
        account=account,
        site=cells.text("node_code"),
        occurred_at=cells.moment("occurred_at"),
        occurred_text=cells.text("occurred_at"),
        kind=kind,
        reason=cells.text("reason_code"),
        sku=cells.code("sku"),
        quantity=quantity,
        unit=cells.text("uom"),
        to_site=to_site,
        place=cells.text("place"),
        to_place=cells.text("to_place"),
        batch=cells.code("batch"),
        serial=cells.code("serial"),
        reference=cells.code("ref"),
        user=cells.text("user"),
        source=f"row {cells.row.number}",
    )


def movements(rows: Sequence[tuple[Row, WarehouseMovement]]) -> tuple[list[WarehouseMovement], list[RefusedRow]]:
    """Movements, the two legs of a transfer between sites made one; a leg without its other one is refused."""
    made: list[WarehouseMovement] = []
    bad: list[RefusedRow] = []
    arrivals: dict[tuple[object, ...], list[tuple[Row, WarehouseMovement]]] = {}
    for row, one in rows:
        if _is_leg(one) and one.quantity > 0:
            arrivals.setdefault(_leg_key(one), []).append((row, one))
    for row, one in rows:
        if not _is_leg(one):
            made.append(one)
        elif one.quantity < 0:
            others = arrivals.get(_leg_key(one), [])
            to = next((place for place, (_, other) in enumerate(others) if other.site != one.site), None)
            if to is None:
                bad.append(row.refused(_LONE_LEG))
            else:
                _, other = others.pop(to)
                made.append(replace(one, quantity=-one.quantity, to_site=other.site, to_place=other.place))
    bad += [row.refused(_LONE_LEG) for lone in arrivals.values() for row, _ in lone]
    return made, bad


_LONE_LEG = "type is transfer and nobody can say where to or from: name to_node_code, or send both rows in one file"


def _is_leg(one: WarehouseMovement) -> bool:
    return one.kind == "transfer" and not one.to_site and not one.to_place


def _leg_key(one: WarehouseMovement) -> tuple[object, ...]:
    return one.reference, one.sku, one.unit, one.batch, one.serial, abs(one.quantity)


def _added(one: CountedStock, other: CountedStock) -> CountedStock:
    return CountedStock(
        sku=one.sku,
        unit=one.unit,
        on_hand=one.on_hand + other.on_hand,
        allocated=_sum(one.allocated, other.allocated),
        quarantine=_sum(one.quarantine, other.quarantine),
        damaged=_sum(one.damaged, other.damaged),
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None and other is None else (one or Decimal(0)) + (other or Decimal(0))
