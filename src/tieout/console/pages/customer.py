"""For customers: find a parcel, refund or exchange, and what to say about it. No ledger figure, no fault is shown."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from tieout.console.addresses import customer_address
from tieout.console.pages.documents import found, seen_company
from tieout.console.visit import Visit, need
from tieout.domain.people import Permission
from tieout.domain.pseudonyms import EMAIL_NAME, looked_up
from tieout.processes.trail.customer_progress import told_of
from tieout.store import people
from tieout.store.document_search import FoundDocument, find_documents

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.CUSTOMER_SEE))]
MOST: Final = 25
"""Hits that are shown."""


@router.get("/customer")
def search(visit: Seer) -> Response:
    """The search; a number that names one document leads straight to it."""
    text = visit.request.query_params.get("q", "").replace("\0", "").strip()
    hits: list[FoundDocument] = []
    if text:
        with visit.scope() as c:
            hits = find_documents(c, looked_up(text), limit=MOST)
    exact = [hit for hit in hits if hit.is_exact]
    best = exact or hits
    if len(best) == 1:
        only = best[0].document
        return RedirectResponse(customer_address(only.company, only.kind, only.key), status_code=303)
    return visit.page("customer/search.html", text=text, hits=best, is_full=len(hits) == MOST, private=EMAIL_NAME)


@router.get("/customer/{company}/{kind}/{key:path}")
def story(visit: Seer, company: str, kind: str, key: str) -> Response:
    """One return, refund or parcel in words that one can read out."""
    with visit.console.store.scope(seen_company(visit, company)) as c:
        told = told_of(c, found(c, company, kind, key), visit.console.clock())
    name = told.case.assignee if told.case is not None else None
    with visit.console.store.scope(None) as c:
        person = people.user(c, name) if name else None
    return visit.page(
        "customer/story.html",
        told=told,
        document=told.document,
        story=told.story,
        person=person.display_name if person is not None else name,
    )
