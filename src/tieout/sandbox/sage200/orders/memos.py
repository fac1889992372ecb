"""Notes on sales documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError

MEMO = "id:i note:s1000 is_active:b is_to_delete:b"


def write_memos(books: Books, document_id: int, memos: Sequence[dict[str, Any]]) -> None:
    """Add, change and remove the memos of a document: those with an id are there already."""
    for memo in memos:
        fields = checked(memo, MEMO)
        if fields.get("id"):
            _change(books, document_id, fields)
        else:
            books.insert(
                "document_memo",
                document_id=document_id,
                note=fields.get("note", ""),
                active=int(fields.get("is_active", True)),
                user_name=books.user,
                **books.stamps(),
            )


def _change(books: Books, document_id: int, fields: Fields) -> None:
    found = books.row("SELECT * FROM document_memo WHERE id = ? AND document_id = ?", fields["id"], document_id)
    if found is None:
        raise RefusedError(f"The memo {fields['id']} does not exist on this document.")
    if fields.get("is_to_delete"):
        books.run("DELETE FROM document_memo WHERE id = ?", found["id"])
        return
    books.update(
        "document_memo",
        found["id"],
        note=fields.get("note", found["note"]),
        active=int(fields.get("is_active", found["active"])),
        updated=books.stamp(),
    )
