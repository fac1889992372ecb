"""Despatch confirmations: rows into shipments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tieout.connectors.files.csv_in import Cells, Row
from tieout.connectors.files.figures import RowError
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine
from tieout.ports.warehouses import RefusedRow

Follows = Literal["yes", "no", "unsaid"]
SERIAL_MARK = "|"
"""What stands between several serial numbers in one cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DespatchRow:
    """One row, read."""

    shipment_id: str
    reference: str
    site: str
    at: datetime
    at_text: str
    line: str
    status: str
    sku_ordered: str
    sku_shipped: str
    quantity: Decimal
    unit: str
    batches: tuple[BatchQuantity, ...]
    parcel: Parcel | None
    reason: str
    complete: str


def despatch_row(cells: Cells) -> DespatchRow:
    """One row of a despatch confirmation; RowError when it contradicts itself."""
    reference, status, quantity = cells.reference(), cells.word("line_status"), cells.number("qty")
    ordered, shipped = cells.code("sku_ordered"), cells.code("sku_shipped")
    left = status in {"shipped", "substituted"}
    despatch = cells.code("despatch_ref")
    if left and not despatch:
        raise RowError("despatch_ref is empty: without it nobody can say whether the despatch was told before")
    if not (ordered or shipped):
        raise RowError("sku_ordered and sku_shipped are empty: nobody can say what it is about")
    if status == "substituted" and (not ordered or not shipped or ordered == shipped):
        raise RowError("line_status is substituted: sku_ordered and sku_shipped must name two different codes")
    if status == "shipped" and ordered and shipped and ordered != shipped:
        raise RowError(f"{shipped} left for {ordered} and line_status is shipped; if it is a substitute, say so")
    return DespatchRow(
        shipment_id=despatch or f"{reference}/not sent",
        reference=reference,
        site=cells.text("node_code"),
        at=cells.moment("despatched_at"),
        at_text=cells.text("despatched_at"),
        line=cells.code("line_no"),
        status="short" if status == "shipped" and not quantity else status,
        sku_ordered=ordered or shipped,
        sku_shipped=shipped or ordered,
        quantity=quantity,
        unit=cells.text("uom"),
        batches=_batches(cells, quantity) if left and quantity else (),
        parcel=_parcel(cells) if left and quantity else None,
        reason=cells.text("short_reason"),
        complete=cells.word("order_complete"),
    )


def shipments(
    account: str, rows: Sequence[tuple[Row, DespatchRow]], refused: Sequence[RefusedRow], *, keeps_lines: bool
) -> tuple[list[Shipment], list[RefusedRow]]:
    """One shipment for each request and despatch reference, and the rows that contradict each other.

    Where a row was refused no shipment of the file says that the rest will not follow: the refused row may be the rest.
    """
    by_id: dict[str, list[tuple[Row, DespatchRow]]] = {}
    for row, one in rows:
        by_id.setdefault(one.shipment_id, []).append((row, one))
    made: list[Shipment] = []
    bad: list[RefusedRow] = []
    for shipment_id, group in by_id.items():
        if why := _contradiction(shipment_id, [one for _, one in group]):
            bad += [row.refused(why) for row, _ in group]
        else:
            made.append(_shipment(account, group, is_whole=not refused, keeps_lines=keeps_lines))
    return made, bad


def _contradiction(shipment_id: str, rows: Sequence[DespatchRow]) -> str:
    """Why rows of one despatch reference cannot be one shipment; empty when they can."""
    references = sorted({row.reference for row in rows})
    if len(references) > 1:
        return (
            f"despatch_ref {shipment_id} stands at {len(references)} orders ({', '.join(references[:5])}): each order "
            "needs a despatch reference of its own"
        )
    if len({row.site for row in rows}) > 1:
        return f"despatch_ref {shipment_id} leaves from two sites: each needs a despatch reference of its own"
    numbers = [(row.sku_shipped, batch.number) for row in rows for batch in row.batches if batch.quantity == 1]
    serials = {number for number in numbers if numbers.count(number) > 1}
    if serials and any(row.batches and _is_serial(row) for row in rows):
        return f"serial number {min(serials)[1]} leaves twice in despatch_ref {shipment_id}"
    return ""


def _is_serial(row: DespatchRow) -> bool:
    return all(batch.quantity == 1 for batch in row.batches)


def _shipment(account: str, group: Sequence[tuple[Row, DespatchRow]], *, is_whole: bool, keeps_lines: bool) -> Shipment:
    rows = [one for _, one in group]
    latest = max(rows, key=lambda one: one.at)
    numbers = [row.number for row, _ in group]
    parcels = {(one.parcel.tracking, one.parcel.carrier, one.parcel.service): one.parcel for one in rows if one.parcel}
    return Shipment(
        shipment_id=latest.shipment_id,
        account=account,
        reference=latest.reference,
        site=latest.site,
        stage="despatched",
        reached_at=latest.at,
        reached_text=latest.at_text,
        lines=_lines([one for one in rows if one.status in {"shipped", "substituted"}], keeps_lines=keeps_lines),
        parcels=tuple(parcels.values()),
        short=tuple(
            ShortLine(
                line=one.line if keeps_lines else "",
                sku=one.sku_ordered,
                quantity=one.quantity,
                unit=one.unit,
                reason=one.reason or ("cancelled" if one.status == "cancelled" else ""),
            )
            for one in rows
            if one.status in {"short", "cancelled"}
        ),
        follows=_follows(rows) if is_whole else "unsaid",
        source=f"rows {min(numbers)} to {max(numbers)}" if len(numbers) > 1 else f"row {numbers[0]}",
    )


def _lines(rows: Sequence[DespatchRow], *, keeps_lines: bool) -> tuple[ShippedLine, ...]:
    """Rows of one line, code and unit together: a row for each parcel, batch or serial number is still one line."""
    groups: dict[tuple[str, str, str, str], list[DespatchRow]] = {}
    for row in rows:
        groups.setdefault((row.line if keeps_lines else "", row.sku_shipped, row.sku_ordered, row.unit), []).append(row)
    return tuple(
        ShippedLine(
            line=line,
            sku=shipped,
            quantity=sum((row.quantity for row in group), Decimal(0)),
            unit=unit,
            sku_ordered=ordered if ordered != shipped else "",
            batches=_together([batch for row in group for batch in row.batches]),
        )
        for (line, shipped, ordered, unit), group in groups.items()
    )


def _together(batches: Sequence[BatchQuantity]) -> tuple[BatchQuantity, ...]:
    sums: dict[str, Decimal] = {}
    for batch in batches:
        sums[batch.number] = sums.get(batch.number, Decimal(0)) + batch.quantity
    return tuple(BatchQuantity(number=number, quantity=quantity) for number, quantity in sums.items())


def _follows(rows: Sequence[DespatchRow]) -> Follows:
    """Whether the rest will follow: what order_complete says; else a line that was cancelled will not."""
    said = {row.complete for row in rows if row.complete}
    if len(said) == 1:
        return "no" if said == {"Y"} else "yes"
    missing = {row.status for row in rows} & {"short", "cancelled"}
    return "no" if not said and missing == {"cancelled"} else "unsaid"


def _batches(cells: Cells, quantity: Decimal) -> tuple[BatchQuantity, ...]:
    """What the row says of batch or serial numbers, in stock units: base_qty where it is told."""
    base = cells.number_if_told("base_qty")
    units = quantity if base is None else base
    batch = cells.code("batch")
    serials = [number for part in cells.text("serial").split(SERIAL_MARK) if (number := part.strip())]
    if not serials:
        return (BatchQuantity(number=batch, quantity=units),) if batch else ()
    if len(set(serials)) < len(serials):
        raise RowError("serial names the same number twice")
    if len(serials) != units:
        raise RowError(f"serial names {len(serials)} numbers and {units} units left")
    cells.code("serial")
    return tuple(BatchQuantity(number=number, quantity=Decimal(1)) for number in serials)


def _parcel(cells: Cells) -> Parcel | None:
    tracking, carrier = cells.code("tracking"), cells.text("carrier")
    if not tracking:
        return None
    return Parcel(tracking=tracking, carrier=carrier, service=cells.text("service"))
