"""Heads of documents, movements and bins, as the feeds read them: only the fields that they select."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

from tieout.connectors.sage200.wire import Id, Shape, Text


def _utc(stamp: datetime) -> datetime:
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


Stamp = Annotated[datetime, AfterValidator(_utc)]
"""Stamps are UTC even where the zone is left out (2.3)."""


class OrderHeadShape(Shape):
    """`sop_order_return_view` (B.1): orders and returns of every release in one list."""

    id: int
    document_no: Text = ""
    customer_document_no: Text = ""
    customer_id: Id = 0
    document_type_id: Id = 0
    document_status_id: Id = 0
    date_time_updated: Stamp


class DebtorShape(Shape):
    """The customer of a posting, as far as it is selected."""

    currency_id: Id = 0


class PostingHeadShape(Shape):
    """`sales_posted_transaction` (A.4)."""

    id: int
    urn: Text = ""
    trader_transaction_type: Text = ""
    reference: Text = ""
    second_reference: Text = ""
    customer_id: Id = 0
    transaction_date: Text
    document_goods_value: Decimal = Decimal(0)
    document_tax_value: Decimal = Decimal(0)
    document_outstanding_value: Decimal = Decimal(0)
    date_time_updated: Stamp
    user_name: Text = ""
    customer: DebtorShape | None = None


class NominalPostingShape(Shape):
    """`nominal_transaction_enquiry_view` (B.4), without the other ledgers' items."""

    id: int
    nominal_code_id: Id = 0
    transaction_date: Text
    reference: Text = ""
    narrative: Text = ""
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    user_name: Text = ""
    source: Text = ""
    urn: Text = ""


class MovementShape(Shape):
    """`product_transaction_view` (A.5)."""

    id: int
    product_code: Text = ""
    transaction_type: Text = ""
    transaction_date: Text
    warehouse_name: Text = ""
    bin_name: Text = ""
    quantity: Decimal
    reference: Text = ""
    second_reference: Text = ""


class HeldProduct(Shape):
    """The product of a bin holding, as far as it is selected."""

    code: Text = ""


class HeldWhere(Shape):
    """The warehouse holding of a bin holding, as far as it is selected."""

    warehouse_name: Text = ""


class LevelShape(Shape):
    """`bin_holding` (A.5)."""

    id: int
    name: Text = ""
    quantity_in_stock: Decimal = Decimal(0)
    quantity_allocated: Decimal = Decimal(0)
    free_stock_available: Decimal | None = None
    product: HeldProduct = HeldProduct()
    warehouse_holding: HeldWhere = HeldWhere()


class EnumShape(Shape):
    """A row of a `..._types` list (Annex C)."""

    id: Id = 0
    value: Text = ""
