"""Shapes of customer accounts and of what is noted on them, as far as we read them."""

from __future__ import annotations

from tieout.connectors.sage200.wire import Id, Shape, Text


class AccountShape(Shape):
    """`customer` (A.1)."""

    id: int
    reference: Text = ""
    name: Text = ""
    default_tax_code_id: Id = 0


class CountryShape(Shape):
    """`country_code` (A.7)."""

    id: int
    code: Text = ""
    name: Text = ""


class NumberingShape(Shape):
    """`sales_ledger_settings` (A.4)."""

    auto_generate_account_numbers: bool = False


class DeliveryAddressShape(Shape):
    """`customer_delivery_address` (A.1)."""

    id: int
    customer_id: Id = 0
    description: Text = ""
    postal_name: Text = ""
    postcode: Text = ""


class MemoShape(Shape):
    """`customer_memo` and `sales_posted_transaction_memo` (A.1, A.4)."""

    id: int
    customer_id: Id = 0
    note: Text = ""
