"""Goods that customers send back to a site: announced, arrived, inspected, and put somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import Channel, GoodsBack, ReturnItem
from tieout.sandbox.shipbob.inbound_views import return_view
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError, of_returns
from tieout.sandbox.shipbob.stock import AVAILABLE, QUARANTINED, Side

ACTIONS = ("Default", "Restock", "Quarantine", "Dispose")
DONE = ("Completed", "Cancelled")


class ReturnsBench:
    """Where returns are inspected."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._books = network.books

    def announce(
        self, given: Mapping[str, Any], channel: Channel, entry: JournalEntry, *, kind: str = "Regular"
    ) -> GoodsBack:
        """Take the announcement of a return, or raise RefusedError."""
        self._check(given)
        at = self._network.now()
        back = GoodsBack(
            id=self._books.new_id(),
            channel=channel,
            centre=self._books.centres[given["fulfillment_center"]["id"]],
            reference_id=str(given["reference_id"]),
            kind=kind,
            shipment=self._books.shipments.get(given.get("original_shipment_id") or 0),
            tracking=str(given.get("tracking_number") or ""),
            created_at=at,
            updated_at=at,
            items=[
                ReturnItem(
                    item=self._books.items[one["id"]],
                    quantity=one["quantity"],
                    action=one["requested_action"],
                    lot=str(one.get("lot_number") or ""),
                    lot_date=str(one.get("lot_date") or ""),
                )
                for one in given["inventory"]
            ],
        )
        back.history.append((back.status, at))
        self._books.returns[back.id] = back
        entry.effect("return.created", id=back.id, reference_id=back.reference_id)
        self._network.announcer.announce("return.created", return_view(back))
        return back

    def arrive(self, back: GoodsBack) -> None:
        """Let it arrive."""
        self._reach(back, "Arrived")

    def process(
        self, back: GoodsBack, done: Sequence[tuple[ReturnItem, str, int, str]] | None, entry: JournalEntry
    ) -> None:
        """Deal with its goods (item, action, quantity, reason); as was asked for when nothing is said."""
        asked = [(one, _default(one), one.quantity - one.processed, "") for one in back.items] if done is None else done
        for one, action, units, _ in asked:
            if action not in ACTIONS[1:] or not 0 < units <= one.quantity - one.processed:
                raise TooLateError(f"{units} of {one.item.sku} cannot be dealt with by {action}")
        self._reach(back, "Processing")
        for one, action, units, reason in asked:
            one.taken.append((action, reason, units))
            self._put(back, one, action, units, entry)

    def complete(self, back: GoodsBack) -> None:
        """Finish it."""
        self._reach(back, "Completed")

    def cancel(self, back: GoodsBack, entry: JournalEntry) -> None:
        """Cancel what has not arrived."""
        if back.status != "AwaitingArrival":
            raise TooLateError(f"Return {back.id} cannot be cancelled in status {back.status}")
        self._reach(back, "Cancelled")
        entry.effect("return.cancelled", id=back.id)

    def _put(self, back: GoodsBack, one: ReturnItem, action: str, units: int, entry: JournalEntry) -> None:
        references = (("ReturnId", str(back.id)), ("ReturnReferenceId", back.reference_id))
        if action != "Dispose":
            status = AVAILABLE if action == "Restock" else QUARANTINED
            category = "InventoryRestocked" if action == "Restock" else "AttributeUpdated"
            side = Side(centre=back.centre, lot=one.lot, status=status, quantity=units)
            self._network.change_stock(category, one.item, (side,), references)
        entry.effect("return.processed", id=back.id, sku=one.item.sku, quantity=units, action=action)

    def _reach(self, back: GoodsBack, status: str) -> None:
        if back.status in DONE:
            raise TooLateError(f"Return {back.id} is {back.status}")
        back.updated_at = self._network.now()
        if back.status != status:
            back.status = status
            back.history.append((status, back.updated_at))
        topic = "return.completed" if status == "Completed" else "return.updated"
        self._network.announcer.announce(topic, return_view(back))

    def _check(self, given: Mapping[str, Any]) -> None:
        wrong = []
        if not given.get("reference_id"):
            wrong.append("reference_id is required.")
        elif any(back.reference_id == given["reference_id"] for back in self._books.returns.values()):
            wrong.append(f"A return with reference id {given['reference_id']} exists already.")
        centre = given.get("fulfillment_center")
        if not isinstance(centre, dict) or centre.get("id") not in self._books.centres:
            wrong.append("The fulfillment center does not exist.")
        shipment = given.get("original_shipment_id")
        if shipment is not None and shipment not in self._books.shipments:
            wrong.append(f"Shipment {shipment} does not exist.")
        items = given.get("inventory")
        if not isinstance(items, list) or not items or not all(self._is_item(one) for one in items):
            wrong.append("Every item needs a known id, a quantity and a requested_action.")
        if wrong:
            raise of_returns("The return is not valid.", wrong)

    def _is_item(self, one: object) -> bool:
        if not isinstance(one, dict):
            return False
        units = one.get("quantity")
        known = one.get("id") in self._books.items and one.get("requested_action") in ACTIONS
        return known and type(units) is int and units > 0


def _default(one: ReturnItem) -> str:
    return "Restock" if one.action == "Default" else one.action
