"""What a test may let people at the sites do to shipments: the words of the control surface turned into work."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import Order, Part, Product, Shipment, Tracking
from tieout.sandbox.shipbob.despatching import Table, Wanted
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError
from tieout.sandbox.shipbob.setting_up import centre_for, whole_number
from tieout.sandbox.shipbob.simulating import new_tracking

ACTIONS = ("pick", "pack", "label", "leave", "ship", "track", "deliver", "hold", "release", "cancel", "split")
REST = ("back_order", "close")
RATES = ("short", "over", "substitute", "part", "late_tracking", "hold")


class Floor:
    """Does what is said to a shipment, or works by itself with a temper."""

    def __init__(self, network: Network, table: Table) -> None:
        self._network = network
        self._table = table

    def do(self, shipment: Shipment, action: str, given: Mapping[str, Any], entry: JournalEntry) -> None:
        """Do one action; ValueError when it makes no sense, TooLateError when it cannot be done any more."""
        plain: dict[str, Callable[[], object]] = {
            "pack": lambda: self._table.pack(shipment),
            "label": lambda: self._table.label(shipment, self._tracking(shipment, given), entry),
            "leave": lambda: self._table.leave(shipment, entry),
            "track": lambda: self._table.track(shipment, _named_tracking(shipment, given)),
            "deliver": lambda: self._table.deliver(shipment),
            "hold": lambda: self._network.hold(shipment, str(given.get("reason") or "")),
            "release": lambda: self._network.release(shipment),
            "cancel": lambda: self._network.cancel(shipment, entry),
        }
        if action in plain:
            plain[action]()
            return
        wanted, rest = self._wanted(shipment, given), str(given.get("rest") or "back_order")
        if rest not in REST:
            raise ValueError(f"rest is {' or '.join(REST)}")
        follows = rest == "back_order"
        match action:
            case "pick":
                self._table.pick(shipment, wanted, entry, rest_follows=follows)
            case "ship":
                tracking, anyway = self._tracking(shipment, given), bool(given.get("even_cancelled"))
                self._table.ship(shipment, wanted, tracking, entry, rest_follows=follows, even_cancelled=anyway)
            case "split":
                centre = centre_for(self._network.books, str(given.get("centre") or shipment.centre.id))
                asked = [(one.part, one.quantity) for one in wanted or ()]
                self._network.split(shipment, asked, centre, entry)
            case _:
                raise ValueError(f"there is no action {action}; there are {', '.join(ACTIONS)}")

    def ship_order(self, order: Order, given: Mapping[str, Any], entry: JournalEntry) -> list[Shipment]:
        """Ship every part of an order that is still here; with lines, the one part that holds them."""
        open_ones = [s for s in order.shipments if s.stage != "left" and s.status != "Cancelled"]
        if given.get("lines"):
            open_ones = [s for s in open_ones if s.stage == "open" and self._holds(s, given["lines"])][:1]
        if given.get("even_cancelled"):
            open_ones = open_ones or [s for s in order.shipments if s.stage == "open"]
        if not open_ones:
            raise TooLateError(f"Order {order.reference_id} has nothing to ship")
        for shipment in open_ones:
            self.do(shipment, "ship", given, entry)
        return open_ones

    def work(self, given: Mapping[str, Any], entry: JournalEntry) -> list[dict[str, object]]:
        """Work through what is ready as a temper says; the same seed does the same to the same shipments."""
        rates = {name: float(given.get(name) or 0) for name in RATES}
        if any(not 0 <= rate <= 1 for rate in rates.values()):
            raise ValueError(f"{', '.join(RATES)} are rates from 0 to 1")
        most, seed = whole_number(given.get("most", 1000), "most"), given.get("seed", 0)
        ready = [s for s in self._network.books.shipments.values() if s.status == "Processing" and s.stage == "open"]
        done: list[dict[str, object]] = []
        for shipment in ready[:most]:
            rng = random.Random(f"{seed}:{shipment.id}")
            rolled = [name for name in RATES if rng.random() < rates[name]]
            try:
                did = self._work_on(shipment, rolled, rng, entry)
            except TooLateError as error:
                did = [f"left alone: {error}"]
            done.append({"shipment_id": shipment.id, "reference_id": shipment.order.reference_id, "did": did})
        return done

    def _work_on(self, shipment: Shipment, rolled: Sequence[str], rng: random.Random, entry: JournalEntry) -> list[str]:
        if "hold" in rolled:
            self._network.hold(shipment, "The address needs a look")
            return ["hold"]
        did = []
        if "part" in rolled and sum(part.quantity for part in shipment.parts) > 1:
            part = rng.choice(shipment.parts)
            units = max(part.quantity // 2, 1)
            if units < sum(one.quantity for one in shipment.parts):
                self._network.split(shipment, [(part, units)], shipment.centre, entry)
                did.append("part")
        wanted = {id(part): Wanted(part=part, quantity=part.quantity) for part in shipment.parts}
        part = rng.choice(shipment.parts)
        for name in ("substitute", "short", "over"):
            changed = self._mistake(name, shipment, part) if name in rolled else None
            if changed is not None:
                wanted[id(part)] = changed
                did.append(name)
                break
        late = "late_tracking" in rolled
        tracking = None if late or self._network.settings.tracking_late else new_tracking(shipment)
        self._table.ship(shipment, [one for one in wanted.values() if one.quantity], tracking, entry)
        return [*did, *(["late_tracking"] if late else []), "ship"]

    def _mistake(self, name: str, shipment: Shipment, part: Part) -> Wanted | None:
        """Return what goes wrong with a line, or None where it cannot."""
        stock, centre = self._network.stock, shipment.centre
        if name == "short":
            alone = len(shipment.parts) == 1 and part.quantity == 1
            return None if alone else Wanted(part=part, quantity=part.quantity - 1)
        if name == "over":
            return Wanted(part=part, quantity=part.quantity + 1) if stock.free(part.item, centre) > 0 else None
        for product in self._network.books.products.values():
            other = product.parts[0][0]
            if not product.is_bundle and other is not part.item and stock.free(other, centre) >= part.quantity:
                return Wanted(part=part, quantity=part.quantity, product=product)
        return None

    def _wanted(self, shipment: Shipment, given: Mapping[str, Any]) -> list[Wanted] | None:
        lines = given.get("lines")
        if lines is None:
            return None
        wanted = []
        for one in lines:
            part = _part_of(shipment, one)
            if part is None:
                raise ValueError(f"shipment {shipment.id} has no line {dict(one)}")
            wanted.append(
                Wanted(
                    part=part,
                    quantity=whole_number(one.get("quantity", part.quantity), "quantity"),
                    product=self._substitute(one),
                    lot=str(one["lot"]) if "lot" in one else None,
                    serials=tuple(str(serial) for serial in one.get("serials") or ()),
                )
            )
        if any(one.quantity < 0 for one in wanted):
            raise ValueError("quantity must not be negative")
        return [one for one in wanted if one.quantity]

    def _substitute(self, one: Mapping[str, Any]) -> Product | None:
        if not one.get("ship_sku"):
            return None
        product = self._network.books.products_by_sku.get(str(one["ship_sku"]))
        if product is None or product.is_bundle:
            raise ValueError(f"there is no item {one['ship_sku']}")
        return product

    def _holds(self, shipment: Shipment, lines: Sequence[Mapping[str, Any]]) -> bool:
        return all(_part_of(shipment, one) is not None for one in lines)

    def _tracking(self, shipment: Shipment, given: Mapping[str, Any]) -> Tracking | None:
        """Return what the carrier said by the time of the label: nothing when it is late."""
        late = given.get("tracking") == "late" or self._network.settings.tracking_late
        return None if late and not given.get("tracking_number") else _named_tracking(shipment, given)


def _named_tracking(shipment: Shipment, given: Mapping[str, Any]) -> Tracking:
    """Return the tracking that is given, filled up by what a carrier would say."""
    usual = new_tracking(shipment)
    return Tracking(
        carrier=str(given.get("carrier") or usual.carrier),
        service=str(given.get("service") or usual.service),
        number=str(given.get("tracking_number") or usual.number),
        url=str(given.get("tracking_url") or usual.url),
    )


def _part_of(shipment: Shipment, one: Mapping[str, Any]) -> Part | None:
    """Find a line by the client's number of it, else by its place on the order, and by the stock code."""
    line, sku = one.get("line"), one.get("sku")
    by_number = [part for part in shipment.parts if line in {None, part.line.external_line_id}]
    by_place = [part for part in shipment.parts if line == part.line.number]
    for part in by_number or by_place:
        if sku in {None, part.item.sku, part.product.sku}:
            return part
    return None
