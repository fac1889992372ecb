"""Gives the customer what the resolution says: money back through the shop, store credit, or nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.returngo.books import Comment, Item, MoneyMove, PortalBooks, Rma
from tieout.sandbox.shopify.books import Order, Refund, gid
from tieout.sandbox.shopify.control import money_back
from tieout.sandbox.shopify.refunding import RefundRefusedError, WantedLine, WantedRefund

if TYPE_CHECKING:
    from tieout.sandbox.shopify import ShopifySandbox

TRIGGERS = ("none", "approved", "received", "validated")
STATUS_OF = {"PENDING": "Requested", "SUCCESS": "Success", "FAILURE": "Failed"}


@dataclass(slots=True, kw_only=True)
class PortalSettings:
    """The merchant's choices and a test's: when refunds go out by themselves, and how many shall fail."""

    auto_refund: str = "none"
    fail_next_transactions: int = 0
    store_credit_percent: int = 100


class Payouts:
    """Makes transactions; one for all units paid back together, one per unit of store credit."""

    def __init__(
        self,
        books: PortalBooks,
        settings: PortalSettings,
        shopify: ShopifySandbox | None,
        announce: Callable[..., None],
    ) -> None:
        self._books = books
        self._settings = settings
        self._shopify = shopify
        self._announce = announce

    def pay(
        self, rma: Rma, items: Sequence[Item], now: datetime, entry: JournalEntry, *, by_hand: bool = False
    ) -> None:
        """Pay for the units that are not yet settled; stand down when the shop has refunded already."""
        due = [item for item in items if not item.settled]
        if self._refunded_elsewhere(rma) and not by_hand:
            text = "Auto-refund skipped: the order was refunded in the platform"
            rma.comments.append(Comment(kind="system", by="ReturnGO", text=text, at=now))
            return
        for item in due:
            if item.resolution == "RefundToStoreCredit":
                self._credit(rma, item, now, entry)
        money = [item for item in due if item.resolution == "RefundToPaymentMethod"]
        if money:
            self._refund(rma, money, now, entry)

    def refresh(self) -> None:
        """Let requested transactions follow the shop's."""
        if self._shopify is None:
            return
        shop_books = self._shopify.shop.books
        self._shopify.now()
        for move in self._books.moves.values():
            refund = shop_books.refunds.get(move.refund_id)
            if move.status == "Requested" and refund is not None:
                move.status = _status_of(refund)

    def _refunded_elsewhere(self, rma: Rma) -> bool:
        order = self._order(rma)
        if order is None:
            return False
        return any(
            refund.created_at >= rma.created_at and not (refund.app and refund.app.title == "ReturnGO")
            for refund in order.refunds
        )

    def _order(self, rma: Rma) -> Order | None:
        if self._shopify is None or not rma.order_name:
            return None
        return self._shopify.shop.books.order_named(rma.order_name)

    def _refund(self, rma: Rma, items: Sequence[Item], now: datetime, entry: JournalEntry) -> None:
        amount = sum(item.worth for item in items)
        refund, trouble = None, ""
        if self._settings.fail_next_transactions > 0:
            self._settings.fail_next_transactions -= 1
            trouble = "the platform answered FAILURE"
        elif self._order(rma) is not None:
            refund, trouble = self._refund_in_shop(rma, items, amount)
        status = _status_of(refund) if refund else "Success"
        move = self._move(rma, items, amount, now, "RefundToPaymentMethod", "Failed" if trouble else status)
        if refund is not None:
            move.refund_id = refund.id
        if not trouble:
            move.reference_type = "PlatformRefundId"
            move.reference = str(refund.id if refund else move.id)
        self._record(rma, items, move, entry)
        if move.status == "Failed":
            text = f"Refund failed: {trouble or 'the platform answered FAILURE'}"
            rma.comments.append(Comment(kind="error", by="ReturnGO", text=text, at=now))
        else:
            self._announce("REFUND_CREATED", rma, transactionId=move.id, refundId=move.reference)

    def _refund_in_shop(self, rma: Rma, items: Sequence[Item], amount: int) -> tuple[Refund | None, str]:
        """Refund the units in the shop as the app ReturnGO; the second value says why it failed."""
        order = self._order(rma)
        assert self._shopify is not None, "an order was found"
        assert order is not None, "an order was found"
        counted: dict[str, int] = {}
        for item in items:
            counted[item.line_id] = counted.get(item.line_id, 0) + 1
        lines = [
            WantedLine(line=line, quantity=counted[str(line.id)]) for line in order.lines if str(line.id) in counted
        ]
        shop = self._shopify.shop
        wanted = WantedRefund(
            order=order,
            lines=lines,
            money=money_back(order, amount),
            note=f"ReturnGO RMA{rma.id} units {', '.join(str(item.id) for item in items)}",
            app=shop.app_called("ReturnGO"),
            shop_return=rma.shop_return if rma.shop_return and rma.shop_return.status == "OPEN" else None,
        )
        shop_entry = self._shopify.journal.begin("APP", f"/returngo/rma/{rma.id}")
        try:
            return shop.refund(wanted, self._shopify.now(), shop_entry), ""
        except RefundRefusedError as error:
            return None, str(error)

    def _credit(self, rma: Rma, item: Item, now: datetime, entry: JournalEntry) -> None:
        amount = item.worth * self._settings.store_credit_percent // 100
        move = self._move(rma, [item], amount, now, "RefundToStoreCredit", "Success")
        if self._settings.fail_next_transactions > 0:
            self._settings.fail_next_transactions -= 1
            move.status = "Failed"
        else:
            move.reference_type = "StoreCreditCode"
            move.reference = f"CREDIT-{rma.id}-{item.id}"
        self._record(rma, [item], move, entry)

    def _move(self, rma: Rma, items: Sequence[Item], amount: int, now: datetime, kind: str, status: str) -> MoneyMove:
        return MoneyMove(
            id=self._books.new_id(),
            rma_id=rma.id,
            order_id=rma.order_id,
            kind=kind,
            status=status,
            processor="Shopify" if kind == "RefundToPaymentMethod" else "ReturnGO",
            amount=amount,
            currency=rma.currency,
            reference_type="",
            reference="",
            item_ids=tuple(item.id for item in items),
            created_at=now,
            updated_at=now,
        )

    def _record(self, rma: Rma, items: Sequence[Item], move: MoneyMove, entry: JournalEntry) -> None:
        self._books.moves[move.id] = move
        rma.moves.append(move)
        for item in items:
            item.settled = move.status != "Failed"
        entry.effect(
            "transaction.created",
            rma=str(rma.id),
            kind=move.kind,
            status=move.status,
            amount=move.amount,
            refund=gid("Refund", move.refund_id) if move.refund_id else "",
        )
        self._announce("TRANSACTION_CREATED", rma, transactionId=move.id, status=move.status)


def _status_of(refund: Refund) -> str:
    statuses = {t.status for t in refund.transactions} or {"SUCCESS"}
    worst = next(s for s in ("FAILURE", "PENDING", "SUCCESS") if s in statuses)
    return STATUS_OF[worst]
