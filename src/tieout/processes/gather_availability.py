"""Gather everything availability is worked out from, in an order in which no promise can slip between two reads.

A unit that is sold wanders from the shop's order to Sage's, to its allocation, to a warehouse and off the shelf. What
a read may miss must be seen by a later one: so first what we know of warehouses, then orders in Sage, then Sage's
stock, then what returns are about to offer, then what the shop offers, and last what the shop has sold. What wandered
meanwhile is taken off twice until the next look, never not at all; and what was sold after the shop's levels were read
makes the setting of them fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

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
from tieout.domain.availability.promising import at_warehouses, departures, location_of, lost_units, merged
from tieout.domain.availability.publishing import buffer_of
from tieout.domain.commands import RaiseAvailability
from tieout.domain.documents.open_order import PromisedLine
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.nodes import place_of
from tieout.domain.orders.units import item_at, stock_code_of
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.ports.selling import OrderBook, ShopSale, ShopStock
from tieout.processes.kinds import MOVEMENT, ORDER
from tieout.processes.record import command_from_json, order_facts_from_json
from tieout.processes.told import unpacked
from tieout.store import attempts, availability, cross_references, documents, effects, inbox
from tieout.store.store import Connection, Held

STALE_HOURS: Final = 26
ELSEWHERE: Final = "availability"
"""The kind under which names of shop orders are kept that Sage has given out whole."""
COUNTED_BACK: Final = timedelta(days=7)
"""How far back shipments are looked at that a count may still hold; older counts are stale in any house."""
MOVEMENTS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The facts, what the shop offers, and the shop's orders that Sage has not."""

    stock: Stock
    offered: Mapping[Offer, Decimal]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What our own store knows."""

    promises: tuple[Promise, ...]
    departures: tuple[Departure, ...]
    losses: tuple[Loss, ...]
    skus: frozenset[Offer]


def look(  # the systems, our store, the time and the rules
    company: Company, orders: OrderBook, shop: ShopStock, held: Held, now: datetime, tables: MappingTables
) -> Looked:
    """Read everything; raises the connector errors of the reads."""
    source: Source = "count" if (tables.policy("availability_source") or "").casefold() == "count" else "sage"
    with held.begin() as c:
        own = _own(c, company, now, tables)
    lines = tuple(orders.promised())
    shelves = tuple(_shelves(company, tables))
    with held.begin() as c:  # behind Sage's stock: whatever of a return is in it was decided on before
        returning = tuple(_returning(c, company.name))
    snapshots = tuple(_snapshots(company)) if source == "count" else ()
    counts = tuple(_counts(snapshots, tables, now))
    ordered = tuple(_ordered(lines, tables))
    offers = set(own.skus) | {shelf.offer for shelf in shelves} | {count.offer for count in counts}
    offers |= {promise.offer for promise in (*ordered, *own.promises)}
    skus = sorted({offer.sku for offer in offers})
    offered = {Offer(location=one.location, sku=one.sku): one.available for one in shop.levels(skus)}
    sales = tuple(shop.unsent())
    with held.begin() as c:
        unknown = _unknown(c, company.name, lines, sales)
    sold = tuple(_sold(sales, unknown))
    wanted = tuple(sorted(offers | {one.offer for one in sold if one.offer in offered}))
    stock = Stock(
        as_at=now,
        source=source,
        offers=wanted,
        shelves=shelves,
        promises=merged((*own.promises, *ordered, *sold)),
        departures=own.departures,
        losses=own.losses,
        returning=returning,
        counts=tuple(_with_gaps(counts, wanted, snapshots, tables, now)),
        buffers=tuple((offer, units) for offer in wanted if (units := buffer_of(tables, offer))),
    )
    return Looked(stock=stock, offered=offered, unknown=unknown)


def _own(c: Connection, company: Company, now: datetime, tables: MappingTables) -> _Own:
    known = [
        order_facts_from_json(facts)
        for _, facts in attempts.newest_facts(c, company.name, ORDER, since=now - COUNTED_BACK)
    ]
    keys = [despatch_key(facts.company, one) for facts in known for sent in facts.requests for one in sent.shipments]
    told = effects.done_keys(c, company.name, keys)
    kept = availability.kept_figures(c, company.name)
    return _Own(
        promises=tuple(promise for facts in known for promise in at_warehouses(facts, tables, told)),
        departures=tuple(left for facts in known for left in departures(facts, tables, told)),
        losses=tuple(_losses(c, company.name, tables)),
        skus=frozenset(Offer(location=one.location, sku=one.sku) for one in kept),
    )


def _returning(c: Connection, company: str) -> Iterator[Returning]:
    """What flows of returns are about to offer: they raise the shop's level by it, beside what we set."""
    for effect in effects.intended_of(c, company, "raise_availability"):
        command = command_from_json(effect.content)
        for line in command.lines if isinstance(command, RaiseAvailability) else ():
            yield Returning(offer=Offer(location=line.location, sku=line.sku), units=Decimal(line.quantity))


def _losses(c: Connection, company: str, tables: MappingTables) -> Iterator[Loss]:
    """Movements told by warehouses that are not settled with Sage."""
    for state in ("new", "waiting", "blocked"):
        for document in documents.documents_in(c, state, kind=MOVEMENT, limit=MOVEMENTS_MAX):
            if document.company != company:
                continue
            account = document.key.partition("|")[0]
            bodies = inbox.bodies_of(c, company, MOVEMENT, document.key, account)
            movements = [told for body in bodies if (told := unpacked(MOVEMENT, body)) is not None]
            if movements:
                yield from _loss(movements[-1], tables)


def _loss(movement: WarehouseMovement, tables: MappingTables) -> Iterator[Loss]:
    place = place_of(tables, movement.account, movement.site)
    sku = stock_code_of(tables, movement.account, movement.sku)
    item = item_at(tables, movement.account, sku)
    factor = Decimal(item.factor.numerator) / Decimal(item.factor.denominator) if item is not None else Decimal(1)
    location = location_of(tables, place.warehouse) if place is not None else ""
    units = lost_units(movement) * factor
    if location and units > 0:
        offer = Offer(location=location, sku=sku)
        yield Loss(movement=movement.movement_id, offer=offer, units=units, at=movement.occurred_at)


def _shelves(company: Company, tables: MappingTables) -> Iterator[Shelf]:
    """Every bin of the warehouses that some location sells from. A bin that Sage does not list is not for sale."""
    saleable = {(one.warehouse, one.name) for one in company.books.bins() if one.is_for_sale}
    for level in company.feeds.stock_levels():
        location = location_of(tables, level.warehouse)
        if location:
            yield Shelf(
                offer=Offer(location=location, sku=level.sku),
                warehouse=level.warehouse,
                bin=level.bin,
                on_hand=level.on_hand,
                allocated=level.allocated,
                is_for_sale=(level.warehouse, level.bin) in saleable,
                free=level.free,
            )


def _ordered(lines: Sequence[PromisedLine], tables: MappingTables) -> Iterator[Promise]:
    for line in lines:
        location = location_of(tables, line.warehouse)
        if location and (line.open or line.allocated):
            offer = Offer(location=location, sku=line.sku)
            yield Promise(order=line.number, offer=offer, ordered=line.open, allocated=line.allocated)


def _unknown(c: Connection, company: str, lines: Sequence[PromisedLine], sales: Sequence[ShopSale]) -> tuple[str, ...]:
    """The shop's orders that Sage had not when its orders were read, nor has given out whole before that."""
    live = {_name(line.channel_reference) for line in lines}
    names = sorted({sale.order_name for sale in sales if _name(sale.order_name) not in live})
    spelt = sorted({spelling for name in names for spelling in (name, name.lstrip("#"))})
    over = cross_references.known(c, company, ORDER, spelt, system="storefront")
    over |= cross_references.known(c, company, ELSEWHERE, spelt, system="storefront")
    return tuple(name for name in names if name not in over and name.lstrip("#") not in over)


def _sold(sales: Sequence[ShopSale], unknown: Sequence[str]) -> Iterator[Promise]:
    names = frozenset(unknown)
    for sale in sales:
        if sale.order_name in names:
            offer = Offer(location=sale.location, sku=sale.sku)
            yield Promise(order=sale.order_name, offer=offer, sold=sale.quantity)


def _name(text: str) -> str:
    return text.strip().lstrip("#").casefold()


def _snapshots(company: Company) -> Iterator[StockSnapshot]:
    for account in sorted(company.warehouses):
        yield from company.warehouses[account].stock()


def _counts(snapshots: Sequence[StockSnapshot], tables: MappingTables, now: datetime) -> Iterator[Count]:
    """What was counted, in stock units, at the sites that a location sells from."""
    for snapshot in snapshots:
        place = place_of(tables, snapshot.account, snapshot.site)
        location = location_of(tables, place.warehouse) if place is not None else ""
        if not location:
            continue
        units: dict[str, Decimal] = {}
        for line in snapshot.lines:
            sku = stock_code_of(tables, snapshot.account, line.sku)
            item = item_at(tables, snapshot.account, sku)
            factor = Decimal(item.factor.numerator) / Decimal(item.factor.denominator) if item else Decimal(1)
            units[sku] = units.get(sku, ZERO) + line.on_hand * factor
        for sku, on_hand in units.items():
            yield _count(snapshot, Offer(location=location, sku=sku), on_hand, tables, now)


def _count(snapshot: StockSnapshot, offer: Offer, on_hand: Decimal, tables: MappingTables, now: datetime) -> Count:
    hours = tables.number("snapshot_stale_hours", STALE_HOURS)
    return Count(
        offer=offer,
        site=f"{snapshot.account}|{snapshot.site}",
        on_hand=on_hand,
        taken_at=snapshot.taken_at,
        is_stale=now - snapshot.taken_at > timedelta(hours=hours),
    )


def _with_gaps(
    counts: Sequence[Count],
    offers: Sequence[Offer],
    snapshots: Sequence[StockSnapshot],
    tables: MappingTables,
    now: datetime,
) -> Iterator[Count]:
    """The counts, and nought for what a whole count does not name; of what a part count leaves out nothing is said."""
    yield from counts
    named = {(count.site, count.offer) for count in counts}
    for snapshot in snapshots:
        place = place_of(tables, snapshot.account, snapshot.site)
        location = location_of(tables, place.warehouse) if place is not None else ""
        for offer in offers:
            is_named = (f"{snapshot.account}|{snapshot.site}", offer) in named
            if location and offer.location == location and snapshot.is_whole and not is_named:
                yield _count(snapshot, offer, ZERO, tables, now)
