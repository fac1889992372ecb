"""From ReturnGO's shapes to our documents. Pure: the moment of reading is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.wire import (
    ItemShape,
    MoneyShape,
    RmaShape,
    ShipmentShape,
    SummaryShape,
    TransactionShape,
    ValidationShape,
)
from tieout.domain.documents.rma import Grade, Outcome, Rma, RmaHead, RmaRefund, RmaStatus, RmaUnit
from tieout.domain.money import Money, money
from tieout.ports.errors import BadAnswer

STATUSES: Mapping[str, RmaStatus] = {
    "Pending": RmaStatus.REQUESTED,
    "Approved": RmaStatus.AUTHORISED,
    "Received": RmaStatus.RECEIVED,
    "Validated": RmaStatus.INSPECTED,
    "Done": RmaStatus.DONE,
    "Rejected": RmaStatus.REJECTED,
    "Canceled": RmaStatus.CANCELLED,
}

OUTCOMES: Mapping[str, Outcome] = {
    "RefundToPaymentMethod": Outcome.REFUND,
    "RefundToStoreCredit": Outcome.STORE_CREDIT,
    "InstantVariantExchange": Outcome.EXCHANGE,
    **compat.OUTCOMES_ASSUMED,
}

SHIPMENT_WORDS = frozenset({"Pending", "LabelCreated", "Shipped", "Received", "Validated", "Canceled"})
SHIPMENT_IN = frozenset({"Received", "Validated"})


def rma_from(
    shape: RmaShape, *, read_at: datetime, shop_currency: str, customer_known_by: Literal["id", "email"] = "id"
) -> Rma:
    """The RMA with every unit on it; BadAnswer when a unit has no price or the RMA no date."""
    number = shape.summary.rma_id
    units = tuple(_unit(item, shape, read_at, shop_currency) for item in shape.items)
    currency = units[0].paid_gross.currency if units else shop_currency
    status, status_text = _status(shape)
    return Rma(
        number=number,
        status=status,
        status_text=status_text,
        order_id=digits_of(shape.order.order_id) if shape.order else "",
        order_name=(shape.order.order_name if shape.order else "") or shape.summary.order_name,
        customer_reference=_customer(shape, customer_known_by),
        currency=currency,
        raised_at=_raised_at(shape),
        units=units,
        fees=_fees(shape, currency),
        refunds=tuple(
            _refund(row, number, currency)
            for row in shape.transactions
            if row.reference_type == compat.REFUND_REFERENCE and row.status != "Failed"
        ),
    )


def head_from(shape: SummaryShape) -> RmaHead:
    """A line of the list; the date is that of its creation, when it states one."""
    dates = [on for event in shape.events if event.name == "RMA_CREATED" and (on := moment(event.on))]
    return RmaHead(number=shape.rma_id, status_text=shape.status, raised_at=min(dates, default=None))


def paid_gross(item: ItemShape, shop_currency: str) -> Money:
    """What was paid for the unit with tax; tax is added only where ReturnGO says that the price is without."""
    price = amount_of(item.paid_price, shop_currency)
    if price is None:
        raise BadAnswer(f"ReturnGO states no price paid for unit {item.unit_id}")
    tax = amount_of(item.paid_tax, shop_currency)
    return price + tax if item.tax_included is False and tax is not None else price


def amount_of(shape: MoneyShape | None, shop_currency: str) -> Money | None:
    """The figure in the shop's currency where it is stated, else as paid; None when there is none."""
    if shape is None:
        return None
    if shape.shop_amount is not None:
        return money(shape.shop_amount, shape.shop_currency or shop_currency)
    if shape.amount is not None:
        return money(shape.amount, shape.currency or shop_currency)
    return None


def received_at(item: ItemShape, shape: RmaShape, read_at: datetime) -> datetime | None:
    """When the unit came in; None while it has not.

    The unit's shipment decides, and an inspection that found the unit missing overrules it. The moment is,
    in this order: a date on the shipment, the latest timeline entry saying that it was received, the date
    of inspection, and when ReturnGO states none of them the moment of this reading.
    """
    inspected = _inspection(item)
    if inspected is not None and not inspected.is_returned:
        return None
    inspected_at = moment(inspected.last_validated) if inspected else None
    shipment = shipment_of(item, shape)
    if shipment is None:
        is_with_us = inspected is not None and not item.shipment_id
        return inspected_at or read_at if is_with_us else None
    if shipment.status not in SHIPMENT_IN:
        return None
    return _shipment_date(shipment) or _comment_date(shipment, shape) or inspected_at or read_at


def shipment_of(item: ItemShape, shape: RmaShape) -> ShipmentShape | None:
    """The shipment that brings the unit back: the one it names, or the only one when no unit names any."""
    inbound = [shipment for shipment in shape.shipments if not shipment.is_outbound]
    if item.shipment_id:
        return next((s for s in inbound if s.shipment_id == item.shipment_id), None)
    nobody_names_one = not any(other.shipment_id for other in shape.items)
    return inbound[0] if nobody_names_one and len(inbound) == 1 and not is_kept(item) else None


def grade_of(item: ItemShape) -> Grade:
    """What inspection found; ungraded unless a date of inspection is set and the unit was there."""
    inspected = _inspection(item)
    if inspected is None or not inspected.is_returned or inspected.is_restockable is None:
        return Grade.UNGRADED
    return Grade.GOOD if inspected.is_restockable else Grade.DAMAGED


def outcome_of(item: ItemShape) -> tuple[Outcome, str]:
    """What the customer gets, and ReturnGO's own words for it."""
    if is_kept(item):
        method = item.return_method.type if item.return_method else ""
        return Outcome.KEEP, f"{item.resolution_type}; {method}"
    return OUTCOMES.get(item.resolution_type, Outcome.UNKNOWN), item.resolution_type


def is_kept(item: ItemShape) -> bool:
    """Whether the customer keeps the goods: no parcel will come."""
    return item.return_method is not None and item.return_method.type.casefold() == compat.NO_SHIPMENT


def moment(text: str) -> datetime | None:
    """A time in UTC; None when the text is empty or no time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=compat.NAIVE_TIMES)).astimezone(UTC)


def digits_of(text: str) -> str:
    """The plain number of a storefront id, whether it came plain or as a gid; other text as it is."""
    return text.strip().rsplit("/", 1)[-1]


def _unit(item: ItemShape, shape: RmaShape, read_at: datetime, shop_currency: str) -> RmaUnit:
    outcome, outcome_text = outcome_of(item)
    return RmaUnit(
        unit_id=item.unit_id,
        shop_line=digits_of(item.shop_line),
        sku=item.sku,
        title=item.full_name or item.product_name,
        paid_gross=paid_gross(item, shop_currency),
        reason=item.reason,
        outcome=outcome,
        outcome_text=outcome_text,
        received_at=received_at(item, shape, read_at),
        grade=grade_of(item),
    )


def _status(shape: RmaShape) -> tuple[RmaStatus, str]:
    """The status; a shipment in a state that nobody documented makes the whole RMA one for a person."""
    odd = [s for s in shape.shipments if not s.is_outbound and s.status not in SHIPMENT_WORDS]
    if odd:
        chatter = "; ".join(f"shipment {s.shipment_id} {s.status or 'without a status'}" for s in odd)
        return RmaStatus.UNKNOWN, f"{shape.summary.status}; {chatter}"
    return STATUSES.get(shape.summary.status, RmaStatus.UNKNOWN), shape.summary.status


def _raised_at(shape: RmaShape) -> datetime:
    created = moment(shape.created_at) or head_from(shape.summary).raised_at
    if created is None:
        raise BadAnswer(f"ReturnGO does not say when RMA {shape.summary.rma_id} was raised")
    return created


def _customer(shape: RmaShape, known_by: Literal["id", "email"]) -> str:
    """The customer as the mapping rules know customers; empty when the RMA does not say."""
    customer = shape.customer or {}
    if known_by == "id":
        return digits_of(compat.first_text(customer, compat.CUSTOMER_ID_KEYS))
    places = (customer, *(shipment.customer_address or {} for shipment in shape.shipments))
    return next((found for place in places if (found := compat.first_text(place, compat.EMAIL_KEYS))), "")


def _fees(shape: RmaShape, currency: str) -> Money:
    per_unit = [fee for i in shape.items for fee in (i.restocking_fee, i.return_fee, i.shipment_fee)]
    return money(sum((fee for fee in (*per_unit, shape.cancellation_fee) if fee), Decimal(0)), currency)


def _refund(row: TransactionShape, number: str, currency: str) -> RmaRefund:
    amount = row.amount
    if isinstance(amount, Decimal):
        refunded: Money | None = money(amount, row.currency or currency)
    else:
        refunded = amount_of(amount, currency)
    if refunded is None:
        raise BadAnswer(f"ReturnGO's transaction {row.transaction_id or '?'} of RMA {number} has no amount")
    refund_id = digits_of(row.reference_id)
    return RmaRefund(refund_id=refund_id, amount=abs(refunded), is_settled=row.status == "Success")


def _inspection(item: ItemShape) -> ValidationShape | None:
    """The inspection when there was one: without a date every field of it is only a default."""
    return item.validation if item.validation and item.validation.last_validated else None


def _shipment_date(shipment: ShipmentShape) -> datetime | None:
    extra = shipment.model_extra or {}
    return next((at for key in compat.SHIPMENT_DATES if (at := moment(str(extra.get(key, ""))))), None)


def _comment_date(shipment: ShipmentShape, shape: RmaShape) -> datetime | None:
    """The latest entry saying so; with several parcels only an entry that names this one."""
    is_alone = sum(not other.is_outbound for other in shape.shipments) == 1
    dates = [
        at
        for comment in shape.comments
        if compat.is_receipt_comment(comment.text)
        and (is_alone or (shipment.shipment_id and shipment.shipment_id in comment.text))
        and (at := moment(comment.at))
    ]
    return max(dates, default=None)
