"""Control routes for people at the desktop: who has what open, month end, corrections; documented in `control.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tieout.sandbox.sage200.control_parts import by_hand, route
from tieout.sandbox.sage200.desktop import corrections, screens

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

DEEDS = {
    "open": screens.open_record,
    "close": screens.close_screens,
    "crash": screens.crash,
    "period": screens.set_period,
    "change": screens.change,
    "invoice-run": corrections.invoice_run,
    "nominal-journal": corrections.post_nominal_journal,
    "reverse": corrections.reverse,
    "delete-posting": corrections.delete_posting,
    "deallocate": corrections.deallocate,
    "deallocate-stock": corrections.deallocate_stock,
    "amend-despatch": corrections.take_back_despatch,
}


def people_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the routes of this area."""
    return [route(f"/desktop/{name}", {"POST": by_hand(system, deed)}) for name, deed in DEEDS.items()]
