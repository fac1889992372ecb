"""Documents: one document with everything that is known of it, and its messages, masked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tieout.console.record_links import links_for, names_for, record_of
from tieout.console.visit import Visit, need
from tieout.domain.people import Permission
from tieout.processes.trail.gathering import trail_of
from tieout.processes.trail.raw import Message, look_at_effect, look_at_event
from tieout.store import documents
from tieout.store.documents import Document
from tieout.store.store import EVERY_COMPANY, Connection

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.DOCUMENTS_SEE))]
RawSeer = Annotated[Visit, Depends(need(Permission.DOCUMENTS_RAW))]
EventId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/documents/{company}/{kind}/{key:path}/raw/{event_id}")
def message(visit: RawSeer, company: str, kind: str, key: str, event_id: EventId) -> Response:
    """One message that was received, masked; the look is on the record."""
    with visit.console.store.scope(seen_company(visit, company)) as c:
        document = found(c, company, kind, key)
        shown = look_at_event(c, document, event_id, by=visit.actor, at=visit.console.clock())
    return _message_page(visit, document, shown)


@router.get("/documents/{company}/{kind}/{key:path}/request/{effect_key}")
def asked(visit: RawSeer, company: str, kind: str, key: str, effect_key: str) -> Response:
    """One request that was made of a system, with its answer, masked; the look is on the record."""
    with visit.console.store.scope(seen_company(visit, company)) as c:
        document = found(c, company, kind, key)
        shown = look_at_effect(c, document, _readable(effect_key), by=visit.actor, at=visit.console.clock())
    return _message_page(visit, document, shown)


@router.get("/documents/{company}/{kind}/{key:path}")
def document_page(visit: Seer, company: str, kind: str, key: str) -> Response:
    """One document: tie-out grid, plan, timeline, names, related documents."""
    with visit.console.store.scope(seen_company(visit, company)) as c:
        trail = trail_of(c, found(c, company, kind, key), visit.console.clock())
    only = visit.request.query_params.get("only", "")
    return visit.page(
        "documents/document.html",
        trail=trail,
        document=trail.document,
        entries=[entry for entry in trail.timeline if only != "trouble" or entry.is_trouble],
        only=only,
        link=links_for(visit.console, company),
        name_of=names_for(visit.console, company),
        record_of=record_of,
    )


def found(c: Connection, company: str, kind: str, key: str) -> Document:
    """The document of an address; 404 when there is none."""
    document = documents.document(c, company, _readable(kind), _readable(key))
    if document is None:
        raise HTTPException(404)
    return document


def seen_company(visit: Visit, company: str) -> str:
    """The company of an address, if the visitor may see it; else 404, as for one that does not exist."""
    if _readable(company) == EVERY_COMPANY or not visit.actor.sees(company):
        raise HTTPException(404)
    return company


def _readable(text: str) -> str:
    """A part of an address as the database can be asked for it; no record is named by a NUL character."""
    if "\0" in text:
        raise HTTPException(404)
    return text


def _message_page(visit: Visit, document: Document, shown: Message | None) -> Response:
    if shown is None:
        raise HTTPException(404)
    return visit.page(
        "documents/message.html", document=document, message=shown, name_of=names_for(visit.console, document.company)
    )
