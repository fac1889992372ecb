"""INVRPT (counts and movements) and RECADV (receipts).

BGM 35, 78 and 85E, INV+1 and INV+2, QTY+145: the EANCOM documents; codes of reasons and QTY+48 from memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.edifact_values import (
    amount_of,
    dated,
    heading,
    numbered,
    party,
    reference,
    sku_of,
    time_of,
)
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError, runs, some_of
from tieout.connectors.files.edi.stock_values import by_item, counted_stock, movement_of
from tieout.domain.documents.warehouse_stock import CountedStock, StockSnapshot, WarehouseMovement

_ENDS = ("LIN", "CPS", "UNS", "CNT")


def read_report(message: Message, harvest: Harvest) -> None:
    """Take the counts or movements of one INVRPT, by its BGM."""
    with harvest.part(message):
        opening = numbered(message)
        kind = opening.value(1)
        if kind in compat.SNAPSHOTS:
            _read_snapshot(message, harvest)
        elif kind in compat.MOVEMENTS:
            _read_movements(message, opening, harvest)
        else:
            raise UnusableError(f"BGM is {kind!r}: neither a count (35) nor movements (78, 85E).")


def read_receipts(message: Message, harvest: Harvest) -> None:
    """Take the receipts of one RECADV; a line that cannot be used is refused alone."""
    with harvest.part(message):
        opening = numbered(message)
        blank = _blank(message, harvest, ("50", "137"))
        ordered = reference(heading(message, *_ENDS), "ON", "DQ", "AAK")
        for place, item in enumerate(_lines(message), 1):
            with harvest.part(message, item[0]):
                amounts = {s.value(1): s for s in item if s.tag == "QTY"}
                received = next((amounts[kind] for kind in compat.RECEIVED if kind in amounts), None)
                if received is None:
                    raise UnusableError("It has no QTY+48 or QTY+194: nobody can say how much was received.")
                harvest.movements.append(
                    replace(
                        blank,
                        movement_id=f"RECADV/{opening.value(2)}/{place}",
                        kind="receipt",
                        reason=", ".join(s.raw for s in item if s.tag == "QVR"),
                        sku=sku_of(item, harvest.settings),
                        quantity=amount_of(received, message.decimal_mark),
                        unit=harvest.settings.unit_name(received.value(1, 3)),
                        batch=_batch(item),
                        reference=reference(item, "ON") or ordered,
                    )
                )


def _lines(message: Message) -> list[list[Segment]]:
    return some_of(message.segments, "LIN", "UNS", "CNT")


def _site(message: Message) -> str:
    head = heading(message, *_ENDS)
    place = next((s.value(2) for s in head if s.tag == "LOC" and s.value(2)), "")
    return place or party(head, "WH", "GY", "SF")


def _blank(message: Message, harvest: Harvest, kinds: tuple[str, ...]) -> WarehouseMovement:
    when = dated(heading(message, *_ENDS), kinds)
    if when is None:
        raise UnusableError(f"There is no DTM+{' or DTM+'.join(kinds)}: nobody can say when it was.")
    return WarehouseMovement(
        movement_id="",
        account=harvest.account,
        site=_site(message),
        occurred_at=time_of(when, harvest.settings),
        occurred_text=when.value(1, 2),
        kind="adjustment",
        reason="",
        sku="",
        quantity=Decimal(0),
        source=harvest.source(message),
    )


def _read_snapshot(message: Message, harvest: Harvest) -> None:
    when = dated(heading(message, *_ENDS), ("366", "137"))
    if when is None:
        raise UnusableError("There is neither DTM+366 nor DTM+137: nobody can say when it was counted.")
    lines: list[CountedStock] = []
    items = _lines(message)
    for item in items:
        with harvest.part(message, item[0]):
            lines.append(_counted(item, message, harvest))
    harvest.snapshots.append(
        StockSnapshot(
            account=harvest.account,
            site=_site(message),
            taken_at=time_of(when, harvest.settings),
            taken_text=when.value(1, 2),
            lines=by_item(lines),
            is_whole=len(lines) == len(items),
            source=harvest.source(message),
        )
    )


def _counted(item: list[Segment], message: Message, harvest: Harvest) -> CountedStock:
    sku = sku_of(item, harvest.settings)
    by_bucket: dict[compat.Bucket, list[tuple[Decimal, bool]]] = {}
    units: set[str] = set()
    for group in runs(item[1:], "QTY"):
        bucket = harvest.settings.edifact_buckets.get(group[0].value(1))
        if bucket is None:
            continue
        is_part = any(s.tag in {"GIN", "LOC", "CPS", "PAC"} for s in group)
        by_bucket.setdefault(bucket, []).append((amount_of(group[0], message.decimal_mark), is_part))
        units.add(group[0].value(1, 3))
    told = {bucket: _in_all(amounts, sku) for bucket, amounts in by_bucket.items()}
    return counted_stock(sku, told, units, harvest.settings)


def _in_all(amounts: list[tuple[Decimal, bool]], sku: str) -> Decimal:
    """One quantity of several: EANCOM tells the whole and then its parts by container, others by place alone."""
    first, rest = amounts[0], amounts[1:]
    parts = sum((amount for amount, _ in rest), Decimal(0))
    if not rest:
        return first[0]
    if all(is_part for _, is_part in rest):
        if first[1]:
            return first[0] + parts
        if first[0] == parts:
            return first[0]
    raise UnusableError(f"{sku} has several quantities, and it cannot be told whether they are parts of each other.")


def _read_movements(message: Message, opening: Segment, harvest: Harvest) -> None:
    blank = _blank(message, harvest, ("366", "137"))
    for line, item in enumerate(_lines(message), 1):
        with harvest.part(message, item[0]):
            sku = sku_of(item, harvest.settings)
            for place, group in enumerate(_groups(item), 1):
                named = replace(blank, movement_id=f"INVRPT/{opening.value(2)}/{line}/{place}", sku=sku)
                found = _movement(group, named, message, harvest)
                if found is not None:
                    harvest.movements.append(found)


def _groups(item: list[Segment]) -> Iterator[list[Segment]]:
    """D.96A begins a movement with QTY and D.01B with INV: whichever comes first begins each of them."""
    first = next((s.tag for s in item if s.tag in {"QTY", "INV"}), "")
    if not first:
        raise UnusableError("It has no QTY segment: nobody can say how much was moved.")
    yield from runs(item, first)


def _movement(
    group: list[Segment], blank: WarehouseMovement, message: Message, harvest: Harvest
) -> WarehouseMovement | None:
    amounts = [s for s in group if s.tag == "QTY"]
    way = next((s for s in group if s.tag == "INV"), None)
    if len(amounts) != 1 or way is None or way.value(1) not in {compat.OUT, compat.INTO}:
        raise UnusableError("A movement needs one QTY, and INV+1 (out) or INV+2 (in).")
    amount = amount_of(amounts[0], message.decimal_mark)
    if amount < 0:
        raise UnusableError("A quantity is negative beside INV, which says the direction: ask which of them holds.")
    when = dated(group, ("366", "137", "7", "11", "50"))
    filled = replace(
        blank,
        reason=way.value(3),
        unit=harvest.settings.unit_name(amounts[0].value(1, 3)),
        batch=_batch(group),
        place=next((s.value(2) for s in group if s.tag == "LOC"), ""),
        reference=reference(group, "ON", "DQ", "AAK", "ACE"),
        occurred_at=time_of(when, harvest.settings) if when is not None else blank.occurred_at,
        occurred_text=when.value(1, 2) if when is not None else blank.occurred_text,
    )
    signed = -amount if way.value(1) == compat.OUT else amount
    return movement_of(
        filled, harvest.settings.edifact_reasons.get(way.value(3), "adjustment"), signed, harvest.settings
    )


def _batch(group: list[Segment]) -> str:
    return next((s.value(2) for s in group if s.tag == "GIN" and s.value(1) in compat.BATCH_NUMBERS), "")
