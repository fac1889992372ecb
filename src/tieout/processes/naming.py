"""What other systems call a document, kept for searches and for what names it later."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.store import cross_references
from tieout.store.documents import Document
from tieout.store.store import Connection


def note_names(connection: Connection, document: Document, names: Iterable[tuple[str, str, str]]) -> None:
    """Keep (system, kind, value) names of a document; an empty value is no name."""
    for system, kind, value in names:
        if value:
            name = cross_references.CrossReference(
                company=document.company,
                document_kind=document.kind,
                document_key=document.key,
                system=system,
                kind=kind,
                value=value,
            )
            cross_references.note(connection, name)
