"""Staff at the shelves: they receive, adjust, quarantine, release and move goods; each change is in the event log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import Centre, Item
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError
from tieout.sandbox.shipbob.setting_up import centre_for, item_for, whole_number
from tieout.sandbox.shipbob.stock import AVAILABLE, QUARANTINED, OnTheWay, Side

ACTIONS = ("receive", "adjust", "quarantine", "release", "scrap", "transfer", "arrive")


class Shelves:
    """Does what staff do to stock beside orders."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._stock = network.stock

    def do(self, action: str, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        """Do one action; ValueError when it makes no sense, TooLateError when the shelf does not hold it."""
        if action == "arrive":
            return self._arrive(given, entry)
        item = item_for(self._network.books, str(given["sku"]))
        centre = centre_for(self._network.books, str(given.get("centre") or ""))
        units, lot = whole_number(given["quantity"], "quantity"), str(given.get("lot") or "")
        if action != "adjust" and units < 1:
            raise ValueError("quantity must be at least 1")
        if given.get("expires"):
            self._stock.expires[(item.id, lot)] = str(given["expires"])
        references = tuple(
            (key, str(given[name]))
            for name, key in (("reason", "Reason"), ("reference", "Reference"), ("user", "User"))
            if given.get(name)
        )
        if action == "transfer":
            return self._transfer(item, centre, lot, units, given, entry)
        category, sides = self._sides(action, centre, lot, units)
        number = self._network.change_stock(category, item, sides, references)
        entry.effect(f"stock.{action}", sku=item.sku, quantity=units, site=centre.name)
        return {"inventory_audit_event_id": number}

    def _sides(self, action: str, centre: Centre, lot: str, units: int) -> tuple[str, tuple[Side, ...]]:
        def side(status: str, quantity: int) -> Side:
            return Side(centre=centre, lot=lot, status=status, quantity=quantity)

        match action:
            case "receive":
                return self._network.settings.receipt_category, (side(AVAILABLE, units),)
            case "adjust":
                return "InventoryAdjusted", (side(AVAILABLE, units),)
            case "quarantine":
                return "AttributeUpdated", (side(AVAILABLE, -units), side(QUARANTINED, units))
            case "release":
                return "AttributeUpdated", (side(QUARANTINED, -units), side(AVAILABLE, units))
            case "scrap":
                return "InventoryAdjusted", (side(QUARANTINED, -units),)
        raise ValueError(f"there is no action {action}; there are {', '.join(ACTIONS)}")

    def _transfer(
        self, item: Item, centre: Centre, lot: str, units: int, given: Mapping[str, Any], entry: JournalEntry
    ) -> dict[str, object]:
        """Move goods to another site, at once in one event, or in two with the way between them."""
        target = centre_for(self._network.books, str(given.get("to") or ""))
        if target is centre:
            raise ValueError("a transfer goes to another site")
        out = Side(centre=centre, lot=lot, status=AVAILABLE, quantity=-units)
        entry.effect("stock.transfer", sku=item.sku, quantity=units, site=centre.name, to=target.name)
        if given.get("arrives", True):
            into = Side(centre=target, lot=lot, status=AVAILABLE, quantity=units)
            number = self._network.change_stock("InventoryFacilityUpdated", item, (out, into))
            return {"inventory_audit_event_id": number}
        way = OnTheWay(id=self._network.books.new_id(), item=item, lot=lot, to_centre=target, quantity=units)
        references = (("TransferId", str(way.id)),)
        number = self._network.change_stock("InventoryFacilityUpdated", item, (out,), references)
        self._stock.on_the_way[way.id] = way
        return {"inventory_audit_event_id": number, "transfer_id": way.id}

    def _arrive(self, given: Mapping[str, Any], entry: JournalEntry) -> dict[str, object]:
        number = whole_number(given["transfer_id"], "transfer_id")
        way = self._stock.on_the_way.pop(number, None)
        if way is None:
            raise TooLateError(f"Transfer {number} is not on its way")
        into = Side(centre=way.to_centre, lot=way.lot, status=AVAILABLE, quantity=way.quantity)
        references = (("TransferId", str(way.id)),)
        event = self._network.change_stock("InventoryFacilityUpdated", way.item, (into,), references)
        entry.effect("stock.arrived", sku=way.item.sku, quantity=way.quantity, site=way.to_centre.name)
        return {"inventory_audit_event_id": event}
