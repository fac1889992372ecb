"""Everything on record about one document, as the reports read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.commands import AnyCommand, CreditLine, PostSopCreditNote, RaiseCreditNote
from tieout.domain.legs import LegState
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.record import command_from_json, facts_from_json
from tieout.processes.returns import KIND
from tieout.processes.standing import leg_state
from tieout.store import approvals, attempts, cases, documents, effects, legs
from tieout.store.approvals import Approval
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.store import Connection

EVERY = 10_000_000
"""A report leaves nothing out: it reads all documents at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command that was done, or is about to be, with the leg that shows it."""

    command: AnyCommand
    state: effects.EffectState
    leg: legs.Leg | None
    is_agreed: bool
    """The leg was read back and agrees."""
    at: datetime | None = None
    """When it was first read back as done; None before."""
    reference: str = ""
    """What people call it in the remote system; empty before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One document with its last facts, steps, legs and cases."""

    company: str
    kind: str
    key: str
    title: str
    state: documents.State
    note: str
    """How the last attempt ended, in words."""
    facts: ReturnFacts | None
    """The last facts that held the RMA; None when it was never read, and for strays."""
    steps: tuple[Step, ...]
    legs: tuple[tuple[legs.Leg, LegState], ...]
    cases: tuple[Case, ...]
    approvals: tuple[Approval, ...]

    @property
    def open_case(self) -> Case | None:
        """The case that is on somebody's desk."""
        return next((case for case in self.cases if case.state == "open"), None)

    @property
    def names(self) -> str:
        """Kind and key as people say it."""
        return f"{self.kind} {self.key}"


def known_returns(c: Connection, now: datetime) -> list[Known]:
    """Every return of the companies in scope, by company and RMA number."""
    found = documents.documents_in(c, kind=KIND, limit=EVERY)
    return [known_document(c, document, now) for document in sorted(found, key=lambda each: (each.company, each.key))]


def known_strays(c: Connection, now: datetime) -> list[Known]:
    """Every refund and credit note that was found outside the flow."""
    found = [each for kind in ("refund", "credit note") for each in documents.documents_in(c, kind=kind, limit=EVERY)]
    return [known_document(c, document, now) for document in sorted(found, key=lambda each: (each.company, each.key))]


def credit_lines(step: Step) -> tuple[CreditLine, ...]:
    """The lines of a credit note that stands or is planned; none for other steps."""
    is_credit = isinstance(step.command, PostSopCreditNote | RaiseCreditNote)
    if not is_credit or step.state not in ("done", "intended"):
        return ()
    assert isinstance(step.command, PostSopCreditNote | RaiseCreditNote)
    return step.command.lines


def known_document(c: Connection, document: Document, now: datetime) -> Known:
    """Everything on record about one document."""
    standing = [(leg, leg_state(leg, now)) for leg in legs.legs_of(c, document)]
    by_ref = {leg.ref: (leg, state) for leg, state in standing}
    last = attempts.last_attempt(c, document)
    return Known(
        company=document.company,
        kind=document.kind,
        key=document.key,
        title=document.title,
        state=document.state,
        note=last.note if last is not None else "",
        facts=_facts(c, document, last),
        steps=tuple(_step(effect, by_ref) for effect in effects.effects_of(c, document)),
        legs=tuple(standing),
        cases=tuple(cases.cases_of(c, document.company, document.kind, document.key)),
        approvals=tuple(approvals.approvals_of(c, document.company, document.kind, document.key)),
    )


def _facts(c: Connection, document: Document, last: attempts.Attempt | None) -> ReturnFacts | None:
    """The last facts that hold the RMA: an attempt that could not read it leaves the older ones standing."""
    if last is None:
        return None
    return next((facts for facts in _all_facts(c, document, last) if facts.rma is not None), None)


def _all_facts(c: Connection, document: Document, last: attempts.Attempt) -> Iterator[ReturnFacts]:
    if last.facts is not None:
        yield facts_from_json(last.facts)
    for attempt in reversed(attempts.attempts_of(c, document)):
        if attempt.facts is not None:
            yield facts_from_json(attempt.facts)


def _step(effect: effects.Effect, by_ref: dict[str, tuple[legs.Leg, LegState]]) -> Step:
    leg, state = by_ref.get(effect.key, (None, None))
    return Step(
        command=command_from_json(effect.content),
        state=effect.state,
        leg=leg,
        is_agreed=state is LegState.AGREED,
        at=effect.settled_at if effect.state == "done" else None,
        reference=effect.reference or "",
    )
