"""What left the bank, by the payment provider's own account of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tieout.domain.money import Money

MovementKind = Literal["charge", "refund", "refund_failure", "fee", "adjustment", "dispute", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """One transfer between the payment provider and the bank. A negative net was taken from the bank."""

    payout_id: str
    status: str
    """The provider's own word."""
    is_paid: bool
    issued_on: date
    net: Money
    trace: str
    """The bank's trace number; empty where there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMovement:
    """One row of the provider's balance. `net` is the truth; amount less fee may differ and says so."""

    movement_id: str
    kind: MovementKind
    kind_text: str
    """The provider's own word."""
    at: datetime
    amount: Money
    fee: Money
    net: Money
    order_id: str
    """Digits only; empty where no order is concerned."""
    order_name: str
    transaction_id: str
    """The storefront's transaction behind it, digits only; empty for none."""
    payout_id: str
    """Empty until it is part of a payout."""
    payout_status: str
    is_test: bool = False
