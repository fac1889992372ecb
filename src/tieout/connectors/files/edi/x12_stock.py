"""947 (adjustments), 944 (receipts) and 846 (what is there).

W19's reasons and its signed quantity, and the product pairs of W07 and W19: published directories. The rest of 944,
and 846, are from memory and checked against no guide.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.products import pairs, stock_code
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError, some_of
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.stock_values import by_item, counted_stock, movement_of
from tieout.connectors.files.edi.values import quantity
from tieout.domain.documents.warehouse_stock import CountedStock, StockSnapshot, WarehouseMovement


def read_adjustments(message: Message, harvest: Harvest) -> None:
    """Take the movements of one 947; a W19 that cannot be used is refused alone."""
    with harvest.part(message):
        opening = message.first("W15")
        if opening is None:
            raise UnusableError("There is no W15 segment, so that the adjustment has neither date nor number.")
        number = opening.value(2) or opening.value(3)
        if not number:
            raise UnusableError("W15 has no number of the adjustment: told twice, it would count twice.")
        at = harvest.moment(opening.value(1), "The date of W15-01")
        blank = _blank(message, harvest, opening.value(1), at)
        for place, (segment, *_) in enumerate(some_of(message.segments, "W19"), 1):
            with harvest.part(message, segment):
                adjusted = _adjusted(segment, harvest.settings, replace(blank, movement_id=f"947/{number}/{place}"))
                if adjusted is not None:
                    harvest.movements.append(replace(adjusted, reference=opening.value(3)))


def read_receipt(message: Message, harvest: Harvest) -> None:
    """Take the receipts of one 944; a W07 that cannot be used is refused alone."""
    with harvest.part(message):
        opening = message.first("W17")
        if opening is None or not opening.value(3):
            raise UnusableError("W17 has no number of the receipt: told twice, it would count twice.")
        at = harvest.moment(opening.value(2), "The date of W17-02")
        _check_total(message, harvest.settings)
        blank = _blank(message, harvest, opening.value(2), at)
        for place, (segment, *behind) in enumerate(some_of(message.segments, "W07"), 1):
            with harvest.part(message, segment):
                amount = quantity(segment.value(1), "W07-01")
                harvest.movements.append(
                    replace(
                        blank,
                        movement_id=f"944/{opening.value(3)}/{place}",
                        kind="receipt",
                        reason=_exceptions(behind),
                        sku=stock_code(pairs(segment, (4, 6)), harvest.settings.x12_products, segment.value(3)),
                        quantity=amount,
                        unit=harvest.settings.unit_name(segment.value(2)),
                        batch=segment.value(8),
                        reference=opening.value(4),
                    )
                )


def read_stock(message: Message, harvest: Harvest) -> None:
    """Take the count of one 846; an item that cannot be used is refused alone."""
    with harvest.part(message):
        opening = message.first("BIA")
        if opening is None:
            raise UnusableError("There is no BIA segment, so that nobody can say when it was counted.")
        text = _counted_text(message, opening)
        at = harvest.moment(text, "The date of BIA-04")
        lines: list[CountedStock] = []
        items = some_of(message.segments, "LIN")
        for item in items:
            with harvest.part(message, item[0]):
                lines.append(_counted(item, harvest.settings))
        harvest.snapshots.append(
            StockSnapshot(
                account=harvest.account,
                site=_site(message),
                taken_at=at,
                taken_text=text,
                lines=by_item(lines),
                is_whole=len(lines) == len(items),
                source=harvest.source(message),
            )
        )


def _blank(message: Message, harvest: Harvest, text: str, at: datetime) -> WarehouseMovement:
    return WarehouseMovement(
        movement_id="",
        account=harvest.account,
        site=_site(message),
        occurred_at=at,
        occurred_text=text,
        kind="adjustment",
        reason="",
        sku="",
        quantity=Decimal(0),
        source=harvest.source(message),
    )


def _site(message: Message) -> str:
    named = [s for s in message.segments if s.tag == "N1" and s.value(1) in compat.X12_SITES]
    best = sorted(named, key=lambda s: s.value(1) != "WH")
    return next((s.value(4) or s.value(2) for s in best if s.value(4) or s.value(2)), "")


def _adjusted(segment: Segment, settings: EdiSettings, blank: WarehouseMovement) -> WarehouseMovement | None:
    filled = replace(
        blank,
        reason=segment.value(1),
        sku=stock_code(pairs(segment, (5, 7)), settings.x12_products, segment.value(4)),
        unit=settings.unit_name(segment.value(3)),
        batch=segment.value(9),
    )
    amount = quantity(segment.value(2), "W19-02")
    return movement_of(filled, settings.x12_reasons.get(segment.value(1), "adjustment"), amount, settings)


def _exceptions(behind: list[Segment]) -> str:
    """What the W13 behind a W07 say, in their own words; the quantity received is that of W07."""
    noted = [(s.value(3), s.value(1), s.value(2)) for s in behind if s.tag == "W13"]
    return ", ".join(" ".join(word for word in words if word) for words in noted)


def _check_total(message: Message, settings: EdiSettings) -> None:
    total = message.first("W14")
    if total is None or not total.value(1) or not settings.checks_counts:
        return
    told = quantity(total.value(1), "The total of W14-01")
    received = sum((quantity(s.value(1), "W07-01") for s in message.segments if s.tag == "W07"), Decimal(0))
    if told != received:
        raise UnusableError(f"W14 says {told:f} units in all and the items are {received:f}: ask for it again.")


def _counted_text(message: Message, opening: Segment) -> str:
    day, time = opening.value(4), opening.value(5)
    if not day:
        dated = next((s for s in message.segments if s.tag == "DTM" and s.value(2)), None)
        day, time = (dated.value(2), dated.value(3)) if dated is not None else ("", "")
    return day + time[:6]


def _counted(item: list[Segment], settings: EdiSettings) -> CountedStock:
    last = len(item[0].elements)
    sku = stock_code(pairs(item[0], range(2, last, 2)), settings.x12_products)
    told: dict[compat.Bucket, Decimal] = {}
    units: set[str] = set()
    for segment in item[1:]:
        bucket = settings.x12_buckets.get(segment.value(1)) if segment.tag == "QTY" else None
        if bucket is None:
            continue
        told[bucket] = told.get(bucket, Decimal(0)) + quantity(segment.value(2), "QTY-02")
        units.add(segment.value(3))
    return counted_stock(sku, told, units, settings)
