"""Accounts: the configured connections, whether each is complete, correct and fresh."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Visit, need
from tieout.domain.people import Permission
from tieout.processes.account_health import healths

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.ACCOUNTS_SEE))]


@router.get("/accounts")
def accounts(visit: Seer) -> Response:
    """Every account with what we last heard of it."""
    seen = visit.console.accounts_of(visit.actor, visit.company)
    with visit.scope() as c:
        rows = healths(c, seen, now=visit.console.clock())
    return visit.page("accounts/list.html", partial="accounts/_table.html", rows=rows)
