"""The configured accounts, opened one by one when somebody asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from tieout.connectors import files, loop, mintsoft, returngo, sage200, shipbob, shopify
from tieout.ports.accounts import OpenAccount
from tieout.ports.systems import CallBudget, TokenKeeper
from tieout.processes.accounts import Listing, PushOnly
from tieout.settings import (
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

Clock = Callable[[], datetime]


class Accounts:
    """The configured accounts, each opened when it is first asked for. Opening sends nothing."""

    def __init__(
        self, settings: Settings, keeper: TokenKeeper, budget: CallBudget, clock: Clock, connections: ExitStack
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._budget = budget
        self._clock = clock
        self._connections = connections
        self._opened: dict[str, OpenAccount] = {}
        self._turn = threading.Lock()

    def open(self, name: str) -> OpenAccount:
        """The account of this name; KeyError when none is configured."""
        with self._turn:
            if name not in self._opened:
                self._opened[name] = self._open(name)
            return self._opened[name]

    def _open(self, name: str) -> OpenAccount:
        match self._settings.account[name]:
            case Sage200Account() as account:
                books = sage200.open_ledger(account, self._keeper, self._clock)
                self._connections.callback(books.close)
                return OpenAccount(
                    name=name,
                    system="sage200",
                    examined=books.probe,
                    sign_in=books.sign_in,
                    sign_in_warn_days=account.sign_in_warn_days,
                    redirect_uri=account.redirect_uri,
                    place=f"company {account.company_id} of site {account.site_id}" if account.is_connected else "",
                )
            case ReturnGoAccount() as account:
                portal = returngo.open_portal(account, self._budget, self._clock)
                self._connections.callback(portal.close)
                listing = Listing(subject="returns portal", rows=lambda: portal.rmas(self._clock()))
                return OpenAccount(name=name, system="returngo", examined=listing, place=account.shop_name)
            case LoopAccount() as account:
                loop_portal = loop.open_portal(account, self._clock)
                self._connections.callback(loop_portal.close)
                listing = Listing(subject="returns portal", rows=lambda: loop_portal.rmas(self._clock()))
                return OpenAccount(name=name, system="loop", examined=listing, place=account.base_url)
            case ShopifyAccount() as account:
                shop = shopify.open_storefront(account, self._clock)
                self._connections.callback(shop.close)
                listing = Listing(subject="storefront", rows=lambda: shop.refunds(self._clock()))
                return OpenAccount(name=name, system="shopify", examined=listing, place=account.shop_domain)
            case DockAccount():
                return OpenAccount(name=name, system="dock", examined=PushOnly(name), place=f"/in/{name}")
            case MintsoftAccount() | ShipBobAccount() | FilesAccount() as account:
                return self._open_warehouse(name, account)

    def _open_warehouse(self, name: str, account: MintsoftAccount | ShipBobAccount | FilesAccount) -> OpenAccount:
        match account:
            case MintsoftAccount():
                stores = mintsoft.open_warehouse(account, self._keeper, self._clock)
                self._connections.callback(stores.close)
                return OpenAccount(name=name, system="mintsoft", examined=stores, place=account.base_url)
            case ShipBobAccount():
                network = shipbob.open_warehouse(account, self._clock)
                self._connections.callback(network.close)
                return OpenAccount(name=name, system="shipbob", examined=network, place=account.base_url)
            case FilesAccount():
                place = files.open_examination(account, self._clock)
                self._connections.callback(place.close)
                return OpenAccount(name=name, system="files", examined=place, place=f"{account.host}:{account.port}")
