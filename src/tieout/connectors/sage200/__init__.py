"""Sage 200: orders, returns, ledger, stock and reference books of one company."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.connectors.sage200.accounts.cash_book import SageCashBook
from tieout.connectors.sage200.accounts.customer_postings import SageCustomerPostings
from tieout.connectors.sage200.accounts.customers import SageCustomers
from tieout.connectors.sage200.accounts.ledger import SageLedger
from tieout.connectors.sage200.accounts.postings import Postings
from tieout.connectors.sage200.books import SageBooks
from tieout.connectors.sage200.changes.feeds import SageFeeds
from tieout.connectors.sage200.channel.companion import Companion
from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.auth import SageId
from tieout.connectors.sage200.site.probe import Probe
from tieout.connectors.sage200.site.sign_in import SageSignIn
from tieout.connectors.sage200.sop.despatches import SageDespatches
from tieout.connectors.sage200.sop.open_orders import OpenOrders
from tieout.connectors.sage200.sop.order_book import SageOrderBook
from tieout.connectors.sage200.sop.order_entry import SageOrderEntry
from tieout.connectors.sage200.sop.orders import SageOrders
from tieout.connectors.sage200.sop.returns import SageReturns
from tieout.connectors.sage200.stock.movements import Movements
from tieout.connectors.sage200.stock.stock_ledger import SageStock
from tieout.connectors.transport import Transport
from tieout.ports.selling import OrderBook
from tieout.ports.systems import (
    CashBook,
    CustomerAccounts,
    CustomerPostings,
    Despatches,
    LedgerFeeds,
    OrderEntry,
    ReferenceBooks,
    SalesLedger,
    SalesOrders,
    SalesReturns,
    StockLedger,
    TokenKeeper,
)

__all__ = ["Sage200", "Sage200Settings", "open_ledger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sage200:
    """One company by capability; safe to share between threads."""

    orders: SalesOrders
    order_book: OrderBook
    order_entry: OrderEntry
    despatches: Despatches
    returns: SalesReturns
    ledger: SalesLedger
    customer_postings: CustomerPostings
    cash_book: CashBook
    customers: CustomerAccounts
    feeds: LedgerFeeds
    stock: StockLedger
    books: ReferenceBooks
    sage_id: SageId
    sign_in: SageSignIn
    probe: Probe
    transports: tuple[Transport, ...]

    def close(self) -> None:
        """Drop the idle connections."""
        for transport in self.transports:
            transport.close()


IDENTITY_SECONDS = 60.0
"""The shortest time that Sage ID is given to answer."""


def open_ledger(
    settings: Sage200Settings,
    keeper: TokenKeeper,
    clock: Callable[[], datetime],
    lock_words: Callable[[], Sequence[str]] = tuple,
) -> Sage200:
    """Open one company. Nothing is sent until it is used; `clock` gives aware UTC times.

    `lock_words` gives what the company has added to the settings' words for a record lock.
    """

    def transport(system: str, address: str, *, read_seconds: float = 0) -> Transport:
        return Transport(
            system,
            address,
            connect_seconds=settings.connect_seconds,
            read_seconds=max(settings.read_seconds, read_seconds),
            reads_tried=settings.reads_tried,
        )

    api = transport("Sage 200", settings.base_url)
    # A renewal that is given up too early loses the new refresh token, and somebody must sign in again.
    identity = transport("Sage ID", settings.identity_url, read_seconds=IDENTITY_SECONDS)
    on_site = transport("The companion", settings.companion_url) if settings.channel == "companion" else None
    sage_id = SageId(settings, keeper, clock, identity)
    client = Client(settings, sage_id, api, clock, lock_words)
    companion = Companion(settings, on_site, clock, lock_words) if on_site else None
    registers = Registers(client, settings, clock)
    postings = Postings(client, settings.compat)
    movements = Movements(client)
    open_orders = OpenOrders(client, settings.compat)
    return Sage200(
        orders=SageOrders(client, registers, postings, settings),
        order_book=SageOrderBook(client, registers, settings),
        order_entry=SageOrderEntry(client, registers, open_orders, settings),
        despatches=SageDespatches(client, registers, postings, open_orders, companion, settings),
        returns=SageReturns(client, registers, postings, movements, companion, settings),
        ledger=SageLedger(client, registers, postings, settings),
        customer_postings=SageCustomerPostings(client, registers, postings),
        cash_book=SageCashBook(client, registers, companion, settings.base_currency),
        customers=SageCustomers(client, registers, postings),
        feeds=SageFeeds(client, registers, settings, clock),
        stock=SageStock(client, registers, movements, companion, settings.compat),
        books=SageBooks(client, registers, settings, clock),
        sage_id=sage_id,
        sign_in=SageSignIn(settings, sage_id, keeper, client),
        probe=Probe(client, companion, settings, clock),
        transports=(api, identity, on_site) if on_site else (api, identity),
    )
