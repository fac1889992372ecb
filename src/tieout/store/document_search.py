"""Finds documents by any name that any system has for them: whole, or how it begins, capitals or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, literal, or_, select, tuple_, union
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.documents import Document
from tieout.store.keyset import written
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import cross_references, documents

NAMED_MAX: Final = 200
"""A list filtered by a text looks at so many documents."""
TEXT_MAX: Final = 200
LAST: Final = "\U0010ffff"
"""Comes after every character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """A document and the name that it was found by."""

    document: Document
    system: str
    """Whose name it is; empty for our own key."""
    kind: str
    """What the name is, for instance `order name`; empty for our own key."""
    value: str
    is_exact: bool


def find_documents(c: Connection, text: str, *, limit: int = 50) -> list[FoundDocument]:
    """Return the documents of the companies in scope that a text names: exact names first, then by beginning."""
    if not tidy(text):
        return []
    found: dict[tuple[str, str, str], FoundDocument] = {}
    for is_exact in (True, False):
        if len(found) < limit:
            for each in _found(c, tidy(text), limit, is_exact=is_exact):
                found.setdefault((each.document.company, each.document.kind, each.document.key), each)
    return list(found.values())[:limit]


def documents_named(text: str) -> Select[Any]:
    """A query for company, kind and key of documents that a text names, at most `NAMED_MAX`; for `IN`."""
    parts = [
        select(own.c.company, own.c.kind, own.c.key)
        for is_exact in (True, False)
        for own in (_own(tidy(text), NAMED_MAX, is_exact=is_exact), _others(tidy(text), NAMED_MAX, is_exact=is_exact))
    ]
    every = union(*parts).subquery()
    return select(every.c.company, every.c.kind, every.c.key)


def tidy(text: str) -> str:
    """A text as names are looked up by."""
    return " ".join(text.replace("\0", " ").split())[:TEXT_MAX]


def _found(c: Connection, text: str, limit: int, *, is_exact: bool) -> list[FoundDocument]:
    own, others = (each(text, limit, is_exact=is_exact) for each in (_own, _others))
    names = union(
        select(
            own.c.company, own.c.kind, own.c.key, literal("").label("s"), literal("").label("w"), own.c.key.label("v")
        ),
        select(*others.c),
    ).subquery("names")
    is_it = tuple_(documents.c.company, documents.c.kind, documents.c.key) == tuple_(
        names.c.company, names.c.kind, names.c.key
    )
    query = select(*columns_of(documents, Document), names.c.s, names.c.w, names.c.v).join(names, is_it)
    by = (documents.c.opened_at.desc(), *is_it_by(documents), names.c.s, names.c.w)
    rows: Sequence[Row[Any]] = list(c.execute(query.order_by(*by)))
    return [
        FoundDocument(document=one, system=row.s, kind=row.w, value=row.v, is_exact=is_exact)
        for row, one in zip(rows, read_all(Document, rows), strict=True)
    ]


def is_it_by(table: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401  # a table
    """The columns that name a document."""
    return [table.c.company, table.c.kind, table.c.key]


def _own(text: str, limit: int, *, is_exact: bool) -> Any:  # noqa: ANN401  # a subquery
    where = _reads(documents.c.key_folded, text, is_exact=is_exact)
    query = select(*is_it_by(documents)).where(where).order_by(documents.c.key_folded)
    return query.limit(written(limit)).subquery()


def _others(text: str, limit: int, *, is_exact: bool) -> Any:  # noqa: ANN401  # a subquery
    table = cross_references.c
    where = _reads(table.value_folded, text, is_exact=is_exact)
    query = select(
        table.company, table.document_kind.label("kind"), table.document_key.label("key"), table.system,
        table.kind.label("what"), table.value,
    )  # fmt: skip
    return query.where(where).order_by(table.value_folded).limit(written(limit)).subquery()


def _reads(column: ColumnElement[str], text: str, *, is_exact: bool) -> ColumnElement[bool]:
    """The column is the text or begins with it; the shop's order names are found without their `#` too."""
    texts = [text] if text.startswith("#") else [text, f"#{text}"]
    folded = [func.lower(one) for one in texts]
    if is_exact:
        return or_(*(column == one for one in folded))
    return or_(*(and_(column > one, column < one + LAST) for one in folded))
