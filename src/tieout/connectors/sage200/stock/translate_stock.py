"""Movements, stocktakes and numbered stock of Sage 200 into the trade's figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from tieout.connectors.sage200.stock.wire_stock import CountRow, StocktakeItem, StocktakeShape, TraceableItem
from tieout.connectors.sage200.wire import MovementView
from tieout.domain import commands as c
from tieout.ports.errors import BadAnswer, Refused


class Stage(StrEnum):
    """How far a stocktake is (4.2); the wire's words end with these, whatever prefix the release gives them."""

    NONE = "nostocktake"
    SELECTING = "selectingitems"
    PRINTED = "sheetsprinted"
    COUNTING = "enteringcounts"
    APPROVAL = "requiresapproval"
    COMPLETE = "complete"


def signed(quantity: Decimal, kind: str, out_words: Sequence[str]) -> Decimal:
    """A movement's quantity, negative when its kind says that stock left: whether Sage signs it is not stated."""
    return -abs(quantity) if _begins(kind, out_words) else quantity


def is_movement(kind: str, other_words: Sequence[str]) -> bool:
    """Whether a row of the movement log moved stock: allocations stand there too (6.4)."""
    return not _begins(kind, other_words)


def signed_found(rows: Sequence[MovementView], out_words: Sequence[str]) -> c.Found | None:
    """The figures of stock that came or left under one key; several rows of one bin are one figure."""
    if not rows:
        return None
    moves = [
        (row.product_code, row.warehouse_name, row.bin_name, signed(row.quantity, row.transaction_type, out_words))
        for row in rows
    ]
    return c.Found(reference=", ".join(str(row.id) for row in rows), figures=c.stock_figures(moves))


def stage_of(take: StocktakeShape) -> Stage:
    """How far the stocktake is; BadAnswer for a word that nobody knows."""
    word = "".join(letter for letter in take.stocktake_status.casefold() if letter.isalpha())
    for stage in Stage:
        if word.endswith(stage.value):
            return stage
    raise BadAnswer(
        f"Sage 200: stocktake {take.stocktake_name} stands at {take.stocktake_status[:40]!r}, unknown to us"
    )


def count_found(command: c.CountStock, take: StocktakeShape) -> c.Found:
    """What a completed stocktake set the counted bins to, and every other bin that it changed."""
    wanted = {(count.sku, count.bin) for count in command.counts}
    counted = [
        (row.item_code, take.warehouse_name, row.bin_name, row.actual_quantity_in_stock or Decimal(0))
        for row in take.stocktake_count_sheet_items
        if row.actual_quantity_entered and ((row.item_code, row.bin_name) in wanted or changes_stock(row))
    ]
    return c.Found(reference=take.stocktake_name, figures=c.stock_figures(counted), link=f"stocktake {take.id}")


def changes_stock(row: CountRow) -> bool:
    """Whether the count differs from what the sheet says was recorded, as far as it says so."""
    recorded = row.recorded_quantity_in_stock
    return recorded is not None and row.actual_quantity_in_stock not in (None, recorded)


def selected(command: c.CountStock, offered: Sequence[StocktakeItem]) -> list[StocktakeItem]:
    """The rows to select for the counts; Refused names every count for which Sage offers none."""
    chosen: list[StocktakeItem] = []
    missing: list[str] = []
    for count in command.counts:
        rows = [
            row
            for row in offered
            if row.item_code in ("", count.sku) and row.bin_name in ("", count.bin) and (row.item_code or row.bin_name)
        ]
        if not rows:
            missing.append(f"{count.sku} in bin {count.bin}")
        chosen += [row for row in rows if row not in chosen]
    if missing:
        raise Refused(f"Sage 200 offers no stocktake of {', '.join(missing)} in warehouse {command.warehouse}")
    numbered = sorted({row.item_code for row in chosen if row.traceable_type.endswith(("Batch", "Serial"))})
    if numbered:
        raise Refused(f"{', '.join(numbered)} carry batch or serial numbers: count them in Sage 200 itself")
    return chosen


def to_enter(command: c.CountStock, sheet: Sequence[CountRow]) -> list[tuple[CountRow, Decimal]]:
    """Each row of the sheet that is not entered as wanted, with what to enter.

    A bin on the sheet that nobody counted stays as recorded: Sage completes whole sheets. Refused
    names counts without a row, and rows whose recorded quantity Sage keeps to itself.
    """
    counts = {(count.sku, count.bin): count.quantity for count in command.counts}
    lost = set(counts) - {(row.item_code, row.bin_name) for row in sheet}
    wanted = [(row, counts.get((row.item_code, row.bin_name), row.recorded_quantity_in_stock)) for row in sheet]
    blind = [row for row, quantity in wanted if quantity is None and not row.actual_quantity_entered]
    if lost or blind:
        named = sorted({f"{sku} in {place}" for sku, place in lost} | {f"{r.item_code} in {r.bin_name}" for r in blind})
        raise Refused(f"the count sheet of stocktake {command.key} cannot be filled in for {', '.join(named)}")
    return [
        (row, quantity)
        for row, quantity in wanted
        if quantity is not None
        and not (row.actual_quantity_entered and row.actual_quantity_in_stock == quantity)
        and not (row.actual_quantity_entered and (row.item_code, row.bin_name) not in counts)
    ]


def numbers_to_move(
    wanted: Sequence[c.BatchQuantity], quantity: Decimal, there: Sequence[TraceableItem]
) -> list[tuple[TraceableItem, Decimal]]:
    """Which numbered stock of a bin moves, and how much of each; Refused names every number that is short."""
    together = sum((batch.quantity for batch in wanted), Decimal(0))
    short = [] if together == quantity else [f"the batches make {c.plain(together)} of {c.plain(quantity)} to move"]
    taken: list[tuple[TraceableItem, Decimal]] = []
    by_number: dict[str, Decimal] = {}
    for batch in wanted:
        by_number[batch.number] = by_number.get(batch.number, Decimal(0)) + batch.quantity
    for number, asked in by_number.items():
        left = asked
        for row in there:
            if row.identification_no == number and row.is_selectable and left > 0:
                part = min(left, row.available_quantity)
                taken += [(row, part)] if part > 0 else []
                left -= max(part, Decimal(0))
        if left > 0:
            short.append(f"{c.plain(left)} of {number} is not free in the bin")
    if short:
        raise Refused(f"Nothing was moved: {'; '.join(short)}.")
    return taken


def _begins(kind: str, words: Sequence[str]) -> bool:
    letters = kind.casefold().lstrip()
    return any(letters.startswith(word.casefold()) for word in words)
