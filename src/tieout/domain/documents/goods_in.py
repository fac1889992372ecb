"""What a warehouse says came in through its door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.domain.documents.rma import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """So many of one stock code, as the warehouse counted and graded them."""

    sku: str
    quantity: int
    grade: Grade
    warehouse: str = ""
    """Where they came in, by the ledger's own name; empty where the disposition table alone decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceipt:
    """One message of a warehouse about one parcel. Several may speak of one RMA; they add up."""

    receipt_id: str
    """Unique with the warehouse: the same receipt told twice is one."""
    account: str
    rma_number: str
    """Empty for goods that nobody announced."""
    order_name: str
    tracking: str
    received_at: datetime
    lines: tuple[ReceiptLine, ...]
    is_final: bool
    """Whether the warehouse expects nothing more of the RMA."""
    note: str = ""

    def counted(self) -> Decimal:
        """How many units it holds."""
        return Decimal(sum(line.quantity for line in self.lines))
