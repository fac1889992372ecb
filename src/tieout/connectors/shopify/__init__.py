"""Shopify: the web shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.inbound import ShopifyInbound
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.storefront import ShopifyStorefront

__all__ = ["ShopifyInbound", "ShopifySettings", "ShopifyStorefront", "open_inbound", "open_storefront"]


def open_storefront(settings: ShopifySettings, clock: Callable[[], datetime]) -> ShopifyStorefront:
    """The account's storefront; `clock` says what time it is."""
    return ShopifyStorefront(settings, ShopifyClient(settings, clock))


def open_inbound(settings: ShopifySettings) -> ShopifyInbound:
    """The account's verification of inbound messages."""
    return ShopifyInbound(settings)
