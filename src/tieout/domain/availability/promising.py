"""What orders still take, put together from what each system tells, and what a warehouse's words mean for stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tieout.domain.availability.facts import ZERO, Departure, Offer, Promise
from tieout.domain.commands import RequestLine
from tieout.domain.documents.shipping import Shipment, ShippedLine
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.orders.facts import OrderFacts, Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.nodes import place_of
from tieout.domain.orders.units import item_at, stock_code_of
from tieout.domain.rules.mapping import MappingTables

HELD_BACK: Final = frozenset({"quarantine", "transfer"})
"""Kinds of movements whose quantity says what moved: it is no longer where it is sold from."""


def location_of(tables: MappingTables, warehouse: str) -> str:
    """The storefront's location that sells what lies in a warehouse of Sage; empty where none does."""
    return tables.value("storefront_location", warehouse, "location") or ""


def merged(pieces: Iterable[Promise]) -> tuple[Promise, ...]:
    """One promise of each order and offer: what one system tells in several lines is added up."""
    found: dict[tuple[str, Offer], Promise] = {}
    for piece in pieces:
        known = found.get((piece.order, piece.offer))
        found[piece.order, piece.offer] = piece if known is None else _added(known, piece)
    return tuple(found.values())


def _added(one: Promise, other: Promise) -> Promise:
    return Promise(
        order=one.order,
        offer=one.offer,
        sold=one.sold + other.sold,
        ordered=one.ordered + other.ordered,
        allocated=one.allocated + other.allocated,
        at_warehouse=one.at_warehouse + other.at_warehouse,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """Units of one stock code in one shipment."""

    shipment: Shipment
    sku: str
    warehouse: str
    units: Decimal
    is_told: bool


def at_warehouses(facts: OrderFacts, tables: MappingTables, told: Collection[str]) -> Iterator[Promise]:
    """What warehouses still hold of an order, or have sent and Sage has not: picked and packed goods among it.

    `told` are the keys of despatches that Sage has.
    """
    for sent in facts.requests:
        if sent.state == "refused":
            continue
        taken: defaultdict[Offer, Decimal] = defaultdict(Decimal)
        settled: defaultdict[Offer, Decimal] = defaultdict(Decimal)
        for one in _shipped(facts, sent, tables, told):
            offer = Offer(location=location_of(tables, one.warehouse), sku=one.sku)
            taken[offer] += one.units
            settled[offer] += one.units if one.is_told else ZERO
        asked = {} if sent.is_closed else _asked(facts, sent, tables)
        for offer in sorted({*taken, *asked}):
            claim = max(taken[offer], asked.get(offer, ZERO)) - settled[offer]
            if offer.location and claim > 0:
                yield Promise(order=facts.order_number, offer=offer, at_warehouse=claim)


def departures(facts: OrderFacts, tables: MappingTables, told: Collection[str]) -> Iterator[Departure]:
    """What left of an order, shipment by shipment."""
    for sent in facts.requests:
        for one in _shipped(facts, sent, tables, told):
            location = location_of(tables, one.warehouse)
            if location and one.shipment.stage == "despatched":
                yield Departure(
                    order=facts.order_number,
                    offer=Offer(location=location, sku=one.sku),
                    units=one.units,
                    left_at=one.shipment.reached_at,
                    is_told=one.is_told,
                )


def lost_units(movement: WarehouseMovement) -> Decimal:
    """How many of the warehouse's units a movement takes from sale; nought for what comes in."""
    if movement.kind in HELD_BACK:
        return abs(movement.quantity)
    if movement.kind == "write_off":
        return abs(movement.quantity)
    return max(-movement.quantity, ZERO)


def _asked(facts: OrderFacts, sent: Sent, tables: MappingTables) -> dict[Offer, Decimal]:
    asked: defaultdict[Offer, Decimal] = defaultdict(Decimal)
    for line in sent.command.lines:
        location = location_of(tables, _warehouse(facts, sent, line, "", tables))
        asked[Offer(location=location, sku=line.stock_sku)] += line.stock_quantity
    return asked


def _shipped(facts: OrderFacts, sent: Sent, tables: MappingTables, told: Collection[str]) -> Iterator[Shipped]:
    """What is in a request's shipments by stock code, converted by the factor that went out where there is one."""
    by_hand = "DESPATCHED_BY_HAND" in facts.accepted
    for shipment in sent.shipments:
        is_told = by_hand or despatch_key(facts.company, shipment) in told
        units: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for line in shipment.lines:
            asked = _asked_line(sent, line, tables)
            sku = asked.stock_sku if asked is not None else stock_code_of(tables, shipment.account, line.sku)
            factor = asked.factor if asked is not None else _factor(tables, shipment.account, sku)
            units[_warehouse(facts, sent, asked, shipment.site, tables), sku] += line.quantity * factor
        for (warehouse, sku), quantity in units.items():
            if quantity > 0:
                yield Shipped(shipment=shipment, sku=sku, warehouse=warehouse, units=quantity, is_told=is_told)


def _asked_line(sent: Sent, shipped: ShippedLine, tables: MappingTables) -> RequestLine | None:
    """The line of the request that holds what was shipped: never one of another stock code."""
    code = stock_code_of(tables, sent.command.account, shipped.sku)
    alike = [line for line in sent.command.lines if line.sku == shipped.sku or line.stock_sku == code]
    named = [line for line in alike if shipped.line in (line.line, f"#{line.number}")]
    return next(iter(named or alike), None)


def _factor(tables: MappingTables, account: str, sku: str) -> Decimal:
    item = item_at(tables, account, sku)
    return Decimal(item.factor.numerator) / Decimal(item.factor.denominator) if item is not None else Decimal(1)


def _warehouse(facts: OrderFacts, sent: Sent, asked: RequestLine | None, site: str, tables: MappingTables) -> str:
    """Sage's warehouse of a line: as the order has it, else as the site is mapped."""
    lines = facts.order.lines if facts.order is not None else ()
    known = next((line.warehouse for line in lines if asked is not None and line.line_id == asked.line), "")
    if known:
        return known
    place = place_of(tables, sent.command.account, site or sent.command.site)
    return place.warehouse if place is not None else ""
