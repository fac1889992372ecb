"""Lists of documents for people: filtered, ordered, paged, counted; quick however many documents there are.

A list is put together from one ordered piece for each kind and state, which one index gives: so a page of a rare kind
costs what a page of a frequent one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, Row, Select, false, func, literal, literal_column, select, tuple_, union_all
from sqlalchemy.sql.elements import ColumnElement

from tieout.domain.business_dates import UK
from tieout.store import keyset
from tieout.store.case_filters import NUMBER_MAX
from tieout.store.document_search import FoundDocument, documents_named, find_documents
from tieout.store.documents import Document, State
from tieout.store.keyset import BadCursor, Cell, Order, Page, written
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import document_tallies, documents

__all__ = [
    "BadCursor",
    "DocumentCounts",
    "DocumentFilter",
    "FoundDocument",
    "Page",
    "document_counts",
    "documents_page",
    "find_documents",
]

PAGE: Final = 50
COUNTED_MAX: Final = 10_000
STATES: Final[tuple[State, ...]] = get_args(State)
DocumentSort = Literal["opened", "-opened", "stake", "-stake"]
SORTS: Final = get_args(DocumentSort)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """Which documents; an empty text and None mean any. The company is the scope of the transaction."""

    kind: str = ""
    state: State | Literal[""] = ""
    text: str = ""
    """How any name of it begins."""
    opened_from: date | None = None
    """UK days, both included."""
    opened_to: date | None = None
    stake_min: int | None = None
    stake_max: int | None = None

    @property
    def is_plain(self) -> bool:
        """Only by kind and state, of which the exact count is kept."""
        return replace(self, kind="", state="") == DocumentFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCounts:
    """How many documents match."""

    total: int
    by_kind: Mapping[str, int]
    """In the filter's state; of every kind, whatever the filter's."""
    by_state: Mapping[str, int]
    """Of the filter's kind; in every state, whatever the filter's."""
    is_at_least: bool = False
    """More may match than were counted; only the filter's own kind and state are counted then."""


_COLUMNS: Final = columns_of(documents, Document)
_PLACES: Final[Mapping[str, ColumnElement[Any]]] = {
    "opened": documents.c.opened_at,
    "stake": literal_column(  # as its index has it
        "CASE WHEN documents.stake_minor IS NULL THEN 0::bigint ELSE documents.stake_minor END",
        documents.c.stake_minor.type,
    ),
}


def documents_page(  # one keyword per choice
    c: Connection,
    wanted: DocumentFilter,
    *,
    sort: DocumentSort = "-opened",
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[Document]:
    """One page of the documents in scope; a minus in `sort` puts the newest, or the largest, first.

    `after` and `before` are the `next` and `previous` of another page. Raises `BadCursor` for any other text.
    """
    met, order = list(_conditions(wanted)), _order(sort)
    there = _there(c, wanted)

    def query(
        beyond: Sequence[ColumnElement[bool]], by: Sequence[ColumnElement[Any]], limit: ColumnElement[int]
    ) -> Select[Any]:
        pieces = [
            select(select(documents).where(*_of(kind, state), *met, *beyond).order_by(*by).limit(limit).subquery())
            for kind, state in there
        ] or [select(documents).where(false())]
        every = union_all(*pieces).subquery("documents")
        # The columns of the pieces have the table's names: what orders a piece orders the whole.
        return select(*(every.c[column.name] for column in _COLUMNS)).order_by(*by).limit(limit)

    return keyset.page_of(c, query, order, _made, after=after, before=before, size=size)


def document_counts(c: Connection, wanted: DocumentFilter) -> DocumentCounts:
    """Count the documents that match: exactly by kind and state, else at most `COUNTED_MAX`."""
    if wanted.is_plain:
        counted, is_at_least = _tallied(c), False
    else:
        counted = _counted(c, wanted)
        is_at_least = sum(counted.values()) > COUNTED_MAX
    by_kind: dict[str, int] = {}
    by_state: dict[str, int] = {}
    total = 0
    for (kind, state), number in counted.items():
        is_kind, is_state = wanted.kind in ("", kind), wanted.state in ("", state)
        if is_state:
            by_kind[kind] = by_kind.get(kind, 0) + number
        if is_kind:
            by_state[state] = by_state.get(state, 0) + number
        total += number if is_kind and is_state else 0
    return DocumentCounts(total=total, by_kind=by_kind, by_state=by_state, is_at_least=is_at_least)


def _tallied(c: Connection) -> dict[tuple[str, str], int]:
    table = document_tallies.c
    number = func.sum(table.documents)
    query = select(table.kind, table.state, number.label("n")).group_by(table.kind, table.state).having(number != 0)
    return {(row.kind, row.state): int(row.n) for row in c.execute(query.order_by(table.kind, table.state))}


def _counted(c: Connection, wanted: DocumentFilter) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    left = COUNTED_MAX + 1
    for kind, state in _there(c, wanted):
        met = (*_of(kind, state), *_conditions(wanted))
        some: Select[Any] = select(literal_column("1")).where(*met).limit(written(max(left, 0)))
        number = int(c.execute(select(func.count()).select_from(some.subquery())).scalar_one())
        left -= number
        if number:
            found[kind, state] = number
    return found


def _there(c: Connection, wanted: DocumentFilter) -> list[tuple[str, str]]:
    """The kinds and states that match and have documents."""
    return [pair for pair in _tallied(c) if wanted.kind in ("", pair[0]) and wanted.state in ("", pair[1])]


def _of(kind: str, state: str) -> tuple[ColumnElement[bool], ...]:
    return (documents.c.kind == kind, documents.c.state == state)


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    column = documents.c
    met: list[ColumnElement[bool]] = []
    if wanted.opened_from is not None:
        met.append(column.opened_at >= _begins(wanted.opened_from))
    if wanted.opened_to is not None:
        met.append(column.opened_at < _begins(min(wanted.opened_to, date.max - timedelta(days=2)) + timedelta(days=1)))
    if wanted.stake_min is not None:
        met.append(_PLACES["stake"] >= min(wanted.stake_min, NUMBER_MAX))
    if wanted.stake_max is not None:
        met.append(_PLACES["stake"] <= min(wanted.stake_max, NUMBER_MAX))
    if wanted.text.strip():
        met.append(tuple_(column.company, column.kind, column.key).in_(documents_named(wanted.text)))
    return met


def _begins(day: date) -> datetime:
    """When a UK day begins; days that no document has are moved into the years that do."""
    return datetime.combine(day.replace(year=min(max(day.year, 1990), 2190)), time(), UK)


def _made(rows: Sequence[Row[Any]]) -> list[Document]:
    return read_all(Document, rows)


def _order(sort: str) -> Order:
    assert sort in SORTS, sort
    name = sort.removeprefix("-")
    place = _PLACES[name]

    def cells(row: Document) -> Sequence[Cell]:
        first = row.opened_at.isoformat() if name == "opened" else row.stake_minor or 0
        return (first, row.company, row.key, row.kind)

    def bind(values: Sequence[Cell]) -> Sequence[ColumnElement[Any]]:
        first, company, key, kind = values
        cell = datetime.fromisoformat(str(first)) if name == "opened" else int(str(first))
        if abs(cell) > NUMBER_MAX if isinstance(cell, int) else cell.tzinfo is None:
            raise ValueError(first)
        texts = [literal(str(one).replace("\0", "")) for one in (company, key, kind)]
        return (literal(cell, place.type), *texts)

    columns = (place, documents.c.company, documents.c.key, documents.c.kind)
    return Order(name=name, columns=columns, is_down=sort.startswith("-"), bind=bind, cells=cells)
