"""Sends what was ordered: what is still to send, and what that does to orders and stock.

An order has one fulfilment order, at one location; its number is the order's, and its lines' numbers are the lines'.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify import rest
from tieout.sandbox.shopify.books import Books, Line, Order
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.fulfilment_books import Fulfilment, FulfilmentPart, TrackingNumber
from tieout.sandbox.shopify.stock import Level

if TYPE_CHECKING:
    from tieout.sandbox.shopify.shop import Shop

INVALID_QUANTITY = "Invalid fulfillment order line item quantity requested."


class FulfilmentRefusedError(Exception):
    """The units cannot be sent."""


def sent(order: Order, line: Line) -> int:
    """Return how many units of a line have left."""
    return sum(part.quantity for one in order.fulfilments for part in one.parts if part.line is line)


def remaining(order: Order, line: Line) -> int:
    """Return how many units are still to be sent: what is neither sent nor refunded."""
    return 0 if order.cancelled_at else max(line.current_quantity - sent(order, line), 0)


def order_status(order: Order) -> str:
    """Return the status of an order's fulfilment order."""
    if order.cancelled_at:
        return "CANCELLED"
    if not any(remaining(order, line) for line in order.lines):
        return "CLOSED"
    return "IN_PROGRESS" if order.fulfilments else "OPEN"


def location_of(order: Order, books: Books) -> int | None:
    """Return the location that an order is sent from: its own, else the first."""
    return order.location_id or next(iter(books.locations), None)


def went_at_once(books: Books, order: Order) -> None:
    """Enter that all of an order has left when it was made."""
    parts = tuple(FulfilmentPart(id=x.fulfilment_line_id, line=x, quantity=x.quantity) for x in order.lines)
    keep(books, order, parts, order.created_at, number=order.agreement_id)


def keep(  # the parts of one fulfilment
    books: Books,
    order: Order,
    parts: tuple[FulfilmentPart, ...],
    at: datetime,
    tracking: tuple[TrackingNumber, ...] = (),
    *,
    number: int,
) -> Fulfilment:
    """Put a fulfilment into the books."""
    made = Fulfilment(
        id=number,
        name=f"{order.name}.{len(order.fulfilments) + 1}",
        order=order,
        created_at=at,
        updated_at=at,
        parts=parts,
        tracking=tracking,
        location_id=location_of(order, books),
    )
    order.fulfilments.append(made)
    books.fulfilments[made.id] = made
    return made


def reserve(line: Line, level: Level) -> None:
    """Commit a line's units; they have been taken off what is available before."""
    line.reserved = line.quantity
    level.committed += line.quantity


def check_units(order: Order, wanted: Sequence[tuple[Line, int]]) -> None:
    """Raise FulfilmentRefusedError when an order has no such units to send."""
    if order_status(order) in {"CLOSED", "CANCELLED"}:
        raise FulfilmentRefusedError(
            f"Fulfillment order {order.id} has an unfulfillable status= {order_status(order).lower()}."
        )
    asked: dict[int, int] = {}
    for line, units in wanted:
        asked[line.id] = asked.get(line.id, 0) + units
        if units < 1 or asked[line.id] > remaining(order, line):
            raise FulfilmentRefusedError(INVALID_QUANTITY)
    if not asked:
        raise FulfilmentRefusedError(INVALID_QUANTITY)


class FulfilmentDesk:
    """Changes fulfilments in the shop's books; times and journal entries are given by the caller."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._books = shop.books

    def send(
        self,
        order: Order,
        wanted: Sequence[tuple[Line, int]],
        tracking: tuple[TrackingNumber, ...],
        now: datetime,
        entry: JournalEntry,
        *,
        notify: bool,
    ) -> Fulfilment:
        """Send units of an order, or raise FulfilmentRefusedError and leave everything as it was."""
        check_units(order, wanted)
        parts: list[FulfilmentPart] = []
        for line, units in wanted:
            first = not sent(order, line) and all(part.line is not line for part in parts)
            number = line.fulfilment_line_id if first else self._books.new_id()
            parts.append(FulfilmentPart(id=number, line=line, quantity=units))
        made = keep(self._books, order, tuple(parts), now, tracking, number=self._books.new_id())
        made.notices += notify
        for part in made.parts:
            self._take(order, part, now)
        order.fulfilled = not any(remaining(order, line) for line in order.lines)
        entry.effect(
            "fulfilment.created",
            id=gid("Fulfillment", made.id),
            order=order.name,
            units=made.units,
            tracking=",".join(x.number for x in tracking),
            notified=int(notify),
        )
        self._shop.touch(order, now)
        return made

    def track(
        self,
        made: Fulfilment,
        tracking: tuple[TrackingNumber, ...],
        now: datetime,
        entry: JournalEntry,
        *,
        notify: bool,
    ) -> None:
        """Replace the numbers of a fulfilment."""
        made.tracking, made.updated_at = tracking, now
        made.notices += notify
        entry.effect(
            "fulfilment.tracked", id=gid("Fulfillment", made.id), tracking=",".join(x.number for x in tracking)
        )
        self._shop.touch(made.order, now)

    def give_free(self, order: Order, line: Line, units: int, now: datetime) -> int:
        """Give back committed units of a line that is not sent any more; return how many there were."""
        free, place = min(line.reserved, units), location_of(order, self._books)
        if not free or line.variant is None or place is None:
            return 0
        level = self._shop.level(line.variant.inventory_item_id, place, now)
        line.reserved -= free
        level.committed -= free
        level.available += free
        self._changed(level, now)
        return free

    def _take(self, order: Order, part: FulfilmentPart, now: datetime) -> None:
        """Take units off the shelf: committed ones first, else of what is available."""
        line, place = part.line, location_of(order, self._books)
        if line.variant is None or place is None:
            return
        level = self._shop.level(line.variant.inventory_item_id, place, now)
        committed = min(line.reserved, part.quantity)
        line.reserved -= committed
        level.committed -= committed
        level.available -= part.quantity - committed
        level.on_hand -= part.quantity
        self._changed(level, now)

    def _changed(self, level: Level, now: datetime) -> None:
        level.updated_at = now
        self._shop.announce("inventory_levels/update", rest.level_body(level), now)
