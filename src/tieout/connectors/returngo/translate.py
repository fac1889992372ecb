"""From ReturnGO's shapes to our documents. Pure: the moment of reading is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from tieout.connectors.returngo import compat, exchanges, transactions
from tieout.connectors.returngo.figures import amount_of, digits_of, moment
from tieout.connectors.returngo.parcels import (
    SHIPMENT_WORDS,
    inbound,
    inspection,
    is_kept,
    is_missing,
    parcels_from,
    received_at,
)
from tieout.connectors.returngo.wire import ItemShape, RmaShape, SummaryShape
from tieout.domain.documents.rma import ExchangeItem, Grade, Outcome, Rma, RmaHead, RmaStatus, RmaUnit
from tieout.domain.money import Money
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


def rma_from(
    shape: RmaShape, *, read_at: datetime, shop_currency: str, customer_known_by: Literal["id", "email"] = "id"
) -> Rma:
    """The RMA with every unit on it; BadAnswer when a unit has no price or the RMA no date."""
    currency = paid_gross(shape.items[0], shop_currency).currency if shape.items else shop_currency
    taken = exchanges.exchanges_from(shape, _to_exchange(shape), currency)
    status, status_text = _status(shape)
    return Rma(
        number=shape.summary.rma_id,
        status=status,
        status_text=status_text,
        order_id=digits_of(shape.order.order_id) if shape.order else "",
        order_name=(shape.order.order_name if shape.order else "") or shape.summary.order_name,
        customer_reference=_customer(shape, customer_known_by),
        currency=currency,
        raised_at=_raised_at(shape),
        units=tuple(_unit(item, shape, read_at, shop_currency, taken[item.unit_id]) for item in shape.items),
        fees=transactions.fees_from(shape, currency),
        refunds=transactions.refunds_from(shape, currency),
        issued=transactions.issued_from(shape, currency),
        exchange_orders=exchanges.exchange_orders_from(shape),
        parcels=parcels_from(shape),
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


def grade_of(item: ItemShape) -> Grade:
    """What inspection found; ungraded unless a date of inspection is set and the unit was there."""
    inspected = inspection(item)
    if inspected is None or not inspected.is_returned or inspected.is_restockable is None:
        return Grade.UNGRADED
    return Grade.GOOD if inspected.is_restockable else Grade.DAMAGED


def outcome_of(item: ItemShape) -> tuple[Outcome, str]:
    """What the customer gets, and ReturnGO's own words for it; both words where the goods are kept."""
    kept = f"; {item.return_method.type}" if item.return_method and is_kept(item) else ""
    return OUTCOMES.get(item.resolution_type, Outcome.UNKNOWN), item.resolution_type + kept


def value_of(item: ItemShape, shop_currency: str) -> Money | None:
    """What the resolution gives for the unit before fees; None when that is not stated, or is the price paid."""
    value = amount_of(item.value, shop_currency)
    return value if value != paid_gross(item, shop_currency) else None


def _unit(
    item: ItemShape, shape: RmaShape, read_at: datetime, shop_currency: str, exchange: tuple[ExchangeItem, ...]
) -> RmaUnit:
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
        is_kept=is_kept(item),
        is_missing=is_missing(item),
        value=value_of(item, shop_currency),
        exchange=exchange,
        fees=transactions.fees_of(item, shop_currency),
    )


def _to_exchange(shape: RmaShape) -> tuple[ItemShape, ...]:
    return tuple(item for item in shape.items if OUTCOMES.get(item.resolution_type) is Outcome.EXCHANGE)


def _status(shape: RmaShape) -> tuple[RmaStatus, str]:
    """The status; a parcel, a payment or an exchange that nobody documented makes the whole RMA one for a person."""
    odd = [
        *(
            f"shipment {shipment.shipment_id} {shipment.status or 'without a status'}"
            for shipment in inbound(shape)
            if shipment.status not in SHIPMENT_WORDS
        ),
        *transactions.oddities(shape),
        *exchanges.oddities(shape, _to_exchange(shape)),
    ]
    if odd:
        return RmaStatus.UNKNOWN, "; ".join((shape.summary.status, *odd))
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
