"""The Shopify Payments account as the graph shows it: payouts and balance transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.money_views import money
from tieout.sandbox.shopify.paging import Term, View, alternatives, page
from tieout.sandbox.shopify.payments import BalanceRow, Payments, Payout, total_of

T = TypeVar("T")
Key = tuple[object, int]
CURRENCY = "GBP"
ROW_FIELDS = (
    "currency",
    "id",
    "payments_transfer_id",
    "payout_date",
    "payout_status",
    "processed_at",
    "transaction_type",
)
PAYOUT_FIELDS = ("currency", "id", "issued_at", "status")
# Amounts are sorted from a base that keeps them above nought, since cursors compare texts.
_BASE = 10**15
ROW_SORTS: Mapping[str, Callable[[BalanceRow], Key]] = {
    "AMOUNT": lambda row: (row.amount + _BASE, row.id),
    "FEE": lambda row: (row.fee + _BASE, row.id),
    "ID": lambda row: (0, row.id),
    "NET": lambda row: (row.net + _BASE, row.id),
    "PROCESSED_AT": lambda row: (row.at, row.id),
}
PAYOUT_SORTS: Mapping[str, Callable[[Payout], Key]] = {
    "AMOUNT": lambda payout: (payout.net + _BASE, payout.id),
    "ID": lambda payout: (0, payout.id),
    "ISSUED_AT": lambda payout: (payout.issued_at, payout.id),
    "STATUS": lambda payout: (payout.status, payout.id),
}


def account_view(payments: Payments) -> View:
    """Return the ShopifyPaymentsAccount."""
    return {
        "__typename": "ShopifyPaymentsAccount",
        "id": gid("ShopifyPaymentsAccount", 1),
        "country": "GB",
        "defaultCurrency": CURRENCY,
        "activated": True,
        "balance": lambda _: [money(total_of(r for r in payments.rows() if r.payout is None), CURRENCY)],
        "payouts": lambda _, **asked: _payouts(payments, **asked),
        "balanceTransactions": lambda _, **asked: _rows(payments, **asked),
    }


def _payouts(  # Shopify's arguments
    payments: Payments,
    *,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    reverse: bool = False,
    sortKey: str = "ISSUED_AT",  # noqa: N803  # Shopify's word
    transactionType: str | None = None,  # noqa: N803  # Shopify's word
) -> View:
    found = _chosen(payments.payouts, query, PAYOUT_FIELDS, _payout_holds)
    wanted = [payout for payout in found if transactionType in {None, _direction(payout)}]
    key = PAYOUT_SORTS[sortKey]
    return page(sorted(wanted, key=key, reverse=reverse), payout_view, key, first=first, after=after)


def _rows(  # Shopify's arguments
    payments: Payments,
    *,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    reverse: bool = False,
    sortKey: str = "PROCESSED_AT",  # noqa: N803  # Shopify's word
    hideTransfers: bool = False,  # noqa: N803  # Shopify's word
) -> View:
    found = _chosen(payments.rows(), query, ROW_FIELDS, _row_holds)
    wanted = [row for row in found if not (hideTransfers and row.kind == "TRANSFER")]
    key = ROW_SORTS[sortKey]
    return page(sorted(wanted, key=key, reverse=reverse), row_view, key, first=first, after=after)


def _chosen(items: Iterable[T], query: str | None, known: Sequence[str], holds: Callable[[T, Term], bool]) -> list[T]:
    parts = alternatives(query, known)
    return [item for item in items if any(all(holds(item, word) for word in words) for words in parts)]


def _row_holds(row: BalanceRow, term: Term) -> bool:
    payout = row.payout
    match term.name:
        case "id":
            return _id_holds(row.id, term)
        case "payments_transfer_id":
            return payout is not None and _id_holds(payout.id, term)
        case "payout_date":
            return payout is not None and _moment_holds(payout.issued_at, term)
        case "payout_status":
            return term.value.lower() == (payout.status if payout else "PENDING").lower()
        case "transaction_type":
            return term.value.lower() == row.kind.lower()
        case "currency":
            return term.value.upper() == row.currency
        case _:
            return _moment_holds(row.at, term)


def _payout_holds(payout: Payout, term: Term) -> bool:
    match term.name:
        case "id":
            return _id_holds(payout.id, term)
        case "status":
            return term.value.lower() == payout.status.lower()
        case "currency":
            return term.value.upper() == payout.currency
        case _:
            return _moment_holds(payout.issued_at, term)


def _id_holds(number: int, term: Term) -> bool:
    tail = term.value.rsplit("/", 1)[-1]
    return tail.isdecimal() and Term(term.name, term.comparison, f"{int(tail):020d}").holds(f"{number:020d}")


def _moment_holds(moment: datetime, term: Term) -> bool:
    return term.holds(moment)


def _direction(payout: Payout) -> str:
    return "DEPOSIT" if payout.net >= 0 else "WITHDRAWAL"


def payout_view(payout: Payout) -> View:
    """Return a ShopifyPaymentsPayout; the summary's gross less fees is its net."""
    cur = payout.currency
    summary: View = {
        name: money(0, cur)
        for name in (
            "advanceFees",
            "advanceGross",
            "reservedFundsFee",
            "reservedFundsGross",
            "retriedPayoutsFee",
            "retriedPayoutsGross",
            "usdcRebateCreditAmount",
        )
    }
    for name in ("adjustments", "charges", "refunds"):
        gross, fee = payout.summed(name)
        summary["refundsFeeGross" if name == "refunds" else f"{name}Gross"] = money(gross, cur)
        summary[f"{name}Fee"] = money(fee, cur)
    return {
        "__typename": "ShopifyPaymentsPayout",
        "id": gid("ShopifyPaymentsPayout", payout.id),
        "legacyResourceId": str(payout.id),
        "issuedAt": stamp(payout.issued_at),
        "status": payout.status,
        "transactionType": _direction(payout),
        "net": money(payout.net, cur),
        "gross": money(sum(row.amount for row in payout.rows), cur),
        "externalTraceId": payout.trace,
        "summary": summary,
    }


def row_view(row: BalanceRow) -> View:
    """Return a ShopifyPaymentsBalanceTransaction."""
    cur, order, payout = row.currency, row.order, row.payout
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction",
        "id": gid("ShopifyPaymentsBalanceTransaction", row.id),
        "type": row.kind,
        "test": False,
        "transactionDate": stamp(row.at),
        "amount": money(row.amount, cur),
        "fee": money(row.fee, cur),
        "net": money(row.net, cur),
        "sourceId": str(row.source_id),
        "sourceType": row.source,
        "sourceOrderTransactionId": None if row.transaction_id is None else str(row.transaction_id),
        "associatedOrder": order and {"id": gid("Order", order.id), "name": order.name},
        "associatedPayout": {
            "id": payout and gid("ShopifyPaymentsPayout", payout.id),
            "status": payout.status if payout else "PENDING",
        },
        "adjustmentReason": row.reason or None,
        "adjustmentsOrders": [],
    }
