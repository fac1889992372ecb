"""Shopify Payments: what was paid out to the bank, and the balance behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.paging import Pager
from tieout.connectors.shopify.queries import Document
from tieout.connectors.shopify.reader import changed_since
from tieout.connectors.shopify.translate import digits
from tieout.connectors.shopify.wire import AmountShape, PageShape
from tieout.connectors.shopify.wire_payouts import BalanceRowShape, PayoutShape
from tieout.domain.documents.payouts import BalanceMovement, MovementKind, Payout
from tieout.domain.money import Money, money

NodeT = TypeVar("NodeT")
ACCOUNT = "shopifyPaymentsAccount"
PAID = "PAID"
WITHDRAWAL = "WITHDRAWAL"

KINDS: dict[str, MovementKind] = {
    "CHARGE": "charge",
    "REFUND": "refund",
    "REFUND_FAILURE": "refund_failure",
    "ADJUSTMENT": "adjustment",
    "CHARGE_ADJUSTMENT": "adjustment",
    "REFUND_ADJUSTMENT": "adjustment",
    "DISPUTE_WITHDRAWAL": "dispute",
    "DISPUTE_REVERSAL": "dispute",
    "CHARGEBACK_HOLD": "dispute",
    "CHARGEBACK_HOLD_RELEASE": "dispute",
    "CHARGEBACK_FEE": "fee",
    "CHARGEBACK_FEE_REFUND": "fee",
    "STRIPE_FEE": "fee",
    "REFERRAL_FEE": "fee",
    "REFERRAL_FEE_TAX": "fee",
    "APPLICATION_FEE_REFUND": "fee",
    "ACH_BANK_FAILURE_DEBIT_FEE": "fee",
    "ACH_BANK_FAILURE_DEBIT_REVERSAL_FEE": "fee",
}
"""Shopify has about a hundred words; every one that is not here is `other`, and keeps its word."""


class ShopifyPayouts:
    """One store's payouts; other ways of payment than Shopify Payments never show here."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._pager = Pager(client)

    def payouts(self, since: datetime | None) -> Iterator[Payout]:
        """Every payout issued since, newest first, all pages; BadAnswer where the store has no Shopify Payments."""
        rows = self._rows(q.PAYOUTS, "payouts", changed_since(since, "issued_at"), PageShape[PayoutShape])
        return (payout_from(row) for row in rows)

    def movements(self, since: datetime | None) -> Iterator[BalanceMovement]:
        """Every row of the balance since, oldest first, all pages; also those that no payout holds yet.

        A row comes into being before its payout: read again what had none.
        """
        query = changed_since(since, "processed_at")
        rows = self._rows(q.BALANCE_TRANSACTIONS, "balanceTransactions", query, PageShape[BalanceRowShape])
        return (movement_from(row) for row in rows)

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _rows(
        self, document: Document, connection: str, query: str | None, kind: type[PageShape[NodeT]]
    ) -> Iterator[NodeT]:
        return self._pager.pages(document, {"query": query}, (ACCOUNT, connection), kind)


def payout_from(shape: PayoutShape) -> Payout:
    """A payout. Its day is that of its moment in UTC [assumed]; one that took from the bank is negative."""
    net = _money(shape.net)
    return Payout(
        payout_id=digits(shape.id),
        status=shape.status,
        is_paid=shape.status == PAID,
        issued_on=shape.issued_at.astimezone(UTC).date(),
        net=-abs(net) if shape.transaction_type == WITHDRAWAL else net,
        trace=shape.external_trace_id,
    )


def movement_from(shape: BalanceRowShape) -> BalanceMovement:
    """A row of the balance, its figures as Shopify states them: nothing is reckoned from anything else."""
    order = shape.associated_order
    payout = shape.associated_payout
    source = shape.source_order_transaction_id
    return BalanceMovement(
        movement_id=digits(shape.id),
        kind=KINDS.get(shape.type, "other"),
        kind_text=shape.type,
        at=shape.transaction_date,
        amount=_money(shape.amount),
        fee=_money(shape.fee),
        net=_money(shape.net),
        order_id=digits(order.id) if order else "",
        order_name=order.name if order else "",
        transaction_id=digits(str(source)) if source is not None else "",
        payout_id=digits(payout.id) if payout else "",
        payout_status=payout.status if payout else "",
        is_test=shape.test,
    )


def _money(shape: AmountShape) -> Money:
    return money(shape.amount, shape.currency_code)
