"""Batch and serial numbers of what left, in stock units, dealt out over the order lines that the units belong to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tieout.domain.commands import BatchQuantity
from tieout.domain.documents.shipping import ShippedLine
from tieout.domain.orders.units import PLACES, exact


def in_stock_units(shipped: ShippedLine, factor: Fraction) -> tuple[BatchQuantity, ...]:
    """The numbers of a shipped line in stock units, `factor` of them in one of its own.

    Some warehouses count a batch in stock units, others in the line's. What adds up to the line's stock units is taken
    as it is, what adds up to the line's own units is converted; anything else stays as it was told, and does not add
    up.
    """
    told = Fraction(sum((each.quantity for each in shipped.batches), Decimal(0)))
    units = Fraction(shipped.quantity)
    if told == units * factor or told != units:
        return shipped.batches
    found = [(each.number, exact(Fraction(each.quantity) * factor, PLACES)) for each in shipped.batches]
    made = tuple(BatchQuantity(number=number, quantity=many) for number, many in found if many is not None)
    return made if len(made) == len(found) else shipped.batches


def dealt(numbers: Sequence[BatchQuantity], parts: Sequence[Fraction]) -> list[tuple[BatchQuantity, ...]]:
    """The numbers dealt out over parts of so many stock units, in sequence; what is over goes to the last."""
    found: list[tuple[BatchQuantity, ...]] = []
    rest = list(numbers)
    for wanted in parts[:-1]:
        hand: list[BatchQuantity] = []
        missing = wanted
        while rest and missing > 0:
            first = rest.pop(0)
            taken = min(Fraction(first.quantity), missing)
            many = exact(taken, PLACES)
            if many is None or taken == first.quantity:
                many, taken = first.quantity, Fraction(first.quantity)
            hand.append(BatchQuantity(number=first.number, quantity=many))
            missing -= taken
            if first.quantity > many:
                rest.insert(0, BatchQuantity(number=first.number, quantity=first.quantity - many))
        found.append(tuple(hand))
    return [*found, tuple(rest)]
