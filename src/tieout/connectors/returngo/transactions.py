"""What ReturnGO says it paid: refunds, store credits and gift cards; and what it keeps: fees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.figures import amount_of, digits_of
from tieout.connectors.returngo.wire import ItemShape, RmaShape, TransactionShape
from tieout.domain.documents.rma import CreditKind, Fee, FeeKind, IssuedCredit, PortalPayment, RmaRefund
from tieout.domain.money import Money, money
from tieout.ports.errors import BadAnswer

Meaning = Literal["refund", "store_credit", "gift_card", "invoice"]

MEANING_BY_TYPE: Mapping[str, Meaning] = {
    "RefundToPaymentMethod": "refund",
    "RefundToStoreCredit": "store_credit",
    "InvoicePayment": "invoice",
    **dict.fromkeys(compat.GIFT_CARD_TYPES, "gift_card"),
}
"""An `InvoicePayment` is what the customer pays on top for a dearer exchange: no refund, and nothing that we book."""

MEANING_BY_REFERENCE: Mapping[str, Meaning] = {
    "PlatformRefundId": "refund",
    "StoreCreditCode": "store_credit",
    "InvoicePaymentId": "invoice",
    **dict.fromkeys(compat.GIFT_CARD_REFERENCES, "gift_card"),
}

CREDITS: Mapping[str, CreditKind] = {"store_credit": "store_credit", "gift_card": "gift_card"}

STATUS_WORDS = frozenset({"Requested", "Success", "Failed"})


def meaning_of(row: TransactionShape) -> Meaning | None:
    """What moved; None for a type that nobody knows, unless its reference says what it is.

    Money that the storefront refunded is a refund whatever ReturnGO calls it: `oddities` tells a person as well.
    """
    return MEANING_BY_TYPE.get(row.type) or MEANING_BY_REFERENCE.get(row.reference_type)


def refunds_from(shape: RmaShape, currency: str) -> tuple[RmaRefund, ...]:
    """Refunds to the way of payment, failed ones too; BadAnswer for one without an amount."""
    return tuple(_refund(row, currency) for row in shape.transactions if meaning_of(row) == "refund")


def issued_from(shape: RmaShape, currency: str) -> tuple[IssuedCredit, ...]:
    """Store credits and gift cards, failed ones too; BadAnswer for one without an amount."""
    rows = ((row, CREDITS.get(meaning_of(row) or "")) for row in shape.transactions)
    return tuple(_credit(row, kind, currency) for row, kind in rows if kind)


def payment_from(row: TransactionShape, currency: str) -> PortalPayment | None:
    """A row of the list of transactions as a refund on an order; None when it is none."""
    if meaning_of(row) != "refund":
        return None
    if not row.rma_id:
        raise BadAnswer(f"ReturnGO's transaction {row.transaction_id or '?'} does not say which RMA it is of")
    return PortalPayment(rma_number=row.rma_id, refund=_refund(row, currency))


def fees_from(shape: RmaShape, currency: str) -> tuple[Fee, ...]:
    """What is kept, one sum of each kind over all units; kinds that come to nothing are left out."""
    return _fees(shape.items, shape.cancellation_fee, currency)


def fees_of(item: ItemShape, currency: str) -> tuple[Fee, ...]:
    """What is kept of one unit."""
    return _fees((item,), None, currency)


def _fees(items: Sequence[ItemShape], cancellation_fee: Decimal | None, currency: str) -> tuple[Fee, ...]:
    sums: Mapping[FeeKind, Decimal] = {
        "restocking_fee": _sum(item.restocking_fee for item in items),
        "return_shipping_fee": _sum(fee for item in items for fee in (item.return_fee, item.shipment_fee)),
        "cancellation_fee": cancellation_fee or Decimal(0),
    }
    fees = (Fee(kind=kind, amount=money(figure, currency)) for kind, figure in sums.items())
    return tuple(fee for fee in fees if fee.amount.minor > 0)


def oddities(shape: RmaShape) -> Iterator[str]:
    """What of the money nobody documented, in words for a person."""
    for row in shape.transactions:
        name = f"transaction {row.transaction_id or '?'}"
        by_type, by_reference = MEANING_BY_TYPE.get(row.type), MEANING_BY_REFERENCE.get(row.reference_type)
        if by_type is None and (row.type or by_reference is None):
            yield f"{name} {row.type or 'without a type'}"
        elif by_type and row.reference_type and by_type not in {by_reference, "gift_card"}:
            yield f"{name} {row.type} with {row.reference_type}"
        if row.status not in STATUS_WORDS:
            yield f"{name} {row.status or 'without a status'}"
    for item in shape.items:
        if any(fee is not None and fee < 0 for fee in (item.restocking_fee, item.return_fee, item.shipment_fee)):
            yield f"unit {item.unit_id} with a fee below nothing"
    if shape.cancellation_fee is not None and shape.cancellation_fee < 0:
        yield "a cancellation fee below nothing"


def _refund(row: TransactionShape, currency: str) -> RmaRefund:
    return RmaRefund(
        refund_id=digits_of(row.reference_id),
        amount=_amount(row, currency),
        is_settled=row.status == "Success",
        has_failed=row.status == "Failed",
    )


def _credit(row: TransactionShape, kind: CreditKind, currency: str) -> IssuedCredit:
    return IssuedCredit(
        kind=kind,
        reference=row.reference_id,
        amount=_amount(row, currency),
        units=row.units,
        is_settled=row.status == "Success",
        has_failed=row.status == "Failed",
    )


def _amount(row: TransactionShape, currency: str) -> Money:
    amount = amount_of(row.amount, row.currency or currency)
    if amount is None:
        raise BadAnswer(f"ReturnGO's transaction {row.transaction_id or '?'} has no amount")
    return abs(amount)


def _sum(fees: Iterator[Decimal | None]) -> Decimal:
    return sum((fee for fee in fees if fee), Decimal(0))
