"""The portal at work: states, labels, the queue of returns to be processed, and the events these send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.loop import refusing
from tieout.sandbox.loop.announcing import Announcer
from tieout.sandbox.loop.books import KEPT, Job, Label, LoopBooks, LoopReturn, Note
from tieout.sandbox.loop.outcomes import Outcomes, PortalSettings
from tieout.sandbox.shopify.refunding import RefundRefusedError
from tieout.sandbox.webhooks import WebhookSender

if TYPE_CHECKING:
    from tieout.sandbox.shopify import ShopifySandbox

LABEL_LIFE = timedelta(days=28)
UNSENT = ("pending", "new", "pre_transit")
# The label statuses that set off processing by themselves, by the merchant's choice.
AUTO_PROCESS: dict[str, tuple[str, ...]] = {
    "none": (),
    "in_transit": ("in_transit", "out_for_delivery", "delivered"),
    "delivered": ("delivered",),
}


class Portal:
    """Books and rules; `now` is the portal's clock."""

    def __init__(
        self,
        sender: WebhookSender,
        secret: str,
        journal: Journal,
        now: Callable[[], datetime],
        shopify: ShopifySandbox | None,
    ) -> None:
        self.books = LoopBooks()
        self.settings = PortalSettings()
        self.sender = sender
        self._journal = journal
        self._now = now
        self._announcer = Announcer(self.books, sender, secret)
        self._outcomes = Outcomes(self.books, self.settings, shopify)

    @property
    def net(self) -> bool:
        """Say whether prices are shown without the tax that is inside them."""
        return self.settings.prices == "net"

    def raise_return(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Enter a new return and, unless the goods are kept, buy its label."""
        self.books.returns[ret.id] = ret
        entry.effect("return.created", id=ret.id, order=ret.order_name)
        self.announce("return.created", ret)
        if ret.method != KEPT:
            self.move_label(ret, "new", entry)

    def queue(
        self, ret: LoopReturn, source: str, entry: JournalEntry, details: Mapping[str, str] | None = None
    ) -> None:
        """Put a return into the queue, once; ActionRefusedError when it cannot be processed."""
        refusing.to_process(ret, flagged_too=self.settings.process_flagged)
        if any(job.wanted is ret for job in self.books.queue):
            return
        wait = self.settings.process_delay_seconds
        due = self._now() + timedelta(seconds=wait)
        job = Job(wanted=ret, source=source, due=due, details=tuple((details or {}).items()))
        self.books.queue.append(job)
        entry.effect("return.queued", id=ret.id)
        asyncio.get_running_loop().call_later(wait, self.tick)

    def tick(self, *, everything: bool = False) -> None:
        """Process what is due (or all that is queued) and let unsent labels expire."""
        now = self._now()
        due = [job for job in self.books.queue if everything or job.due <= now]
        self.books.queue = [job for job in self.books.queue if job not in due]
        for job in due:
            entry = self._journal.begin("QUEUE", f"/return/{job.wanted.id}/process")
            self._process(job, entry)
        for ret in self.books.returns.values():
            unsent = ret.label is not None and ret.label.status in UNSENT
            if ret.state == "open" and unsent and ret.label and now - ret.label.created_at >= LABEL_LIFE:
                self.expire(ret, self._journal.begin("CLOCK", f"/return/{ret.id}/expire"))

    def _process(self, job: Job, entry: JournalEntry) -> None:
        ret = job.wanted
        if ret.state not in {"open", "review"}:
            return
        if self.settings.fail_next_processing > 0:
            self.settings.fail_next_processing -= 1
            self._fail(job, self.settings.fail_state, self.settings.fail_message, entry)
            return
        try:
            self._outcomes.fulfil(ret, dict(job.details), self._now(), entry)
        except RefundRefusedError:
            self._fail(job, "review", "Something went wrong during processing", entry)
            return
        ret.processed_at = self._now()
        for unit in ret.units:
            if unit.restocked:
                self.announce("restock.requested", ret, return_id=ret.id, line_item_id=str(unit.id), sku=unit.sku)
        if ret.gift_card_id and self.settings.third_party_gift_cards:
            self.announce("giftcard.requested", ret)
        self._set_state(ret, "closed", entry)

    def _fail(self, job: Job, state: str, message: str, entry: JournalEntry) -> None:
        """Leave the return where it is (or in review) and say so; nothing else tells of the failure."""
        ret = job.wanted
        entry.effect("return.processing_failed", id=ret.id, state=state)
        if ret.state != state:
            self._set_state(ret, state, entry)
        self.announce(
            "return.processing.failed",
            ret,
            return_id=ret.id,
            return_state=ret.state,
            message=message,
            source=job.source or None,
        )

    def cancel(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Cancel: nothing is fulfilled, and the customer may return the same goods again."""
        refusing.to_cancel(ret)
        self._set_state(ret, "cancelled", entry)

    def close(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Close without fulfilling anything."""
        refusing.to_close(ret)
        self._set_state(ret, "closed", entry)

    def flag(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Put a return before a person; it is not processed meanwhile."""
        refusing.to_flag(ret)
        ret.flagged = True
        if ret.state != "review":
            self._set_state(ret, "review", entry)

    def approve(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Let a person put a return that was under review back among the open ones."""
        refusing.to_approve(ret)
        ret.flagged = False
        self._set_state(ret, "open", entry)

    def expire(self, ret: LoopReturn, entry: JournalEntry) -> None:
        """Give up a return whose goods were never sent."""
        refusing.to_flag(ret)
        self._set_state(ret, "expired", entry)

    def remove(self, ret: LoopReturn, numbers: Collection[int], entry: JournalEntry) -> None:
        """Take line items off a return and queue the rest for processing."""
        refusing.to_remove(ret, numbers)
        ret.units = [unit for unit in ret.units if unit.id not in numbers]
        ret.edited_at = self._now()
        self._touch(ret)
        entry.effect("line_items.removed", id=ret.id, count=len(numbers))
        if not ret.units:
            self._set_state(ret, "closed", entry)
            return
        self.queue(ret, "api", entry)

    def move_label(
        self, ret: LoopReturn, status: str, entry: JournalEntry, *, carrier: str = "", tracking: str = ""
    ) -> None:
        """Make a label or note what the carrier says of the parcel."""
        now, label = self._now(), ret.label
        if label is None:
            number = self.books.new_id()
            ret.label = label = Label(
                id=number,
                status=status,
                carrier=carrier or "Royal Mail",
                tracking_number=tracking or f"RM{number}GB",
                rate=0,
                created_at=now,
                updated_at=now,
            )
            event = "label.created"
        else:
            label.status, label.updated_at = status, now
            label.carrier = carrier or label.carrier
            label.tracking_number = tracking or label.tracking_number
            event = "label.updated"
        self._touch(ret)
        entry.effect(event, id=ret.id, status=status)
        self.announce(event, ret)
        if event == "label.updated":
            self.announce("return.updated", ret)
        if ret.state == "open" and status in AUTO_PROCESS[self.settings.auto_process]:
            self.queue(ret, "", entry)

    def grade(self, ret: LoopReturn, grades: Mapping[int, tuple[str, str]], entry: JournalEntry) -> None:
        """Write down condition and disposition of units."""
        for unit in ret.units:
            if unit.id in grades:
                unit.condition, unit.disposition = grades[unit.id]
                entry.effect("line_item.graded", id=ret.id, line_item=unit.id, disposition=unit.disposition)
        self._touch(ret)

    def note(self, ret: LoopReturn, content: str, entry: JournalEntry) -> None:
        """Add a note; the return does not change by it."""
        ret.notes.append(Note(id=self.books.new_id(), content=content, at=self._now()))
        entry.effect("note.created", id=ret.id)

    def announce(self, trigger: str, ret: LoopReturn, **more: str | int | None) -> None:
        """Send one event."""
        self._announcer.announce(trigger, ret, net=self.net, **more)

    def _set_state(self, ret: LoopReturn, state: str, entry: JournalEntry) -> None:
        ret.state = state
        self._touch(ret)
        if state == "closed":
            ret.closed_at = ret.updated_at
        entry.effect("return.state_changed", id=ret.id, state=state)
        self.announce("return.updated", ret)
        if state == "closed":
            self.announce("return.closed", ret)

    def _touch(self, ret: LoopReturn) -> None:
        ret.updated_at = self._now()
