"""The rules of a refund: what may be given back, what each unit carries, when the money has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.sandbox.shopify.books import Books, Line, Order, Refund, RefundLine, Transaction
from tieout.sandbox.shopify.figures import proportion
from tieout.sandbox.shopify.figures import share as share_of
from tieout.sandbox.shopify.return_books import Processing, ShopReturn
from tieout.sandbox.shopify.stock import App

DISCREPANCIES = (
    "CUSTOMER",
    "DAMAGE",
    "FULL_RETURN_BALANCING_ADJUSTMENT",
    "OTHER",
    "PENDING_REFUND_DISCREPANCY",
    "REFUND_DISCREPANCY",
    "RESTOCK",
)
REASONS = {"OTHER": "REFUND_DISCREPANCY", "": "REFUND_DISCREPANCY"}


class RefundRefusedError(Exception):
    """The refund cannot be made; `path` names the field of the input."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """Units of a line to refund."""

    line: Line
    quantity: int
    restock_type: str = "NO_RESTOCK"
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMoney:
    """An amount to send back through a gateway."""

    amount: int
    gateway: str
    parent: Transaction | None = None
    rounding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRefund:
    """A refund as asked for; `shipping` is taxed as the order is.

    With `pending` its money waits until somebody settles it. `processing` is what made it, when that was the
    processing of a return.
    """

    order: Order
    lines: Sequence[WantedLine] = ()
    money: Sequence[WantedMoney] = ()
    shipping: int = 0
    note: str = ""
    reason: str = ""
    over: bool = False
    app: App | None = None
    staff: str = ""
    key: str = ""
    shop_return: ShopReturn | None = None
    processing: Processing | None = None
    pending: bool = False


def check(wanted: WantedRefund) -> None:
    """Raise RefundRefusedError when the order does not hold what is to be given back."""
    asked: dict[int, int] = {}
    for index, want in enumerate(wanted.lines):
        asked[want.line.id] = asked.get(want.line.id, 0) + want.quantity
        at = ("refundLineItems", str(index), "quantity")
        if want.quantity <= 0:
            raise RefundRefusedError("Quantity must be greater than 0", *at)
        if asked[want.line.id] > want.line.refundable_quantity:
            raise RefundRefusedError("Quantity cannot refund more items than were purchased", *at)
        if want.restock_type in {"RETURN", "CANCEL"} and want.location_id is None:
            raise RefundRefusedError(
                "Location is needed when items are restocked", "refundLineItems", str(index), "locationId"
            )
    order = wanted.order
    shipping_left = order.shipping - sum(r.shipping for r in order.refunds)
    if not 0 <= wanted.shipping <= shipping_left:
        raise RefundRefusedError("Shipping amount is more than can be refunded", "shipping", "amount")
    if any(m.amount <= 0 for m in wanted.money):
        raise RefundRefusedError("Transaction amount must be greater than 0", "transactions")
    left = order.received - order.promised_back
    if sum(m.amount for m in wanted.money) > left and not wanted.over:
        raise RefundRefusedError("Refund amount is more than the amount that can be refunded", "transactions")
    for parent in {m.parent.id: m.parent for m in wanted.money if m.parent}.values():
        asked_of = sum(m.amount for m in wanted.money if m.parent is parent)
        if asked_of > left_of(order, parent) and not wanted.over:
            raise RefundRefusedError("Refund amount is more than the parent transaction's", "transactions")


def left_of(order: Order, sale: Transaction) -> int:
    """Return how much of a payment has neither gone back nor is on its way back."""
    back = (t for refund in order.refunds for t in refund.transactions if t.parent is sale)
    return sale.amount - sum(t.amount for t in back if t.status in {"SUCCESS", "PENDING"})


def money_back(order: Order, amount: int, gateway: str = "") -> tuple[WantedMoney, ...]:
    """Return the money of a refund: by the payments in their order, or by those of one gateway; none for nought.

    A gateway that took no payment (such as shopify_store_credit) gets it all, without a parent. What is more
    than the payments hold is asked of the last one, for the rules to refuse.
    """
    sales = [t for t in order.transactions if t.kind == "SALE" and gateway in {"", t.gateway}]
    if gateway and not sales:
        return (WantedMoney(amount=amount, gateway=gateway),) if amount else ()
    found: list[WantedMoney] = []
    for sale in sales:
        part = amount if sale is sales[-1] else min(amount, left_of(order, sale))
        if part:
            found.append(WantedMoney(amount=part, gateway=sale.gateway, parent=sale))
        amount -= part
    return tuple(found)


def make(books: Books, wanted: WantedRefund, now: datetime, *, delay: timedelta, fails: bool) -> Refund:
    """Enter a checked refund. With a delay its money is PENDING until the clock has moved that far."""
    order = wanted.order
    lines = tuple(_refund_line(books, want) for want in wanted.lines)
    shipping_tax = _shipping_tax(order, wanted.shipping)
    transactions = tuple(_transaction(books, wanted, money, now, delay, fails=fails) for money in wanted.money)
    worth = sum(line.subtotal for line in lines) + wanted.shipping
    if not order.taxes_included:
        worth += sum(line.tax for line in lines) + shipping_tax
    netted = wanted.processing.netted if wanted.processing else 0
    moved = sum(money.amount for money in wanted.money)
    refund = Refund(
        id=books.new_id(),
        order=order,
        created_at=now,
        note=wanted.note,
        app=wanted.app,
        staff=wanted.staff,
        key=wanted.key,
        lines=lines,
        shipping=wanted.shipping,
        shipping_tax=shipping_tax,
        shipping_id=books.new_id(),
        adjustment_id=books.new_id(),
        adjustment=worth - moved - netted if wanted.money else 0,
        adjustment_reason=REASONS.get(wanted.reason, wanted.reason),
        transactions=transactions,
        shop_return=wanted.shop_return,
        agreement_id=books.new_id(),
        processing=wanted.processing,
    )
    if wanted.shop_return is not None and wanted.processing is None:
        _note_on_return(wanted.shop_return, lines)
    order.refunds.append(refund)
    order.transactions.extend(transactions)
    order.updated_at = now
    books.refunds[refund.id] = refund
    books.pending.extend((order, t) for t in transactions if t.status == "PENDING")
    return refund


def settle(books: Books, now: datetime) -> list[Order]:
    """Let pending money arrive whose time has come; return the orders that changed, each once."""
    due = [(order, t) for order, t in books.pending if t.settles_at is not None and t.settles_at <= now]
    if not due:
        return []
    books.pending = [(order, t) for order, t in books.pending if t.settles_at is None or t.settles_at > now]
    for order, transaction in due:
        transaction.status = transaction.settles_as
        transaction.settled_at = now
        order.updated_at = now
    return list({order.id: order for order, _ in due}.values())


def end(books: Books, refund: Refund, status: str, now: datetime) -> None:
    """Let the pending money of one refund end as SUCCESS or FAILURE; RefundRefusedError when none is pending."""
    waiting = [t for t in refund.transactions if t.status == "PENDING"]
    if not waiting or status not in {"SUCCESS", "FAILURE"}:
        raise RefundRefusedError("Only a pending refund can end, as SUCCESS or FAILURE")
    for transaction in waiting:
        transaction.status = status
        transaction.settled_at = now
    books.pending = [(order, t) for order, t in books.pending if t.status == "PENDING"]


def _shipping_tax(order: Order, wanted: int) -> int:
    """Return the tax of the shipping that is given back; the last part takes the remainder."""
    before = sum(r.shipping for r in order.refunds)
    if wanted and before + wanted >= order.shipping:
        return order.shipping_tax - sum(r.shipping_tax for r in order.refunds)
    return proportion(order.shipping_tax, wanted, order.shipping)


def _note_on_return(shop_return: ShopReturn, lines: Sequence[RefundLine]) -> None:
    """Count units refunded outside returnProcess as processed and refunded on their return."""
    for refunded in lines:
        left = refunded.quantity
        for line in shop_return.lines:
            if line.line is refunded.line:
                part = min(left, line.quantity - line.refunded)
                line.refunded += part
                line.processed = max(line.processed, line.refunded)
                left -= part


def _refund_line(books: Books, want: WantedLine) -> RefundLine:
    line = want.line
    done = line.refunded_quantity
    subtotal = share_of(line.net_of_discount, line.quantity, line.refunded_subtotal, done, want.quantity)
    tax = share_of(line.tax, line.quantity, line.refunded_tax, done, want.quantity)
    line.refunded_quantity += want.quantity
    line.returned_quantity = max(line.returned_quantity - want.quantity, 0)
    line.refunded_subtotal += subtotal
    line.refunded_tax += tax
    return RefundLine(
        id=books.new_id(),
        line=line,
        quantity=want.quantity,
        restock_type=want.restock_type,
        location_id=want.location_id,
        subtotal=subtotal,
        tax=tax,
    )


def _transaction(  # the figures of one movement
    books: Books, wanted: WantedRefund, money: WantedMoney, now: datetime, delay: timedelta, *, fails: bool
) -> Transaction:
    outcome = "FAILURE" if fails else "SUCCESS"
    return Transaction(
        id=books.new_id(),
        kind="REFUND",
        status="PENDING" if delay or wanted.pending else outcome,
        gateway=money.gateway,
        amount=money.amount,
        created_at=now,
        parent=money.parent,
        settles_at=now + delay if delay and not wanted.pending else None,
        settles_as=outcome,
        rounding=money.rounding,
    )
