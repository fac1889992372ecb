"""Gives the customer what the resolution says: money back through the shop, store credit, a gift card.

Every payment is a transaction. It is Requested while the shop still moves the money or for as long as a test
wants it, then Success or Failed; a failed one moves nothing, leaves an error on the timeline and can be retried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.returngo.amounts import GIFT_CARD, PAYMENT_METHOD, STORE_CREDIT, worth
from tieout.sandbox.returngo.books import Comment, Item, MoneyMove, PortalBooks, Rma
from tieout.sandbox.returngo.standing import refunded_elsewhere
from tieout.sandbox.returngo.storefront import Storefront
from tieout.sandbox.shopify.books import Refund
from tieout.sandbox.shopify.figures import gid, major

TRIGGERS = ("none", "approved", "shipped", "received", "validated")
STATUS_OF = {"PENDING": "Requested", "SUCCESS": "Success", "FAILURE": "Failed"}
FAILURE = "the platform answered FAILURE"
INVOICE = "InvoicePayment"
REFERENCES = {
    PAYMENT_METHOD: "PlatformRefundId",
    STORE_CREDIT: "StoreCreditCode",
    GIFT_CARD: "GiftCardId",
    INVOICE: "InvoicePaymentId",
}


class PaymentRefusedError(Exception):
    """The transaction cannot be tried again."""


@dataclass(slots=True, kw_only=True)
class PortalSettings:
    """The merchant's choices and a test's: when refunds and exchanges go out, and what becomes of transactions."""

    auto_refund: str = "none"
    auto_refund_delay_hours: int = 0
    auto_release: str = "none"
    fail_next_transactions: int = 0
    fail_next_shop_returns: int = 0
    transaction_delay_seconds: int = 0
    store_credit_percent: int = 100


class Payouts:
    """Makes transactions: one for all units paid back together, one per unit of credit, one gift card per RMA."""

    def __init__(
        self, books: PortalBooks, settings: PortalSettings, storefront: Storefront, announce: Callable[..., None]
    ) -> None:
        self._books = books
        self._settings = settings
        self._storefront = storefront
        self._announce = announce
        self._requested: list[MoneyMove] = []

    def pay(
        self,
        rma: Rma,
        items: Sequence[Item],
        now: datetime,
        entry: JournalEntry,
        *,
        by_hand: bool = False,
        force: bool = False,
    ) -> None:
        """Pay for the units that are not yet settled, leaving out what the shop has refunded, unless forced."""
        due = [item for item in items if not item.settled and not item.is_exchanged]
        for item in due:
            item.due = True
        if not force:
            due = self._left_to_pay(rma, due, now)
        for item in due:
            if item.resolution == STORE_CREDIT:
                self._transact(rma, [item], STORE_CREDIT, now, entry)
        money = [item for item in due if item.resolution == PAYMENT_METHOD]
        if money:
            self._transact(rma, money, PAYMENT_METHOD, now, entry)
        cards = [item for item in rma.items if item.resolution == GIFT_CARD and not item.settled]
        if any(item in due for item in cards) and (by_hand or all(item.due for item in cards)):
            self._transact(rma, [item for item in cards if item.due], GIFT_CARD, now, entry)

    def _left_to_pay(self, rma: Rma, due: Sequence[Item], now: datetime) -> list[Item]:
        """Stand down for the units that somebody else refunded in the shop."""
        elsewhere = refunded_elsewhere(self._books, rma, due, self._storefront.order_named(rma.order_name))
        if elsewhere:
            text = f"Auto-refund skipped for {len(elsewhere)} of {len(due)} units: refunded in the platform"
            rma.comments.append(Comment(kind="system", by="ReturnGO", text=text, at=now))
        return [item for item in due if item not in elsewhere]

    def settle_difference(self, rma: Rma, amount: int, now: datetime, entry: JournalEntry) -> None:
        """Let the customer pay the difference of an exchange, or (below nought) have it back."""
        if amount:
            kind = INVOICE if amount > 0 else PAYMENT_METHOD
            self._enter(rma, (), self._move(rma, (), abs(amount), kind, now), now, entry)

    def retry(self, rma: Rma, number: str, now: datetime, entry: JournalEntry) -> None:
        """Try a failed transaction again, under its own id; PaymentRefusedError when that makes no sense."""
        move = next((one for one in rma.moves if str(one.id) == number), None)
        if move is None:
            raise PaymentRefusedError(f"RMA {rma.id} has no transaction {number}")
        items = [item for item in rma.items if item.id in move.item_ids]
        if move.status != "Failed" or any(item.settled for item in items):
            raise PaymentRefusedError(f"Transaction {number} is {move.status}, or its units are settled since")
        self._bear(rma, move, move.amount + move.fee)
        self._attempt(rma, items, move, now)
        entry.effect("transaction.retried", id=str(move.id), status=move.status)
        self._tell_of_refund(rma, move)

    def refresh(self, now: datetime) -> None:
        """Let requested transactions follow the clock and the shop's."""
        for move in list(self._requested):
            if move.settles_at is None or move.settles_at <= now:
                self._follow(move, now)

    def _transact(self, rma: Rma, items: Sequence[Item], kind: str, now: datetime, entry: JournalEntry) -> None:
        amount = sum(worth(item, self._settings.store_credit_percent) for item in items)
        order = self._storefront.order_named(rma.order_name)
        if kind == PAYMENT_METHOD and order is not None:
            amount = min(amount, order.total)
        move = self._move(rma, items, amount, kind, now)
        self._bear(rma, move, amount)
        self._enter(rma, items, move, now, entry)

    def _bear(self, rma: Rma, move: MoneyMove, amount: int) -> None:
        """Let the transaction bear what is left of the cancellation fee, down to nought; a difference bears none."""
        borne = sum(other.fee for other in rma.moves if other is not move and other.status != "Failed")
        move.fee = min(rma.cancellation_fee - borne, amount) if move.item_ids else 0
        move.amount = amount - move.fee

    def _move(self, rma: Rma, items: Sequence[Item], amount: int, kind: str, now: datetime) -> MoneyMove:
        return MoneyMove(
            id=self._books.new_id(),
            rma_id=rma.id,
            order_id=rma.order_id,
            kind=kind,
            status="Requested",
            processor="Shopify" if kind == PAYMENT_METHOD else "ReturnGO",
            amount=amount,
            currencies=rma.currencies,
            reference_type="",
            reference="",
            item_ids=tuple(item.id for item in items),
            created_at=now,
            updated_at=now,
        )

    def _enter(self, rma: Rma, items: Sequence[Item], move: MoneyMove, now: datetime, entry: JournalEntry) -> None:
        """Keep the transaction, try it, and tell the world."""
        self._books.moves[move.id] = move
        rma.moves.append(move)
        self._attempt(rma, items, move, now)
        entry.effect(
            "transaction.created",
            rma=str(rma.id),
            kind=move.kind,
            status=move.status,
            amount=move.amount,
            refund=gid("Refund", move.refund_id) if move.refund_id else "",
        )
        self._announce("TRANSACTION_CREATED", rma, transactionId=move.id, status=move.status)
        self._tell_of_refund(rma, move)

    def _tell_of_refund(self, rma: Rma, move: MoneyMove) -> None:
        if move.kind == PAYMENT_METHOD and not move.trouble and move.status != "Failed":
            self._announce("REFUND_CREATED", rma, transactionId=move.id, refundId=move.reference)

    def _attempt(self, rma: Rma, items: Sequence[Item], move: MoneyMove, now: datetime) -> None:
        """Do what the transaction is for, and say how far it has come."""
        refund, move.trouble = self._act(rma, items, move)
        move.refund_id = refund.id if refund else 0
        if not move.trouble:
            move.reference_type = REFERENCES[move.kind]
            move.reference = _reference(move, refund)
        for item in items:
            item.settled = True
        delay = self._settings.transaction_delay_seconds
        move.status, move.updated_at = "Requested", now
        move.settles_at = now + timedelta(seconds=delay) if delay else None
        self._requested.append(move)
        if not delay:
            self._follow(move, now)

    def _act(self, rma: Rma, items: Sequence[Item], move: MoneyMove) -> tuple[Refund | None, str]:
        if self._settings.fail_next_transactions > 0:
            self._settings.fail_next_transactions -= 1
            return None, FAILURE
        if move.kind == PAYMENT_METHOD and self._storefront.order_named(rma.order_name) is not None:
            return self._storefront.refund(rma, items, move.amount)
        return None, ""

    def _follow(self, move: MoneyMove, now: datetime) -> None:
        """Let a requested transaction succeed or fail once the shop knows."""
        refund = self._storefront.refund_of(move.refund_id) if move.refund_id else None
        status = "Failed" if move.trouble else _status_of(refund) if refund else "Success"
        if status == "Requested":
            return
        self._requested.remove(move)
        move.status, move.updated_at, move.settles_at = status, now, None
        if status == "Failed":
            rma = self._books.rmas[move.rma_id]
            for item in rma.items:
                item.settled = item.settled and item.id not in move.item_ids
            text = f"{_called(move)} of {major(move.amount)} failed: {move.trouble or FAILURE}"
            rma.comments.append(Comment(kind="error", by="ReturnGO", text=text, at=now))


def _called(move: MoneyMove) -> str:
    return {INVOICE: "Invoice payment", STORE_CREDIT: "Store credit", GIFT_CARD: "Gift card"}.get(move.kind, "Refund")


def _reference(move: MoneyMove, refund: Refund | None) -> str:
    """Return what the other side calls the payment; a store credit is a discount code."""
    if move.kind == STORE_CREDIT:
        return f"CREDIT-{move.rma_id}-{move.item_ids[0]}"
    return str(refund.id if refund else move.id)


def _status_of(refund: Refund) -> str:
    statuses = {t.status for t in refund.transactions} or {"SUCCESS"}
    worst = next(s for s in ("FAILURE", "PENDING", "SUCCESS") if s in statuses)
    return STATUS_OF[worst]
