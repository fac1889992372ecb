"""Which order lines the units of a shipment belong to, in selling units; whatever is not certain is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from tieout.domain.commands import BatchQuantity, Despatch, RequestLine
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.documents.shipping import Shipment, ShippedLine
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.batches import dealt, in_stock_units
from tieout.domain.orders.facts import OrderFacts, Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.units import stock_code_of, to_selling
from tieout.domain.rules.mapping import MappingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftUnits:
    """Units of one order line that left in one shipment."""

    line: OpenLine
    quantity: Decimal
    """In selling units."""
    stock_quantity: Fraction
    batches: tuple[BatchQuantity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A shipment read in terms of its order, or every reason why it cannot be."""

    shipment: Shipment
    sent: Sent
    left: tuple[LeftUnits, ...]
    faults: tuple[Fault, ...]

    def of(self, line_id: str) -> Decimal:
        """What left of one order line, in selling units."""
        return sum((units.quantity for units in self.left if units.line.line_id == line_id), Decimal(0))


Room = dict[str, Fraction]
"""What is still to be filled of the lines of a request, in the warehouse's units, by our id of the line."""


def resolve_request(facts: OrderFacts, order: OpenOrder, sent: Sent) -> tuple[Resolved, ...]:
    """Read every shipment of a request that holds units, in the order of telling.

    Units that name no line fill the lines of their code one after the other, over all shipments of the request: the
    oldest first, after those that Sage has been told of, which belong where they were booked.
    """
    room = {line.line: Fraction(line.quantity) for line in sent.command.lines}
    shipments = [shipment for shipment in sent.shipments if shipment.lines]
    booked = {
        index: _booked(order, sent, posted.command)
        for index, shipment in enumerate(shipments)
        if (posted := facts.posted_under(despatch_key(facts.company, shipment))) is not None
    }
    for its in booked.values():
        for line, units in its.items():
            room[line] = room.get(line, Fraction(0)) - units
    ages = sorted(range(len(shipments)), key=lambda index: (shipments[index].reached_at, shipments[index].shipment_id))
    read = {index: resolve(facts, order, sent, shipments[index], booked.get(index, room)) for index in ages}
    return tuple(read[index] for index in range(len(shipments)))


def _booked(order: OpenOrder, sent: Sent, command: Despatch) -> Room:
    """Where the units of a shipment were booked, in the warehouse's units."""
    multiples = {line.line_id: Fraction(line.stock_units) for line in order.lines}
    told = {line.order_line: Fraction(line.quantity) * multiples.get(line.order_line, 1) for line in command.lines}
    return {line.line: told[line.line] / _factor(line) for line in sent.command.lines if line.line in told}


def _factor(line: RequestLine) -> Fraction:
    """Stock units in one of the warehouse's, as they were frozen."""
    return Fraction(line.stock_quantity) / Fraction(line.quantity)


def resolve(facts: OrderFacts, order: OpenOrder, sent: Sent, shipment: Shipment, room: Room) -> Resolved:
    """Read one shipment of a request; takes from `room` what it fills."""
    left: dict[str, LeftUnits] = {}
    faults: list[Fault] = []
    for shipped in shipment.lines:
        for found in _resolve_line(facts, order, sent, shipment, shipped, room):
            if isinstance(found, Fault):
                faults.append(found)
            else:
                left[found.line.line_id] = _together(left.get(found.line.line_id), found)
    return Resolved(shipment=shipment, sent=sent, left=tuple(left.values()), faults=tuple(dict.fromkeys(faults)))


def _resolve_line(
    facts: OrderFacts,
    order: OpenOrder,
    sent: Sent,
    shipment: Shipment,
    shipped: ShippedLine,
    room: Room,
) -> Iterator[LeftUnits | Fault]:
    told_in = f" ({shipment.source})" if shipment.source else ""
    at = f"shipment {shipment.shipment_id} of {shipment.reference}, {shipped.sku}{told_in}"
    if shipped.sku_ordered and not _is_same(facts.tables, sent, shipped.sku_ordered, shipped.sku):
        if likened(shipped.sku_ordered) == likened(shipped.sku):
            # The same item in another spelling, unless Sage has an item of that very code.
            yield _not_on_order(facts, order, sent, shipment, shipped, at)
            return
        yield Fault(code=kinds.SUBSTITUTED.code, at=at, saw=shipped.sku, wanted=shipped.sku_ordered)
        return
    asked = tuple(_asked(facts.tables, sent, shipped))
    if not asked:
        yield _not_on_order(facts, order, sent, shipment, shipped, at)
        return
    parts = list(_shared(asked, Fraction(shipped.quantity), room))
    shares = [quantity * _factor(line) for line, quantity in parts]
    numbers = dealt(in_stock_units(shipped, _factor(asked[0])), shares)
    for (line, quantity), stock, its in zip(parts, shares, numbers, strict=False):
        yield from _of_line(order, line, replace(shipped, quantity=_told(quantity), batches=its), stock, at)


def _of_line(
    order: OpenOrder, asked: RequestLine, shipped: ShippedLine, stock: Fraction, at: str
) -> Iterator[LeftUnits | Fault]:
    if shipped.unit and asked.unit and shipped.unit.casefold() != asked.unit.casefold():
        wanted = f"units of {asked.unit}"
        yield Fault(code=kinds.UOM_NON_INTEGER.code, at=at, saw=f"{shipped.quantity} {shipped.unit}", wanted=wanted)
        return
    line = next((line for line in order.lines if line.line_id == asked.line), None)
    if line is None or line.line_class != "standard" or not line.is_stocked:
        saw = line.description if line is not None else "a line that is no longer on the order"
        yield Fault(code=kinds.PICK_NOT_STOCK_ITEM.code, at=at, saw=saw, wanted=asked.stock_sku)
        return
    if line.sku != asked.stock_sku:
        yield Fault(code=kinds.SUBSTITUTED.code, at=at, saw=asked.stock_sku, wanted=f"{line.sku} in Sage by now")
        return
    selling = to_selling(stock, line.stock_units)
    if selling is None:
        saw = f"{shipped.quantity} {shipped.unit or 'units'}"
        yield Fault(code=kinds.UOM_NON_INTEGER.code, at=at, saw=saw, wanted=f"whole parts of {line.unit or 'a unit'}")
        return
    yield LeftUnits(line=line, quantity=selling, stock_quantity=stock, batches=shipped.batches)


def _asked(tables: MappingTables, sent: Sent, shipped: ShippedLine) -> Iterator[RequestLine]:
    """The lines of the request that a shipped line may be of: the one it names, else every one of its code.

    A line that is named counts only where the code agrees: a warehouse may have put another item on it.
    """
    named = [line for line in sent.command.lines if shipped.line in (line.line, f"#{line.number}")]
    lines = named if shipped.line and named else list(sent.command.lines)
    account = sent.command.account
    for line in lines:
        if line.sku == shipped.sku or line.stock_sku == stock_code_of(tables, account, shipped.sku):
            yield line


def _shared(asked: tuple[RequestLine, ...], quantity: Fraction, room: Room) -> Iterator[tuple[RequestLine, Fraction]]:
    """Units over lines of one code: each line is filled in the order's own sequence; what is over goes to the last."""
    rest = quantity
    for line in asked[:-1]:
        part = min(rest, room.get(line.line, Fraction(0)))
        if part > 0:
            room[line.line] -= part
            rest -= part
            yield line, part
    if rest > 0:
        last = asked[-1]
        room[last.line] = room.get(last.line, Fraction(0)) - rest
        yield last, rest


def _told(quantity: Fraction) -> Decimal:
    """Units of a part as people read them."""
    return Decimal(quantity.numerator) / Decimal(quantity.denominator)


def _not_on_order(
    facts: OrderFacts, order: OpenOrder, sent: Sent, shipment: Shipment, shipped: ShippedLine, at: str
) -> Fault:
    """A code that leads to no line of the request; the likeliest spelling is offered, never taken."""
    account = shipment.account
    code = stock_code_of(facts.tables, account, shipped.sku)
    if any(line.sku == code for line in order.lines if line.line_class != "standard" or not line.is_stocked):
        return Fault(code=kinds.PICK_NOT_STOCK_ITEM.code, at=at, saw=code, wanted="a stock item")
    is_item = any(product.sku == code for product in facts.products)
    likely = [line.sku for line in sent.command.lines if likened(line.sku) == likened(shipped.sku)]
    if is_item and (not likely or shipped.sku_ordered):
        wanted = ", ".join(dict.fromkeys(line.sku for line in sent.command.lines))
        return Fault(code=kinds.SUBSTITUTED.code, at=at, saw=code, wanted=wanted)
    wanted = f"perhaps {likely[0]}" if likely else ""
    row = f"warehouse_alias/{account}|{shipped.sku}"
    return Fault(code=kinds.SKU_NOT_ON_ORDER.code, at=at, saw=shipped.sku, wanted=wanted, row=row)


def likened(code: str) -> str:
    """A code without what is often lost or changed on its way: case, punctuation, leading noughts."""
    return "".join(letter for letter in code.casefold() if letter.isalnum()).lstrip("0")


def _is_same(tables: MappingTables, sent: Sent, one: str, other: str) -> bool:
    account = sent.command.account
    return one == other or stock_code_of(tables, account, one) == stock_code_of(tables, account, other)


def _together(known: LeftUnits | None, more: LeftUnits) -> LeftUnits:
    if known is None:
        return more
    return LeftUnits(
        line=more.line,
        quantity=known.quantity + more.quantity,
        stock_quantity=known.stock_quantity + more.stock_quantity,
        batches=known.batches + more.batches,
    )
