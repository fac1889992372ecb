"""Documents: listed, found by any name, one with its legs, and what happened to it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import PageShape
from tieout.console.api.shapes_desk import DocumentShape, DocumentWithLegsShape, EntryShape, FoundShape, TimelineShape
from tieout.console.api.values import CompanyName, Day, Name, PathName, Text
from tieout.domain.people import Permission
from tieout.processes.trail.gathering import Trail, trail_of
from tieout.store import documents
from tieout.store.document_lists import DocumentFilter, DocumentSort, documents_page, find_documents
from tieout.store.documents import State
from tieout.store.store import Connection

router = token_router("documents")
Seer = Annotated[Call, Depends(need(Permission.DOCUMENTS_SEE))]


@router.get("/documents", responses=answers())
def list_documents(  # noqa: PLR0913 - one argument per parameter
    call: Seer,
    paged: Paged,
    *,
    company: CompanyName = None,
    kind: Text = "",
    state: State | Literal[""] = "",
    text: Annotated[Text, Query(description="How any name of it begins")] = "",
    opened_from: Annotated[Day | None, Query(description="First UK day")] = None,
    opened_to: Annotated[Day | None, Query(description="Last UK day")] = None,
    sort: DocumentSort = "-opened",
) -> PageShape[DocumentShape]:
    """List documents, the newest first."""
    wanted = DocumentFilter(kind=kind, state=state, text=text, opened_from=opened_from, opened_to=opened_to)
    after = call.unsealed(paged.cursor)
    with call.scope(company) as c:
        page = documents_page(c, wanted, sort=sort, after=after, size=paged.limit)
    return PageShape(items=[DocumentShape.of(row) for row in page.rows], next=call.sealed(page.next))


@router.get("/documents/search", responses=answers())
def search_documents(
    call: Seer,
    text: Annotated[Name, Query(description="Any number or name: RMA, order, credit note, refund, tracking")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
    company: CompanyName = None,
) -> PageShape[FoundShape]:
    """Find documents by any name that a system has for them."""
    with call.scope(company) as c:
        found = find_documents(c, text, limit=limit)
    return PageShape(items=[FoundShape.of(one) for one in found])


@router.get("/documents/{company}/{kind}/{key:path}", responses=answers(finds=True))
def get_document(call: Seer, company: PathName, kind: PathName, key: PathName) -> DocumentWithLegsShape:
    """Return one document with its legs and names."""
    return DocumentWithLegsShape.of_trail(_trail(call, company, kind, key))


@router.get("/timelines/{company}/{kind}/{key:path}", responses=answers(finds=True))
def get_timeline(call: Seer, company: PathName, kind: PathName, key: PathName) -> TimelineShape:
    """Return what happened to a document over all systems, in the order of time."""
    trail = _trail(call, company, kind, key)
    return TimelineShape(items=[EntryShape.of(entry) for entry in trail.timeline], is_cut=trail.is_cut)


def _trail(call: Call, company: str, kind: str, key: str) -> Trail:
    def look(c: Connection) -> Trail | None:
        document = documents.document(c, company, kind, key)
        return None if document is None else trail_of(c, document, call.console.clock())

    return call.find(look)
