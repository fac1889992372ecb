"""How a document of any flow is worked on: gather, decide, perform, and say how it stands.

Each run works on one document and ends `done`, `waiting` or `blocked`; nothing sleeps here. Events
only say that something happened: what is true is read from the systems, so events that come late,
twice or out of order all end in the same books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from tieout.domain.faults import returns as return_kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.legs import Leg, LegState, is_tied_out
from tieout.domain.money import Money
from tieout.domain.plans import Blocked, Plan
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, Unauthorised
from tieout.processes import standing
from tieout.processes.gather_sale import Records
from tieout.processes.patience import Patience
from tieout.processes.performing import DONE_WITHOUT, Bench, Done, Later, Trouble, intend_all, perform, unauthorised
from tieout.processes.record import Json, decision_from_json, decision_to_json
from tieout.store import attempts, documents, effects, inbox
from tieout.store.attempts import Attempt
from tieout.store.documents import Document
from tieout.store.legs import SeenLeg
from tieout.store.store import Connection, Held

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


class Gather(Protocol[F_co]):
    """Reads the systems and our store into one immutable record of facts."""

    def __call__(
        self, company: Company, held: Records, document: Document, now: datetime, rules: MappingTables, /
    ) -> F_co:
        """The facts; raises the connector errors of the reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Generic[F]):
    """What one flow brings to the work on a document."""

    kind: str
    """Under which its documents are stored."""
    process: str
    """The durable process that works on them."""
    names: str
    """What people call a document of it, with `{}` for its key."""
    gather: Gather[F]
    complete: Callable[[Connection, F], F]
    """Adds what must be read in the deciding transaction itself."""
    decide: Callable[[F], Plan | Blocked]
    """Pure."""
    seen: Callable[[F], Iterable[SeenLeg]]
    """Legs that the facts show by the way."""
    stake: Callable[[F], Money]
    kept: Callable[[F], Json]
    """The facts as they are recorded."""
    accounts: Callable[[Company], Sequence[str]]
    """The accounts without which none of its documents can be worked on."""
    decides_again: bool = False
    """Whether a plan that had to stop is decided anew once there is news of its document and nothing is in doubt."""


AnyFlow = Flow[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One document on the bench."""

    company: Company
    held: Held
    document: Document
    now: datetime
    """When this run began: the time of its facts."""
    clock: Callable[[], datetime]
    patience: Patience
    rules: MappingTables
    """The company's mapping rules in force when this run began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended."""

    state: Literal["waiting", "blocked", "done"]
    due_at: datetime | None = None
    troubled_since: datetime | None = None
    troubled_by: str = ""
    pauses_account: str = ""
    note: str = ""


def settle(work: Work, flow: AnyFlow) -> Ending:
    """Work on one document until it is complete, must wait, or needs a person."""
    attempt = _open_attempt(work, flow)
    if isinstance(attempt, Later):
        return _later(work, flow, attempt)
    decision = decision_from_json(attempt.decision)
    if isinstance(decision, Blocked):
        return _block(work, attempt, decision.faults, decision.stake, decision.legs)
    for command in decision.commands:
        outcome = perform(work.company, command, _bench(work, attempt))
        match outcome:
            case Done(found=found, read_at=read_at):
                with work.held.begin() as c:
                    standing.see_command(c, work.document, command, found, at=read_at)
            case Later(is_by_the_clock=True):
                return _rest_until(work, attempt, outcome)
            case Later():
                return _later(work, flow, outcome, attempt)
            case Trouble(fault=fault):
                return _block(work, attempt, (fault,), _stake(work), ())
    return _finish(work, attempt, decision)


def _open_attempt(work: Work, flow: AnyFlow) -> Attempt | Later:
    """The attempt that was cut off, to be finished as recorded; else a new one, gathered and decided now."""
    with work.held.begin() as c:
        last = attempts.last_attempt(c, work.document)
        is_overtaken = last is not None and _is_overtaken(c, work, flow, last)
    if last is not None and last.ended is None and last.decision is not None:
        if not is_overtaken:
            return last
        _overtake(work, last)
    try:
        facts = flow.gather(work.company, work.held, work.document, work.now, work.rules)
    except Unauthorised as error:
        return unauthorised(error, "reading the facts", work.now, work.patience)
    except BadAnswer as error:
        return _decided(work, flow, _stopped(return_kinds.MALFORMED_PAYLOAD.code, str(error)))
    except ConnectorError as error:
        wait = error.wait if isinstance(error, Busy) else work.patience.unavailable
        return Later(at=work.now + wait, why=str(error))
    return _decided(work, flow, facts)


def _is_overtaken(c: Connection, work: Work, flow: AnyFlow, attempt: Attempt) -> bool:
    """Whether what was planned may be wrong by now: an order may be cancelled while a warehouse is out of reach."""
    if not flow.decides_again or work.document.touched_at <= attempt.started_at:
        return False
    standing_effects = effects.effects_of(c, work.document)
    return not any(effect.state == "intended" and effect.sent_at is not None for effect in standing_effects)


def _overtake(work: Work, attempt: Attempt) -> None:
    """End an attempt whose rest is decided anew; what it did counts, though it died before that was seen."""
    decision = decision_from_json(attempt.decision)
    with work.held.begin() as c:
        done = {effect.key for effect in effects.effects_of(c, work.document) if effect.state == "done"}
    for command in decision.commands if isinstance(decision, Plan) else ():
        outcome = perform(work.company, command, _bench(work, attempt)) if command.key in done else None
        if isinstance(outcome, Done):
            with work.held.begin() as c:
                standing.see_command(c, work.document, command, outcome.found, at=outcome.read_at)
    with work.held.begin() as c:
        attempts.finish(c, attempt, ended="overtaken", note="there is news of the document", at=work.now)


def _stopped(code: str, saw: str) -> Blocked:
    return Blocked(faults=(Fault(code=code, at="gathering the facts", saw=saw),), legs=(), stake=Money(0))


def _decided(work: Work, flow: AnyFlow, given: Any) -> Attempt:  # noqa: ANN401 - the flow's own facts, or Blocked
    """Decide, and record facts, decision, intents and legs in one transaction, before anything is done."""
    with work.held.begin() as c:
        facts = None if isinstance(given, Blocked) else flow.complete(c, given)
        decision = given if isinstance(given, Blocked) else flow.decide(facts)
        last = attempts.last_attempt(c, work.document)
        is_open = last is not None and last.ended is None
        attempt = last if is_open and last else attempts.begin(c, work.document, process=flow.process, at=work.now)
        kept = None if facts is None else flow.kept(facts)
        attempt = attempts.record_decision(c, attempt, facts=kept, decision=decision_to_json(decision))
        standing.declare(c, work.document, decision.legs, at=work.now)
        if facts is not None:
            standing.see_read(c, work.document, _expected(flow.seen(facts), decision), at=work.now)
        if isinstance(decision, Plan):
            withdrawn = intend_all(c, work.company, decision.commands, _bench(work, attempt))
            pointless = [(key, DONE_WITHOUT) for key in withdrawn]
            standing.waive(c, work.document, [*decision.waived, *pointless], at=work.now)
        if facts is not None:
            stake = flow.stake(facts)
            title = flow.names.format(work.document.key)
            documents.describe(c, work.document, title=title, stake_minor=stake.minor, currency=stake.currency)
    return attempt


def _expected(seen: Iterable[SeenLeg], decision: Plan | Blocked) -> Iterable[SeenLeg]:
    """What was seen by the way; of a document that is stopped only what its decision expects, for it says no more."""
    if isinstance(decision, Plan):
        return seen
    declared = {(leg.system, leg.kind, leg.ref) for leg in decision.legs}
    return (one for one in seen if (one.system, one.kind, one.ref) in declared)


def _bench(work: Work, attempt: Attempt) -> Bench:
    return Bench(
        held=work.held,
        document=work.document,
        attempt=attempt.number,
        clock=work.clock,
        patience=work.patience,
        rules=work.rules,
    )


def _rest_until(work: Work, attempt: Attempt, outcome: Later) -> Ending:
    """Postings wait for their hours. The attempt ends here, so that what comes meanwhile is planned, stock first."""
    with work.held.begin() as c:
        attempts.finish(c, attempt, ended="performed", note=outcome.why, at=work.now)
    return Ending(state="waiting", due_at=outcome.at, note=outcome.why)


def _later(work: Work, flow: AnyFlow, outcome: Later, attempt: Attempt | None = None) -> Ending:
    """Come back when time may have healed it; what outlives its patience goes to a person.

    The patience counts from when the same trouble began; another trouble, or progress, starts it anew.
    """
    fault = outcome.unless
    trouble = f"{fault.code} {fault.at}" if fault is not None else work.document.troubled_by
    is_same = trouble == work.document.troubled_by and work.document.troubled_since is not None
    since = work.document.troubled_since if is_same and work.document.troubled_since else work.now
    if fault is not None and work.now - since > outcome.patience:
        stopped = attempt or _decided(work, flow, Blocked(faults=(fault,), legs=(), stake=_stake(work)))
        return _block(work, stopped, (fault,), _stake(work), ())
    return Ending(
        state="waiting",
        due_at=outcome.at,
        troubled_since=since if trouble else None,
        troubled_by=trouble,
        pauses_account=outcome.pauses_account,
        note=outcome.why,
    )


def _block(work: Work, attempt: Attempt, faults: tuple[Fault, ...], stake: Money, legs: tuple[Leg, ...]) -> Ending:
    """Put the document on somebody's desk with every fault and the money at stake."""
    with work.held.begin() as c:
        standing.open_case(c, work.document, faults, stake, at=work.now)
        standing.declare(c, work.document, legs, at=work.now)
        attempts.finish(c, attempt, ended="blocked", note=faults[0].code, at=work.now)
    return Ending(state="blocked", note=faults[0].code)


def _finish(work: Work, attempt: Attempt, plan: Plan) -> Ending:
    """Everything planned is read back: the case is settled; the document waits, or is done once it ties out.

    What a person must see although the document goes on stands on a case.
    """
    stake = _stake(work)
    with work.held.begin() as c:
        attempts.finish(c, attempt, ended="performed", note=plan.waiting_for, at=work.now)
        states = standing.leg_states(c, work.document, work.now)
        if plan.raised:
            standing.open_case(c, work.document, plan.raised, stake, at=work.now)
        elif LegState.DIFFERS not in states:  # while two systems say two things, somebody has to look
            standing.close_case(c, work.document, at=work.now)
        inbox.mark_handled(
            c, work.document.company, work.document.kind, work.document.key, work.document.touched_at, work.now
        )
    if plan.waiting_for or plan.raised:
        # What an order became when it was saved (a hold, say) is not known until it is read again.
        has_entered = any(command.kind == "enter_order" for command in plan.commands)
        due_at = work.now if has_entered else plan.look_again_at
        return Ending(state="waiting", due_at=due_at, note=plan.waiting_for or plan.raised[0].code)
    is_done = not states or is_tied_out(states)
    due_at = None if is_done else work.now + work.patience.leg_again
    return Ending(state="done" if is_done else "waiting", due_at=due_at, note="tied out" if is_done else "legs open")


def _stake(work: Work) -> Money:
    """What is at stake as this run knows it: a document that was just opened had no stake when the run began."""
    document = work.document
    with work.held.begin() as c:
        known = documents.document(c, document.company, document.kind, document.key) or document
    return Money(known.stake_minor or 0, known.currency or "GBP")
