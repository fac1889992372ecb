"""Sage 200's shapes that only the probe reads; a flag that a release does not know is None."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tieout.connectors.sage200.wire import DateValidation, Shape, Text


class UserShape(Shape):
    """`current_user` (A.8)."""

    logon_name: Text = ""


class SopRights(Shape):
    """`sop_user_permission` (A.2)."""

    override_prices_discounts: bool | None = None
    override_credit_holds: bool | None = None


class StockRules(Shape):
    """`stock_settings` (A.5)."""

    use_multiple_locations: bool | None = None
    integrate_stock_management_with_nominal: bool | None = None
    allow_negative_stocktake: bool | None = None


class LedgerRules(Shape):
    """`sales_ledger_settings` (A.4)."""

    auto_generate_account_numbers: bool | None = None
    allow_batch_processing: bool | None = None


class SystemRules(Shape):
    """`system_settings` (A.8)."""

    update_nominal_online: bool | None = None
    transaction_date_validation: DateValidation | None = None


class CreditSample(Shape):
    """A posted credit note, for its sign only."""

    reference: Text = ""
    document_gross_value: Decimal


class Stamped(Shape):
    """Any row, for the time at which Sage last changed it."""

    date_time_updated: datetime | None = None
