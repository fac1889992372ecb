"""Mintsoft: a warehouse system of the UK's shops and 3PLs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.inbound import MintsoftInbound
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.warehouse import MintsoftWarehouse
from tieout.ports.systems import TokenKeeper

__all__ = ["MintsoftInbound", "MintsoftSettings", "MintsoftWarehouse", "open_inbound", "open_warehouse"]


def open_warehouse(settings: MintsoftSettings, keeper: TokenKeeper, clock: Callable[[], datetime]) -> MintsoftWarehouse:
    """The account as a warehouse; `clock` says what time it is, `keeper` keeps its key."""
    return MintsoftWarehouse(settings, MintsoftClient(settings, keeper, clock), clock)


def open_inbound(settings: MintsoftSettings) -> MintsoftInbound:
    """The account's verification of inbound messages."""
    return MintsoftInbound(settings)
