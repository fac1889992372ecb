"""The timeline of a document over all systems: messages, attempts, what was done, what was seen, what people did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from tieout.domain.faults import BY_CODE
from tieout.domain.legs import LegState
from tieout.processes.standing import TIEOUT
from tieout.processes.trail.grid import Mark
from tieout.processes.trail.steps import said_of
from tieout.store.approvals import Approval
from tieout.store.attempts import AttemptLine
from tieout.store.audit import AuditEntry
from tieout.store.cases import Case
from tieout.store.comments import Comment
from tieout.store.contentions import Contention
from tieout.store.effects import Effect
from tieout.store.inbox import EventHead

LOOKED = "document.looked_at_raw"
"""What the audit calls it when somebody reads a message or request, masked."""
SAME_TIME = timedelta(minutes=1)
"""A source's own time is told beside ours when they are further apart."""
PEOPLE = "people"
TOLD = frozenset({"case.comment", "case.resolve", "case.accept"})
"""Acts that another entry tells in full: the comment, the closing, the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    at: datetime
    """By our clock."""
    system: str
    title: str
    text: str = ""
    tone: str = ""
    """bad, good or empty."""
    there_at: datetime | None = None
    """When it happened by the clock of its source, where that says something else."""
    until: datetime | None = None
    """The last of several alike that are told as one."""
    times: int = 1
    event_id: int | None = None
    """The message behind it."""
    case_id: int | None = None

    @property
    def is_trouble(self) -> bool:
        """Say whether it is worth a look when only trouble is asked for."""
        return self.tone == "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """Everything that a timeline is made of."""

    events: Sequence[EventHead]
    attempts: Sequence[AttemptLine]
    effects: Sequence[Effect]
    marks: Sequence[Mark]
    cases: Sequence[Case]
    approvals: Sequence[Approval]
    audit: Sequence[AuditEntry]
    comments: Sequence[Comment]
    contentions: Sequence[Contention]


def timeline_of(found: Happenings) -> list[Entry]:
    """What happened, oldest first; attempts that ended alike are one entry."""
    looked_at = max((line.started_at for line in found.attempts), default=None)
    entries = [
        *(_event(event, looked_at) for event in found.events),
        *_attempts(found.attempts),
        *(_effect(effect) for effect in found.effects if effect.settled_at is not None),
        *(_seen(mark) for mark in found.marks if mark.leg.seen_at is not None),
        *(_waived(mark) for mark in found.marks if mark.leg.waived_at is not None),
        *(entry for case in found.cases for entry in _case(case)),
        *(_decided(approval) for approval in found.approvals),
        *(_audited(entry) for entry in found.audit if entry.action not in TOLD),
        *(_said(comment) for comment in found.comments),
        *_met(found.contentions),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _event(event: EventHead, looked_at: datetime | None) -> Entry:
    is_apart = abs(event.received_at - event.occurred_at) > SAME_TIME
    return Entry(
        at=event.received_at,
        system=event.account,
        title=f"Message received: {event.kind}",
        text="" if looked_at is not None and looked_at >= event.received_at else "Waits to be looked at.",
        there_at=event.occurred_at if is_apart else None,
        event_id=event.id,
    )


def _attempts(lines: Sequence[AttemptLine]) -> Iterator[Entry]:
    """The attempts, a run of those alike as one: hundreds of them tell no more than one."""
    entries = [(line, _attempt(line)) for line in lines]
    breaks = [0, *(n for n, (a, b) in enumerate(pairwise(entries), start=1) if not _is_alike(a[1], b[1])), len(entries)]
    for first, after in pairwise(breaks):
        run = entries[first:after]
        if len(run) > 1:
            yield replace(run[0][1], times=len(run), until=run[-1][0].started_at)
        elif run:
            yield run[0][1]


def _met(found: Sequence[Contention]) -> Iterator[Entry]:
    """Records that somebody else had open: one entry for each record and whoever held it, however often it was met."""
    held: dict[tuple[str, str, str], list[Contention]] = {}
    for one in found:
        held.setdefault((one.command, one.record, one.holder), []).append(one)
    for (command, record, holder), times in held.items():
        yield Entry(
            at=times[0].at,
            system=times[0].account,
            title=f"{record or 'A record'} is in use{f' by {holder}' if holder else ''}",
            text=f"{said_of(command).capitalize()} waits and is tried again.",
            times=len(times),
            until=times[-1].at if len(times) > 1 else None,
        )


def _is_alike(one: Entry, other: Entry) -> bool:
    return (one.title, one.text, one.tone) == (other.title, other.text, other.tone)


def _attempt(line: AttemptLine) -> Entry:
    text, tone = line.note, ""
    if line.faults:
        title, tone = "Stopped: " + "; ".join(dict.fromkeys(map(_title, line.faults))), "bad"
        text = ""
    elif line.commands:
        title = "Planned: " + ", ".join(said_of(command) for command in line.commands)
        tone = "bad" if line.ended == "blocked" else ""
        text = _title(line.note) if line.ended == "blocked" else _waits(line.note)
    elif line.commands is None:
        title, text = "Looked at; not decided yet", ""
    else:
        title, text = "Looked at: nothing more to do now", _waits(line.note)
    return Entry(at=line.started_at, system=TIEOUT, title=title, text=text, tone=tone)


def _waits(note: str) -> str:
    return f"Waiting for {note}." if note else ""


def _title(code: str) -> str:
    return BY_CODE[code].title if code in BY_CODE else code


def _effect(effect: Effect) -> Entry:
    assert effect.settled_at is not None, f"{effect.key} is not settled"
    said = said_of(effect.command)
    did = said[0].upper() + said[1:]
    match effect.state:
        case "done":
            title, text, tone = f"{did}: done and read back", effect.reference or "", "good"
        case "refused":
            title, text, tone = f"{did}: refused", effect.reason or "", "bad"
        case _:
            title, text, tone = f"{did}: withdrawn", effect.reason or "", ""
    return Entry(at=effect.settled_at, system=effect.system, title=title, text=text, tone=tone)


def _seen(mark: Mark) -> Entry:
    leg = mark.leg
    assert leg.seen_at is not None, "a leg that nobody saw"
    is_wrong = mark.state in {LegState.DIFFERS, LegState.UNEXPECTED}
    said = {LegState.DIFFERS: "seen, and it differs", LegState.UNEXPECTED: "seen, and nobody expected it"}
    return Entry(
        at=leg.seen_at,
        system=leg.system,
        title=f"{leg.kind.capitalize()} {said.get(mark.state, 'last seen')}",
        text=leg.seen_reference or "",
        tone="bad" if is_wrong else "",
    )


def _waived(mark: Mark) -> Entry:
    leg = mark.leg
    assert leg.waived_at is not None, "a leg that is not waived"
    by = TIEOUT if leg.waived_by == TIEOUT else PEOPLE
    return Entry(
        at=leg.waived_at,
        system=by,
        title=f"{leg.kind.capitalize()} need not agree any more",
        text=": ".join(part for part in ("" if by == TIEOUT else leg.waived_by, leg.waived_why) if part),
    )


def _case(case: Case) -> Iterator[Entry]:
    title = _title(case.code)
    yield Entry(
        at=case.opened_at,
        system=TIEOUT,
        title=f"Exception {case.id} opened for {case.owner}: {title}",
        text=f"Came back {case.came_back} times before." if case.came_back else "",
        tone="bad",
        case_id=case.id,
    )
    if case.closed_at is not None:
        by = TIEOUT if case.closed_by == TIEOUT else PEOPLE
        text = ": ".join(part for part in ("" if by == TIEOUT else case.closed_by, case.closed_how) if part)
        yield Entry(
            at=case.closed_at, system=by, title=f"Exception {case.id} closed", text=text, tone="good", case_id=case.id
        )


def _decided(approval: Approval) -> Entry:
    return Entry(
        at=approval.at,
        system=PEOPLE,
        title=f"{approval.who} decided: {_title(approval.code).replace('_', ' ')}",
        text=" · ".join(part for part in (approval.why, approval.reference) if part),
    )


def _audited(entry: AuditEntry) -> Entry:
    match entry.after:
        case {"what": str(what)} if entry.action == LOOKED:
            title = f"{entry.who} looked at {what}"
        case _:
            title = f"{entry.who}: {entry.action.replace('.', ' ').replace('_', ' ')}"
    return Entry(at=entry.at, system=PEOPLE, title=title)


def _said(comment: Comment) -> Entry:
    return Entry(at=comment.at, system=PEOPLE, title=f"{comment.who} wrote", text=comment.said)
