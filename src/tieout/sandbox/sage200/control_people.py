"""Control routes for people at the desktop: who has what open, month end, corrections; documented in `control.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tieout.sandbox.sage200.control_parts import by_hand, chosen, route
from tieout.sandbox.sage200.desktop import backups, corrections, deeds, screens

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

DEEDS = {
    "open": screens.open_record,
    "close": screens.close_screens,
    "crash": screens.crash,
    "period": screens.set_period,
    "change": screens.change,
    "hold": deeds.hold,
    "invoice-run": corrections.invoice_run,
    "nominal-journal": corrections.post_nominal_journal,
    "reverse": corrections.reverse,
    "reverse-credit-note": corrections.reverse_credit_note,
    "restore-without": backups.restore_without,
    "delete-posting": corrections.delete_posting,
    "deallocate": corrections.deallocate,
    "deallocate-stock": corrections.deallocate_stock,
    "amend-despatch": corrections.take_back_despatch,
}


def people_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the routes of this area."""
    return [
        *(route(f"/desktop/{name}", {"POST": by_hand(system, deed)}) for name, deed in DEEDS.items()),
        route("/desktop/back-up", {"POST": lambda request, _: backups.back_up(chosen(system, request))}),
        route("/desktop/restore", {"POST": lambda request, _: backups.restore(chosen(system, request))}),
    ]
