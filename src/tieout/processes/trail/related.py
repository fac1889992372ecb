"""Documents that belong together: others on an order, the exchange of a return, the refund behind an adoption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tieout.domain.pseudonyms import EMAIL_NAME
from tieout.domain.returns.adopted import PREFIX, document_key
from tieout.processes.booked_by_hand import LINE, ORDER, POSTING
from tieout.processes.kinds import REFUND, RETURN
from tieout.store import cross_references, documents
from tieout.store.cross_references import CrossReference
from tieout.store.documents import Document
from tieout.store.store import Connection

MOST: Final = 25
"""Related documents that are shown; an account of a marketplace may have thousands under one name."""
PRIVATE: Final = frozenset({EMAIL_NAME, LINE, ORDER, POSTING})
"""Kinds of names that nobody is shown."""
_ORDERS: Final = frozenset({"order", "order name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another document, and what it is to this one."""

    document: Document
    how: str


def names_of(c: Connection, document: Document) -> list[CrossReference]:
    """What people and systems call a document."""
    found = cross_references.references_of(c, document.company, document.kind, document.key)
    return [name for name in found if name.kind not in PRIVATE]


def related_of(c: Connection, document: Document, names: Sequence[CrossReference]) -> list[Related]:
    """The documents that belong with this one, each once, at most `MOST`."""
    mine = (document.company, document.kind, document.key)
    found: dict[tuple[str, str, str], str] = {}
    for twin, how in _adopted(document):
        found.setdefault(twin, how)
    for name in sorted(names, key=lambda one: one.kind != "order name"):  # the name that people know comes first
        if name.kind in _ORDERS or name.kind == "exchange":
            for other in cross_references.find(c, name.value, limit=4 * MOST):
                found.setdefault((other.company, other.document_kind, other.document_key), _how(name, other))
    others = [(its, how) for its, how in found.items() if its != mine and its[0] == document.company][:MOST]
    read = ((documents.document(c, *its), how) for its, how in others)
    return [Related(document=other, how=how) for other, how in read if other is not None]


def _adopted(document: Document) -> Iterator[tuple[tuple[str, str, str], str]]:
    """A refund that was taken into the workflow and the return it goes on as know each other by their numbers."""
    if document.kind == REFUND:
        yield (document.company, RETURN, document_key(document.key)), "Goes on as this return"
    if document.kind == RETURN and document.key.startswith(PREFIX):
        yield (document.company, REFUND, document.key.removeprefix(PREFIX)), "The refund that it was made from"


def _how(mine: CrossReference, other: CrossReference) -> str:
    if mine.kind == "exchange" and other.kind in _ORDERS:
        return f"About the goods sent in exchange ({mine.value})"
    if mine.kind in _ORDERS and other.kind == "exchange":
        return f"The return whose exchange is this order ({mine.value})"
    return f"On the same order ({mine.value})"
