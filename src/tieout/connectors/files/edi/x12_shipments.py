"""945, the warehouse's shipping advice: what left.

W06, W27, W12 and W03: published directories of X12 4010 and 5010; a W12 of status IS names in elements 16 to 18 the
item that was ordered. Quantities are in the unit of W12-05, whatever unit was ordered in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Literal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.products import pairs, stock_code
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError, some_of
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import quantity
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine

_PRODUCTS = (7, 17, 21)
_ORDERED_PRODUCTS = (17, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One W12 with the references behind it."""

    segment: Segment
    line: str
    sku: str
    sku_ordered: str
    ordered: Decimal | None
    shipped: Decimal
    difference: Decimal | None
    unit: str
    status: str
    reason: str
    batches: tuple[BatchQuantity, ...]

    @property
    def belongs(self) -> tuple[str, str, str]:
        """Items of the same line that were packed into several cartons."""
        return (self.line, self.sku_ordered or self.sku, self.unit)


def read_shipment(message: Message, harvest: Harvest) -> None:
    """Take the shipment of one 945; a W12 that cannot be used refuses the whole, lest a part passes for all of it."""
    with harvest.part(message):
        opening = message.first("W06")
        if opening is None:
            raise UnusableError("There is no W06 segment, so that nobody can say what was shipped.")
        if opening.value(1) not in {*harvest.settings.x12_originals, ""}:
            raise UnusableError(
                f"W06-01 is {opening.value(1)!r}: it corrects or withdraws an earlier advice. Ask what happened."
            )
        reference = opening.value(2)
        if not reference:
            raise UnusableError("W06-02, the depositor's order number, is empty: ask whose order it is.")
        packed = some_of(message.segments, "W12", "LX", "W03")
        items = tuple(_item(found, behind, harvest.settings) for found, *behind in packed)
        _check_totals(message, items, harvest.settings)
        text = _shipped_text(message, opening)
        harvest.shipments.append(
            Shipment(
                shipment_id=f"{_own_number(opening, text, harvest.settings)}/{reference}",
                account=harvest.account,
                reference=reference,
                site=_site(message),
                stage="despatched",
                reached_at=harvest.moment(text, "The date of W06-03"),
                reached_text=text,
                lines=tuple(_line(item) for item in items if item.shipped),
                parcels=_parcels(message),
                short=tuple(_short(items)),
                follows=_follows(items, harvest.settings),
                source=harvest.source(message),
            )
        )


def _own_number(opening: Segment, text: str, settings: EdiSettings) -> str:
    number = opening.value(4)
    if not number and not settings.accepts_unnamed_shipments:
        raise UnusableError("W06-04, the number of the shipment, is empty: a second one could not be told from it.")
    return number or text[:8]


def _shipped_text(message: Message, opening: Segment) -> str:
    told = [s for s in message.segments if s.tag == "G62" and s.value(1) == compat.SHIPPED_ON and s.value(2)]
    if told and told[0].value(4):
        return told[0].value(2) + told[0].value(4)[:6]
    return opening.value(3) or (told[0].value(2) if told else "")


def _site(message: Message) -> str:
    for kind in compat.X12_SITES:
        for segment in message.segments:
            if segment.tag == "N1" and segment.value(1) == kind and (segment.value(4) or segment.value(2)):
                return segment.value(4) or segment.value(2)
    return ""


def _item(segment: Segment, behind: list[Segment], settings: EdiSettings) -> Item:
    where = f"W12 in segment {segment.number}"
    is_substitute = segment.value(1) == compat.X12_SUBSTITUTE
    own = pairs(segment, (7,) if is_substitute else _PRODUCTS)
    sku = stock_code(own, settings.x12_products, segment.value(6))
    instead = pairs(segment, _ORDERED_PRODUCTS) if is_substitute else {}
    shipped = quantity(segment.value(3), f"The shipped quantity of {where}")
    if shipped < 0:
        raise UnusableError(f"The shipped quantity of {where} is negative: ask what came back.")
    notes = [s for s in behind if s.tag == "N9"]
    return Item(
        segment=segment,
        line=next((s.value(2) for s in notes if s.value(1) == settings.line_qualifier), ""),
        sku=sku,
        sku_ordered=stock_code(instead, settings.x12_products, segment.value(16)) if is_substitute else "",
        ordered=quantity(segment.value(2), f"The ordered quantity of {where}") if segment.value(2) else None,
        shipped=shipped,
        difference=quantity(segment.value(4), f"The difference of {where}") if segment.value(4) else None,
        unit=settings.unit_name(segment.value(5)),
        status=segment.value(1),
        reason=" ".join(word for word in (segment.value(1), segment.value(19)) if word),
        batches=_batches(segment, shipped, notes),
    )


def _batches(segment: Segment, shipped: Decimal, notes: list[Segment]) -> tuple[BatchQuantity, ...]:
    serials = [s.value(2) for s in notes if s.value(1) == compat.X12_SERIAL and s.value(2)]
    if serials:
        return tuple(BatchQuantity(number=serial, quantity=Decimal(1)) for serial in serials)
    lot = segment.value(9)
    return (BatchQuantity(number=lot, quantity=shipped),) if lot and shipped else ()


def _line(item: Item) -> ShippedLine:
    return ShippedLine(
        line=item.line,
        sku=item.sku,
        quantity=item.shipped,
        unit=item.unit,
        sku_ordered=item.sku_ordered,
        batches=item.batches,
    )


def _short(items: tuple[Item, ...]) -> Iterator[ShortLine]:
    for (line, sku, unit), packed in groupby(sorted(items, key=lambda item: item.belongs), lambda item: item.belongs):
        parts = list(packed)
        missing = missing_of(parts)
        if missing > 0:
            yield ShortLine(line=line, sku=sku, quantity=missing, unit=unit, reason=parts[-1].reason)


def missing_of(parts: list[Item]) -> Decimal:
    """What was ordered of a line and did not leave, over all the cartons that it is in; negative when more left.

    Some warehouses repeat the ordered quantity on every carton, and some share it out. It is taken for repeated where
    it is the same on all and enough for all together.
    """
    shipped = sum((part.shipped for part in parts), Decimal(0))
    told = [part.ordered for part in parts if part.ordered is not None]
    if not told:
        return sum((abs(part.difference) for part in parts if part.difference is not None), Decimal(0))
    is_repeated = len(set(told)) == 1 and shipped <= told[0]
    return (told[0] if is_repeated else sum(told, Decimal(0))) - shipped


def _follows(items: tuple[Item, ...], settings: EdiSettings) -> Literal["yes", "no", "unsaid"]:
    """One word for the whole shipment: that something follows outweighs that something else does not."""
    short = {(line.line, line.sku, line.unit) for line in _short(items)}
    said = {settings.x12_outcomes.get(item.status) for item in items if item.belongs in short}
    return "yes" if "yes" in said else "no" if "no" in said else "unsaid"


def _parcels(message: Message) -> tuple[Parcel, ...]:
    carrier = message.first("W27")
    name = carrier.value(2) if carrier is not None else ""
    service = carrier.value(3) if carrier is not None else ""
    marks = [s.value(2) for s in message.segments if s.tag == "MAN" and s.value(1) in compat.TRACKING_MARKS]
    if not marks:
        notes = [s for s in message.segments if s.tag == "N9"]
        for kind in compat.X12_TRACKING[:2]:
            marks = marks or [s.value(2) for s in notes if s.value(1) == kind]
    numbers = dict.fromkeys(mark for mark in marks if mark) or ({"": None} if name else {})
    return tuple(Parcel(tracking=number, carrier=name, service=service) for number in numbers)


def _check_totals(message: Message, items: tuple[Item, ...], settings: EdiSettings) -> None:
    """W03-01 is the units of all W12 together: a difference means that a segment is missing."""
    totals = message.first("W03")
    if totals is None or not totals.value(1) or not settings.checks_counts:
        return
    shipped = sum((item.shipped for item in items), Decimal(0))
    if quantity(totals.value(1), "The total of W03-01") != shipped:
        raise UnusableError(
            f"W03 says {totals.value(1)} units in all and the items are {shipped:f} together: ask for it again."
        )
