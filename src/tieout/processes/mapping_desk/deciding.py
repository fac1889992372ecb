"""Somebody else decides: approved rows come in force and let go what the lack of them held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tieout.domain.business_dates import uk_date
from tieout.domain.faults.kinds import Owner
from tieout.domain.people import Actor, Permission
from tieout.domain.rules.tables import TABLES
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.held import wake_held
from tieout.processes.mapping_desk.changes import Change, changes_of, newest_decision
from tieout.processes.mapping_desk.proposing import READ_FOR_THE_PAST, subject_of
from tieout.processes.mapping_desk.rows import in_force, same_key
from tieout.store import audit, mapping_proposals, mapping_rules, mapping_traffic
from tieout.store.mapping_proposals import Proposal, State
from tieout.store.mapping_traffic import RowCases
from tieout.store.rows import Json
from tieout.store.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What an approval brought about."""

    proposal: Proposal
    cases: tuple[RowCases, ...]
    """The open cases that name one of the rows, by cause."""
    is_started: bool
    """Whether the returns that the lack of such rows held are being tried again already."""
    since: date
    """From when the rows count; of several, the first day."""


def why_not_approve(actor: Actor, proposal: Proposal) -> str | None:
    """Why somebody may not approve or reject a proposal, in one sentence; None when they may."""
    title = TABLES[proposal.table_name].title
    if proposal.state != "waiting":
        return f"Proposal {proposal.id} was {proposal.state} by {proposal.decided_by} already."
    if not actor.may(Permission.MAPPINGS_APPROVE):
        return "Your role does not approve changes of mappings."
    if Owner(proposal.owner) not in actor.stands_for:
        return f"{title} are the choice of {proposal.owner}: somebody who stands for {proposal.owner} decides."
    if actor.name.strip().casefold() == proposal.proposed_by.strip().casefold():
        return "You proposed this yourself: somebody else has to decide, because two people answer for a mapping."
    return None


def approve(desk: Desk, actor: Actor, proposal_id: int, *, why: str = "") -> Approved:
    """Put the rows of a proposal in force, and wake what the lack of them held.

    Raises NotPossible for the proposer, for people who do not stand for the owner, and when somebody changed one of
    the rows since.
    """
    company = company_of(desk, actor, proposal_id)
    with desk.store.scope(company) as c:
        proposal = _held(c, actor, proposal_id)
        mapping_proposals.hold_table(c, company, proposal.table_name)
        now, changes = desk.clock(), changes_of(proposal)
        for change in changes:
            _apply(c, desk, actor, proposal, change)
        decided = _decide(c, desk, actor, proposal, "approved", why)
        today, opened = uk_date(now), desk.companies.get(company)
        since = min(first_day(proposal.table_name, change, today) for change in changes)
        lanes = wake_held(c, opened, proposal.table_name, at=now) if opened is not None and since <= today else []
        for lane in lanes:
            desk.start(c, company, lane)
        cases = cases_of(c, company, proposal.table_name, [change.key for change in changes])
    return Approved(proposal=decided, cases=tuple(cases), is_started=bool(lanes), since=since)


def reject(desk: Desk, actor: Actor, proposal_id: int, *, why: str) -> Proposal:
    """Refuse a proposal, with the reason; raises NotPossible as `approve` does."""
    if not why.strip():
        raise NotPossible("Say why: the proposer has to know what to do instead.")
    company = company_of(desk, actor, proposal_id)
    with desk.store.scope(company) as c:
        return _decide(c, desk, actor, _held(c, actor, proposal_id), "rejected", why)


def withdraw(desk: Desk, actor: Actor, proposal_id: int) -> Proposal:
    """Take one's own proposal back; NotPossible for those of others and for what is decided."""
    company = company_of(desk, actor, proposal_id)
    with desk.store.scope(company) as c:
        proposal = mapping_proposals.proposal(c, proposal_id, hold=True)
        assert proposal is not None, "a proposal is never deleted"
        if proposal.state != "waiting":
            raise NotPossible(f"Proposal {proposal.id} was {proposal.state} by {proposal.decided_by} already.")
        if proposal.proposed_by != actor.name:
            raise NotPossible("Only who proposed it takes it back; others approve or reject it.")
        return _decide(c, desk, actor, proposal, "withdrawn", "")


def company_of(desk: Desk, actor: Actor, proposal_id: int) -> str:
    """The company of a proposal that somebody may see; NotPossible when there is none."""
    with desk.store.scope(None) as c:
        found = mapping_proposals.proposal(c, proposal_id)
    if found is None or not actor.sees(found.company):
        raise NotPossible(f"There is no proposal {proposal_id}.")
    return found.company


def cases_of(c: Connection, company: str, table: str, keys: Sequence[str]) -> list[RowCases]:
    """The open cases that name one of these rows of a table, by cause."""
    exact = {key.strip().casefold() for key in keys}
    prefixes = tuple(key[:-1] for key in exact if key.endswith("*"))
    return [
        row
        for row in mapping_traffic.cases_on_rows(c, table)
        if row.company == company and (row.key.casefold() in exact or row.key.casefold().startswith(prefixes))
    ]


def first_day(table: str, change: Change, today: date) -> date:
    """From which day an approval of today puts a row in force: one of days gone by starts today if it has a past."""
    return change.since if table in READ_FOR_THE_PAST or not change.newest else max(change.since, today)


def _held(c: Connection, actor: Actor, proposal_id: int) -> Proposal:
    proposal = mapping_proposals.proposal(c, proposal_id, hold=True)
    assert proposal is not None, "a proposal is never deleted"
    sentence = why_not_approve(actor, proposal)
    if sentence is not None:
        raise NotPossible(sentence)
    return proposal


def _apply(c: Connection, desk: Desk, actor: Actor, proposal: Proposal, change: Change) -> None:
    """Write one row's new version, or end it."""
    versions = same_key(mapping_rules.rules_of(c, proposal.company, proposal.table_name, key=change.key), change.key)
    if newest_decision(versions) != change.newest:
        raise NotPossible(
            f"{change.key!r} was changed since proposal {proposal.id} was made: reject it, and propose it anew."
        )
    since = first_day(proposal.table_name, change, uk_date(desk.clock()))
    if change.value is None:
        row = in_force(versions, since)
        if row is None or mapping_rules.end(c, row.id, on=since, at=desk.clock()) is None:
            raise NotPossible(f"{change.key!r} has no row in force on {since:%d %b %Y} that could end.")
        return
    made = mapping_rules.propose(
        c,
        company=proposal.company,
        table_name=proposal.table_name,
        key=change.key,
        value=dict(change.value),
        in_force_from=since,
        owner=proposal.owner,
        proposed_by=proposal.proposed_by,
    )
    try:
        mapping_rules.approve(c, made.id, by=actor.name, at=desk.clock())
    except ValueError as error:
        raise NotPossible(str(error)) from None


def _decide(c: Connection, desk: Desk, actor: Actor, proposal: Proposal, state: State, why: str) -> Proposal:
    at = desk.clock()
    decided = mapping_proposals.decide(c, proposal.id, state=state, by=actor.name, why=why.strip(), at=at)
    assert decided is not None, "it is held and waits"
    rows = changes_of(proposal)
    is_done = state == "approved"
    audit.append(
        c,
        company=proposal.company,
        who=actor.name,
        action=f"mapping.{state}",
        subject=subject_of(proposal),
        before={"proposal": proposal.id, "rows": {row.key: _plain(row.before) for row in rows}},
        after={
            "proposal": proposal.id,
            "proposed_by": proposal.proposed_by,
            "why": why.strip(),
            "rows": {row.key: _plain(row.value if is_done else row.before) for row in rows},
        },
        at=at,
    )
    return decided


def _plain(value: Mapping[str, str] | None) -> Json:
    return dict(value) if value is not None else None
