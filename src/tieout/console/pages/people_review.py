"""The access review: everybody with what they may, as a file to go through and sign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console import files
from tieout.console.visit import Visit, need
from tieout.domain.people import Permission
from tieout.processes.tables_out import Cell, Row, Sheet, write_csv, write_excel
from tieout.store import audit, people
from tieout.store.people import User

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.PEOPLE_SEE))]
HEADS = (
    "Name",
    "Shown as",
    "Email",
    "Roles",
    "Companies",
    "State",
    "Signs in",
    "Last signed in",
    "Access ends",
    "Sessions now",
)


@router.get("/people-review")
def review(visit: Seer) -> Response:
    """Everybody as CSV, or as Excel with `?as=excel`; that it was taken stands in the audit."""
    now = visit.console.clock()
    with visit.console.store.scope(None) as c:
        found, running = people.all_users(c), people.running_sessions(c)
        audit.append(
            c,
            company=None,
            who=visit.actor.name,
            action="people.exported",
            subject="users",
            before=None,
            after={"rows": len(found)},
            at=now,
        )
    rows = list(_rows(found, running, now))
    name = f"access-review-{now:%Y-%m-%d}"
    if visit.request.query_params.get("as") == "excel":
        facts: dict[str, Cell] = {"Taken by": visit.actor.display_name, "Taken at": now}
        content = write_excel([Sheet(name="People", heads=HEADS, rows=rows)], facts)
        return files.excel_file(f"{name}.xlsx", content)
    return files.csv_file(f"{name}.csv", write_csv(HEADS, rows))


def _rows(found: list[User], running: dict[str, int], now: datetime) -> Iterator[Row]:
    for user in found:
        ended = "ended" if user.state == "active" and not user.is_active(now) else user.state
        yield (
            user.name,
            user.display_name,
            user.email,
            ", ".join(user.roles),
            ", ".join(user.companies) or "all",
            ended,
            "elsewhere" if user.subject else "with a password",
            user.last_sign_in_at,
            user.expires_at,
            running.get(user.name, 0),
        )
