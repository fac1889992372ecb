"""Reference books of a ledger: tax codes, nominals, bins, products, periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCode:
    """A tax code of the company; `code` is what people say, the ledger's own id stays in the connector."""

    code: str
    name: str
    rate: Decimal
    """Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalAccount:
    """A nominal account and whether it takes postings."""

    nominal: Nominal
    name: str
    is_postable: bool
    """False for group, memo and hidden accounts (Sage 200, section 6.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A place for stock."""

    warehouse: str
    name: str
    is_for_sale: bool
    """Whether its stock may be sold: the warehouse trades and the bin is not held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A stock item."""

    sku: str
    name: str
    is_stock: bool
    is_active: bool
    unit_cost: Decimal | None = None
    """What one stock unit costs as the ledger keeps it on the item, in its base currency: the standard cost, or the
    average buying price where it costs by average or first in, first out (there it is an estimate: layers differ).
    None where it keeps none, as for batch or serial items at their actual cost."""
    costing: str = ""
    """The ledger's own word for how it is costed, such as FIFO, Average, Standard; empty where it does not say."""


class PeriodAnswer(StrEnum):
    """How the ledger classifies a posting date (Sage 200, section 4.3)."""

    NORMAL = "normal"
    ACCEPTABLE = "acceptable"
    UNACCEPTABLE = "unacceptable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodCheck:
    """The ledger's verdict on one date for one sub-ledger."""

    on: date
    ledger: str
    answer: PeriodAnswer
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """How many characters the ledger keeps in the fields that we fill."""

    reference: int
    second_reference: int
    return_reference: int
    analysis: int
    narrative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCredit:
    """A credit note as it stands in the sales ledger, as a sweep reads it. Amounts are positive."""

    posting_id: str
    reference: str
    second_reference: str
    customer_id: str
    posted_on: date
    net: Money
    tax: Money
    outstanding: Money
