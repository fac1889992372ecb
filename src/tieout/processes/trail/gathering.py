"""Gather the trail of one document in a handful of reads, each by an index and within the document's month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tieout.domain.faults import BY_CODE
from tieout.domain.legs import LegState
from tieout.processes.trail.grid import Grid, grid_of
from tieout.processes.trail.related import Related, names_of, related_of
from tieout.processes.trail.steps import Steps, steps_of
from tieout.processes.trail.timeline import Entry, Happenings, timeline_of
from tieout.store import approvals, attempts, audit, cases, comments, contentions, effects, inbox, legs
from tieout.store.cases import Case
from tieout.store.cross_references import CrossReference
from tieout.store.documents import Document
from tieout.store.effects import Effect
from tieout.store.inbox import EventHead
from tieout.store.legs import Leg
from tieout.store.store import Connection

MOST: Final = 200
"""Messages, attempts and audit entries that a page shows: the newest."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One document with everything that is known of it."""

    document: Document
    case: Case | None
    """The open one."""
    grid: Grid
    steps: Steps
    effects: Sequence[Effect]
    events: Sequence[EventHead]
    timeline: Sequence[Entry]
    names: Sequence[CrossReference]
    related: Sequence[Related]
    is_cut: bool
    """Whether older messages or attempts are left out."""

    @property
    def next_leg(self) -> Leg | None:
        """What must show next: the leg that is due first of those that nobody has seen."""
        open_legs = [mark.leg for mark in self.grid.marks if mark.state in {LegState.EXPECTED, LegState.OVERDUE}]
        return min(open_legs, key=lambda leg: leg.due_by or NEVER, default=None)

    @property
    def title_of_case(self) -> str:
        """What the open exception is about, in words; empty when there is none."""
        return BY_CODE[self.case.code].title if self.case is not None else ""


def trail_of(c: Connection, document: Document, now: datetime) -> Trail:
    """Everything that people are shown of a document."""
    name = (document.company, document.kind, document.key)
    its_effects = effects.effects_of(c, document)
    its_cases = cases.cases_of(c, *name)
    events = inbox.heads_of(c, *name, limit=MOST)
    lines = attempts.lines_of(c, document, limit=MOST)
    grid = grid_of(legs.legs_of(c, document), its_effects, now)
    names = names_of(c, document)
    found = Happenings(
        events=events,
        attempts=lines,
        effects=its_effects,
        marks=grid.marks,
        cases=its_cases,
        approvals=approvals.approvals_of(c, *name),
        audit=audit.entries_about(c, document.company, _subjects(document, its_cases), limit=MOST),
        comments=comments.comments_of(c, *name),
        contentions=contentions.contentions_of(c, document),
    )
    return Trail(
        document=document,
        case=next((case for case in its_cases if case.state == "open"), None),
        grid=grid,
        steps=steps_of(attempts.last_attempt(c, document), its_effects),
        effects=its_effects,
        events=events,
        timeline=timeline_of(found),
        names=names,
        related=related_of(c, document, names),
        is_cut=len(events) == MOST or len(lines) == MOST,
    )


def subject_of(document: Document) -> str:
    """What the audit calls a document."""
    return f"{document.kind} {document.key}"


def _subjects(document: Document, its_cases: Sequence[Case]) -> list[str]:
    """What the audit calls a document and its cases."""
    named = subject_of(document)
    return [named, *(f"case {case.id} {named}" for case in its_cases)]
