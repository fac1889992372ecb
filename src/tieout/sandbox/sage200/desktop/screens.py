"""People with records open: they hold them while they work, and leave them held when their session dies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.locks import COMPANY
from tieout.sandbox.sage200.company.periods import STATUSES, SUB_LEDGERS, change_status
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders import changes

Body = Mapping[str, Any]


def open_record(books: Books, body: Body) -> dict[str, Any]:
    """Open a record on screen: nobody else gets at it for so many seconds."""
    return changes.lock(books, {**body, "holder": books.user})


def close_screens(books: Books, body: Body) -> dict[str, Any]:
    """Clear what a user's sessions hold, as *User Login Status* does; without `of` the user's own."""
    return {"released": books.locks.release_user(str(body.get("of", books.user)))}


def crash(books: Books, body: Body) -> dict[str, Any]:
    """Let the session die over its records: they stay held until somebody clears them."""
    records = list(body["records"])
    if not records:
        raise RefusedError("Name the records that were open in the session.")
    common = {key: body[key] for key in ("dress", "wording") if key in body}
    return {"held": [changes.lock(books, {**common, **r, "holder": books.user, "seconds": None}) for r in records]}


def set_period(books: Books, body: Body) -> dict[str, Any]:
    """Open, close or defer a period in one sub-ledger or all; closing needs the company alone, and holds it.

    Source: at period close no other user may be logged in; who has a record open is logged in (assumed).
    """
    status = str(body.get("status"))
    if status not in STATUSES:
        raise RefusedError(f"The status of a period is one of {', '.join(STATUSES)}.")
    others = books.locks.others(books.user)
    if status == "Closed" and others:
        raise RefusedError(f"The period cannot be closed while others are logged in: {', '.join(others)}.")
    start = str(body.get("period_start"))
    period_id = books.value("SELECT id FROM period WHERE start = ?", start)
    if period_id is None:
        raise RefusedError(f"There is no period that starts on {start}.")
    ledgers = [str(body["sub_ledger"])] if body.get("sub_ledger") else list(SUB_LEDGERS)
    for name in ledgers:
        if name not in SUB_LEDGERS:
            raise RefusedError(f"The sub-ledger is one of {', '.join(SUB_LEDGERS)}.")
        change_status(books, int(period_id), name, status)
        books.effect("accounting_period.changed", period_start=start, sub_ledger=name, status=status)
    if float(body.get("seconds", 0)):
        dress, wording = str(body.get("dress", "400")), str(body.get("wording", "in use"))
        books.locks.hold(COMPANY, books.user, float(body["seconds"]), dress, wording)
    return {"period_start": start, "sub_ledgers": ledgers, "status": status}


def change(books: Books, body: Body) -> dict[str, Any]:
    """Change master records under the user's name: customers (on hold), nominals, tax codes, bins and so on."""
    changed = changes.change_company(books, body)
    for name in body:
        books.effect("company.changed", records=name)
    return changed
