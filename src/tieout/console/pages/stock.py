"""Stock: what may be sold of every stock code, with its formula and Sage's own free-stock field beside it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Visit, need
from tieout.domain.availability.publishing import case_key
from tieout.domain.people import Permission
from tieout.processes.availability import figure_from_json
from tieout.processes.kinds import AVAILABILITY
from tieout.processes.reports.availability import row_of
from tieout.store import availability

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.DOCUMENTS_SEE))]

PAGE: Final = 50
SKU_MAX: Final = 60
OUTCOMES: Final = {
    "published": ("Published", "good"),
    "agrees": ("Agrees", "good"),
    "unpublished": ("Not published", "off"),
    "sold meanwhile": ("Sold meanwhile", "warn"),
    "stale": ("Too old to raise", "warn"),
    "unknown": ("No figure", "bad"),
    "refused": ("Refused by the shop", "bad"),
}


@router.get("/stock")
def stock(visit: Seer) -> Response:
    """The last figures, by company, stock code and location; of one stock code where the address names it."""
    if (cleaned := visit.without_empty_fields()) is not None:
        return cleaned
    address = visit.request.query_params
    sku = address.get("sku", "")[:SKU_MAX].replace("\0", "").strip()
    start = _start(address.get("after", "") or address.get("before", ""))
    with visit.scope() as c:
        kept = availability.kept_figures(c, sku=sku or None, limit=PAGE + 1, offset=start)
    now = visit.console.clock()
    return visit.page(
        "stock/list.html",
        partial="stock/_table.html",
        rows=[(row_of(one, now), case_key(figure_from_json(one.figure).offer)) for one in kept[:PAGE]],
        kind_of_case=AVAILABILITY,
        sku=sku,
        outcomes=OUTCOMES,
        previous=str(max(start - PAGE, 0)) if start else "",
        following=str(start + PAGE) if len(kept) > PAGE else "",
        shown=f"From {start + 1}" if start else "",
    )


def _start(text: str) -> int:
    """How many rows come before the page that is asked for; none where the address is nonsense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else 0
