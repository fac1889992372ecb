"""Shopify's own shapes of payouts and of the balance behind them."""

from __future__ import annotations

from pydantic import AwareDatetime

from tieout.connectors.shopify.wire import AmountShape, NamedShape, Shape, Text


class PayoutShape(Shape):
    """One transfer between the balance and the bank."""

    id: str
    issued_at: AwareDatetime
    status: str
    transaction_type: Text = ""
    external_trace_id: Text = ""
    net: AmountShape


class PaidOutShape(Shape):
    """The payout that a row of the balance belongs to; without an id until there is one."""

    id: Text = ""
    status: Text = ""


class BalanceRowShape(Shape):
    """One row of the balance."""

    id: str
    type: str
    test: bool = False
    transaction_date: AwareDatetime
    amount: AmountShape
    fee: AmountShape
    net: AmountShape
    source_order_transaction_id: int | str | None = None
    associated_order: NamedShape | None = None
    associated_payout: PaidOutShape | None = None
