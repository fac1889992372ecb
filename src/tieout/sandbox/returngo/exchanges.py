"""Exchanges: a draft order when the RMA is approved, an order of the shop and its price difference on release."""

from __future__ import annotations

from datetime import datetime

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.returngo.amounts import difference
from tieout.sandbox.returngo.books import Comment, ExchangeOrder, PortalBooks, Replacement, Rma
from tieout.sandbox.returngo.payouts import Payouts
from tieout.sandbox.returngo.storefront import Storefront
from tieout.sandbox.shopify.figures import major


class NothingToReleaseError(Exception):
    """No draft of the RMA waits for its release."""


class Exchanges:
    """Drafts and releases; money goes through the payouts, orders through the storefront."""

    def __init__(self, books: PortalBooks, storefront: Storefront, payouts: Payouts) -> None:
        self._books = books
        self._storefront = storefront
        self._payouts = payouts

    def draft(self, rma: Rma, entry: JournalEntry) -> None:
        """Make one draft of all exchanged units that are in none."""
        drafted = {number for order in rma.exchange_orders for number in order.item_ids}
        units = [item for item in rma.items if item.is_exchanged and item.id not in drafted]
        if not units:
            return
        chosen = [one for item in units for one in item.replacements]
        if any(not item.replacements for item in units):
            promised = [one for order in rma.exchange_orders for one in order.replacements]
            chosen += [one for one in rma.replacements if one not in promised]
        place = f"-{len(rma.exchange_orders) + 1}" if rma.exchange_orders else ""
        draft = ExchangeOrder(
            draft_id=self._books.new_id(),
            name=f"#D{rma.id}{place}",
            item_ids=tuple(item.id for item in units),
            replacements=tuple(chosen),
        )
        rma.exchange_orders.append(draft)
        entry.effect("exchange.drafted", rma=str(rma.id), draft=str(draft.draft_id))

    def drop(self, rma: Rma) -> None:
        """Take back the drafts that were never released."""
        rma.exchange_orders = [order for order in rma.exchange_orders if order.order_id]

    def release(self, rma: Rma, now: datetime, entry: JournalEntry) -> None:
        """Turn the drafts into orders of the shop and settle the differences; NothingToReleaseError without any."""
        waiting = [order for order in rma.exchange_orders if not order.order_id]
        if not waiting:
            raise NothingToReleaseError(f"RMA {rma.id} has no exchange to release")
        for draft in waiting:
            self._release(rma, draft, now, entry)

    def _release(self, rma: Rma, draft: ExchangeOrder, now: datetime, entry: JournalEntry) -> None:
        units = [item for item in rma.items if item.id in draft.item_ids]
        to_pay = difference(units, _chosen_for_all(rma, draft))
        draft.name = draft.name.replace("#D", "#EX")
        draft.order_id = self._storefront.order_exchange(rma, draft, max(to_pay, 0)) or str(self._books.new_id())
        self._books.exchange_origins[draft.name] = rma.order_name
        for item in units:
            item.settled = True
        entry.effect("exchange.released", rma=str(rma.id), order=draft.name, difference=to_pay)
        text = f"Exchange order {draft.name} released, price difference {major(to_pay)}"
        rma.comments.append(Comment(kind="system", by="ReturnGO", text=text, at=now))
        self._payouts.settle_difference(rma, to_pay, now, entry)


def _chosen_for_all(rma: Rma, draft: ExchangeOrder) -> tuple[Replacement, ...]:
    """Return what was chosen for the whole RMA, if this draft holds it."""
    return tuple(one for one in rma.replacements if one in draft.replacements)
