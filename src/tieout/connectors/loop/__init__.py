"""Loop Returns: another portal where customers raise returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.loop.client import LoopClient
from tieout.connectors.loop.inbound import LoopInbound
from tieout.connectors.loop.portal import LoopPortal
from tieout.connectors.loop.settings import LoopSettings

__all__ = ["LoopInbound", "LoopPortal", "LoopSettings", "open_inbound", "open_portal"]


def open_portal(settings: LoopSettings, clock: Callable[[], datetime]) -> LoopPortal:
    """The account's portal; `clock` says what time it is."""
    return LoopPortal(settings, LoopClient(settings, clock), clock)


def open_inbound(settings: LoopSettings) -> LoopInbound:
    """The account's verification of inbound messages."""
    return LoopInbound(settings)
