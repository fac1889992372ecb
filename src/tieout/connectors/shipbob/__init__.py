"""ShipBob: a network of fulfilment centres that picks, packs and ships for many merchants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.shipbob.client import ShipBobClient
from tieout.connectors.shipbob.compat import ShipBobCompat
from tieout.connectors.shipbob.inbound import ShipBobInbound
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.connectors.shipbob.warehouse import ShipBobWarehouse

__all__ = [
    "ShipBobCompat",
    "ShipBobInbound",
    "ShipBobSettings",
    "ShipBobWarehouse",
    "open_inbound",
    "open_warehouse",
]


def open_warehouse(settings: ShipBobSettings, clock: Callable[[], datetime]) -> ShipBobWarehouse:
    """The account's warehouse; `clock` says what time it is."""
    return ShipBobWarehouse(settings, ShipBobClient(settings, clock), clock)


def open_inbound(settings: ShipBobSettings) -> ShipBobInbound:
    """The account's verification of inbound messages."""
    return ShipBobInbound(settings)
