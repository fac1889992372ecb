"""Every company with the systems around it, and who may push into it."""

from __future__ import annotations

from contextlib import ExitStack

from tieout.bootstrap.accounts import Clock
from tieout.bootstrap.warehouses import open_feeds, open_warehouses
from tieout.connectors import dock, loop, mintsoft, returngo, sage200, shipbob, shopify
from tieout.connectors.loop import LoopPortal
from tieout.connectors.returngo import ReturnGoPortal
from tieout.connectors.returngo.inbound import rma_number
from tieout.connectors.shopify import ShopifyReturns
from tieout.intake.webhooks import Receiver
from tieout.ports.directory import Company
from tieout.ports.inbound import Inbound
from tieout.ports.systems import CallBudget, GoodsIn, TokenKeeper
from tieout.processes.remembering import KeptBodies, TaughtLockWords
from tieout.settings import (
    Account,
    CompanySettings,
    DockAccount,
    FilesAccount,
    LoopAccount,
    MintsoftAccount,
    ReturnGoAccount,
    Sage200Account,
    Settings,
    ShipBobAccount,
    ShopifyAccount,
)
from tieout.store import Store


def open_companies(  # one argument for each thing that an account needs
    settings: Settings,
    store: Store,
    keeper: TokenKeeper,
    budget: CallBudget,
    clock: Clock,
    connections: ExitStack,
) -> dict[str, Company]:
    """Every configured company with the systems around it. Opening sends nothing."""
    opened = {}
    for name, company in settings.company.items():
        ledger, shop = _ledger_and_shop(settings, company)
        books = sage200.open_ledger(ledger, keeper, clock, TaughtLockWords(store, clock, name))
        portal = _portal(settings.account[company.portal], budget, clock)
        storefront, payouts = shopify.open_storefront(shop, clock), shopify.open_payouts(shop, clock)
        fulfilments, levels = shopify.open_fulfilments(shop, clock), shopify.open_shop_stock(shop, clock)
        for account in (books, portal, storefront, payouts, fulfilments, levels):
            connections.callback(account.close)
        opened[name] = Company(
            name=name,
            credit_route=company.credit_route,
            refund_mode=company.refund_mode,
            lanes=company.lanes,
            portal_account=company.portal,
            storefront_account=company.storefront,
            ledger_account=company.ledger,
            portal=portal,
            storefront=storefront,
            orders=books.orders,
            returns=books.returns,
            ledger=books.ledger,
            stock=books.stock,
            books=books.books,
            order_entry=books.order_entry,
            despatches=books.despatches,
            customer_postings=books.customer_postings,
            cash_book=books.cash_book,
            customers=books.customers,
            feeds=books.feeds,
            goods_in=_goods_in(name, company, store, clock),
            payouts=payouts,
            order_book=books.order_book,
            fulfilments=fulfilments,
            shop_stock=levels,
            warehouses=open_warehouses(settings, name, store, keeper, clock, connections),
            feeds_of_files=open_feeds(settings, name, store, clock, connections),
        )
    return opened


def _ledger_and_shop(settings: Settings, company: CompanySettings) -> tuple[Sage200Account, ShopifyAccount]:
    ledger, shop = settings.account[company.ledger], settings.account[company.storefront]
    assert isinstance(ledger, Sage200Account), f"{company.ledger} is no ledger; the settings were not checked"
    assert isinstance(shop, ShopifyAccount), f"{company.storefront} is no shop; the settings were not checked"
    return ledger, shop


def _portal(account: Account, budget: CallBudget, clock: Clock) -> LoopPortal | ReturnGoPortal | ShopifyReturns:
    """The returns portal of an account: a shop without one takes returns itself."""
    match account:
        case ReturnGoAccount():
            return returngo.open_portal(account, budget, clock)
        case LoopAccount():
            return loop.open_portal(account, clock)
        case ShopifyAccount():
            return shopify.open_returns_portal(account, clock)
        case _:
            raise AssertionError(f"{account.account} is no returns portal; the settings were not checked")


def _goods_in(name: str, company: CompanySettings, store: Store, clock: Clock) -> GoodsIn | None:
    """What the company's warehouses have told; None where no warehouse is named."""
    if not company.goods_in:
        return None
    accounts = dict.fromkeys((*company.goods_in, dock.DESK))
    return dock.open_goods_in(tuple(accounts), KeptBodies(store, name, clock))


def receivers_of(settings: Settings) -> dict[str, Receiver]:
    """Who may push, by account, and whose company it concerns."""
    receivers = {}
    for name, company in settings.company.items():
        pushing = [each for each in company.warehouses if not isinstance(settings.account[each], FilesAccount)]
        for account_name in (company.portal, company.storefront, *company.goods_in, *pushing):
            if account_name in settings.account:
                receivers[account_name] = _receiver(settings, name, _inbound(settings, account_name))
    return receivers


def desk_receiver(settings: Settings, company: str) -> Receiver:
    """Takes in what a person keys in at the goods-in desk of a company; it has no address to push to."""
    return _receiver(settings, company, dock.open_desk())


def _receiver(settings: Settings, name: str, inbound: Inbound) -> Receiver:
    company = settings.company[name]
    is_returngo = isinstance(settings.account[company.portal], ReturnGoAccount)
    return Receiver(
        company=name, lanes=company.lanes, inbound=inbound, number_of=rma_number if is_returngo else str.strip
    )


def _inbound(settings: Settings, account_name: str) -> Inbound:
    match settings.account[account_name]:
        case ReturnGoAccount() as account:
            return returngo.open_inbound(account)
        case LoopAccount() as account:
            return loop.open_inbound(account)
        case DockAccount() as account:
            return dock.open_inbound(account)
        case MintsoftAccount() as account:
            return mintsoft.open_inbound(account)
        case ShipBobAccount() as account:
            return shipbob.open_inbound(account)
        case ShopifyAccount() as account:
            is_portal = any(company.portal == account_name for company in settings.company.values())
            return shopify.open_inbound(account.model_copy(update={"returns_portal": is_portal}))
        case account:
            raise AssertionError(f"{account.account} takes no messages; the settings were not checked")
