"""The double-entry nominal ledger: every journal balances, and knows the period in which it landed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.periods import landing
from tieout.sandbox.sage200.company.refusals import RefusedError

NO_POSTINGS = frozenset({"NominalAccountTypeGroup", "NominalAccountTypeMemo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One side of a journal: pence, debit positive; `role` tells analysis from control, tax, bank, stock, cost."""

    nominal_id: int
    value: int
    role: str
    narrative: str = ""
    transaction_code: str = ""


def post_journal(  # the facts that every journal must state
    books: Books, entries: Sequence[Entry], *, urn: int, on: date, sub_ledger: str, source: str, reference: str
) -> None:
    """Post a balanced journal into the period of its date (deferred when future, moved on when closed)."""
    total = sum(entry.value for entry in entries)
    assert total == 0, f"journal {source} {reference} is out of balance by {total}"
    period_id, deferred = landing(books, on, sub_ledger)
    journal_id = books.insert(
        "journal",
        urn=urn,
        date=on.isoformat(),
        source=source,
        reference=reference,
        period_id=period_id,
        deferred=int(deferred),
        sub_ledger=sub_ledger,
        user_name=books.user,
        posted=books.stamp(),
    )
    for entry in entries:
        if entry.value:
            books.insert(
                "entry",
                journal_id=journal_id,
                nominal_id=entry.nominal_id,
                value=entry.value,
                role=entry.role,
                narrative=entry.narrative,
                transaction_code=entry.transaction_code,
            )


def find_nominal(books: Books, account: str, cost_centre: str, department: str) -> sqlite3.Row:
    """Return the nominal account of this key; RefusedError when it is unknown, hidden or takes no postings."""
    found = books.row(
        "SELECT * FROM nominal WHERE account = ? AND cost_centre = ? AND department = ?",
        account,
        cost_centre,
        department,
    )
    name = "/".join(part for part in (account, cost_centre, department) if part)
    if found is None:
        raise RefusedError(f"Nominal account {name} does not exist.")
    return check_nominal(found)


def check_nominal(nominal: sqlite3.Row) -> sqlite3.Row:
    """Return the account when it may be posted to; RefusedError otherwise."""
    name = "/".join(part for part in (nominal["account"], nominal["cost_centre"], nominal["department"]) if part)
    if nominal["hidden"]:
        raise RefusedError(f"Nominal account {name} is hidden and cannot be posted to.")
    if nominal["type"] in NO_POSTINGS:
        raise RefusedError(f"Nominal account {name} does not take postings.")
    return nominal
