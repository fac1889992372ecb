"""Shapes of the cash book and the nominal ledger, as far as we read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from tieout.connectors.sage200.wire import Id, NominalItem, Shape, TaxItem, Text, rows_of


class BankPostedShape(Shape):
    """`bank_posted_transaction` (A.9)."""

    id: int
    bank_id: Id = 0
    bank_transaction_type: Text = ""
    reference: Text = ""
    transaction_date: Text
    cheque_value: Decimal
    urn: Text = ""
    tax_analysis_items: Annotated[tuple[TaxItem, ...], BeforeValidator(rows_of)] = ()
    nominal_analysis_items: Annotated[tuple[NominalItem, ...], BeforeValidator(rows_of)] = ()


class NominalEntryView(Shape):
    """`nominal_transaction_enquiry_view` (B.4): one side of a posting in the nominal ledger."""

    id: int
    nominal_code_id: Id = 0
    transaction_date: Text
    reference: Text = ""
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    urn: Text = ""
    nominal_analysis_items: Annotated[tuple[NominalItem, ...], BeforeValidator(rows_of)] = ()
