"""Posted transactions after the posting: queries, memos, archiving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError

MEMO = "posted_customer_transaction_id:i! note:s1000! is_active:b"


def query(books: Books, posted_id: int, body: Mapping[str, Any]) -> None:
    """Mark a transaction as queried, or take the mark off; nothing else of it can be changed."""
    posted = books.need("posted", posted_id, "Transaction")
    if posted["archived"]:
        raise RefusedError(f"The transaction {posted_id} is archived and cannot be changed.")
    fields = checked(body, "queried:s1")
    books.update("posted", posted_id, queried=fields.get("queried", posted["queried"]), updated=books.stamp())
    books.effect("sales_posted_transaction.amended", id=posted_id)


def add_memo(books: Books, body: Mapping[str, Any]) -> int:
    """Write a memo on a transaction and return its id."""
    fields = checked(body, MEMO)
    posted = books.row("SELECT id FROM posted WHERE id = ?", fields["posted_customer_transaction_id"])
    if posted is None:
        raise RefusedError(f"The transaction {fields['posted_customer_transaction_id']} does not exist.")
    return books.insert(
        "memo",
        posted_id=posted["id"],
        note=fields["note"],
        active=int(fields.get("is_active", True)),
        user_name=books.user,
        **books.stamps(),
    )


def amend_memo(books: Books, memo_id: int, body: Mapping[str, Any]) -> None:
    """Change the note of a memo, or whether it is active; it stays on its transaction."""
    memo = books.need("memo", memo_id, "Memo")
    fields = checked(body, MEMO.replace("!", ""))
    if fields.get("posted_customer_transaction_id", memo["posted_id"]) != memo["posted_id"]:
        raise RefusedError("A memo cannot be moved to another transaction.")
    note, active = fields.get("note", memo["note"]), int(fields.get("is_active", memo["active"]))
    books.update("memo", memo_id, note=note, active=active, updated=books.stamp())


def delete_memo(books: Books, memo_id: int) -> None:
    """Remove a memo."""
    books.need("memo", memo_id, "Memo")
    books.run("DELETE FROM memo WHERE id = ?", memo_id)


def archive(books: Books, upto: date) -> int:
    """Move the fully allocated transactions dated up to a day out of the current ledger and return how many.

    They leave every list of posted transactions and are found in sales_historical_transactions; no value moves.
    """
    return books.run(
        "UPDATE posted SET archived = 1, updated = ? WHERE archived = 0 AND gross = allocated AND date <= ?",
        books.stamp(),
        upto.isoformat(),
    )
