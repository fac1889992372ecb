"""Mapping tables: what is in force, and proposals for whoever owns the rows."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.given import NewProposal
from tieout.console.api.problems import Refusal, answers
from tieout.console.api.shapes import PageShape
from tieout.console.api.shapes_desk import ProposalShape, RowShape, TableShape
from tieout.console.api.values import CompanyName, Day, PathName, Text
from tieout.domain.business_dates import uk_date
from tieout.domain.people import Permission
from tieout.domain.rules.tables import TABLES
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.mapping_desk.rows import rows_on, table_lines
from tieout.store import mapping_proposals
from tieout.store.mapping_proposals import State

router = token_router("mappings")
Seer = Annotated[Call, Depends(need(Permission.MAPPINGS_SEE))]
Proposer = Annotated[Call, Depends(need(Permission.MAPPINGS_PROPOSE))]


@router.get("/mappings", responses=answers())
def list_tables(call: Seer, company: CompanyName = None) -> PageShape[TableShape]:
    """List the mapping tables, with how many rows each has."""
    with call.scope(company) as c:
        lines = table_lines(c, uk_date(call.console.clock()))
    return PageShape(items=[TableShape.of(line) for line in lines])


@router.get("/mappings/{table}", responses=answers(finds=True))
def list_rows(
    call: Seer,
    table: PathName,
    company: CompanyName = None,
    on: Annotated[Day | None, Query(description="The day on which they are in force; today when left out")] = None,
    match: Annotated[Text, Query(description="A text that key or value holds")] = "",
) -> PageShape[RowShape]:
    """List the rows of a table that are in force on a day; all of them, by key."""
    _known(table)
    with call.scope(company) as c:
        rows = rows_on(c, table, on or uk_date(call.console.clock()), match=match)
    return PageShape(items=[RowShape.of(row) for row in rows])


@router.post("/mappings/{table}/proposals", status_code=201, responses=answers(acts=True, finds=True))
def propose_rows(call: Proposer, table: PathName, new: NewProposal) -> ProposalShape:
    """Propose rows; nothing changes before whoever owns them has approved."""
    _known(table)
    company = call.company(new.company)
    wanted = [Wanted(key=row.key, value=row.value, since=row.since) for row in new.rows]
    return ProposalShape.of(propose(call.console.desk, call.actor, company or "", table, wanted, why=new.why))


@router.get("/proposals", responses=answers())
def list_proposals(
    call: Seer, paged: Paged, company: CompanyName = None, state: State = "waiting"
) -> PageShape[ProposalShape]:
    """List proposals, the newest first."""
    before = call.number(paged.cursor)
    with call.scope(company) as c:
        found = mapping_proposals.proposals(c, state=state, limit=paged.limit + 1, before=before)
    shown = found[: paged.limit]
    more = str(shown[-1].id) if len(found) > len(shown) else ""
    return PageShape(items=[ProposalShape.of(one) for one in shown], next=call.sealed(more))


def _known(table: str) -> None:
    if table not in TABLES:
        raise Refusal(404, "There is no such mapping table.")
