"""The returns portal at work: approval, parcels, inspection, payments, exchanges, and the events these send.

Refunds are made in the shop by the app "ReturnGO" when the auto-refund trigger is reached, and stand down for
units that somebody else has refunded in the shop since the RMA was raised. Units that the customer keeps need no
parcel; with auto-refund on they are paid when the RMA is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tieout.sandbox.clock import stamp
from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.returngo.books import (
    RMA_MOVES,
    SHIPMENT_MOVES,
    Comment,
    Item,
    PortalBooks,
    Rma,
    RmaEvent,
    Shipment,
    Validation,
)
from tieout.sandbox.returngo.exchanges import Exchanges, NothingToReleaseError
from tieout.sandbox.returngo.payouts import PaymentRefusedError, Payouts, PortalSettings
from tieout.sandbox.returngo.policies import Policies
from tieout.sandbox.returngo.raising import Raising
from tieout.sandbox.returngo.storefront import Storefront
from tieout.sandbox.webhooks import WebhookSender

if TYPE_CHECKING:
    from tieout.sandbox.shopify import ShopifySandbox

EVENTS = (
    "RMA_CREATED",
    "RMA_STATUS_UPDATED",
    "SHIPMENT_CREATED",
    "SHIPMENT_STATUS_UPDATED",
    "SHIPMENT_TRACKER_STATUS_UPDATED",
    "TRANSACTION_CREATED",
    "REFUND_CREATED",
)
ARRIVED = ("Received", "Validated")
# The triggers that a parcel has reached with each status.
REACHED = {
    "Shipped": ("shipped",),
    "Received": ("shipped", "received"),
    "Validated": ("shipped", "received", "validated"),
}
CLOSED = ("Canceled", "Done", "Rejected")
UNDER_WAY = ("Approved", "Received", "Validated")


class MoveRefusedError(Exception):
    """The status cannot become what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The outcome of inspecting one unit."""

    returned: bool = True
    restockable: bool = True
    reason: str = ""


class Portal:
    """Books and rules; times and journal entries are given by the caller."""

    def __init__(self, sender: WebhookSender, shopify: ShopifySandbox | None, journal: Journal) -> None:
        self.books = PortalBooks()
        self.settings = PortalSettings()
        self.policies = Policies()
        self.sender = sender
        self.storefront = Storefront(shopify)
        self.raising = Raising(self.books, self.storefront)
        self._journal = journal
        self._delayed: list[tuple[datetime, Rma, tuple[Item, ...]]] = []
        self._payouts = Payouts(self.books, self.settings, self.storefront, self.announce)
        self._exchanges = Exchanges(self.books, self.storefront, self._payouts)

    def announce(self, event: str, rma: Rma, **more: str | int) -> None:
        """Send one unsigned event to everybody who subscribed to it; bodies are thin."""
        body = {"eventName": event, "rmaId": str(rma.id), "order_name": rma.order_name, **more}
        for hook in self.books.hooks.values():
            if hook.event == event:
                self.sender.send(event, hook.url, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def raise_rma(self, rma: Rma, entry: JournalEntry, *, via: str = "Return Portal") -> None:
        """Enter a new RMA."""
        self.books.rmas[rma.id] = rma
        rma.events.append(RmaEvent(name="RMA_CREATED", at=rma.created_at, via=via))
        if rma.order_name in self.books.exchange_origins:
            self._note(rma, f"Original order {self.books.exchange_origins[rma.order_name]}", rma.created_at)
        entry.effect("rma.created", rma=str(rma.id), order=rma.order_name)
        self.announce("RMA_CREATED", rma, status=rma.status)

    def move(self, rma: Rma, status: str, now: datetime, entry: JournalEntry) -> None:
        """Give the RMA another status by hand or by the API, with all that follows from it."""
        if status == rma.status:
            return
        if status not in RMA_MOVES[rma.status]:
            raise MoveRefusedError(f"RMA status cannot change from {rma.status} to {status}")
        reopened = rma.status in CLOSED
        self._set_status(rma, status, entry)
        rma.last_updated = now
        if reopened:
            self._note(rma, f"RMA reopened as {status}", now)
            self._revive(rma, entry)
        match status:
            case "Approved":
                self._approve(rma, now, entry, again=reopened)
            case "Canceled" | "Rejected":
                self._close_off(rma, now, entry)
            case "Received" | "Validated":
                for shipment in list(rma.shipments):
                    if status in SHIPMENT_MOVES[shipment.status]:
                        self.move_shipment(rma, shipment, status, now, entry)
            case "Done" if self.settings.auto_refund != "none":
                self._payouts.pay(rma, [item for item in rma.items if item.is_kept], now, entry)
            case _:
                pass

    def _set_status(self, rma: Rma, status: str, entry: JournalEntry) -> None:
        rma.status = status
        entry.effect("rma.status_changed", rma=str(rma.id), status=status)
        self.announce("RMA_STATUS_UPDATED", rma, status=status)

    def _approve(self, rma: Rma, now: datetime, entry: JournalEntry, *, again: bool) -> None:
        """Make the parcel, the shop's own return and the draft of an exchange."""
        if not again:
            rma.events.append(RmaEvent(name="RMA_APPROVED", at=now, via="Dashboard"))
        self._await(rma, rma.items, entry)
        if not any(found.status == "OPEN" for found in rma.shop_returns):
            self._open_return(rma, rma.items, now, entry)
        self._note(rma, "RMA approved", now)
        self._reach(rma, ("approved",), rma.items, now, entry)

    def _await(self, rma: Rma, items: Sequence[Item], entry: JournalEntry) -> None:
        """Expect these units: those that are in no parcel get one, unless the customer keeps them; draft exchanges."""
        loose = [item for item in items if not item.shipment_id and not item.is_kept]
        if loose:
            self._new_shipment(rma, loose, "Pending", entry)
        self._exchanges.draft(rma, entry)

    def _open_return(self, rma: Rma, items: Sequence[Item], now: datetime, entry: JournalEntry) -> None:
        """Make the shop's own return of these units; now and then the shop will not."""
        if self.settings.fail_next_shop_returns > 0:
            self.settings.fail_next_shop_returns -= 1
            rma.comments.append(Comment(kind="error", by="ReturnGO", text="Return not created in Shopify", at=now))
            return
        opened = self.storefront.open_return(rma, items)
        if opened is not None:
            rma.shop_returns.append(opened)
            entry.effect("shop_return.created", rma=str(rma.id), name=opened.name)
            self._note(rma, f"Return {opened.name} created and approved in Shopify", now)

    def _reach(
        self, rma: Rma, reached: Sequence[str], items: Sequence[Item], now: datetime, entry: JournalEntry
    ) -> None:
        """Do what is automatic at this point."""
        if self.settings.auto_refund in reached:
            if self.settings.auto_refund_delay_hours:
                due_at = now + timedelta(hours=self.settings.auto_refund_delay_hours)
                self._delayed.append((due_at, rma, tuple(items)))
            else:
                self._payouts.pay(rma, items, now, entry)
        if self.settings.auto_release in reached and any(not order.order_id for order in rma.exchange_orders):
            self._exchanges.release(rma, now, entry)

    def _close_off(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        for shipment in rma.shipments:
            if "Canceled" in SHIPMENT_MOVES[shipment.status]:
                self._set_shipment(rma, shipment, "Canceled", entry)
        for found in rma.shop_returns:
            if found.status == "OPEN":
                self.storefront.cancel_return(rma, found)
                done = "left, as it was worked on" if found.status == "OPEN" else "cancelled"
                self._note(rma, f"Return {found.name} {done} in Shopify", now)
        self._exchanges.drop(rma)

    def _revive(self, rma: Rma, entry: JournalEntry) -> None:
        """Replace the cancelled parcels of a reopened RMA; a parcel itself never returns to Pending."""
        dead = {shipment.id for shipment in rma.shipments if shipment.status == "Canceled"}
        waiting = [item for item in rma.items if item.shipment_id in dead]
        if waiting:
            self._new_shipment(rma, waiting, "Pending", entry)

    def _new_shipment(self, rma: Rma, items: Sequence[Item], status: str, entry: JournalEntry) -> Shipment:
        shipment = Shipment(id=self.books.new_id(), status=status)
        rma.shipments.append(shipment)
        self.books.shipments[shipment.id] = (rma, shipment)
        for item in items:
            item.shipment_id = shipment.id
        entry.effect("shipment.created", rma=str(rma.id), shipment=str(shipment.id))
        self.announce("SHIPMENT_CREATED", rma, shipmentId=str(shipment.id), status=status)
        return shipment

    def split(self, rma: Rma, wanted: Sequence[Item], entry: JournalEntry) -> list[Shipment]:
        """Return the parcels that hold exactly these units; what stays behind gets parcels of its own."""
        asked = {item.id for item in wanted}
        found: list[Shipment] = []
        for shipment in list(rma.shipments):
            inside = rma.items_of(shipment)
            left = [item for item in inside if item.id not in asked]
            if len(left) == len(inside):
                continue
            if left:
                self._new_shipment(rma, left, shipment.status, entry)
            found.append(shipment)
        return found

    def move_shipment(self, rma: Rma, shipment: Shipment, status: str, now: datetime, entry: JournalEntry) -> None:
        """Give a parcel another status; raises MoveRefusedError when the table does not allow it."""
        if status == shipment.status:
            return
        if status not in SHIPMENT_MOVES.get(shipment.status, frozenset()):
            raise MoveRefusedError(f"Shipment status cannot change from {shipment.status} to {status}")
        self._set_shipment(rma, shipment, status, entry)
        self._note(rma, f"Shipment {status.lower()}", now)
        self._follow_shipments(rma, entry)
        self._reach(rma, REACHED.get(status, ()), rma.items_of(shipment), now, entry)

    def touch_shipment(self, rma: Rma, shipment: Shipment, now: datetime) -> None:
        """Note that fields of a parcel were written, though nothing need be new; lastUpdated stays."""
        self._note(rma, "Shipment updated", now)
        self.announce("SHIPMENT_STATUS_UPDATED", rma, shipmentId=str(shipment.id), status=shipment.status)

    def track(self, rma: Rma, shipment: Shipment, status: str, entry: JournalEntry) -> None:
        """Take what a carrier says of a parcel; its own status stays."""
        shipment.tracker_status = status
        entry.effect("shipment.tracked", shipment=str(shipment.id), rma=str(rma.id), status=status)
        self.announce("SHIPMENT_TRACKER_STATUS_UPDATED", rma, shipmentId=str(shipment.id), status=status)

    def _set_shipment(self, rma: Rma, shipment: Shipment, status: str, entry: JournalEntry) -> None:
        shipment.status = status
        entry.effect("shipment.status_changed", shipment=str(shipment.id), rma=str(rma.id), status=status)
        self.announce("SHIPMENT_STATUS_UPDATED", rma, shipmentId=str(shipment.id), status=status)

    def _follow_shipments(self, rma: Rma, entry: JournalEntry) -> None:
        """Let the RMA follow when all its parcels have arrived or been validated; lastUpdated stays."""
        live = [s for s in rma.shipments if rma.items_of(s) and s.status != "Canceled"]
        for status, reached in (("Validated", ("Validated",)), ("Received", ARRIVED)):
            if live and all(s.status in reached for s in live):
                if status in RMA_MOVES[rma.status]:
                    self._set_status(rma, status, entry)
                return

    def grade(self, rma: Rma, grades: Mapping[int, Grade], now: datetime, entry: JournalEntry) -> None:
        """Write down what inspection found, unit by unit."""
        for item in rma.items:
            if item.id in grades:
                found = grades[item.id]
                item.validation = Validation(
                    returned=found.returned, restockable=found.restockable, reason=found.reason, at=now
                )
                entry.effect("item.validated", item=str(item.id), restockable=int(found.restockable))

    def add_item(self, rma: Rma, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> None:
        """Put more units on an RMA that is not closed; ValueError when they make no sense."""
        if rma.status in CLOSED:
            raise MoveRefusedError(f"RMA {rma.id} is {rma.status}; reopen it before adding to it")
        added = self.raising.units(given, self.storefront.order_named(rma.order_name), rma.items)
        rma.items.extend(added)
        rma.last_updated = now
        entry.effect("rma.items_added", rma=str(rma.id), units=len(added))
        self._note(rma, f"{len(added)} items added", now)
        if rma.status in UNDER_WAY:
            self._await(rma, added, entry)
            self._open_return(rma, added, now, entry)
            self._reach(rma, ("approved",), added, now, entry)

    def pay(self, rma: Rma, items: Sequence[Item], now: datetime, entry: JournalEntry, *, force: bool = False) -> None:
        """Refund what is not yet refunded of these units because somebody pressed the button."""
        self._payouts.pay(rma, items, now, entry, by_hand=True, force=force)

    def retry(self, rma: Rma, transaction: str, now: datetime, entry: JournalEntry) -> None:
        """Try a failed transaction again; raises MoveRefusedError when there is nothing to try."""
        try:
            self._payouts.retry(rma, transaction, now, entry)
        except PaymentRefusedError as error:
            raise MoveRefusedError(str(error)) from error

    def release_exchange(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        """Turn the draft of an exchange into an order of the shop; raises MoveRefusedError without a draft."""
        try:
            self._exchanges.release(rma, now, entry)
        except NothingToReleaseError as error:
            raise MoveRefusedError(str(error)) from error

    def comment(self, rma: Rma, text: str, by: str, now: datetime, entry: JournalEntry) -> None:
        """Put a note on the timeline; lastUpdated stays."""
        rma.comments.append(Comment(kind="merchant", by=by, text=text, at=now))
        entry.effect("comment.created", rma=str(rma.id), text=text[:80])

    def refresh(self, now: datetime) -> None:
        """Let requested transactions follow the clock and the shop's money, and delayed refunds come due."""
        self._payouts.refresh(now)
        due = [(rma, items) for due_at, rma, items in self._delayed if due_at <= now]
        self._delayed = [one for one in self._delayed if one[0] > now]
        for rma, items in due:
            if rma.status not in {"Canceled", "Rejected"}:
                self._payouts.pay(rma, items, now, self._journal.begin("AUTO", f"/rma/{rma.id}/refund"))

    def _note(self, rma: Rma, text: str, now: datetime) -> None:
        rma.comments.append(Comment(kind="system", by="ReturnGO", text=f"{text} ({stamp(now)})", at=now))
