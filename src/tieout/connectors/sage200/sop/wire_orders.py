"""Sage 200's shapes of orders that are entered, changed and despatched (A.2, A.3, B.1); as `wire.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from tieout.connectors.sage200.wire import Id, LineShape, OrderShape, Shape, Text


def _rows(value: object) -> object:
    return () if value is None else value


def _ratio(value: object) -> object:
    """A unit ratio; none, and the nought of a line without units, count as one."""
    return value or Decimal(1)


Ratio = Annotated[Decimal, BeforeValidator(_ratio)]


class OpenLine(LineShape):
    """`sop_order_line` as far as entering, changing and despatching concern it (A.2)."""

    product_id: Id = 0
    line_number: Id = 0
    allocated_quantity: Decimal = Decimal(0)
    available_for_despatch: Decimal | None = None
    selling_unit_multiple: Ratio = Decimal(1)
    stock_unit_multiple: Ratio = Decimal(1)
    line_unit_precision: Decimal = Decimal(0)
    stock_unit_precision: Decimal = Decimal(0)
    confirmation_intent_type: Text = ""

    @property
    def ready(self) -> Decimal:
        """What is allocated and not yet despatched, in selling units."""
        return self.allocated_quantity if self.available_for_despatch is None else self.available_for_despatch

    @property
    def open(self) -> Decimal:
        """What is not yet despatched, in selling units; never negative."""
        return max(self.line_quantity - self.despatch_receipt_quantity, Decimal(0))


class OpenOrder(OrderShape):
    """`sop_order` with its analysis codes and edit lock (A.2)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    lock_id: Id = 0
    payment_with_order: bool = False
    payment_type: Text = ""
    payment_value: Decimal | None = None
    lines: Annotated[tuple[OpenLine, ...], BeforeValidator(_rows)] = ()

    def analysis(self, slot: int) -> str:
        """The order's analysis code in a slot; empty when it has none."""
        value = (self.model_extra or {}).get(f"analysis_code_{slot}")
        return value.strip() if isinstance(value, str) else ""

    @property
    def paid(self) -> Decimal:
        """The money that came with the order; in full it is the order's total, whether or not it is named."""
        if not self.payment_with_order:
            return Decimal(0)
        in_full = self.total_gross_value if self.payment_type.endswith("Full") else None
        return self.payment_value or in_full or Decimal(0)


class EntryRights(Shape):
    """`sop_user_permission` (A.2): what the signed-in user may do on orders."""

    override_prices_discounts: bool = False
    override_credit_holds: bool = False


class PaymentMethodShape(Shape):
    """`sop_payment_method` (A.2)."""

    id: int
    name: Text = ""
    card_processing_method: bool = False


class ChargeShape(Shape):
    """`sop_additional_charge` (A.2)."""

    id: int
    code: Text = ""


class CourierShape(Shape):
    """`courier` (A.3)."""

    id: int
    name: Text = ""


class DespatchItem(Shape):
    """`sop_despatch_receipt_item` (A.3); quantities are in stock units."""

    id: int
    sop_order_return_id: Id = 0
    available_quantity: Decimal = Decimal(0)
    is_multiple_bin_allocations: bool = False


class DespatchList(Shape):
    """A row of `GET /sop_confirm_despatch` (A.3): what of one order can be despatched."""

    sop_order_return_id: Id = 0
    items: Annotated[tuple[DespatchItem, ...], BeforeValidator(_rows)] = ()


class DespatchBin(Shape):
    """`sop_despatch_bin_item` (A.3)."""

    id: int
    bin_name: Text = ""
    available_quantity: Decimal = Decimal(0)


class DespatchBins(Shape):
    """`sop_confirm_despatch_bin_items_adjustment` (A.3)."""

    bin_items: Annotated[tuple[DespatchBin, ...], BeforeValidator(_rows)] = ()


class TraceableItem(Shape):
    """`sop_item_traceable_adjustment_item` (A.2): a batch in a bin, or a serial number."""

    traceable_item_id: int
    traceable_bin_item_id: Id = 0
    traceable_allocation_balance_id: Id = 0
    identification_no: Text = ""
    bin_name: Text = ""
    available_quantity: Decimal = Decimal(0)
    allocation_quantity: Decimal = Decimal(0)
    is_selectable: bool = True


class TraceableItems(Shape):
    """`sop_confirm_despatch_traceable_adjustment` (A.3)."""

    traceable_adjustment_items: Annotated[tuple[TraceableItem, ...], BeforeValidator(_rows)] = ()


class DespatchLineView(Shape):
    """`sop_order_despatch_line_view` (B.1): what left, with the notes of its tracking record."""

    sop_despatch_line_id: int
    sop_despatch_line_quantity: Decimal = Decimal(0)
    sop_despatch_document_no: Text = ""
    sop_order_line_id: int
    sop_order_document_no: Text = ""
    sop_despatch_notes: Text = ""


class InvoiceCreditView(Shape):
    """`sop_order_return_invoice_credit_view` (B.1): which invoices and credit notes an order or return has."""

    sop_order_return_id: Id = 0
    sop_invoice_credit_document_no: Text = ""
