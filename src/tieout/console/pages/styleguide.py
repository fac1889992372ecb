"""The style guide: every part that pages are put together from, alive on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Problem, Visit, need
from tieout.domain.people import Permission

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.SETTINGS_SEE))]


@router.get("/styleguide")
def styleguide(visit: Seer) -> Response:
    """Everything that there is, in light, dark and print."""
    now = visit.console.clock()
    entries = [
        {"at": now - timedelta(hours=3), "system": "Shopify", "title": "The customer asked", "text": "", "tone": ""},
        {
            "at": now - timedelta(hours=1),
            "system": "Sage 200",
            "title": "Sage refused the credit note",
            "text": "Period 7 is closed.",
            "tone": "bad",
        },
        {"at": now, "system": "Sage 200", "title": "Credit note read back", "text": "", "tone": "good"},
    ]
    return visit.page(
        "styleguide/page.html",
        times=[now + timedelta(minutes=minutes) for minutes in (3000, 200, 40, -190)],
        entries=entries,
        shown_problems=[
            Problem(field="sample-wrong", text="Write the day as in 2026-11-20."),
            Problem(field="sample-why", text="Say why."),
        ],
    )
