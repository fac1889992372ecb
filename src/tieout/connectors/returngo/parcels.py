"""Parcels: which brings which unit, when it came in, and what releasing a parcel lets go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.figures import moment
from tieout.connectors.returngo.wire import ItemShape, RmaShape, ShipmentShape, ValidationShape
from tieout.domain.documents.rma import Parcel
from tieout.ports.errors import Refused

SHIPMENT_WORDS = frozenset({"Pending", "LabelCreated", "Shipped", "Received", "Validated", "Canceled"})
SHIPMENT_IN = frozenset({"Received", "Validated"})
RELEASED = "Validated"

INSTEAD = (
    "ReturnGO can be told to release whole parcels only: refund it from the storefront by Tieout instead, "
    "or release it by hand in ReturnGO"
)


def parcels_from(shape: RmaShape) -> tuple[Parcel, ...]:
    """The shipments on their way back, as ReturnGO names their state; it knows no date of delivery."""
    return tuple(Parcel(tracking=s.tracking, carrier=s.carrier, status=s.status) for s in inbound(shape))


def inbound(shape: RmaShape) -> tuple[ShipmentShape, ...]:
    """The shipments that bring something back."""
    return tuple(shipment for shipment in shape.shipments if not shipment.is_outbound)


def received_at(item: ItemShape, shape: RmaShape, read_at: datetime) -> datetime | None:
    """When the unit came in; None while it has not, and for goods that the customer keeps.

    The unit's shipment decides, and an inspection that found the unit missing overrules it. The moment is,
    in this order: a date on the shipment, the latest timeline entry saying that it was received, the date
    of inspection, and when ReturnGO states none of them the moment of this reading.
    """
    inspected = inspection(item)
    if is_kept(item) or (inspected is not None and not inspected.is_returned):
        return None
    inspected_at = moment(inspected.last_validated) if inspected else None
    shipment = shipment_of(item, shape)
    if shipment is None:
        is_with_us = inspected is not None and not item.shipment_id
        return inspected_at or read_at if is_with_us else None
    if shipment.status not in SHIPMENT_IN:
        return None
    return _shipment_date(shipment) or _comment_date(shipment, shape) or inspected_at or read_at


def shipment_of(item: ItemShape, shape: RmaShape) -> ShipmentShape | None:
    """The shipment that brings the unit back: the one it names, or the only one when no unit names any."""
    if is_kept(item):
        return None
    coming = inbound(shape)
    if item.shipment_id:
        return next((s for s in coming if s.shipment_id == item.shipment_id), None)
    nobody_names_one = not any(other.shipment_id for other in shape.items)
    return coming[0] if nobody_names_one and len(coming) == 1 else None


def is_kept(item: ItemShape) -> bool:
    """Whether the customer keeps the goods or gives them away: no parcel will come."""
    return item.return_method is not None and item.return_method.type.casefold() == compat.NO_SHIPMENT


def is_missing(item: ItemShape) -> bool:
    """Whether somebody inspected the parcel and says that the unit was not in it."""
    inspected = inspection(item)
    return inspected is not None and inspected.is_returned is False and not is_kept(item)


def inspection(item: ItemShape) -> ValidationShape | None:
    """The inspection when there was one: without a date every field of it is only a default."""
    return item.validation if item.validation and item.validation.last_validated else None


def is_released(shape: RmaShape, units: Collection[str]) -> bool:
    """Whether the parcel of every one of these units is validated; never for a unit that has none."""
    named = [item for item in shape.items if item.unit_id in units]
    found = [shipment_of(item, shape) for item in named]
    return bool(units) and len(named) == len(set(units)) and all(s is not None and s.status == RELEASED for s in found)


def to_release(shape: RmaShape, units: Collection[str]) -> tuple[ShipmentShape, ...]:
    """The parcels to validate, each once, those done already left out; Refused when it would let go anything else.

    A parcel is let go whole. So a unit in it that is not among these must be missing, or the money of a unit
    that nobody credited would go with it.
    """
    if not units:
        raise Refused(f"no unit of RMA {shape.summary.rma_id} was named to release")
    by_id = {item.unit_id: item for item in shape.items}
    wanted: dict[str, ShipmentShape] = {}
    for unit in units:
        shipment = _parcel_of(unit, by_id.get(unit), shape)
        wanted[shipment.shipment_id] = shipment
    waiting = tuple(shipment for shipment in wanted.values() if shipment.status != RELEASED)
    for shipment in waiting:
        others = [
            item.unit_id
            for item in shape.items
            if item.unit_id not in units and shipment_of(item, shape) is shipment and not is_missing(item)
        ]
        if others:
            text = f"parcel {shipment.shipment_id} also brings unit {', '.join(others)}, not to be released yet"
            raise Refused(f"{text}. {INSTEAD}, or wait until all of the parcel is credited")
    return waiting


def _parcel_of(unit: str, item: ItemShape | None, shape: RmaShape) -> ShipmentShape:
    if item is None:
        raise Refused(f"ReturnGO's RMA {shape.summary.rma_id} has no unit {unit} any more")
    if is_kept(item):
        raise Refused(f"unit {unit} needs no shipment, so there is no parcel to validate. {INSTEAD}")
    shipment = shipment_of(item, shape)
    if shipment is None or not shipment.shipment_id:
        raise Refused(f"ReturnGO has no parcel for unit {unit}. {INSTEAD}")
    return shipment


def _shipment_date(shipment: ShipmentShape) -> datetime | None:
    extra = shipment.model_extra or {}
    return next((at for key in compat.SHIPMENT_DATES if (at := moment(str(extra.get(key, ""))))), None)


def _comment_date(shipment: ShipmentShape, shape: RmaShape) -> datetime | None:
    """The latest entry saying so; with several parcels only an entry that names this one."""
    is_alone = len(inbound(shape)) == 1
    dates = [
        at
        for comment in shape.comments
        if compat.is_receipt_comment(comment.text)
        and (is_alone or (shipment.shipment_id and shipment.shipment_id in comment.text))
        and (at := moment(comment.at))
    ]
    return max(dates, default=None)
