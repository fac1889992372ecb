"""Finds documents by any name that any system has for them: whole, or how it begins, capitals or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CompoundSelect, Connection, Row, Select, Subquery, and_, func, literal, select, union
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
    """A query for company, kind and key of documents that a text names, at most `NAMED_MAX` by each; for `IN`."""
    every = union(*(_names(tidy(text), NAMED_MAX, is_exact=is_exact) for is_exact in (True, False))).subquery()
    return select(every.c.company, every.c.kind, every.c.key)


def tidy(text: str) -> str:
    """A text as names are looked up by."""
    return " ".join(text.replace("\0", " ").split())[:TEXT_MAX]


def _found(c: Connection, text: str, limit: int, *, is_exact: bool) -> list[FoundDocument]:
    names = _names(text, limit, is_exact=is_exact).subquery("names")
    own = documents.c
    is_it = and_(own.company == names.c.company, own.kind == names.c.kind, own.key == names.c.key)
    query = select(*columns_of(documents, Document), names.c.of, names.c.what, names.c.value).join(names, is_it)
    by = (own.opened_at.desc(), own.company, own.kind, own.key, names.c.of, names.c.what)
    rows: Sequence[Row[Any]] = list(c.execute(query.order_by(*by)))
    return [
        FoundDocument(document=one, system=row.of, kind=row.what, value=row.value, is_exact=is_exact)
        for row, one in zip(rows, read_all(Document, rows), strict=True)
    ]


def _names(text: str, limit: int, *, is_exact: bool) -> CompoundSelect[Any]:
    """Our own keys and others' names that are the text or begin with it; the shop's order names without their `#` too.

    Each piece is one range of one index.
    """
    texts = [text] if text.startswith("#") else [text, f"#{text}"]
    pieces = [piece(one, limit, is_exact=is_exact) for one in texts for piece in (_own, _others)]
    return union(*(select(piece) for piece in pieces))


def _own(text: str, limit: int, *, is_exact: bool) -> Subquery:
    own, nothing = documents.c, literal("")
    query = select(own.company, own.kind, own.key, nothing.label("of"), nothing.label("what"), own.key.label("value"))
    return _first(query, own.key_folded, text, limit, is_exact=is_exact)


def _others(text: str, limit: int, *, is_exact: bool) -> Subquery:
    name = cross_references.c
    query = select(
        name.company,
        name.document_kind.label("kind"),
        name.document_key.label("key"),
        name.system.label("of"),
        name.kind.label("what"),
        name.value,
    )
    return _first(query, name.value_folded, text, limit, is_exact=is_exact)


def _first(query: Select[Any], column: ColumnElement[str], text: str, limit: int, *, is_exact: bool) -> Subquery:
    """The first rows whose column is the text, or only begins with it. The database folds both."""
    folded = func.lower(text)
    where = column == folded if is_exact else and_(column > folded, column < folded + LAST)
    return query.where(where).order_by(column).limit(written(limit)).subquery()
