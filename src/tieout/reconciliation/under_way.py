"""What is under way between a warehouse and Sage: shipments, movements and returns that one side may not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tieout.domain.commands import SendShipmentRequest
from tieout.domain.documents.shipping import Shipment
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.facts import Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.nodes import Node, Place
from tieout.domain.orders.units import PLACES, exact, stock_code_of
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.warehouse_stock.facts import movement_key
from tieout.domain.warehouse_stock.parity import Happening, Known, Where
from tieout.domain.warehouse_stock.reading import stock_units, units_of
from tieout.domain.warehouse_stock.reasons import treatment_of
from tieout.processes.kinds import MOVEMENT, ORDER, RETURN
from tieout.processes.record import command_from_json, facts_from_json, order_facts_from_json
from tieout.processes.told import unpacked
from tieout.store import attempts, effects, inbox
from tieout.store.store import Connection

BACK: Final = timedelta(days=2)
"""How far back what is done is looked at again: after that long both sides count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One site whose count is compared."""

    company: str
    node: Node
    place: Place
    tables: MappingTables
    taken_at: datetime
    now: datetime

    @property
    def since(self) -> datetime:
        """From when on what is done still bears on the count."""
        return min(self.taken_at, self.now) - BACK


def under_way(c: Connection, scope: Scope) -> tuple[Happening, ...]:
    """Everything known of the site that the count or Sage may not hold."""
    return (*movements(c, scope), *shipments(c, scope), *returns(c, scope))


def settled(before: tuple[Happening, ...], after: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """What was known before and after Sage was read: what was booked in between may or may not be in what was read."""
    known = {_name(one): one for one in before}
    found = []
    for one in after:
        was = known.get(_name(one))
        is_same = was is not None and was.in_sage == one.in_sage
        # What nobody knew before Sage was read was not booked by then.
        found.append(one if is_same or (was is None and one.in_sage == "no") else replace(one, in_sage="maybe"))
    return tuple(found)


def _name(one: Happening) -> tuple[str, str, str, Decimal, datetime | None]:
    return one.what, one.sku, one.where, one.quantity, one.at


def movements(c: Connection, scope: Scope) -> Iterator[Happening]:
    """Movements that are not booked, or were since."""
    for _, body in inbox.newest_open(c, scope.company, MOVEMENT, scope.node.account, since=scope.since):
        movement = unpacked(MOVEMENT, body)
        if not isinstance(movement, WarehouseMovement):
            continue
        units = units_of(scope.tables, movement, movement.quantity)
        if isinstance(units, Fault):
            continue
        in_sage = _is_booked(c, scope, movement)
        sku = stock_code_of(scope.tables, movement.account, movement.sku)
        said = f"{movement.kind.replace('_', ' ')} {movement.movement_id}"
        for where, quantity in _changes(movement, units, scope.node.site):
            yield Happening(
                sku=sku, where=where, quantity=quantity, at=movement.occurred_at, in_sage=in_sage, what=said
            )


def _changes(movement: WarehouseMovement, units: Decimal, site: str) -> Iterator[tuple[Where, Decimal]]:
    """What a movement changes at a site."""
    amount = abs(units)
    if movement.kind == "transfer" and movement.to_site:
        if movement.site == site:
            yield "on hand", -amount
        if movement.to_site == site:
            yield "on hand", amount
    elif movement.site != site:
        return
    elif movement.kind in ("quarantine", "release"):
        yield "on hand", -amount if movement.kind == "quarantine" else amount
        yield "set aside", amount if movement.kind == "quarantine" else -amount
    elif movement.kind != "transfer":
        yield "on hand", units


def _is_booked(c: Connection, scope: Scope, movement: WarehouseMovement) -> Known:
    known = _stands(c, scope.company, movement_key(scope.company, movement))
    treatment = treatment_of(scope.tables, movement)
    if known != "no" or treatment is None or treatment.becomes != "ignore":
        return known
    # What Sage knows from elsewhere is there after a while, and nobody says when.
    return "maybe" if scope.now - movement.occurred_at < BACK else "yes"


def _stands(c: Connection, company: str, key: str) -> Known:
    """Whether what has a key stands in Sage."""
    effect = effects.under_key(c, company, key)
    if effect is None or (effect.state != "done" and effect.sent_at is None):
        return "no"
    return "yes" if effect.state == "done" else "maybe"


def shipments(c: Connection, scope: Scope) -> Iterator[Happening]:
    """Shipments that Sage was not told of, or was since."""
    for _, kept in attempts.newest_facts(c, scope.company, ORDER, since=scope.since):
        facts = order_facts_from_json(kept)
        for sent in facts.requests:
            for shipment in sent.shipments if sent.command.account == scope.node.account else ():
                site = shipment.site or sent.command.site
                if shipment.stage == "despatched" and site == scope.node.site:
                    in_sage = _stands(c, scope.company, despatch_key(scope.company, shipment))
                    yield from left(scope, sent, shipment, in_sage)


def left(scope: Scope, sent: Sent, shipment: Shipment, in_sage: Known) -> Iterator[Happening]:
    """What left with a shipment, by the factors that went out with its request; by today's for what it did not hold."""
    said = f"shipment {shipment.shipment_id} of {shipment.reference}"
    for line in shipment.lines:
        sku = stock_code_of(scope.tables, shipment.account, line.sku)
        asked = next((each for each in sent.command.lines if line.sku == each.sku or sku == each.stock_sku), None)
        if asked is not None:
            factor = Fraction(asked.stock_quantity) / Fraction(asked.quantity)
            sku, units = asked.stock_sku, exact(Fraction(line.quantity) * factor, PLACES)
        else:
            read = stock_units(scope.tables, shipment.account, line.sku, line.quantity, line.unit, said)
            units = None if isinstance(read, Fault) else read
        if units:
            yield Happening(
                sku=sku, where="on hand", quantity=-units, at=shipment.reached_at, in_sage=in_sage, what=said
            )


def returns(c: Connection, scope: Scope) -> Iterator[Happening]:
    """Goods that came back: when a warehouse puts them where it counts them, it does not say."""
    booked = _booked_units(c, scope)
    for number, kept in attempts.newest_facts(c, scope.company, RETURN, since=scope.since):
        facts = facts_from_json(kept)
        if facts.rma is None or not _comes_to(facts, scope.place):
            continue
        for unit in facts.rma.units:
            if unit.received_at is None or unit.is_missing or unit.is_kept:
                continue
            in_sage: Known = "yes" if (number, unit.unit_id) in booked else "no"
            if in_sage == "no" or scope.now - unit.received_at < BACK:
                one, said = Decimal(1), f"return {number}"
                yield Happening(sku=unit.sku, where="on hand", quantity=one, at=None, in_sage=in_sage, what=said)


def _booked_units(c: Connection, scope: Scope) -> set[tuple[str, str]]:
    """Return and unit of everything that came back and stands in Sage."""
    found: set[tuple[str, str]] = set()
    for command in ("receive_return", "write_on", "move_stock"):
        for effect in effects.done_of_open(c, scope.company, RETURN, command=command, since=scope.since):
            found |= {(effect.document_key, unit) for unit in command_from_json(effect.content).units}
    return found


def _comes_to(facts: ReturnFacts, place: Place) -> bool:
    wanted = facts.tables.policy("returns_warehouse") or ""
    return wanted.strip().casefold() in ("", place.warehouse.casefold())


def requests(c: Connection, scope: Scope) -> Iterator[Sent]:
    """Every request of the account of which more may have left than we know."""
    gathered = dict(attempts.newest_facts(c, scope.company, ORDER, since=scope.since))
    for effect in effects.done_of_open(c, scope.company, ORDER, command="send_shipment_request", since=scope.since):
        command = command_from_json(effect.content)
        if not isinstance(command, SendShipmentRequest) or command.account != scope.node.account:
            continue
        kept = gathered.get(effect.document_key)
        known = order_facts_from_json(kept).requests if kept is not None else ()
        sent = next((each for each in known if each.command.key == command.key), None)
        sent = sent or Sent(command=command, state="done", at=None, stands=None, shipments=())
        if not sent.is_closed:
            yield sent


def reread(scope: Scope, sent: Sent, told: tuple[Shipment, ...]) -> Iterator[Happening]:
    """What a warehouse says now of a request, beyond what was known of it: Sage knows nothing of that."""
    known = {shipment.shipment_id for shipment in sent.shipments if shipment.stage == "despatched"}
    for shipment in told:
        is_new = shipment.stage == "despatched" and shipment.shipment_id not in known
        if is_new and (shipment.site or sent.command.site) == scope.node.site:
            yield from left(scope, sent, shipment, "no")
