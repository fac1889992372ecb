"""ReturnGO: the portal where customers raise returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.returngo.client import ReturnGoClient
from tieout.connectors.returngo.inbound import ReturnGoInbound
from tieout.connectors.returngo.portal import ReturnGoPortal
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.ports.systems import CallBudget

__all__ = ["ReturnGoInbound", "ReturnGoPortal", "ReturnGoSettings", "open_inbound", "open_portal"]


def open_portal(settings: ReturnGoSettings, budget: CallBudget, clock: Callable[[], datetime]) -> ReturnGoPortal:
    """The account's portal; `budget` counts its calls over all processes, `clock` says what time it is."""
    return ReturnGoPortal(settings, ReturnGoClient(settings, budget, clock), clock)


def open_inbound(settings: ReturnGoSettings) -> ReturnGoInbound:
    """The account's verification of inbound messages."""
    return ReturnGoInbound(settings)
