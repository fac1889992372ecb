"""Shopify Payments: the rows of the merchant's balance and the payouts that carry them to the bank.

Every successful transaction through `shopify_payments` becomes a row; rows wait without a payout until one is
made. What other gateways take (gift cards, store credit, cash) never appears here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tieout.sandbox.shopify.books import Books, Order, Transaction
from tieout.sandbox.shopify.figures import proportion

GATEWAY = "shopify_payments"
FEE_BASIS_POINTS = 150
FEE_FIXED = 20
STATUSES = ("SCHEDULED", "PAID", "FAILED", "CANCELED")
# The fields of a payout's summary that each kind of row adds to; whatever else happens is an adjustment.
SUMMARY = {"CHARGE": "charges", "REFUND": "refunds"}


@dataclass(slots=True, kw_only=True)
class BalanceRow:
    """One movement of the balance. `net` is what it really adds; it need not be amount less fee."""

    id: int
    kind: str
    source: str
    at: datetime
    amount: int
    fee: int
    net: int
    currency: str
    source_id: int
    transaction_id: int | None = None
    order: Order | None = None
    reason: str = ""
    payout: Payout | None = None


@dataclass(slots=True, kw_only=True)
class Payout:
    """Money sent to the bank, or taken from it when `net` is negative."""

    id: int
    issued_at: datetime
    status: str
    currency: str
    rows: tuple[BalanceRow, ...]
    trace: str

    @property
    def net(self) -> int:
        """Return what reaches the bank: the net of all rows."""
        return sum(row.net for row in self.rows)

    def summed(self, name: str) -> tuple[int, int]:
        """Return gross and fees of charges, refunds or adjustments, so that gross less fees is their net."""
        rows = [row for row in self.rows if SUMMARY.get(row.kind, "adjustments") == name]
        gross = sum(row.amount for row in rows)
        return gross, gross - sum(row.net for row in rows)


class Payments:
    """The balance and its payouts."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._rows: list[BalanceRow] = []
        self._seen: set[int] = set()
        self.payouts: list[Payout] = []

    def rows(self) -> list[BalanceRow]:
        """Return every row, oldest first, after entering the transactions that have succeeded since."""
        found = [
            (at_of(one), one, order)
            for order in self._books.orders.values()
            for one in order.transactions
            if one.gateway == GATEWAY and one.status == "SUCCESS" and one.id not in self._seen
        ]
        found.sort(key=lambda item: (item[0], item[1].id))
        for at, one, order in found:
            self._seen.add(one.id)
            self._rows.append(self._row_of(one, order, at))
        self._rows.sort(key=lambda row: (row.at, row.id))
        return self._rows

    def adjust(  # the figures of one row
        self,
        kind: str,
        now: datetime,
        *,
        amount: int,
        fee: int,
        net: int | None,
        order: Order | None,
        reason: str,
    ) -> BalanceRow:
        """Enter a row that no transaction of an order made; without `net`, amount less fee."""
        row = BalanceRow(
            id=self._books.new_id(),
            kind=kind,
            source="ADJUSTMENT",
            at=now,
            amount=amount,
            fee=fee,
            net=amount - fee if net is None else net,
            currency=order.currency if order else "GBP",
            source_id=self._books.new_id(),
            order=order,
            reason=reason,
        )
        self._rows.append(row)
        return row

    def pay_out(self, issued_at: datetime, status: str, trace: str) -> Payout:
        """Send all rows up to this moment that have no payout to the bank; ValueError when there are none."""
        due = [row for row in self.rows() if row.payout is None and row.at <= issued_at]
        if not due:
            raise ValueError("no row of the balance is waiting for a payout")
        number = self._books.new_id()
        payout = Payout(
            id=number,
            issued_at=issued_at,
            status=status,
            currency=due[0].currency,
            rows=tuple(due),
            trace=trace or f"TRACE-{number}",
        )
        for row in due:
            row.payout = payout
        self.payouts.append(payout)
        return payout

    def payout_numbered(self, number: int) -> Payout | None:
        """Find a payout by its number."""
        return next((payout for payout in self.payouts if payout.id == number), None)

    def _row_of(self, one: Transaction, order: Order, at: datetime) -> BalanceRow:
        is_refund = one.kind == "REFUND"
        amount = -one.amount if is_refund else one.amount
        fee = 0 if is_refund else fee_of(one.amount)
        return BalanceRow(
            id=self._books.new_id(),
            kind="REFUND" if is_refund else "CHARGE",
            source="REFUND" if is_refund else "CHARGE",
            at=at,
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=order.currency,
            source_id=one.id,
            transaction_id=one.id,
            order=order,
        )


def fee_of(amount: int) -> int:
    """Return the fee of a charge: 1.5 % rounded half up, and 20p."""
    return proportion(amount, FEE_BASIS_POINTS, 10_000) + FEE_FIXED


def at_of(transaction: Transaction) -> datetime:
    """Return when the money moved: when a pending transaction was settled, else when it was made."""
    return transaction.settled_at or transaction.created_at


def total_of(rows: Iterable[BalanceRow]) -> int:
    """Return the net of rows."""
    return sum(row.net for row in rows)
