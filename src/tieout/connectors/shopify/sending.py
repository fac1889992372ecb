"""Which units of an order leave from where. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tieout.connectors.shopify import compat
from tieout.connectors.shopify.wire_stock import FulfilmentOrderShape
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Units taken from one line of a fulfilment order."""

    fulfilment_order: str
    line: str
    quantity: int


def wanted_of(command: c.FulfilOrder) -> Counter[str]:
    """Units to send by stock code."""
    wanted: Counter[str] = Counter()
    for line in command.lines:
        wanted[line.sku] += line.quantity
    return wanted


def refuse_nothing(command: c.FulfilOrder) -> None:
    """Refused when there is nothing to send, or less."""
    if not command.lines or any(line.quantity <= 0 for line in command.lines):
        raise Refused(f"order {command.order_name} has a line of nothing to be marked as sent")


def plan(order_name: str, wanted: Mapping[str, int], orders: Sequence[FulfilmentOrderShape]) -> list[list[Taken]]:
    """The units to take, one list for each location, because Shopify fulfils for one location at a time.

    A location that has most of them left goes first, so that one that has all is the only one. Refused when
    fewer are left than left the warehouse.
    """
    places: dict[str, list[FulfilmentOrderShape]] = {}
    for order in orders:
        if order.status in compat.FULFILLABLE:
            places.setdefault(order.place, []).append(order)
    left = Counter(wanted)
    found: list[list[Taken]] = []
    for held in sorted(places.values(), key=lambda held: -_covered(held, wanted)):
        taken = _taken(held, left)
        if taken:
            found.append(taken)
    missing = +left
    if missing:
        raise Refused(f"order {order_name} {_shortage(missing, wanted, orders)}")
    return found


def fulfilment_input(command: c.FulfilOrder, taken: Sequence[Taken], *, notify: bool) -> Mapping[str, Json]:
    """`FulfillmentInput`. Addresses for following go along where there is one for each number, else Shopify's own."""
    by_order: dict[str, list[Json]] = {}
    for one in taken:
        by_order.setdefault(one.fulfilment_order, []).append({"id": one.line, "quantity": one.quantity})
    lines: list[Json] = [
        {"fulfillmentOrderId": order, "fulfillmentOrderLineItems": rows} for order, rows in by_order.items()
    ]
    tracking: dict[str, Json] = {}
    if command.carrier:
        tracking["company"] = command.carrier
    if command.tracking:
        tracking["numbers"] = list(command.tracking)
    if command.urls and len(command.urls) == len(command.tracking):
        tracking["urls"] = list(command.urls)
    body: dict[str, Json] = {"lineItemsByFulfillmentOrder": lines, "notifyCustomer": notify}
    return {**body, "trackingInfo": tracking} if tracking else body


def _covered(held: Sequence[FulfilmentOrderShape], wanted: Mapping[str, int]) -> int:
    there = _remaining(held)
    return sum(min(quantity, there[sku]) for sku, quantity in wanted.items())


def _remaining(orders: Sequence[FulfilmentOrderShape]) -> Counter[str]:
    there: Counter[str] = Counter()
    for order in orders:
        for line in order.line_items.nodes:
            there[line.line_item.sku] += line.remaining_quantity
    return there


def _taken(held: Sequence[FulfilmentOrderShape], left: Counter[str]) -> list[Taken]:
    """Takes what is still wanted out of `left`."""
    taken: list[Taken] = []
    for order in held:
        for line in order.line_items.nodes:
            quantity = min(left[line.line_item.sku], line.remaining_quantity)
            if quantity > 0:
                left[line.line_item.sku] -= quantity
                taken.append(Taken(fulfilment_order=order.id, line=line.id, quantity=quantity))
    return taken


def _shortage(missing: Mapping[str, int], wanted: Mapping[str, int], orders: Sequence[FulfilmentOrderShape]) -> str:
    closed = [order for order in orders if order.status not in compat.FULFILLABLE]
    parts = []
    for sku, quantity in missing.items():
        part = f"has {wanted[sku] - quantity} of {sku} left to send, not {wanted[sku]}"
        words = sorted({order.status for order in closed if _remaining([order])[sku] > 0})
        parts.append(f"{part} (others are {' and '.join(words)})" if words else part)
    return "; ".join(parts)
