"""Shopify: the web shop, its own returns, and what it pays out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.fulfilments import ShopifyFulfilments
from tieout.connectors.shopify.inbound import ShopifyInbound
from tieout.connectors.shopify.levels import ShopifyStock
from tieout.connectors.shopify.payouts import ShopifyPayouts
from tieout.connectors.shopify.returns_portal import ShopifyReturns
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.storefront import ShopifyStorefront

__all__ = [
    "ShopifyFulfilments",
    "ShopifyInbound",
    "ShopifyPayouts",
    "ShopifyReturns",
    "ShopifySettings",
    "ShopifyStock",
    "ShopifyStorefront",
    "open_fulfilments",
    "open_inbound",
    "open_payouts",
    "open_returns_portal",
    "open_shop_stock",
    "open_storefront",
]


def open_storefront(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyStorefront:
    """The account's storefront; `clock` says what time it is."""
    return ShopifyStorefront(settings, ShopifyClient(settings, clock))


def open_returns_portal(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyReturns:
    """The account's own returns as a portal; `clock` says what time it is."""
    return ShopifyReturns(settings, ShopifyClient(settings, clock), clock)


def open_payouts(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyPayouts:
    """The account's payouts; `clock` says what time it is."""
    return ShopifyPayouts(ShopifyClient(settings, clock))


def open_fulfilments(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyFulfilments:
    """What left on the account's orders; `clock` says what time it is."""
    return ShopifyFulfilments(settings, ShopifyClient(settings, clock))


def open_shop_stock(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyStock:
    """What the account offers for sale; `clock` says what time it is."""
    return ShopifyStock(settings, ShopifyClient(settings, clock))


def open_inbound(settings: ShopifySettings) -> ShopifyInbound:
    """The account's verification of inbound messages."""
    return ShopifyInbound(settings)
