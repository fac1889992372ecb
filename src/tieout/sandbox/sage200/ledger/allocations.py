"""Allocating the transactions of an account against each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.sales_ledger import open_account


def allocate(books: Books, body: Mapping[str, Any]) -> int:
    """Allocate rows of one customer against each other; the values must net to nothing. Return the session."""
    fields = checked(body, "customer_id:i! allocation_date:d allocation_lines:l!")
    customer = open_account(books, fields["customer_id"])
    lines = [checked(line, "posted_tran_id:i! value_to_allocate:m!") for line in fields["allocation_lines"]]
    if not lines:
        raise RefusedError("There is nothing to allocate.")
    if sum(line["value_to_allocate"] for line in lines):
        raise RefusedError("The values to allocate do not net to zero.")
    on = fields.get("allocation_date", _default_allocation_date(books, lines))
    session = books.number("allocation_session")
    for line in lines:
        _allocate_row(books, customer, line, on, session)
    books.effect("sales_allocation.posted", customer_id=customer["id"], session=session)
    return session


def _default_allocation_date(books: Books, lines: Sequence[Fields]) -> date:
    """Return today, or by setting the date of the latest receipt or payment that is allocated."""
    if not books.setting("sales_ledger", "use_transaction_date_for_allocation"):
        return books.today()
    marks = ", ".join("?" * len(lines))
    latest = books.value(
        f"SELECT max(date) FROM posted WHERE bank_id IS NOT NULL AND id IN ({marks})",  # noqa: S608  # marks only
        *(line["posted_tran_id"] for line in lines),
    )
    return date.fromisoformat(latest) if latest else books.today()


def _allocate_row(books: Books, customer: sqlite3.Row, line: Fields, on: date, session: int) -> None:
    posted = books.row("SELECT * FROM posted WHERE id = ? AND archived = 0", line["posted_tran_id"])
    if posted is None or posted["customer_id"] != customer["id"]:
        raise RefusedError(f"The transaction {line['posted_tran_id']} is not one of customer {customer['reference']}.")
    value = line["value_to_allocate"]
    outstanding = posted["gross"] - posted["allocated"]
    if value * posted["gross"] <= 0 or abs(value) > abs(outstanding):
        raise RefusedError(f"The value to allocate to transaction {posted['id']} is more than its outstanding value.")
    now = posted["allocated"] + value
    settled = on.isoformat() if now == posted["gross"] else None
    books.update("posted", posted["id"], allocated=now, settled=settled, updated=books.stamp())
    books.insert(
        "ledger_allocation",
        session=session,
        posted_id=posted["id"],
        value=value,
        date=on.isoformat(),
        user_name=books.user,
        **books.stamps(),
    )
