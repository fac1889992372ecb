"""The audit of one company: what people changed, chained so that a change of the past would show."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import AuditShape, PageShape
from tieout.console.api.values import Name, Text
from tieout.domain.people import Permission
from tieout.store import audit

router = token_router("audit")


@router.get("/audit", responses=answers())
def list_audit(
    call: Annotated[Call, Depends(need(Permission.AUDIT_SEE))],
    paged: Paged,
    company: Annotated[Name, Query(description="One company: each has a chain of its own")],
    subject: Annotated[Text, Query(description="What was changed, for instance `webhook 3`")] = "",
) -> PageShape[AuditShape]:
    """List the changes of one company, the newest first."""
    before = call.number(paged.cursor)
    with call.scope(company) as c:
        found = audit.entries(c, subject=subject or None, limit=paged.limit + 1, before_seq=before)
    shown = found[: paged.limit]
    more = str(shown[-1].seq) if len(found) > len(shown) else ""
    return PageShape(items=[AuditShape.of(entry) for entry in shown], next=call.sealed(more))
