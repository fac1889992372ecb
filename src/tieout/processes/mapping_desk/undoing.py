"""Going back: an earlier version of a row, or the state before a whole proposal, is proposed again."""

from __future__ import annotations

from datetime import date

from tieout.domain.business_dates import uk_date
from tieout.domain.people import Actor
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk.changes import Change, Wanted, changes_of
from tieout.processes.mapping_desk.deciding import company_of, first_day
from tieout.processes.mapping_desk.proposing import ROLLBACK, propose
from tieout.processes.mapping_desk.rows import history, known_table
from tieout.store import mapping_proposals, mapping_rules
from tieout.store.mapping_proposals import Proposal
from tieout.store.store import Connection


def roll_back(desk: Desk, actor: Actor, company: str, table: str, key: str, version: int, *, why: str) -> Proposal:
    """Propose an earlier version of a row from today on; NotPossible when there is none, or it is in force."""
    known, today = known_table(table), uk_date(desk.clock())
    if not actor.sees(company):
        raise NotPossible(f"There is no company {company!r} that you may see.")
    with desk.store.scope(company) as c:
        versions = history(c, company, table, key, today)
    found = next((each for each in versions if each.version == version), None)
    if found is None:
        raise NotPossible(f"{known.key_label} {key!r} has no version {version} that was ever in force.")
    since = max([today, *(each.until or each.since for each in versions)])
    wanted = Wanted(key=found.key, value=found.value, since=since)
    return propose(desk, actor, company, table, [wanted], why=why, kind=ROLLBACK)


def undo(desk: Desk, actor: Actor, proposal_id: int, *, why: str) -> Proposal:
    """Propose that every row of an approved proposal be as it was before.

    Raises NotPossible when it was not approved, or when one of its rows was changed again since.
    """
    company = company_of(desk, actor, proposal_id)
    with desk.store.scope(company) as c:
        proposal = mapping_proposals.proposal(c, proposal_id)
        assert proposal is not None, "a proposal is never deleted"
        if proposal.state != "approved":
            raise NotPossible(f"Proposal {proposal_id} was never in force: there is nothing to undo.")
        wanted = [_undone(c, proposal, change, uk_date(desk.clock())) for change in changes_of(proposal)]
    return propose(desk, actor, company, proposal.table_name, wanted, why=why, kind=ROLLBACK)


def _undone(c: Connection, proposal: Proposal, change: Change, today: date) -> Wanted:
    assert proposal.decided_at is not None, "an approved proposal has its time"
    versions = mapping_rules.rules_of(c, proposal.company, proposal.table_name, key=change.key)
    approved = [row for row in versions if row.approved_at is not None]
    if any(row.approved_at is not None and row.approved_at > proposal.decided_at for row in approved):
        raise NotPossible(
            f"{change.key!r} was changed again after proposal {proposal.id}: roll that row back by itself."
        )
    since = first_day(proposal.table_name, change, uk_date(proposal.decided_at))
    return Wanted(key=change.key, value=change.before, since=max(since, today))
