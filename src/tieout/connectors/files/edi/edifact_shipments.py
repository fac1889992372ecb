"""DESADV, the despatch advice: what left.

QVR and its sign, CPS, PAC, GIN+BJ, DTM+11, QTY+12 and QTY+21: the EANCOM documents. Of the discrepancy codes BP means
that a back order follows and CP that the line is closed short; nothing else in EDIFACT says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

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
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine

_SHIPPED, _ORDERED = "12", "21"
_ORIGINAL = frozenset({"9", "", "7", "31", "43"})
"""BGM 1225: an original, a duplicate, a copy; anything else changes or withdraws an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One LIN with what stands behind it."""

    reference: str
    shipped: ShippedLine | None
    short: ShortLine | None
    follows: str
    containers: tuple[str, ...]
    """Codes of the packing sequence that it is in."""


def read_shipments(message: Message, harvest: Harvest) -> None:
    """Take the shipments of one DESADV, one for each order in it; a line that cannot be used refuses the whole."""
    with harvest.part(message):
        opening = numbered(message)
        if opening.value(3) not in _ORIGINAL:
            raise UnusableError(
                f"BGM has function {opening.value(3)}: it changes an earlier advice. Ask what happened."
            )
        head = heading(message, "CPS", "LIN", "UNS")
        when = dated(head, (compat.SHIPPED_ON, "137"))
        if when is None:
            raise UnusableError("There is neither DTM+11 nor DTM+137: nobody can say when it left.")
        ordered = reference(head, "ON")
        items = list(_items(message, ordered, harvest.settings))
        if any(not item.reference for item in items):
            raise UnusableError("RFF+ON is missing: ask whose order it is.")
        whole = Shipment(
            shipment_id=opening.value(2),
            account=harvest.account,
            reference="",
            site=party(head, *compat.EDIFACT_SITES),
            stage="despatched",
            reached_at=time_of(when, harvest.settings),
            reached_text=when.value(1, 2),
            lines=(),
            parcels=_parcels(containers(message.segments), message, head),
            source=harvest.source(message),
        )
        by_order: dict[str, list[_Item]] = {}
        for item in items:
            by_order.setdefault(item.reference, []).append(item)
        for each, mine in by_order.items():
            found = _of_order(whole, each, mine)
            packed = tuple(code for item in mine for code in item.containers)
            if len(by_order) > 1 and packed:
                # Of several orders in one advice, each has the parcels that its own lines are packed in.
                found = replace(found, parcels=_parcels(packed, message, head))
            harvest.shipments.append(found)


def _of_order(whole: Shipment, order: str, items: list[_Item]) -> Shipment:
    return replace(
        whole,
        shipment_id=f"{whole.shipment_id}/{order}",
        reference=order,
        lines=tuple(item.shipped for item in items if item.shipped is not None),
        short=tuple(item.short for item in items if item.short is not None),
        follows=_follows(items),
    )


def _items(message: Message, ordered_under: str, settings: EdiSettings) -> Iterator[_Item]:
    some_of(message.segments, "LIN")
    packed: tuple[str, ...] = ()
    for run in runs(message.segments, "LIN", "CPS", "UNS", "CNT"):
        if run[0].tag == "CPS":
            packed = containers(run)
        elif run[0].tag == "LIN":
            yield replace(_item(run, ordered_under, message, settings), containers=containers(run) or packed)


def containers(segments: Iterable[Segment]) -> tuple[str, ...]:
    """The serial shipping container codes of some segments."""
    return tuple(
        part.strip()
        for s in segments
        if s.tag == "GIN" and s.value(1) in compat.CONTAINER_CODES
        for element in s.elements[1:]
        for part in element
        if part.strip()
    )


def _item(item: list[Segment], ordered_under: str, message: Message, settings: EdiSettings) -> _Item:
    where = f"LIN {item[0].value(1) or item[0].number}"
    amounts = {s.value(1): s for s in item if s.tag == "QTY"}
    if _SHIPPED not in amounts:
        raise UnusableError(f"{where} has no QTY+12: nobody can say how much left.")
    shipped = amount_of(amounts[_SHIPPED], message.decimal_mark)
    if shipped < 0:
        raise UnusableError(f"The despatched quantity of {where} is negative: ask what came back.")
    sku, line = sku_of(item, settings), reference(item, settings.line_qualifier)
    unit = settings.unit_name(amounts[_SHIPPED].value(1, 3))
    ordered = amount_of(amounts[_ORDERED], message.decimal_mark) if _ORDERED in amounts else None
    variance = next((s for s in item if s.tag == "QVR"), None)
    missing = _missing(ordered, shipped, variance, message.decimal_mark)
    code = variance.value(2) if variance is not None else ""
    cause = variance.value(3) if variance is not None else ""
    instead = next((s.value(2) for s in item if s.tag == "PIA" and s.value(1) == compat.SUBSTITUTED_FOR), "")
    return _Item(
        reference=reference(item, "ON") or ordered_under,
        shipped=ShippedLine(
            line=line,
            sku=sku,
            quantity=shipped,
            unit=unit,
            sku_ordered=instead,
            batches=_batches(item, shipped, where),
        )
        if shipped
        else None,
        short=ShortLine(
            line=line,
            sku=instead or sku,
            quantity=missing,
            unit=unit,
            reason=" ".join(word for word in (code, cause) if word),
        )
        if missing > 0
        else None,
        follows=compat.EDIFACT_OUTCOMES.get(code, "") if missing > 0 else "",
        containers=(),
    )


def _missing(ordered: Decimal | None, shipped: Decimal, variance: Segment | None, mark: str) -> Decimal:
    """What did not leave. QVR tells ordered from despatched, negative for short."""
    if variance is not None and variance.value(1):
        difference = amount_of(Segment(tag="QVR", elements=(("", variance.value(1)),)), mark)
        if ordered is not None and ordered + difference != shipped:
            raise UnusableError(
                f"QVR says {difference:f}, but {ordered:f} were ordered and {shipped:f} despatched: ask which is right."
            )
        return max(-difference, Decimal(0))
    return max(ordered - shipped, Decimal(0)) if ordered is not None else Decimal(0)


def _batches(item: list[Segment], shipped: Decimal, where: str) -> tuple[BatchQuantity, ...]:
    serials: list[str] = []
    lots: list[str] = []
    for segment in item:
        if segment.tag != "GIN" or segment.value(1) not in {*compat.SERIAL_NUMBERS, *compat.BATCH_NUMBERS}:
            continue
        if any(segment.value(n, 2) for n in range(2, len(segment.elements) + 1)):
            raise UnusableError(f"{where} has a range of numbers in GIN: ask for each number.")
        numbers = [segment.value(n) for n in range(2, len(segment.elements) + 1) if segment.value(n)]
        (serials if segment.value(1) in compat.SERIAL_NUMBERS else lots).extend(numbers)
    if serials:
        return tuple(BatchQuantity(number=serial, quantity=Decimal(1)) for serial in serials)
    if len(set(lots)) > 1:
        raise UnusableError(f"{where} has several batches, and of none it is said how much: ask for a line for each.")
    return (BatchQuantity(number=lots[0], quantity=shipped),) if lots and shipped else ()


def _follows(items: list[_Item]) -> Literal["yes", "no", "unsaid"]:
    """One word for the whole shipment: that something follows outweighs that something else does not."""
    said = {item.follows for item in items}
    return "yes" if "yes" in said else "no" if "no" in said else "unsaid"


def _parcels(codes: tuple[str, ...], message: Message, head: list[Segment]) -> tuple[Parcel, ...]:
    transport = next((s for s in head if s.tag == "TDT"), message.first("TDT"))
    carrier = service = ""
    if transport is not None:
        carrier = transport.value(5, 4) or transport.value(5)
        service = transport.value(4, 2) or transport.value(4)
    consignment = reference(head, *compat.CONSIGNMENTS)
    numbers = dict.fromkeys([consignment] if consignment else codes) or ({"": None} if carrier else {})
    return tuple(Parcel(tracking=number, carrier=carrier, service=service) for number in numbers)
