"""Work out what may be offered, with every part of the formula kept.

available = on hand (saleable bins, or the last count) - allocated in Sage - sold in the shop and not in Sage
- ordered in Sage and not allocated - at warehouses beyond what Sage has allocated - lost and not in Sage
- about to be offered by their return - buffer, and never less than nothing. With counts, units that left before the
count are not taken off again, and those that left after it are.

Sage's own free-stock field is no part of it: it knows nothing of orders under way, and is worked out late (WMS-22).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from tieout.domain.availability.facts import (
    ZERO,
    Count,
    Departure,
    Loss,
    Offer,
    Promise,
    Returning,
    Shelf,
    Source,
    Stock,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What may be offered of one stock code at one location; the parts are positive and are taken off `on_hand`."""

    offer: Offer
    as_at: datetime
    source: Source
    on_hand: Decimal
    """In saleable bins by Sage's books, or by the counts that are not stale."""
    allocated: Decimal
    sold: Decimal
    """By shop orders that Sage has not."""
    ordered: Decimal
    """By orders in Sage, beyond what is allocated."""
    at_warehouse: Decimal
    """In warehouses' hands or shipped, beyond what Sage has ordered or allocated."""
    lost: Decimal
    left: Decimal
    """Left after the count and taken off Sage already; with Sage's books nought."""
    gone: Decimal
    """Put back on: left before the count, and still among the promised units; with Sage's books nought."""
    buffer: Decimal
    returning: Decimal = ZERO
    """About to be offered by the flow of their return, which raises what the shop offers by itself."""
    not_for_sale: Decimal = ZERO
    """On hand in bins that are not for sale: shown, and no part of the sum."""
    free: Decimal | None = None
    """Sage's own free-stock field for the same saleable bins, where Sage gives it."""
    stale: tuple[str, ...] = ()
    """Sites whose count is missing or too old, and so left out."""
    is_known: bool = True
    """False where no count can be used at all: then there is no figure to publish."""

    @property
    def there(self) -> Decimal:
        """What is there and promised to nobody, before the buffer; below nought where more is promised than is there.

        The parts add up: this is `on_hand` less every other part, and `gone` put back.
        """
        promised = self.allocated + self.sold + self.ordered + self.at_warehouse - self.gone
        return self.on_hand - promised - self.lost - self.left - self.returning

    @property
    def available(self) -> Decimal:
        """What may be offered: whole units, never less than nothing."""
        return max((self.there - self.buffer).to_integral_value(rounding=ROUND_FLOOR), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """Sage's free-stock field less our figure: what it would offer too many. None where Sage gives none."""
        return None if self.free is None else self.free - self.available


def figures(stock: Stock) -> tuple[Figure, ...]:
    """One figure for every offer wanted, in their order."""
    by_offer = _Sorted(stock)
    buffers = dict(stock.buffers)
    return tuple(_figure(stock, by_offer, offer, buffers.get(offer, ZERO)) for offer in stock.offers)


class _Sorted:
    """The facts by what they concern."""

    def __init__(self, stock: Stock) -> None:
        self.shelves: Mapping[Offer, list[Shelf]] = _by_offer(stock.shelves)
        self.promises: Mapping[Offer, list[Promise]] = _by_offer(stock.promises)
        self.departures: Mapping[Offer, list[Departure]] = _by_offer(stock.departures)
        self.losses: Mapping[Offer, list[Loss]] = _by_offer(stock.losses)
        self.returning: Mapping[Offer, list[Returning]] = _by_offer(stock.returning)
        self.counts: Mapping[Offer, list[Count]] = _by_offer(stock.counts)


T = TypeVar("T", Shelf, Promise, Departure, Loss, Returning, Count)


def _by_offer(facts: Iterable[T]) -> Mapping[Offer, list[T]]:
    found: defaultdict[Offer, list[T]] = defaultdict(list)
    for fact in facts:
        found[fact.offer].append(fact)
    return found


def _figure(stock: Stock, by_offer: _Sorted, offer: Offer, buffer: Decimal) -> Figure:
    shelves = by_offer.shelves.get(offer, [])
    saleable = [shelf for shelf in shelves if shelf.is_for_sale]
    promises = by_offer.promises.get(offer, [])
    counts = by_offer.counts.get(offer, [])
    fresh = [count for count in counts if not count.is_stale]
    counted_at = min((count.taken_at for count in fresh), default=None) if stock.source == "count" else None
    losses = by_offer.losses.get(offer, [])
    departures = by_offer.departures.get(offer, [])
    return Figure(
        offer=offer,
        as_at=stock.as_at,
        source=stock.source,
        on_hand=_sum(count.on_hand for count in fresh)
        if stock.source == "count"
        else _sum(shelf.on_hand for shelf in saleable),
        allocated=_sum(shelf.allocated for shelf in saleable),
        sold=_sum(max(one.sold - one.allocated, ZERO) for one in promises),
        ordered=_sum(max(one.ordered - max(one.sold, one.allocated), ZERO) for one in promises),
        at_warehouse=_sum(max(one.at_warehouse - max(one.ordered, one.sold, one.allocated), ZERO) for one in promises),
        lost=_sum(loss.units for loss in losses if counted_at is None or loss.at > counted_at),
        left=_left(departures, counted_at),
        gone=_gone(promises, departures, fresh) if stock.source == "count" else ZERO,
        buffer=buffer,
        returning=_sum(one.units for one in by_offer.returning.get(offer, [])),
        not_for_sale=_sum(shelf.on_hand for shelf in shelves if not shelf.is_for_sale),
        free=_free(saleable),
        stale=tuple(sorted(count.site for count in counts if count.is_stale)) if stock.source == "count" else (),
        is_known=stock.source == "sage" or bool(fresh),
    )


def _left(departures: Iterable[Departure], counted_at: datetime | None) -> Decimal:
    """What Sage has already taken off and the oldest of the counts still holds."""
    if counted_at is None:
        return ZERO
    return _sum(one.units for one in departures if one.is_told and one.left_at > counted_at)


def _gone(promises: Iterable[Promise], departures: Iterable[Departure], fresh: list[Count]) -> Decimal:
    """What orders still take by the books and no count can hold: it had left before every one of them."""
    if not fresh:
        return ZERO
    first = min(count.taken_at for count in fresh)
    before: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in departures:
        if not one.is_told and one.left_at <= first:
            before[one.order] += one.units
    return _sum(min(before[promise.order], promise.units) for promise in promises)


def _free(saleable: Iterable[Shelf]) -> Decimal | None:
    told = [shelf.free for shelf in saleable if shelf.free is not None]
    return _sum(told) if told else None


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)
