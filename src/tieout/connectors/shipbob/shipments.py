"""The shipments of one order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.lines import line_of, ordered_of, shipped_lines
from tieout.connectors.shipbob.translate import can_leave, is_called_off, kilograms, stage_of
from tieout.connectors.shipbob.wire import OrderShape, ShipmentShape, moment
from tieout.domain.documents.shipping import Parcel, Shipment, ShortLine, Stage
from tieout.ports.errors import BadAnswer

Follows = Literal["yes", "no", "unsaid"]


def shipments_of(
    order: OrderShape, account: str, site_names: Mapping[int, str], switches: compat.ShipBobCompat
) -> tuple[Shipment, ...]:
    """Everything of the order that left, or is picked or packed, oldest first."""
    begun = [(shipment, stage) for shipment in order.shipments if (stage := stage_of(shipment)) is not None]
    last = max((shipment.id for shipment, stage in begun if stage == "despatched"), default=None)
    found = []
    for shipment, stage in begun:
        follows = _follows(order, shipment)
        reached_at, text = reached(shipment, stage)
        found.append(
            Shipment(
                shipment_id=str(shipment.id),
                account=account,
                reference=order.reference_id,
                site=_site(shipment, site_names),
                stage=stage,
                reached_at=reached_at,
                reached_text=text,
                lines=shipped_lines(order, shipment, switches),
                parcels=_parcels(shipment),
                short=_short(order, switches) if shipment.id == last and follows == "no" else (),
                follows=follows,
                source=f"ShipBob order {order.id}, shipment {shipment.id}",
            )
        )
    return tuple(sorted(found, key=lambda each: (each.reached_at, int(each.shipment_id))))


def reached(shipment: ShipmentShape, stage: Stage) -> tuple[datetime, str]:
    """When the shipment reached the stage, by the best of the times that ShipBob states, and as it wrote it.

    ShipBob states no time of leaving: its actual fulfilment is picked, packed and labelled; freight has a shipping
    date. A stage without a time of its own has the shipment's last change.
    """
    freight = shipment.tracking.shipping_date if shipment.tracking else ""
    own = [shipment.actual_fulfillment_date] if stage != "picked" else []
    freight_first = [freight] if stage == "despatched" else []
    for text in (*own, *freight_first, shipment.last_update_at, shipment.created_date):
        at = moment(text)
        if at is not None:
            return at, text
    raise BadAnswer(f"ShipBob states no time for shipment {shipment.id}")


def _follows(order: OrderShape, shipment: ShipmentShape) -> Follows:
    """Whether more of the order is to come behind this shipment."""
    if any(can_leave(other) for other in order.shipments if other.id != shipment.id):
        return "yes"
    return "no" if is_called_off(order) else "unsaid"


def _short(order: OrderShape, switches: compat.ShipBobCompat) -> tuple[ShortLine, ...]:
    """What was ordered and will not leave, where each product stands on one line only."""
    left: dict[int, Decimal] = {}
    for shipment in order.shipments:
        if stage_of(shipment) != "despatched":
            continue
        for packed in shipment.products:
            ordered = ordered_of(order, packed)
            lines = shipped_lines(order, shipment.model_copy(update={"products": (packed,)}), switches)
            if len(ordered) != 1 or any(line.sku_ordered or line.unit != ordered[0].unit for line in lines):
                return ()
            at = order.products.index(ordered[0])
            left[at] = left.get(at, Decimal(0)) + sum((line.quantity for line in lines), Decimal(0))
    return tuple(
        ShortLine(
            line=line_of(order, product),
            sku=product.code,
            quantity=missing,
            unit=product.unit,
            reason="cancelled at ShipBob",
        )
        for at, product in enumerate(order.products)
        if (missing := product.quantity - left.get(at, Decimal(0))) > 0
    )


def _site(shipment: ShipmentShape, names: Mapping[int, str]) -> str:
    if shipment.location is None:
        return ""
    return names.get(shipment.location.id) or shipment.location.name or str(shipment.location.id or "")


def _parcels(shipment: ShipmentShape) -> tuple[Parcel, ...]:
    """The parcel, once it has a number: a shipment may have left before ShipBob tells its tracking."""
    tracking = shipment.tracking
    if tracking is None:
        return ()
    number = tracking.tracking_number or tracking.pro_number or tracking.bol
    if not number:
        return ()
    ounces = shipment.measurements.ounces if shipment.measurements else Decimal(0)
    return (
        Parcel(
            tracking=number,
            carrier=tracking.carrier,
            service=tracking.service,
            url=tracking.tracking_url,
            weight=kilograms(ounces),
        ),
    )
