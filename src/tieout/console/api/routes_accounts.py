"""Accounts: the configured connections, and how each of them is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from tieout.console.api.calls import Call, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import AccountShape, PageShape
from tieout.console.api.values import CompanyName
from tieout.domain.people import Permission
from tieout.processes.account_health import healths

router = token_router("accounts")


@router.get("/accounts", responses=answers())
def list_accounts(
    call: Annotated[Call, Depends(need(Permission.ACCOUNTS_SEE))], company: CompanyName = None
) -> PageShape[AccountShape]:
    """List the accounts: whether each is complete, correct and fresh."""
    seen = call.console.accounts_of(call.actor, call.company(company))
    with call.scope(company) as c:
        rows = healths(c, seen, now=call.console.clock())
    return PageShape(items=[AccountShape.of(row) for row in rows])
