"""Which line of Sage's order a product belongs to, in which unit, and how many of it. Pure.

A shipment names products by their stock code and keeps neither the line's number nor the unit: both stand on the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.wire import ItemShape, OrderedShape, OrderShape, PackedShape, ShipmentShape
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import HeldLine, ShippedLine

ONE = Decimal(1)
EACH = "EA"


def line_of(order: OrderShape, product: OrderedShape) -> str:
    """Sage's id of the line, where ShipBob kept the tag; else its number as `#3`; empty when there is neither."""
    if product.line_number is None:
        return ""
    return _tag(order, f"{compat.LINE_TAG}{product.line_number}") or f"#{product.line_number}"


def held_lines(order: OrderShape) -> tuple[HeldLine, ...]:
    """What was asked for."""
    return tuple(
        HeldLine(line=line_of(order, product), sku=product.code, quantity=product.quantity, unit=product.unit)
        for product in order.products
    )


def ordered_of(order: OrderShape, packed: PackedShape) -> tuple[OrderedShape, ...]:
    """The order's lines of a shipped product: by stock code, else by ShipBob's id of it; none for a substitute."""
    by_code = tuple(product for product in order.products if packed.code and product.code == packed.code)
    if by_code:
        return by_code
    return tuple(product for product in order.products if product.id is not None and product.id == packed.id)


def shipped_lines(
    order: OrderShape, shipment: ShipmentShape, switches: compat.ShipBobCompat
) -> tuple[ShippedLine, ...]:
    """What is in a shipment, line by line; products of which it holds nothing are left out."""
    lines: list[ShippedLine] = []
    for packed in shipment.products:
        lines.extend(_lines_of(order, packed, switches))
    return tuple(line for line in lines if line.quantity)


def _lines_of(order: OrderShape, packed: PackedShape, switches: compat.ShipBobCompat) -> list[ShippedLine]:
    ordered = ordered_of(order, packed)
    # Two lines of one stock code cannot be told apart on a shipment: no line is better than the wrong one.
    only = ordered[0] if len(ordered) == 1 else None
    line = line_of(order, only) if only else ""
    units = {product.unit for product in ordered}
    unit = units.pop() if len(units) == 1 else ""
    factor = _factor(order, only) if only else ONE
    code = packed.code or (ordered[0].code if ordered else f"product {packed.id}")
    if len({item.id for item in packed.items}) <= 1:
        quantity, unit, per = _counted(
            sum((item.quantity for item in packed.items), Decimal(0)), unit, factor, switches
        )
        return [ShippedLine(line=line, sku=code, quantity=quantity, unit=unit, batches=_batches(packed.items, per))]
    # Lots of a kit's parts are no lots of the kit.
    kits = _kits(order, packed, only)
    if kits is not None:
        return [ShippedLine(line=line, sku=code, quantity=kits, unit=unit)]
    return [
        ShippedLine(
            line=line,
            sku=item.name or f"inventory item {item.id}",
            quantity=item.quantity,
            sku_ordered=code,
            batches=_batches([item], ONE),
        )
        for item in packed.items
    ]


def _counted(
    quantity: Decimal, unit: str, factor: Decimal, switches: compat.ShipBobCompat
) -> tuple[Decimal, str, Decimal]:
    """Quantity and unit of a line, and stock units in one counted unit.

    Where ShipBob counts eaches, whole ordered units are told as such; a part of one stays in eaches.
    """
    if switches.shipped_in == "ordered_unit" or unit in {"", EACH}:
        return quantity, unit, factor
    if factor > 0 and quantity % factor == 0:
        return quantity / factor, unit, ONE
    return quantity, EACH, ONE


def _kits(order: OrderShape, packed: PackedShape, ordered: OrderedShape | None) -> Decimal | None:
    """How many whole kits a shipment holds of a product made of several items; None where that cannot be told.

    The published contract does not say how many of an item make a kit: what all shipments hold, over what was ordered.
    """
    if ordered is None or ordered.quantity <= 0:
        return None
    everywhere = [
        item
        for shipment in order.shipments
        for product in shipment.products
        if ordered_of(order, product) == (ordered,)
        for item in product.items
    ]
    totals, here = _by_item(everywhere), _by_item(packed.items)
    counts: set[Decimal] = set()
    for item_id, total in totals.items():
        per_kit = total / ordered.quantity
        if per_kit <= 0 or per_kit != per_kit.to_integral_value():
            return None
        counts.add(here.get(item_id, Decimal(0)) / per_kit)
    if len(counts) != 1:
        return None
    count = counts.pop()
    return count if count == count.to_integral_value() else None


def _by_item(items: Sequence[ItemShape]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for item in items:
        sums[item.id] = sums.get(item.id, Decimal(0)) + item.quantity
    return sums


def _batches(items: Sequence[ItemShape], per: Decimal) -> tuple[BatchQuantity, ...]:
    """Serial numbers where there are any, else lots; in stock units, of which one counted unit is `per`."""
    serials = [BatchQuantity(number=serial, quantity=ONE) for item in items for serial in item.serials if serial]
    if serials:
        return tuple(serials)
    lots: dict[str, Decimal] = {}
    for item in items:
        if item.lot and item.quantity:
            lots[item.lot] = lots.get(item.lot, Decimal(0)) + item.quantity * per
    return tuple(BatchQuantity(number=lot, quantity=quantity) for lot, quantity in lots.items())


def _factor(order: OrderShape, product: OrderedShape) -> Decimal:
    """How many stock units one ordered unit was at release; 1 where no tag says so."""
    try:
        factor = Decimal(_tag(order, f"{compat.FACTOR_TAG}{product.line_number}") or "1")
    except InvalidOperation:
        return ONE
    return factor if factor.is_finite() and factor > 0 else ONE


def _tag(order: OrderShape, name: str) -> str:
    return next((tag.value for tag in order.tags if tag.name == name), "")
