"""What a ledger's own lists say has changed: heads of documents, never the documents themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

PostingKind = Literal["invoice", "credit_note", "receipt", "payment", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHead:
    """A sales order or return that was entered or changed."""

    order_id: str
    number: str
    channel_reference: str
    customer_id: str
    status: str
    """The ledger's own word."""
    is_return: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingHead:
    """A row of the sales ledger that was posted or changed. Amounts carry the ledger's sign."""

    posting_id: str
    """The ledger's record id, as in `PostedCredit`."""
    urn: str
    kind: PostingKind
    reference: str
    second_reference: str
    customer_id: str
    posted_on: date
    net: Money
    tax: Money
    outstanding: Money
    changed_at: datetime
    user: str = ""
    """Who posted it, as the ledger names them; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalPosting:
    """One side of a posting as it stands in the nominal ledger."""

    posting_id: str
    urn: str
    """The number that all sides of one transaction share, also in the other ledgers."""
    nominal: Nominal
    on: date
    amount: Money
    """Debits positive, credits negative."""
    reference: str
    narrative: str
    user: str
    """Who posted it, as the ledger names them."""
    source: str
    """The ledger's own word for where it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """A row of the movement log. `quantity` is signed: what left is negative."""

    movement_id: int
    sku: str
    warehouse: str
    bin: str
    quantity: Decimal
    kind: str
    """The ledger's own word for the movement."""
    reference: str
    second_reference: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What lies in one bin, as a full sweep reads it."""

    sku: str
    warehouse: str
    bin: str
    on_hand: Decimal
    allocated: Decimal
    free: Decimal | None = None
    """What the ledger itself works out as free in this bin. Only ever shown beside our own figure, never published:
    it knows nothing of orders on their way, of buffers, nor of stock that is held back."""
