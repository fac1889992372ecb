"""What the customer gets in exchange, unit by unit, and the storefront's orders for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.figures import amount_of, digits_of
from tieout.connectors.returngo.wire import ExchangeItemShape, ItemShape, RmaShape
from tieout.domain.documents.rma import ExchangeItem, ExchangeOrder
from tieout.domain.money import Money

EXCHANGE_ORDER_TYPES = frozenset({"", "Exchange"})
FEE_ORDER_TYPES = frozenset({"Fee"})
"""An order that charges the customer something: no goods leave on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One piece of goods that leaves."""

    sku: str
    product: str
    price: Money


def exchanges_from(
    shape: RmaShape, wanting: Sequence[ItemShape], currency: str
) -> Mapping[str, tuple[ExchangeItem, ...]]:
    """What leaves for each returned unit, by unit id; `wanting` are the units to be exchanged.

    What a unit states is its own. What only the RMA states goes, piece by piece, to the first unit of the
    same product that states nothing and has nothing yet (a change of variant), else to the first unit.
    """
    pieces = {item.unit_id: list(_pieces(item.exchange_items, currency)) for item in shape.items}
    told = {unit for unit, stated in pieces.items() if stated}
    for piece in _of_the_rma_alone(shape, pieces.values(), currency):
        empty = (i for i in wanting if i.unit_id not in told and not pieces[i.unit_id])
        taker = next((i for i in empty if piece.product and i.product_id == piece.product), None)
        taker = taker or next(iter(wanting), None)
        if taker is not None:
            pieces[taker.unit_id].append(piece)
    return {unit: _together(taken) for unit, taken in pieces.items()}


def exchange_orders_from(shape: RmaShape) -> tuple[ExchangeOrder, ...]:
    """The storefront's orders that goods leave on; released once ReturnGO names the order itself, not its draft."""
    return tuple(
        ExchangeOrder(
            order_id=digits_of(order.order_id), order_name=order.order_name, is_released=bool(order.order_id.strip())
        )
        for order in shape.exchange_orders
        if order.type in EXCHANGE_ORDER_TYPES
    )


def oddities(shape: RmaShape, wanting: Sequence[ItemShape]) -> Iterator[str]:
    """What of the exchange nobody documented, in words for a person."""
    for order in shape.exchange_orders:
        if order.type not in EXCHANGE_ORDER_TYPES | FEE_ORDER_TYPES:
            yield f"exchange order {order.order_name or order.order_id} {order.type}"
    stated = (*shape.exchange_items, *(entry for item in shape.items for entry in item.exchange_items))
    for entry in stated:
        if entry.price is None:
            yield f"exchange item {entry.sku} without a price"
        if not 0 < entry.quantity <= compat.EXCHANGE_QUANTITY_MAX:
            yield f"exchange item {entry.sku} of quantity {entry.quantity}"
    takers = {item.unit_id for item in wanting}
    if (shape.exchange_items and not takers) or any(i.exchange_items and i.unit_id not in takers for i in shape.items):
        yield "exchange items for a unit that is not exchanged"


def _of_the_rma_alone(shape: RmaShape, stated: Iterable[Sequence[_Piece]], currency: str) -> Iterator[_Piece]:
    """The RMA's pieces less those that its units state: ReturnGO lists both, and one may repeat the other."""
    repeated = Counter(piece.sku for taken in stated for piece in taken)
    for piece in list(_pieces(shape.exchange_items, currency)):
        if repeated[piece.sku]:
            repeated[piece.sku] -= 1
        else:
            yield piece


def _pieces(entries: Iterable[ExchangeItemShape], currency: str) -> Iterator[_Piece]:
    for entry in entries:
        price = amount_of(entry.price, currency)
        if price is not None and 0 < entry.quantity <= compat.EXCHANGE_QUANTITY_MAX:
            yield from [_Piece(sku=entry.sku, product=digits_of(entry.product_id), price=price)] * entry.quantity


def _together(pieces: Sequence[_Piece]) -> tuple[ExchangeItem, ...]:
    """Pieces of one stock code at one price as one item, in the order in which they were stated."""
    return tuple(
        ExchangeItem(sku=piece.sku, quantity=count, price=Money(piece.price.minor * count, piece.price.currency))
        for piece, count in Counter(pieces).items()
    )
