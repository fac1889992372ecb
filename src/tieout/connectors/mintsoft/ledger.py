"""Rows of Mintsoft's stock ledger as movements, and the cursor that says which of them were told. Pure.

There is no list of adjustments [code]: the ledger is read by product, in windows that overlap, and a row is known by
its ID. The cursor holds how far the windows came and the IDs of the rows inside the overlap, so that rows which share
a stamp, or show up late, are told once and none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from tieout.connectors.mintsoft import compat
from tieout.connectors.mintsoft.wire import FlowShape
from tieout.domain.documents.warehouse_stock import MovementKind, WarehouseMovement
from tieout.ports.errors import BadAnswer

MOVED = frozenset({"transfer", "quarantine", "release"})
INWARD = frozenset({"receipt", "return"})
NOT_OURS = "the cursor of Mintsoft's movements cannot be read: begin again with an empty one"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far the ledger was told."""

    horizon: datetime
    """All of before was told, but for rows that show up late."""
    told: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """IDs of the rows told that a later window may show again, by the hour (since 1970) of their stamp."""

    def knows(self, row_id: int) -> bool:
        """Whether the row was told."""
        return any(row_id in ids for ids in self.told.values())

    def advanced(self, at: datetime, row_id: int, reach: timedelta) -> Cursor:
        """The cursor behind one more row; rows that lie further back than `reach` are forgotten."""
        horizon = max(self.horizon, at)
        first = _hour(horizon - reach)
        kept = {hour: ids for hour, ids in self.told.items() if hour >= first}
        hour = _hour(at)
        kept[hour] = kept.get(hour, frozenset()) | {row_id}
        return Cursor(horizon=horizon, told=kept)

    def text(self) -> str:
        """The cursor as it is kept: IDs as differences in base 36, which takes a third of the room."""
        hours = ";".join(f"{hour}:{_steps(ids)}" for hour, ids in sorted(self.told.items()))
        return f"{self.horizon.astimezone(UTC).isoformat()}|{hours}"


def cursor_of(text: str) -> Cursor:
    """The cursor that was kept; BadAnswer when the text is none of ours."""
    stamp, _, hours = text.partition("|")
    told: dict[int, frozenset[int]] = {}
    try:
        horizon = datetime.fromisoformat(stamp)
        for each in filter(None, hours.split(";")):
            hour, _, steps = each.partition(":")
            told[int(hour)] = frozenset(accumulate(int(step, 36) for step in steps.split(".")))
    except ValueError:
        raise BadAnswer(NOT_OURS) from None
    if horizon.tzinfo is None:
        raise BadAnswer(NOT_OURS)
    return Cursor(horizon=horizon, told=told)


def kind_of(row: FlowShape, assumed: compat.Compat) -> MovementKind | None:
    """What the row is; None for what moves nothing that is on hand, and for despatches and orders' own rows.

    A plain IN or OUT of a transfer stays an adjustment of its own site, for its other side is a row of its own.
    BadAnswer for a word that nobody knows: an adjustment that is guessed would be posted.
    """
    known = {**compat.FLOW_KINDS, **assumed.movement_kinds}
    kind = known.get(_plain(row.flow))
    if kind is None:
        raise BadAnswer(
            f"row {row.id} of Mintsoft's stock flow says {row.flow!r}, which is no known movement: "
            "say under compat.movement_kinds what it is"
        )
    if kind == "adjustment":
        by_reason = known.get(_plain(row.reason)) or _by_reason(row.reason) or kind
        kind = kind if by_reason == "transfer" else by_reason
        if row.order_id not in ("", "0") and kind == "adjustment":
            return None
    return None if kind == compat.LEFT_OUT else kind


def quantity_of(row: FlowShape, kind: MovementKind) -> Decimal:
    """The quantity with our sign: whether Mintsoft's own is signed is not documented."""
    if kind in MOVED or kind in INWARD:
        return abs(row.quantity)
    if kind == "write_off" or _plain(row.flow) in compat.OUTWARD:
        return -abs(row.quantity)
    return row.quantity


def movement_of(
    row: FlowShape, kind: MovementKind, *, account: str, site: str, sku: str, at: datetime, cursor: str
) -> WarehouseMovement:
    """One row as a movement."""
    gave = [place for place in row.places if place.quantity < 0]
    took = [place for place in row.places if place.quantity >= 0]
    left, reached = ((gave or took)[:1], took[:1] if gave else took[1:2]) if row.places else ((), ())
    batches = {place.batch for place in row.places if place.batch}
    serials = {place.serial for place in row.places if place.serial}
    return WarehouseMovement(
        movement_id=str(row.id),
        account=account,
        site=site,
        occurred_at=at,
        occurred_text=row.at,
        kind=kind,
        reason=row.reason or row.flow,
        sku=sku,
        quantity=quantity_of(row, kind),
        place=left[0].location or left[0].location_id if left else "",
        to_place=reached[0].location or reached[0].location_id if reached and kind in MOVED else "",
        batch=row.batch or (batches.pop() if len(batches) == 1 else ""),
        serial=row.serial or (serials.pop() if len(serials) == 1 else ""),
        reference="" if row.order_id == "0" else row.order_id,
        user=row.user,
        cursor=cursor,
        source=f"Mintsoft stock flow {row.id}",
    )


def once(rows: Iterable[FlowShape]) -> dict[int, FlowShape]:
    """The rows by their IDs."""
    return {row.id: row for row in rows}


def _by_reason(reason: str) -> MovementKind | None:
    words = f" {re.sub(r'[^a-z]+', ' ', reason.lower())}"
    return next((kind for word, kind in compat.REASON_KINDS if f" {word}" in words), None)


def _plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())


def _hour(at: datetime) -> int:
    return int(at.timestamp() // 3600)


def _steps(ids: Iterable[int]) -> str:
    ordered = sorted(ids)
    return ".".join(_written(each - before) for before, each in zip([0, *ordered], ordered, strict=False))


def _written(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"
