"""The warehouses and 3PLs of a company, opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tieout.bootstrap.accounts import Clock
from tieout.connectors import files, mintsoft, shipbob
from tieout.ports.systems import TokenKeeper
from tieout.ports.warehouses import FileFeed, Warehouse
from tieout.processes.told import FilesRead, ToldByFiles
from tieout.settings import FilesAccount, MintsoftAccount, Settings, ShipBobAccount
from tieout.store import Store


def open_warehouses(  # one argument for each thing that an account needs
    settings: Settings, company: str, store: Store, keeper: TokenKeeper, clock: Clock, connections: ExitStack
) -> dict[str, Warehouse]:
    """Every warehouse of a company by the name of its account. Opening sends nothing."""
    opened: dict[str, Warehouse] = {}
    for name in settings.company[company].warehouses:
        match settings.account[name]:
            case MintsoftAccount() as account:
                stores = mintsoft.open_warehouse(account, keeper, clock)
                connections.callback(stores.close)
                opened[name] = stores
            case ShipBobAccount() as account:
                network = shipbob.open_warehouse(account, clock)
                connections.callback(network.close)
                opened[name] = network
            case FilesAccount() as account:
                partner = files.open_warehouse(account, ToldByFiles(store, company), clock)
                connections.callback(partner.close)
                opened[name] = partner
            case account:
                raise AssertionError(f"{account.account} ships nothing; the settings were not checked")
    return opened


def open_feeds(
    settings: Settings, company: str, store: Store, clock: Clock, connections: ExitStack
) -> dict[str, FileFeed]:
    """Every place where files are dropped for a company, by the name of its account."""
    return dict(_feeds(settings, company, store, clock, connections))


def _feeds(
    settings: Settings, company: str, store: Store, clock: Clock, connections: ExitStack
) -> Iterator[tuple[str, FileFeed]]:
    for name in settings.company[company].warehouses:
        account = settings.account[name]
        if isinstance(account, FilesAccount):
            feed = files.open_feed(account, FilesRead(store, company), clock)
            connections.callback(feed.close)
            yield name, feed
