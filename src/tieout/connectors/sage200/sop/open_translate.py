"""A sales order of Sage 200 as releasing and despatching need it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tieout.connectors.sage200.sop.order_changes import NO_CONFIRMATION
from tieout.connectors.sage200.sop.wire_open import BookLine, BookOrder, BuyerShape, PlaceShape
from tieout.connectors.sage200.sop.wire_orders import OpenLine as LineShape
from tieout.connectors.sage200.sop.wire_orders import OpenOrder as OrderShape
from tieout.connectors.sage200.translate import (
    CANCELLED,
    ON_HOLD,
    STANDARD_LINE,
    VALUED_LINES,
    day_of,
    line_values,
    unit_price,
)
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.open_order import LineClass, OpenLine, OpenOrder, PromisedLine
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer

LINE_CLASSES: Mapping[str, LineClass] = {
    STANDARD_LINE: "standard",
    "EnumLineTypeFreeText": "free_text",
    "EnumLineTypeCharge": "charge",
    "EnumLineTypeComment": "comment",
}
Status = Literal["live", "on_hold", "complete", "cancelled", "other"]
STATUSES: Mapping[str, Status] = {
    "EnumDocumentStatusLive": "live",
    ON_HOLD: "on_hold",
    "EnumDocumentStatusComplete": "complete",
    CANCELLED: "cancelled",
}
ANALYSIS_CODES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What Sage keeps on a stock item that decides how it leaves."""

    is_stocked: bool
    is_traceable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The records behind an order's ids and codes."""

    currency: str
    prices_hold_tax: bool
    allocated_holds_despatched: bool
    buyer: BuyerShape
    deliver_to: PostalAddress
    items: Mapping[str, ItemFacts]
    """By stock code."""
    warehouses: Mapping[int, str]
    units: Mapping[int, str]


def open_order(order: BookOrder, facts: OrderFacts) -> OpenOrder:
    """The order; BadAnswer when its lines do not make its totals, or one is of a type that nobody knows."""
    currency = facts.currency
    values = _values(order, facts)
    nets, taxes = [net for net, _ in values.values()], [tax for _, tax in values.values()]
    return OpenOrder(
        order_id=str(order.id),
        number=order.document_no,
        channel_reference=order.customer_document_no,
        customer_id=str(order.customer_id),
        customer_reference=facts.buyer.reference,
        customer_is_on_hold=bool(facts.buyer.on_hold),
        currency=currency,
        ordered_on=day_of(order.document_date),
        requested_on=day_of(order.requested_delivery_date) if order.requested_delivery_date else None,
        status=status_of(order),
        status_text=order.document_status,
        lines=tuple(_lines(order, values, facts)),
        net=total(nets, currency) if order.total_net_value is None else money(order.total_net_value, currency),
        tax=total(taxes, currency) if order.total_tax_value is None else money(order.total_tax_value, currency),
        paid=money(order.paid, currency) if "payment_with_order" in order.model_fields_set else None,
        deliver_to=facts.deliver_to,
        analysis=tuple((slot, text) for slot in range(1, ANALYSIS_CODES + 1) if (text := order.analysis(slot))),
        changed_at=order.date_time_updated,
        changed_by=changed_by(order),
    )


def promised_line(order: OrderShape, line: LineShape, warehouse: str, *, holds_despatched: bool) -> PromisedLine:
    """What a line of goods still has to give, in stock units."""
    factor = line.selling_unit_multiple / line.stock_unit_multiple
    return PromisedLine(
        number=order.document_no,
        channel_reference=order.customer_document_no,
        sku=line.code,
        warehouse=warehouse,
        open=line.open * factor,
        allocated=_allocated(line, holds_despatched=holds_despatched) * factor,
    )


def status_of(order: BookOrder) -> Status:
    """Where the order stands; one whose every line was cancelled is, whatever its status says (6.1)."""
    if order.cancelled_status.endswith("Full"):
        return "cancelled"
    return STATUSES.get(order.document_status, "other")


def changed_by(order: BookOrder) -> str:
    """Who last changed it. Sage keeps on an order only who took it: that is they as long as nobody changed it."""
    is_as_entered = order.date_time_updated is not None and order.date_time_updated == order.date_time_created
    return order.document_created_by if is_as_entered else ""


def address_of(place: PlaceShape, country_code: str = "") -> PostalAddress:
    """An address; its country in Sage's words, else the code given."""
    streets = (place.address_1, place.address_2, place.address_3, place.address_4)
    return PostalAddress(
        name=place.postal_name.strip(),
        lines=tuple(text for street in streets if (text := street.strip())),
        city=place.city.strip(),
        county=place.county.strip(),
        postcode=place.postcode.strip(),
        country=place.country.strip() or country_code,
        contact=place.contact.strip() or place.contact_name.strip(),
        telephone=place.telephone_number.strip(),
        email=place.email_address.strip(),
    )


def says_where(place: PlaceShape | None) -> bool:
    """Whether an address tells enough to send goods to: a street, a town or a postcode."""
    return place is not None and any(text.strip() for text in (place.address_1, place.city, place.postcode))


def _values(order: BookOrder, facts: OrderFacts) -> dict[int, tuple[Money, Money]]:
    valued = [line for line in order.lines if line.line_type in VALUED_LINES]
    values = line_values(order, valued, facts.currency, prices_hold_tax=facts.prices_hold_tax)
    return {line.id: value for line, value in zip(valued, values, strict=True)}


def _lines(order: BookOrder, values: Mapping[int, tuple[Money, Money]], facts: OrderFacts) -> Iterator[OpenLine]:
    """The lines by their number on the order; as listed where Sage gave none."""
    rows = sorted(order.lines, key=lambda line: line.line_number)
    for place, line in enumerate(rows, 1):
        net, _ = values.get(line.id, (money(Decimal(0), facts.currency), None))
        yield _line(order, line, line.line_number or place, net, facts)


def _line(order: BookOrder, line: BookLine, number: int, net: Money, facts: OrderFacts) -> OpenLine:
    kind = LINE_CLASSES.get(line.line_type)
    if kind is None:
        raise BadAnswer(
            f"Sage 200: order {order.document_no} has a line of type {line.line_type[:30]!r}, which means nothing to us"
        )
    is_item = kind == "standard"
    item = facts.items.get(line.code) if is_item else None
    return OpenLine(
        line_id=str(line.id),
        number=number,
        line_class=kind,
        sku=line.code if is_item else "",
        description=line.description,
        quantity=line.line_quantity,
        allocated=_allocated(line, holds_despatched=facts.allocated_holds_despatched),
        despatched=line.despatch_receipt_quantity,
        invoiced=line.invoice_credit_quantity,
        stock_units=line.selling_unit_multiple / line.stock_unit_multiple if is_item else Decimal(1),
        unit=facts.units.get(line.selling_unit_id, "") or line.selling_unit_description,
        unit_price=unit_price(line, net, line.line_quantity) if line.line_quantity else net.decimal(),
        net=net,
        warehouse=facts.warehouses.get(line.warehouse_id, ""),
        is_stocked=item.is_stocked if item else is_item,
        is_traceable=bool(item and item.is_traceable),
        needs_despatch=line.confirmation_intent_type != NO_CONFIRMATION,
    )


def _allocated(line: LineShape, *, holds_despatched: bool) -> Decimal:
    if line.available_for_despatch is None and holds_despatched:
        return max(line.allocated_quantity - line.despatch_receipt_quantity, Decimal(0))
    return line.ready
