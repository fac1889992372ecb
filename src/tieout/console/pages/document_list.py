"""Documents: the list, the search by any number, and their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from tieout.console import files
from tieout.console.addresses import document_address
from tieout.console.visit import Visit, need
from tieout.console.wording import kind
from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.domain.people import Permission
from tieout.domain.pseudonyms import looked_up
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.tables_out import Row
from tieout.store.document_lists import (
    SORTS,
    BadCursor,
    DocumentCounts,
    DocumentFilter,
    DocumentSort,
    Page,
    document_counts,
    documents_page,
)
from tieout.store.document_search import find_documents
from tieout.store.documents import Document, State
from tieout.store.keyset import every

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.DOCUMENTS_SEE))]
Exporter = Annotated[Visit, Depends(need(Permission.EXPORTS_MAKE))]

SEARCHED_MAX: Final = 200
"""Documents that a search shows."""
STATES: Final[Mapping[str, str]] = {"new": "New", "waiting": "In progress", "blocked": "Stopped", "done": "Done"}


@router.get("/documents")
def documents(visit: Seer) -> Response:
    """The list that the address asks for; a number that names one document leads straight to it."""
    address = visit.request.query_params
    if (cleaned := visit.without_empty_fields()) is not None:
        return cleaned
    only = None if visit.is_partial or address.get("after") else _only_hit(visit, address.get("q", ""))
    if only is not None:
        return RedirectResponse(document_address(only.company, only.kind, only.key), status_code=303)
    wanted, sort = filter_of(address), sort_of(address)
    page, counts = _searched(visit, wanted) if wanted.text else _listed(visit, wanted, sort)
    return visit.page(
        "documents/list.html",
        partial="documents/_list.html",
        page=page,
        counts=counts,
        sort=sort,
        address=dict(address),
        states=[(name, _with_count(said, counts.by_state.get(name, 0))) for name, said in STATES.items()],
        kinds=[(name, kind(name)) for name in sorted({*counts.by_kind, RETURN, REFUND, wanted.kind} - {""})],
        state_words=STATES,
        is_filtered=wanted != DocumentFilter(),
    )


@router.get("/documents.csv")
def as_csv(visit: Exporter) -> Response:
    """Every document that the address asks for, as it is read."""
    _may_see(visit)
    return files.csv_of_list(visit, "documents", HEADS, _lines(visit))


@router.get("/documents.xlsx")
def as_excel(visit: Exporter) -> Response:
    """The same as an Excel file, with the filters and who asked on a sheet of its own."""
    _may_see(visit)
    asked = visit.request.query_params
    filters = {f"Filter {name}": value for name, value in asked.items() if name in FILTERS}
    return files.excel_of_list(visit, "documents", HEADS, _lines(visit), filters)


FILTERS: Final = ("kind", "state", "from", "to", "q")
"""Every filter of the address."""
HEADS: Final = ("Company", "Kind", "Number", "What", "State", "At stake", "Currency", "Opened", "Last change", "Done")


def _listed(visit: Visit, wanted: DocumentFilter, sort: DocumentSort) -> tuple[Page[Document], DocumentCounts]:
    """One page of the list, and how many there are."""
    address = visit.request.query_params
    try:
        with visit.scope() as c:
            page = documents_page(
                c, wanted, sort=sort, after=address.get("after", ""), before=address.get("before", "")
            )
            return page, document_counts(c, wanted)
    except BadCursor as error:
        raise HTTPException(400, str(error)) from error


def _searched(visit: Visit, wanted: DocumentFilter) -> tuple[Page[Document], DocumentCounts]:
    """Whatever a text names, on one page; by the names alone, because they are few and the documents are many."""
    with visit.scope() as c:
        hits = [hit.document for hit in find_documents(c, wanted.text, limit=SEARCHED_MAX)]
    rows = [document for document in hits if _fits(document, wanted)]
    counts = DocumentCounts(
        total=len(rows),
        by_kind=Counter(document.kind for document in hits),
        by_state=Counter(document.state for document in hits),
        is_at_least=len(hits) == SEARCHED_MAX,
    )
    return Page(rows=rows, next="", previous=""), counts


def _fits(document: Document, wanted: DocumentFilter) -> bool:
    """Whether a document that was found by a name meets the other filters, too."""
    day = uk_date(document.opened_at)
    return (
        wanted.kind in ("", document.kind)
        and wanted.state in ("", document.state)
        and (wanted.opened_from is None or wanted.opened_from <= day)
        and (wanted.opened_to is None or day <= wanted.opened_to)
    )


def filter_of(address: Mapping[str, str]) -> DocumentFilter:
    """What the address asks for; a value that cannot be is left out, as if it were not there."""
    state: State | None = next((one for one in get_args(State) if one == address.get("state")), None)
    return DocumentFilter(
        kind=address.get("kind", "").replace("\0", ""),
        state=state or "",
        text=looked_up(address.get("q", "")),
        opened_from=_day(address.get("from", "")),
        opened_to=_day(address.get("to", "")),
    )


def sort_of(address: Mapping[str, str]) -> DocumentSort:
    """The order that the address asks for; the newest first otherwise."""
    return next((one for one in SORTS if one == address.get("sort")), "-opened")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _only_hit(visit: Visit, text: str) -> Document | None:
    """The one document that a text names: whole, or if nothing is named so, by its beginning."""
    if not text.strip():
        return None
    with visit.scope() as c:
        hits = find_documents(c, looked_up(text), limit=3)
    exact = [hit for hit in hits if hit.is_exact]
    best = exact or hits
    return best[0].document if len(best) == 1 else None


def _with_count(said: str, count: int) -> str:
    return f"{said} ({count:,})"


def _may_see(visit: Visit) -> None:
    """A file shows what the list shows."""
    if not visit.may(Permission.DOCUMENTS_SEE):
        raise HTTPException(403)


def _lines(visit: Visit) -> Iterator[Row]:
    """The rows of a file."""
    address = visit.request.query_params
    wanted, sort = filter_of(address), sort_of(address)

    def read(after: str) -> Page[Document]:
        with visit.scope() as c:
            return documents_page(c, wanted, sort=sort, after=after, size=files.ROWS_AT_ONCE)

    return map(_line, every(read))


def _line(document: Document) -> Row:
    stake = None if document.stake_minor is None else Money(document.stake_minor, document.currency or "GBP")
    return (
        document.company,
        document.kind,
        document.key,
        document.title,
        STATES[document.state],
        stake,
        document.currency,
        document.opened_at,
        document.touched_at,
        document.settled_at,
    )
