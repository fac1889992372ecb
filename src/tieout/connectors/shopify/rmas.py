"""From Shopify's returns to RMAs. Pure: the moment of reading is an argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tieout.connectors.shopify.exchanges import awaited, exchange_lines, is_till
from tieout.connectors.shopify.translate import digits, line_from, refunds_of, shop_money
from tieout.connectors.shopify.wire import LineShape, MoneyShape
from tieout.connectors.shopify.wire_returns import (
    DispositionShape,
    ExchangeLineShape,
    ReturnedOrderShape,
    ReturnHeadShape,
    ReturnLineShape,
    ReverseLineShape,
    WholeReturn,
)
from tieout.domain.documents.rma import (
    ExchangeItem,
    Fee,
    FeeKind,
    Grade,
    Outcome,
    Rma,
    RmaHead,
    RmaRefund,
    RmaStatus,
    RmaUnit,
)
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.money import Money, tax_on

STATUSES: Mapping[str, RmaStatus] = {
    "REQUESTED": RmaStatus.REQUESTED,
    "OPEN": RmaStatus.AUTHORISED,
    "CLOSED": RmaStatus.DONE,
    "DECLINED": RmaStatus.REJECTED,
    "CANCELED": RmaStatus.CANCELLED,
}
MISSING = "MISSING"
UNDECIDED = "PROCESSING_REQUIRED"
RESTOCKED = "RESTOCKED"
"""Shopify has raised its own stock for the piece."""
GRADES = {RESTOCKED: Grade.GOOD, "NOT_RESTOCKED": Grade.DAMAGED}
"""Every other word leaves a unit ungraded: somebody still has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of goods that leaves in exchange, and the line of the return that promises it."""

    line_id: str
    item: ExchangeItem


def rma_from(whole: WholeReturn, *, read_at: datetime, customer_known_by: Literal["id", "email"]) -> Rma:
    """The RMA with one unit for each piece that the customer sends back."""
    shape = whole.shape
    order = shape.order
    return Rma(
        number=digits(shape.id),
        status=STATUSES.get(shape.status, RmaStatus.UNKNOWN),
        status_text=shape.status,
        order_id=digits(order.id),
        order_name=order.name,
        customer_reference=_customer(order, customer_known_by),
        currency=order.currency_code,
        raised_at=shape.created_at,
        units=_units(whole, read_at),
        fees=_fees(whole),
        refunds=tuple(rma_refund(refund) for refund in refunds_on(whole)),
        is_in_person=any(
            row.belongs_to is not None and row.belongs_to.id == shape.id and is_till(row.app)
            for row in whole.money.agreements.nodes
        ),
    )


def head_from(shape: ReturnHeadShape) -> RmaHead:
    """A line of the sweep."""
    return RmaHead(number=digits(shape.id), status_text=shape.status, raised_at=shape.created_at)


def refunds_on(whole: WholeReturn) -> tuple[ShopRefund, ...]:
    """The refunds that belong to the return, failed ones too."""
    mine = {digits(row.id) for row in whole.money.refunds if row.belongs_to and row.belongs_to.id == whole.shape.id}
    return tuple(refund for refund in refunds_of(whole.money) if refund.refund_id in mine)


def rma_refund(refund: ShopRefund) -> RmaRefund:
    """A refund of the order as the return knows it."""
    return RmaRefund(
        refund_id=refund.refund_id,
        amount=refund.amount,
        is_settled=refund.is_settled,
        has_failed=refund.has_failed,
    )


def unit_id(line: ReturnLineShape, ordinal: int) -> str:
    """The name of one unit of a line; ordinals count from 1."""
    return f"{digits(line.id)}:{ordinal}"


def pieces_by_unit(whole: WholeReturn) -> Mapping[str, tuple[Piece, ...]]:
    """What leaves in exchange, dealt out over the units in their order.

    Shopify sets off all that leaves against all that comes back and ties no piece to a unit. Dealt out, each
    piece is processed with a unit of its own; what is more than the units goes with the last.
    """
    units = [
        unit_id(line, ordinal)
        for line in whole.shape.return_line_items.nodes
        for ordinal in range(1, line.quantity + 1)
    ]
    dealt: dict[str, list[Piece]] = {unit: [] for unit in units}
    pieces = (piece for item in whole.shape.exchange_line_items.nodes for piece in _pieces(item, whole))
    for number, piece in enumerate(pieces):
        if units:
            dealt[units[min(number, len(units) - 1)]].append(piece)
    return {unit: tuple(found) for unit, found in dealt.items()}


def _pieces(item: ExchangeLineShape, whole: WholeReturn) -> Iterator[Piece]:
    order = whole.shape.order
    lines = exchange_lines(item, whole.prices, taxes_included=order.taxes_included, currency=order.currency_code)
    for line in lines:
        for number in range(line.quantity):
            price = line.gross.part(Decimal(number), Decimal(number + 1), Decimal(line.quantity))
            price += _tax_to_come(whole, item, price)
            yield Piece(line_id=item.id, item=ExchangeItem(sku=line.sku, quantity=1, price=price))


def _tax_to_come(whole: WholeReturn, item: ExchangeLineShape, price: Money) -> Money:
    """VAT on goods that are only promised, where the shop's prices are without: at the rate of what comes back."""
    order = whole.shape.order
    if order.taxes_included or not awaited(item):
        return Money(0, price.currency)
    sent = next((line.fulfillment_line_item for line in whole.shape.return_line_items.nodes), None)
    if sent is None:
        return Money(0, price.currency)
    return tax_on(price, line_from(sent.line_item, taxes_included=False, currency=order.currency_code).tax_rate)


def _units(whole: WholeReturn, read_at: datetime) -> tuple[RmaUnit, ...]:
    order = whole.shape.order
    pieces = pieces_by_unit(whole)
    outcome = Outcome.EXCHANGE if any(pieces.values()) else Outcome.REFUND
    processed_at = max((refund.made_at for refund in refunds_on(whole)), default=read_at)
    dispositions = _dispositions(whole.found)
    priced: Counter[str] = Counter()
    units: list[RmaUnit] = []
    for line in whole.shape.return_line_items.nodes:
        sent = line.fulfillment_line_item
        found = dispositions.get(sent.id, []) if sent else []
        for ordinal in range(1, line.quantity + 1):
            name = unit_id(line, ordinal)
            state = found.pop(0) if found else None
            is_gone_through = ordinal <= line.processed_quantity
            units.append(
                RmaUnit(
                    unit_id=name,
                    shop_line=digits(sent.line_item.id) if sent else "",
                    sku=sent.line_item.sku if sent else "",
                    title=sent.line_item.title if sent else "",
                    paid_gross=_paid(sent.line_item, priced, order) if sent else Money(0, order.currency_code),
                    reason=_reason(line),
                    outcome=outcome if sent else Outcome.UNKNOWN,
                    outcome_text=outcome.value if sent else "on no line that was sent with the order",
                    received_at=_received_at(state, processed_at if is_gone_through else None),
                    grade=GRADES.get(state.type, Grade.UNGRADED) if state else Grade.UNGRADED,
                    is_missing=state is not None and state.type == MISSING,
                    is_on_offer=state is not None and state.type == RESTOCKED,
                    exchange=tuple(piece.item for piece in pieces[name]),
                )
            )
    return tuple(units)


def _received_at(state: DispositionShape | None, processed_at: datetime | None) -> datetime | None:
    """When the unit came in, by what was found; else when its return was processed; None while neither."""
    if state is None:
        return processed_at
    return None if state.type == MISSING else state.created_at


def _dispositions(lines: Sequence[ReverseLineShape]) -> dict[str, list[DispositionShape]]:
    """What was found of each fulfilled line, a piece at a time, oldest first, so that earlier units keep theirs.

    Pieces that somebody was still to look at give way once there is a later word on them.
    """
    found: dict[str, list[DispositionShape]] = {}
    for line in lines:
        if line.fulfillment_line_item is not None:
            pieces = found.setdefault(line.fulfillment_line_item.id, [])
            pieces.extend(_looked_at(line))
    return {key: sorted(pieces, key=lambda each: (each.created_at, each.id)) for key, pieces in found.items()}


def _looked_at(line: ReverseLineShape) -> list[DispositionShape]:
    pieces = [each for each in line.dispositions for _ in range(each.quantity)]
    waiting = sorted((each for each in pieces if each.type == UNDECIDED), key=lambda each: each.created_at)
    for each in waiting[: max(len(pieces) - line.total_quantity, 0)]:
        pieces.remove(each)
    return pieces


def _paid(line: LineShape, priced: Counter[str], order: ReturnedOrderShape) -> Money:
    """What was paid for the next unit of a line: its share of the line after every discount, tax included.

    `withCodeDiscountedTotalPriceSet` of the return is not it: it leaves out discounts of the whole order.
    """
    gross = line_from(line, taxes_included=order.taxes_included, currency=order.currency_code).gross
    start = Decimal(min(priced[line.id], line.quantity - 1))
    priced[line.id] += 1
    return gross.part(start, start + 1, Decimal(line.quantity))


def _reason(line: ReturnLineShape) -> str:
    """The reason's name; what was noted where Shopify names none. The enumeration before them is to be removed."""
    return (line.return_reason_definition.name if line.return_reason_definition else "") or line.return_reason_note


def _fees(whole: WholeReturn) -> tuple[Fee, ...]:
    lines = whole.shape.return_line_items.nodes
    charged: list[tuple[FeeKind, MoneyShape]] = [
        *(("restocking_fee", line.restocking_fee.amount_set) for line in lines if line.restocking_fee),
        *(("return_shipping_fee", fee.amount_set) for fee in whole.shape.return_shipping_fees),
    ]
    fees = (Fee(kind=kind, amount=abs(shop_money(amount))) for kind, amount in charged)
    return tuple(fee for fee in fees if fee.amount)


def _customer(order: ReturnedOrderShape, known_by: Literal["id", "email"]) -> str:
    if known_by == "email":
        return order.email
    return digits(order.customer.id) if order.customer else ""
