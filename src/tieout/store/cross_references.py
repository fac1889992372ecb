"""Cross-references: what every system calls a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.rows import columns_of, read_all
from tieout.store.tables import cross_references

MADE: Final = "number of "
"""How the kind begins of a number that a system gave to what we made there, for instance `number of credit note`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossReference:
    """One name that one system has for a document."""

    company: str
    document_kind: str
    document_key: str
    system: str
    kind: str
    value: str


_COLUMNS: Final = columns_of(cross_references, CrossReference)


def note(c: Connection, reference: CrossReference) -> None:
    """Keep a cross-reference; keeping it twice is harmless."""
    cells = {name: getattr(reference, name) for name in CrossReference.__dataclass_fields__}
    c.execute(insert(cross_references).values(cells).on_conflict_do_nothing())


def find(
    c: Connection, value: str, *, system: str | None = None, kind: str | None = None, limit: int | None = None
) -> list[CrossReference]:
    """Return every document of the companies in scope that some system knows by this value, or the first of them.

    Numbers of what we made there are left out unless `kind` names one: a credit note's number says nothing of an order
    that happens to have the same. People's searches look at them too.
    """
    query = select(*_COLUMNS).where(cross_references.c.value == value)
    if kind is None:
        query = query.where(~cross_references.c.kind.startswith(MADE))
    if system is not None:
        query = query.where(cross_references.c.system == system)
    if kind is not None:
        query = query.where(cross_references.c.kind == kind)
    return read_all(CrossReference, c.execute(query.order_by(*_COLUMNS).limit(limit)))


def references_of(c: Connection, company: str, kind: str, key: str) -> list[CrossReference]:
    """Return all names of one document."""
    query = select(*_COLUMNS).where(
        cross_references.c.company == company,
        cross_references.c.document_kind == kind,
        cross_references.c.document_key == key,
    )
    return read_all(CrossReference, c.execute(query.order_by(*_COLUMNS)))


def known(c: Connection, company: str, kind: str, values: Sequence[str], *, system: str) -> set[str]:
    """Return those of the values that some system has for a document of this kind."""
    query = select(cross_references.c.value).where(
        cross_references.c.company == company,
        cross_references.c.document_kind == kind,
        cross_references.c.system == system,
        cross_references.c.value.in_(values),
    )
    return {row.value for row in c.execute(query.distinct())}
