"""ShipBob's orders as the trade calls them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.lines import held_lines
from tieout.connectors.shipbob.wire import OrderShape, ShipmentShape
from tieout.domain.commands import Found
from tieout.domain.commands.warehouse import request_figures
from tieout.domain.documents.shipping import RequestStatus, Stage, WarehouseOrder


def word_of(shipment: ShipmentShape) -> str:
    """What the shipment's status means: waiting, held, labelled, left, cancelled; empty for a word we do not know."""
    return compat.SHIPMENT_WORDS.get(compat.folded(shipment.status), "")


def stage_of(shipment: ShipmentShape) -> Stage | None:
    """How far the shipment has come; None while nothing is picked, or when it is held or cancelled."""
    word = word_of(shipment)
    if word == "left":
        return "despatched"
    if word == "labelled":
        return "packed"
    if word != "waiting":
        return None
    stages = {compat.DETAIL_STAGES.get(compat.folded(detail.name)) for detail in shipment.details}
    return "packed" if "packed" in stages else "picked" if "picked" in stages else None


def can_leave(shipment: ShipmentShape) -> bool:
    """Whether units of it may still leave; a word that we do not know says nothing else."""
    return word_of(shipment) not in {"left", "cancelled"}


def is_called_off(order: OrderShape) -> bool:
    """Whether nothing of the order can leave any more, and something of it was cancelled."""
    if any(can_leave(shipment) for shipment in order.shipments):
        return False
    is_cancelled = compat.ORDER_WORDS.get(compat.folded(order.status)) is RequestStatus.CANCELLED
    return is_cancelled or any(word_of(shipment) == "cancelled" for shipment in order.shipments)


def found_request(order: OrderShape) -> Found:
    """The order as it was asked for, by the seller's stock code."""
    lines = [(product.code or f"product {product.id}", product.quantity) for product in order.products]
    return Found(reference=str(order.id), figures=request_figures(order.reference_id, lines))


def warehouse_order(order: OrderShape) -> WarehouseOrder:
    """How the request stands."""
    return WarehouseOrder(
        reference=order.reference_id,
        warehouse_ids=(str(order.id),),
        status=status_of(order),
        status_text=_status_text(order),
        lines=held_lines(order),
        reason=_reason(order),
    )


def status_of(order: OrderShape) -> RequestStatus:
    """Where the order stands, by its shipments; by its own status while it has none."""
    own = compat.ORDER_WORDS.get(compat.folded(order.status), RequestStatus.UNKNOWN)
    words = [word_of(shipment) for shipment in order.shipments]
    if own is RequestStatus.UNKNOWN or "" in words:
        return RequestStatus.UNKNOWN
    if not words:
        return own
    if set(words) == {"cancelled"}:
        return RequestStatus.CANCELLED
    if "left" in words:
        is_all = set(words) == {"left"} and own is not RequestStatus.PART_SHIPPED
        return RequestStatus.SHIPPED if is_all else RequestStatus.PART_SHIPPED
    live = [shipment for shipment in order.shipments if word_of(shipment) != "cancelled"]
    return _before_leaving(live)


def _before_leaving(live: Sequence[ShipmentShape]) -> RequestStatus:
    """The status of an order of which nothing has left: the stage that all have reached, once somebody has begun."""
    stages = [stage_of(shipment) for shipment in live]
    if all(stage == "packed" for stage in stages):
        return RequestStatus.PACKED
    if all(stages):
        return RequestStatus.PICKED
    if any(stages) or any(_is_begun(shipment) for shipment in live):
        return RequestStatus.PICKING
    if any(word_of(shipment) == "held" for shipment in live):
        return RequestStatus.HELD
    return RequestStatus.RECEIVED


def _is_begun(shipment: ShipmentShape) -> bool:
    return any(compat.folded(detail.name) in compat.DETAIL_BEGUN for detail in shipment.details)


def _status_text(order: OrderShape) -> str:
    """ShipBob's own words: the order's, and each shipment's with its details."""
    parts = [order.status]
    for shipment in order.shipments:
        details = ", ".join(detail.name for detail in shipment.details if detail.name)
        parts.append(f"{shipment.id} {shipment.status}{f' ({details})' if details else ''}")
    return "; ".join(part for part in parts if part)


def _reason(order: OrderShape) -> str:
    """Why shipments are held or cancelled."""
    return "; ".join(
        dict.fromkeys(
            detail.description or detail.name
            for shipment in order.shipments
            if word_of(shipment) in {"held", "cancelled"}
            for detail in shipment.details
            if detail.description or detail.name
        )
    )


OUNCE: Decimal = Decimal("0.028349523125")
"""Kilograms in an ounce, exactly (international avoirdupois)."""


def kilograms(ounces: Decimal) -> Decimal | None:
    """The weight in kilograms, to the gram; None where ShipBob states none."""
    return (ounces * OUNCE).quantize(Decimal("0.001")) if ounces > 0 else None
