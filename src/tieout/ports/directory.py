"""The directory opens a company's systems by capability; the composition root fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tieout.ports.selling import Fulfilments, OrderBook, ShopStock
from tieout.ports.systems import (
    CashBook,
    CustomerAccounts,
    CustomerPostings,
    Despatches,
    GoodsIn,
    LedgerFeeds,
    OrderEntry,
    Payouts,
    ReferenceBooks,
    ReturnsPortal,
    SalesLedger,
    SalesOrders,
    SalesReturns,
    StockLedger,
    Storefront,
)
from tieout.ports.warehouses import FileFeed, Warehouse

CreditRoute = Literal["sop", "ledger"]
RefundMode = Literal["gate", "detect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One Sage company with the systems around it."""

    name: str
    credit_route: CreditRoute
    refund_mode: RefundMode
    lanes: int
    portal_account: str
    storefront_account: str
    ledger_account: str
    portal: ReturnsPortal
    storefront: Storefront
    orders: SalesOrders
    returns: SalesReturns
    ledger: SalesLedger
    stock: StockLedger
    books: ReferenceBooks
    order_entry: OrderEntry
    despatches: Despatches
    customer_postings: CustomerPostings
    cash_book: CashBook
    customers: CustomerAccounts
    feeds: LedgerFeeds
    goods_in: GoodsIn | None = None
    """None where no warehouse tells us of goods that come in."""
    payouts: Payouts | None = None
    """None where the storefront's payments are paid out by nobody we can ask."""
    order_book: OrderBook | None = None
    fulfilments: Fulfilments | None = None
    """None where the storefront is not told what left."""
    shop_stock: ShopStock | None = None
    """None where the storefront is not told what is there to sell."""
    warehouses: Mapping[str, Warehouse] = field(default_factory=dict)
    """Warehouses and 3PLs by the name of their account."""
    feeds_of_files: Mapping[str, FileFeed] = field(default_factory=dict)
    """Where files are dropped for us, by the name of the account."""
