"""The returns portal at work: approval, parcels, inspection, refunds, and the events these send.

Refunds are made in the shop by the app "ReturnGO" when the auto-refund trigger is reached, and stand down when
the order has been refunded in the shop by somebody else since the RMA was raised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.clock import stamp
from tieout.sandbox.journal import JournalEntry
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
from tieout.sandbox.returngo.payouts import Payouts, PortalSettings
from tieout.sandbox.shopify.books import Order, major
from tieout.sandbox.shopify.loading import load
from tieout.sandbox.shopify.refunding import WantedLine
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
# The auto-refund triggers that a parcel has reached with each status.
REACHED = {"Received": ("received",), "Validated": ("received", "validated")}


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

    def __init__(self, sender: WebhookSender, shopify: ShopifySandbox | None) -> None:
        self.books = PortalBooks()
        self.settings = PortalSettings()
        self.sender = sender
        self._shopify = shopify
        self._payouts = Payouts(self.books, self.settings, shopify, self.announce)

    def announce(self, event: str, rma: Rma, **more: str | int) -> None:
        """Send one unsigned event to everybody who subscribed to it; bodies are thin."""
        body = {"eventName": event, "rmaId": str(rma.id), "order_name": rma.order_name, **more}
        for hook in self.books.hooks.values():
            if hook.event == event:
                self.sender.send(event, hook.url, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def order_of(self, rma: Rma) -> Order | None:
        """Return the shop's order that the goods were bought with, when there is a shop and an order."""
        return self._shopify.shop.books.order_named(rma.order_name) if self._shopify and rma.order_name else None

    def raise_rma(self, rma: Rma, entry: JournalEntry) -> None:
        """Enter a new RMA."""
        self.books.rmas[rma.id] = rma
        rma.events.append(RmaEvent(name="RMA_CREATED", at=rma.created_at, via="Return Portal"))
        entry.effect("rma.created", rma=str(rma.id), order=rma.order_name)
        self.announce("RMA_CREATED", rma, status=rma.status)

    def move(self, rma: Rma, status: str, now: datetime, entry: JournalEntry) -> None:
        """Give the RMA another status by hand or by the API, with all that follows from it."""
        if status == rma.status:
            return
        if status not in RMA_MOVES[rma.status]:
            raise MoveRefusedError(f"RMA status cannot change from {rma.status} to {status}")
        reopened = rma.status in {"Canceled", "Done", "Rejected"}
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
            case _:
                pass

    def _set_status(self, rma: Rma, status: str, entry: JournalEntry) -> None:
        rma.status = status
        entry.effect("rma.status_changed", rma=str(rma.id), status=status)
        self.announce("RMA_STATUS_UPDATED", rma, status=status)

    def _approve(self, rma: Rma, now: datetime, entry: JournalEntry, *, again: bool) -> None:
        """Make the parcel and the shop's own return."""
        if not again:
            rma.events.append(RmaEvent(name="RMA_APPROVED", at=now, via="Dashboard"))
        if not rma.shipments:
            self._new_shipment(rma, rma.items, "Pending", entry)
        self._open_shop_return(rma, now, entry)
        self._note(rma, "RMA approved", now)
        if self.settings.auto_refund == "approved":
            self._payouts.pay(rma, rma.items, now, entry)

    def _open_shop_return(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        order = self.order_of(rma)
        if self._shopify is None or order is None:
            return
        counted: dict[int, tuple[int, str]] = {}
        for item in rma.items:
            line = next((x for x in order.lines if str(x.id) == item.line_id), None)
            if line is not None:
                counted[line.id] = (counted.get(line.id, (0, ""))[0] + 1, item.reason)
        lines = [
            (WantedLine(line=line, quantity=counted[line.id][0]), counted[line.id][1])
            for line in order.lines
            if line.id in counted
        ]
        if not lines or (rma.shop_return is not None and rma.shop_return.status == "OPEN"):
            return
        shop = self._shopify.shop
        shop_entry = self._shopify.journal.begin("APP", f"/returngo/rma/{rma.id}")
        rma.shop_return = shop.open_return(order, lines, shop.app_called("ReturnGO"), self._shopify.now(), shop_entry)
        entry.effect("shop_return.created", rma=str(rma.id), name=rma.shop_return.name)
        self._note(rma, f"Return {rma.shop_return.name} created and approved in Shopify", now)

    def _close_off(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        for shipment in rma.shipments:
            if "Canceled" in SHIPMENT_MOVES[shipment.status]:
                self._set_shipment(rma, shipment, "Canceled", entry)
        if self._shopify is not None and rma.shop_return is not None:
            shop_entry = self._shopify.journal.begin("APP", f"/returngo/rma/{rma.id}")
            self._shopify.shop.cancel_return(rma.shop_return, self._shopify.now(), shop_entry)
            self._note(rma, f"Return {rma.shop_return.name} cancelled in Shopify", now)

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
        if self.settings.auto_refund in REACHED.get(status, ()):
            self._payouts.pay(rma, rma.items_of(shipment), now, entry)

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

    def pay(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        """Refund what is not yet refunded because somebody pressed the button."""
        self._payouts.pay(rma, rma.items, now, entry, by_hand=True)

    def release_exchange(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        """Turn the draft of an exchange into an order of the shop: the same goods again, at no charge."""
        units = [item for item in rma.items if "Exchange" in item.resolution]
        if not units or rma.status in {"Pending", "Rejected", "Canceled"} or rma.exchange_order_id:
            raise MoveRefusedError(f"RMA {rma.id} has no exchange to release")
        rma.exchange_order_name = f"#EX{rma.id}"
        rma.exchange_order_id = str(self.books.new_id())
        if self._shopify is not None:
            lines = [{"sku": x.sku, "title": x.title, "price": major(x.paid), "discount": major(x.paid)} for x in units]
            order = {"name": rma.exchange_order_name, "lines": lines, "tags": ["exchange"], "fulfilled": False}
            shop_entry = self._shopify.journal.begin("APP", f"/returngo/rma/{rma.id}")
            load(self._shopify.shop, {"orders": [order], "notify": True}, self._shopify.now(), shop_entry)
            made = self._shopify.shop.books.order_named(rma.exchange_order_name)
            assert made is not None, "it was loaded just now"
            rma.exchange_order_id = str(made.id)
        entry.effect("exchange.released", rma=str(rma.id), order=rma.exchange_order_name)
        self._note(rma, f"Exchange order {rma.exchange_order_name} released", now)

    def comment(self, rma: Rma, text: str, by: str, now: datetime, entry: JournalEntry) -> None:
        """Put a note on the timeline; lastUpdated stays."""
        rma.comments.append(Comment(kind="merchant", by=by, text=text, at=now))
        entry.effect("comment.created", rma=str(rma.id), text=text[:80])

    def refresh(self) -> None:
        """Let requested refunds follow the shop's money."""
        self._payouts.refresh()

    def _note(self, rma: Rma, text: str, now: datetime) -> None:
        rma.comments.append(Comment(kind="system", by="ReturnGO", text=f"{text} ({stamp(now)})", at=now))
