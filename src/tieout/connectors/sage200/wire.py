"""Sage 200's shapes, as far as we read them; fields that we do not know are ignored.

Null-valued properties are left out by Sage and missing foreign keys are 0 (section 2.2).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _text(value: object) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _id(value: object) -> object:
    return 0 if value is None else value


def rows_of(value: object) -> object:
    """A list that Sage left out or sent as null is an empty one."""
    return () if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[int, BeforeValidator(_id)]


class Shape(BaseModel):
    """One object of the wire."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CustomerShape(Shape):
    """`customer` (A.1)."""

    id: Id = 0
    reference: Text = ""
    currency_id: Id = 0


class LineShape(Shape):
    """`sop_order_line` (A.2)."""

    id: int
    line_type: Text = ""
    code: Text = ""
    description: Text = ""
    warehouse_id: Id = 0
    tax_code_id: Id = 0
    nominal_reference: Text = ""
    nominal_cost_centre: Text = ""
    nominal_department: Text = ""
    line_quantity: Decimal = Decimal(0)
    despatch_receipt_quantity: Decimal = Decimal(0)
    invoice_credit_quantity: Decimal = Decimal(0)
    posted_invoice_credit_quantity: Decimal | None = None
    invoice_credit_status: Text = ""
    selling_unit_price: Decimal = Decimal(0)
    unit_discount_value: Decimal = Decimal(0)
    line_total_value: Decimal = Decimal(0)
    line_tax_value: Decimal = Decimal(0)


class OrderShape(Shape):
    """`sop_order` (A.2)."""

    id: int
    document_no: Text
    customer_id: Id = 0
    customer_document_no: Text = ""
    document_date: Text
    document_status: Text = ""
    cancelled_status: Text = ""
    is_draft: bool = False
    currency_id: Id = 0
    subtotal_discount_value: Decimal | None = None
    total_net_value: Decimal | None = None
    total_tax_value: Decimal | None = None
    total_gross_value: Decimal | None = None
    customer: CustomerShape | None = None
    lines: Annotated[tuple[LineShape, ...], BeforeValidator(rows_of)] = ()


class OrderLineView(Shape):
    """`sop_order_line_view` (B.1)."""

    sop_order_id: int
    sop_order_line_id: int
    product_code: Text = ""


class ReturnLineView(Shape):
    """`sop_return_line_view` (B.1): the surest read of a return, in every release."""

    model_config = ConfigDict(frozen=True, extra="allow")

    sop_return_id: int
    sop_return_document_no: Text = ""
    sop_return_document_status: Text = ""
    sop_return_customer_document_no: Text = ""
    sop_return_line_id: int
    sop_return_line_product_code: Text = ""
    sop_return_line_quantity: Decimal = Decimal(0)
    sop_return_line_despatch_receipt_quantity: Decimal = Decimal(0)
    sop_return_line_invoice_credit_quantity: Decimal = Decimal(0)
    customer_id: Id = 0
    product_code: Text = ""
    warehouse_name: Text = ""
    tax_code_code: Text = ""

    def line_code(self, slot: int) -> str:
        """The line's analysis code in a slot; empty when it has none."""
        value = (self.model_extra or {}).get(f"sop_return_line_analysis_code_{slot}") if slot else None
        return value.strip() if isinstance(value, str) else ""


class TaxItem(Shape):
    """`tax_analysis_items[]` of a posted transaction (A.4)."""

    code: Text = ""
    goods_amount: Decimal = Decimal(0)
    tax_amount: Decimal = Decimal(0)


class NominalItem(Shape):
    """`nominal_analysis_items[]` of a posted transaction (A.4)."""

    code: Text = ""
    cost_centre: Text = ""
    department: Text = ""
    location: Text = ""
    value: Decimal = Decimal(0)


class BankItem(Shape):
    """`bank_items[]` of a posted transaction (A.4)."""

    bank_code: Text = ""


class PostedShape(Shape):
    """`sales_posted_transaction` and `sales_historical_transaction` (A.4)."""

    id: int
    customer_id: Id = 0
    trader_transaction_type: Text
    reference: Text = ""
    second_reference: Text = ""
    transaction_date: Text
    urn: Text = ""
    document_goods_value: Decimal = Decimal(0)
    document_tax_value: Decimal = Decimal(0)
    document_gross_value: Decimal
    document_outstanding_value: Decimal = Decimal(0)
    customer: CustomerShape | None = None
    tax_analysis_items: Annotated[tuple[TaxItem, ...], BeforeValidator(rows_of)] = ()
    nominal_analysis_items: Annotated[tuple[NominalItem, ...], BeforeValidator(rows_of)] = ()
    bank_items: Annotated[tuple[BankItem, ...], BeforeValidator(rows_of)] = ()


class MovementView(Shape):
    """`product_transaction_view` (A.5)."""

    id: int
    product_code: Text
    transaction_type: Text = ""
    reference: Text = ""
    warehouse_name: Text = ""
    bin_name: Text = ""
    quantity: Decimal


class TaxCodeShape(Shape):
    """`tax_code` (A.7)."""

    id: int
    code: Text
    name: Text = ""
    tax_rate: Decimal = Decimal(0)


class NominalShape(Shape):
    """`nominal_code` (A.7)."""

    id: int
    reference: Text
    cost_centre_code: Text = ""
    department_code: Text = ""
    name: Text = ""
    nominal_account_type: Text = ""
    account_status_type: Text = "AccountStatusActive"


class WarehouseShape(Shape):
    """`warehouse` (A.5)."""

    id: int
    name: Text
    use_for_sales_trading: bool = True


class BankShape(Shape):
    """`bank` (A.9)."""

    id: int
    code: Text
    account_status_type: Text = "AccountStatusActive"
    account_currency_id: Id = 0


class IsoCode(Shape):
    """`currency_iso_code` (A.7)."""

    code: Text = ""


class CurrencyShape(Shape):
    """`currency` (A.7)."""

    id: int
    symbol: Text = ""
    name: Text = ""
    is_base_currency: bool = False
    currency_iso_code_id: Id = 0


class GroupShape(Shape):
    """`product_group` (A.5)."""

    product_type: Text = ""
    costing_method: Text = ""


class ProductShape(Shape):
    """`product` (A.5)."""

    id: int
    code: Text
    name: Text = ""
    product_status_type: Text = ""
    traceable_type: Text = ""
    product_group_id: Id = 0
    product_group: GroupShape | None = None
    standard_cost: Decimal | None = None
    average_buying_price: Decimal | None = None


class UnitShape(Shape):
    """`unit` (A.5)."""

    id: int
    name: Text = ""


class BinHolding(Shape):
    """`bin_holding` (A.5)."""

    id: int
    name: Text = ""


class WarehouseHolding(Shape):
    """`warehouse_holding` (A.5)."""

    id: int
    warehouse_id: Id = 0
    warehouse_name: Text = ""
    bin_holdings: Annotated[tuple[BinHolding, ...], BeforeValidator(rows_of)] = ()


class BinView(Shape):
    """`product_warehouse_bin_view` (B.3)."""

    warehouse_id: Id = 0
    warehouse_name: Text = ""
    bin_holding_id: int
    bin_holding_name: Text = ""


class SopSettings(Shape):
    """`sop_settings` (A.2), as far as it changes what we may send or must expect.

    None where a release lacks the switch: whoever asks says what that means.
    """

    auto_generate_order_return_numbers: bool | None = None
    amend_nominal_codes: bool | None = None
    amend_analysis_codes: bool | None = None
    amend_header_analysis_codes: bool | None = None
    are_prices_tax_inclusive: bool | None = None
    allow_payment_with_order: bool | None = None
    allocate_stock_on_order_entry: bool | None = None
    update_stock_on_despatch: bool | None = None
    record_tracking_on_despatch: bool | None = None
    add_invoice_credit_note_to_sales_ledger: bool | None = None


class SiteShape(Shape):
    """A row of `/sites` (1.5)."""

    site_id: Text
    site_name: Text = ""
    company_id: int
    company_name: Text = ""


class DateValidation(Shape):
    """`system_settings.transaction_date_validation` (A.8)."""

    transaction_date_validation_type: Text = ""


class LedgerType(Shape):
    """`ledger_type` (A.8)."""

    value: Text = ""
    description: Text = ""


class Verdict(Shape):
    """`transaction_date_validation_response` (4.3)."""

    classification: Text
    message: Text = ""


class TokenReply(Shape):
    """The answer of Sage ID's token endpoint (7.1)."""

    access_token: str
    refresh_token: str = ""
    expires_in: int


class Problem(Shape):
    """The companion's problem details."""

    type: Text = ""
    title: Text = ""
    detail: Text = ""
    holder: Text = ""
    record: Text = ""


class About(Shape):
    """What the companion says of itself."""

    contract: int
    companion_version: Text = ""
    sage_release: Text = ""
    commands: tuple[str, ...] = ()


class Remembered(Shape):
    """The companion's answer to what was done under a key."""

    key: Text
    command: Text = ""
    content: dict[str, object] = {}
    result: dict[str, object] = {}
