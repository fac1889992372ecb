"""Somebody proposes rows: checked against the table, its days and what waits already; nothing changes yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from tieout.domain.business_dates import uk_date
from tieout.domain.faults.kinds import Owner
from tieout.domain.people import Actor, Permission
from tieout.domain.rules.fields import Table
from tieout.domain.rules.row_checks import KEY, RowProblem, problems_of, tidied
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk import BadRow
from tieout.processes.mapping_desk.changes import Change, Wanted, changes_of, fields_of, newest_decision, to_json
from tieout.processes.mapping_desk.rows import in_force, known_table
from tieout.store import audit, mapping_proposals, mapping_rules, suggestions
from tieout.store.mapping_proposals import Proposal
from tieout.store.mapping_rules import MappingRule
from tieout.store.store import Connection

ROLLBACK = "rollback"
"""The kind of a proposal that restores what has stood before."""
WHY_LENGTH = 4000
FIRST_DAY = date(2000, 1, 1)
DAYS_AHEAD = 3 * 366
READ_FOR_THE_PAST = frozenset({"bundle"})
"""Tables that are read for days gone by: what was in a bundle counts as of the day of its sale."""


def propose(  # noqa: PLR0913 - what a proposal is made of
    desk: Desk,
    actor: Actor,
    company: str,
    table: str,
    wanted: Sequence[Wanted],
    *,
    why: str,
    case_id: int | None = None,
    kind: str = "rows",
) -> Proposal:
    """Write a proposal of rows of one table and one owner.

    Raises BadRow for rows that cannot stand in the table, NotPossible for everything else that keeps it from being
    proposed.
    """
    known = known_table(table)
    may_propose(desk, actor, company)
    _has_reason(why)
    with desk.store.scope(company) as c:
        mapping_proposals.hold_table(c, company, table)
        stood = kind == ROLLBACK
        changes = planned(c, company, known, wanted, today=uk_date(desk.clock()), have_stood=stood)
        _is_first(c, company, table, changes)
        if len({known.owner_of(change.key) for change in changes}) != 1:
            raise NotPossible("Rows of two owners are proposed apart, because each owner approves only its own.")
        return _write(c, desk, actor, company, known, changes, why=why.strip(), case_id=case_id, kind=kind)


def propose_by_owner(
    c: Connection, desk: Desk, actor: Actor, company: str, table: str, wanted: Sequence[Wanted], *, why: str
) -> list[Proposal]:
    """Write one proposal for each owner of rows of an import, all in the caller's transaction; raises as `propose`."""
    known = known_table(table)
    may_propose(desk, actor, company)
    _has_reason(why)
    mapping_proposals.hold_table(c, company, table)
    changes = planned(c, company, known, wanted, today=uk_date(desk.clock()))
    _is_first(c, company, table, changes)
    by_owner: dict[Owner, list[Change]] = {}
    for change in changes:
        by_owner.setdefault(known.owner_of(change.key), []).append(change)
    return [
        _write(c, desk, actor, company, known, part, why=why.strip(), case_id=None, kind="import")
        for part in by_owner.values()
    ]


def _has_reason(why: str) -> None:
    if not why.strip():
        raise BadRow([RowProblem(field="why", text="Say why: whoever approves it, and auditors, will read it.")])
    if len(why) > WHY_LENGTH or not "".join(why.split()).isprintable():
        raise BadRow([RowProblem(field="why", text=f"Why: plain text of up to {WHY_LENGTH} characters.")])


def may_propose(desk: Desk, actor: Actor, company: str) -> None:
    """Raise NotPossible when somebody may not propose rows of a company."""
    if not actor.may(Permission.MAPPINGS_PROPOSE):
        raise NotPossible("Your role does not propose mapping rows: ask finance or operations.")
    if not actor.sees(company) or (desk.companies and company not in desk.companies):
        raise NotPossible(f"There is no company {company!r} that you may see.")


def planned(
    c: Connection, company: str, table: Table, wanted: Sequence[Wanted], *, today: date, have_stood: bool = False
) -> list[Change]:
    """What rows would become; raises BadRow and NotPossible as `propose` does, and writes nothing.

    Rows that `have_stood` come back as they were, even where their table's fields have changed since.
    """
    versions = versions_by_key(c, company, table)
    changes = [planned_row(table, one, versions, today, have_stood=have_stood) for one in wanted]
    counted = Counter(change.key.casefold() for change in changes)
    twice = next((change.key for change in changes if counted[change.key.casefold()] > 1), None)
    if twice is not None:
        raise BadRow([RowProblem(field=KEY, text=f"{table.key_label} {twice!r} stands there twice.")])
    if not changes:
        raise NotPossible("Nothing would change.")
    return changes


def versions_by_key(c: Connection, company: str, table: Table) -> dict[str, list[MappingRule]]:
    """Every rule of a table of a company by its key without letter case."""
    found: dict[str, list[MappingRule]] = {}
    for row in mapping_rules.rules_of(c, company, table.name):
        found.setdefault(row.key.strip().casefold(), []).append(row)
    return found


def planned_row(
    table: Table, one: Wanted, by_key: Mapping[str, list[MappingRule]], today: date, *, have_stood: bool = False
) -> Change:
    """What one row would become; raises as `planned` does."""
    key, value = (one.key, dict(one.value or {})) if have_stood else tidied(table, one.key, one.value or {})
    versions = by_key.get(key.strip().casefold(), [])
    key = versions[0].key if versions else key
    problems = problems_of(table, key, value) if one.value is not None and not have_stood else ()
    if problems:
        raise BadRow(problems)
    now = in_force(versions, one.since)
    before = fields_of(now.value) if now is not None else None
    change = Change(
        key=key,
        value=value if one.value is not None else None,
        since=one.since,
        before=before,
        newest=newest_decision(versions),
    )
    if change.value is None:
        _may_end(table, key, now)
    elif change.value == before:
        raise NotPossible(f"{table.key_label} {key!r} is so already: nothing would change.")
    faults = list(_faults_of_days(table, change, versions, today))
    if faults:
        raise BadRow(faults)
    return change


def _may_end(table: Table, key: str, now: MappingRule | None) -> None:
    if now is None:
        raise NotPossible(f"{table.key_label} {key!r} has no row in force on that day that could end.")
    if now.in_force_to is not None:
        raise NotPossible(f"The row of {key!r} ends on {now.in_force_to:%d %b %Y} already.")


def _faults_of_days(table: Table, change: Change, versions: Sequence[MappingRule], today: date) -> Iterator[RowProblem]:
    approved = [row for row in versions if row.approved_by is not None]
    later = max((row.in_force_from for row in approved), default=FIRST_DAY)
    ends = max((row.in_force_to for row in approved if row.in_force_to is not None), default=FIRST_DAY)
    if not FIRST_DAY <= change.since <= today + timedelta(days=DAYS_AHEAD):
        yield RowProblem(field="since", text="The first day must lie between the year 2000 and three years from now.")
    elif later > change.since:
        text = f"Another version of {change.key!r} is in force from {later:%d %b %Y}: start on that day or later."
        yield RowProblem(field="since", text=text)
    elif ends > change.since:
        text = f"The row of {change.key!r} is in force until {ends:%d %b %Y}: start on that day or later."
        yield RowProblem(field="since", text=text)
    elif approved and change.since < today and table.name not in READ_FOR_THE_PAST:
        text = "A row that has been acted upon is not changed for days gone by: start today or later."
        yield RowProblem(field="since", text=text)


def _is_first(c: Connection, company: str, table: str, changes: Sequence[Change]) -> None:
    """One proposal for one row at a time: two at once would be decided without knowing of each other."""
    keys = {change.key.casefold(): change.key for change in changes}
    for other in mapping_proposals.proposals(c, state="waiting", company=company, table=table, limit=1000):
        for waiting in changes_of(other):
            if waiting.key.casefold() in keys:
                raise NotPossible(
                    f"Proposal {other.id} of {other.proposed_by} for {waiting.key!r} waits for a decision already: "
                    "decide on it first, or have it withdrawn."
                )


def _write(  # noqa: PLR0913 - what a proposal is made of
    c: Connection,
    desk: Desk,
    actor: Actor,
    company: str,
    table: Table,
    changes: Sequence[Change],
    *,
    why: str,
    case_id: int | None,
    kind: str,
) -> Proposal:
    at, rows = desk.clock(), [to_json(change) for change in changes]
    made = mapping_proposals.add(
        c,
        company=company,
        table_name=table.name,
        owner=table.owner_of(changes[0].key).value,
        kind=kind,
        changes=rows,
        why=why,
        case_id=case_id,
        proposed_by=actor.name,
        at=at,
    )
    audit.append(
        c,
        company=company,
        who=actor.name,
        action="mapping.proposed",
        subject=subject_of(made),
        before=None,
        after={"proposal": made.id, "why": why, "rows": rows},
        at=at,
    )
    for change in changes:
        if change.value is not None:
            suggestions.applied(
                c, company=company, table_name=table.name, key=change.key, value=change.value, by=actor.name, at=at
            )
    return made


def subject_of(proposal: Proposal) -> str:
    """What the audit names: the row, or the table where it is about several."""
    changes = changes_of(proposal)
    return f"{proposal.table_name}/{changes[0].key}" if len(changes) == 1 else proposal.table_name
