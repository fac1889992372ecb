"""The control routes of stock: what people do with it at the desktop (bodies: see `desktop/stock_deeds.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tieout.sandbox.sage200.control_parts import by_hand, route
from tieout.sandbox.sage200.desktop.stock_deeds import STOCK_DEEDS

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox


def stock_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the control routes of stock."""
    return [route(f"/desktop/{name}", {"POST": by_hand(system, deed)}) for name, deed in STOCK_DEEDS.items()]
