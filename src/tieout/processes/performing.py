"""The effect protocol: exactly once into systems that have no idempotency keys. Every command goes through here.

Record the intent and commit. Look in the remote system under the key; adopt what stands there. Only
if nothing stands there, say that we are about to send, commit, and send. A request that may have
arrived is never sent again before the system had time for a late commit and was looked at once more.
Done means read back: the figures found equal the command's, to the penny.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.domain.business_dates import UK
from tieout.domain.commands import AnyCommand, EnterOrder, Found, RaiseReturn, differences
from tieout.domain.faults import performing as kinds
from tieout.domain.faults.kinds import Fault, FaultKind
from tieout.domain.faults.orders import CANCEL_TOO_LATE
from tieout.domain.faults.returns_value import ZERO_PRICE_REFUSED
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.rules.posting_windows import POSTINGS, STOCK, opening_after
from tieout.ports.directory import Company
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    Locked,
    NeedsHand,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)
from tieout.processes.bindings import Binding, bind
from tieout.processes.patience import Patience
from tieout.processes.record import Json, command_to_json, content_hash
from tieout.processes.sightings import note_answer
from tieout.store import effects
from tieout.store.documents import Document
from tieout.store.store import Connection, Held

STOCK_LANE = frozenset(
    {
        "raise_return",
        "cancel_return",
        "receive_return",
        "write_on",
        "write_off",
        "move_stock",
        "issue_stock",
        "count_stock",
        "despatch",
        "allocate_order",
    }
)
"""Commands that obey the hours of stock; all others that go to the ledger obey those of postings."""

DONE_WITHOUT = "a later plan does without it"

UNSEEN = frozenset({"raise_availability"})
"""Commands that no look can find again: only the remote system's own memory of the key keeps them single."""

ANSWERED_LATER = frozenset({"cancel_shipment_request"})
"""Commands that another house answers in its own time, by a file perhaps: asked again now and then, and nothing that
comes meanwhile waits for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Read back and right."""

    found: Found
    read_at: datetime
    """When it was read: for what an earlier run did, the time of that run's reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not done yet, for a reason that time heals."""

    at: datetime
    why: str
    unless: Fault | None = None
    """The fault it becomes when it goes on for longer than `patience`."""
    patience: timedelta = timedelta(0)
    pauses_account: str = ""
    """The account that is out of reach for everybody, when that is the reason."""
    is_by_the_clock: bool = False
    """Nothing is wrong: the house lets it be sent at another hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Not done, and a person must settle why."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What performing needs at hand: the held document, its attempt, the time and our patience."""

    held: Held
    document: Document
    attempt: int
    clock: Callable[[], datetime]
    """Asked at every step: the late-commit window counts from the moment of sending."""
    patience: Patience
    rules: MappingTables
    """The company's rules in force today: when it lets postings be sent."""

    @property
    def now(self) -> datetime:
        """The time at this step."""
        return self.clock()


def perform(company: Company, command: AnyCommand, bench: Bench) -> Done | Later | Trouble:
    """Carry out one command, once, however often this is called and wherever it was cut off before."""
    binding = bind(company, command)
    with bench.held.begin() as c:
        effect = _intend(c, command, binding, bench)
    if effect.state == "done":
        return _done_before(effect, command)
    try:
        found = binding.look()
    except ConnectorError as error:
        return _not_looked(error, command, binding, bench)
    if found is not None:
        return _adopt(found, command, bench)
    if command.kind in ANSWERED_LATER:
        return _ask(command, binding, bench, effect.sent_at)
    late_commit_until = effect.sent_at + bench.patience.late_commit if effect.sent_at else None
    if late_commit_until is not None and bench.now < late_commit_until:
        return Later(at=late_commit_until, why="the outcome of an earlier request is not known yet")
    if effect.sent_at is not None and effect.answer == {effects.ANSWERED: True} and command.kind not in UNSEEN:
        return Trouble(fault=_fault(kinds.NOT_SEEN_AFTER_POSTING, command, "answered as done"))
    if effect.sent_at is not None and command.kind in UNSEEN and bench.now - effect.sent_at > bench.patience.replay:
        return Trouble(
            fault=_fault(kinds.NOT_SEEN_AFTER_POSTING, command, f"last sent at {effect.sent_at:%d %b %H:%M}")
        )
    if effect.tries >= bench.patience.tries_max:
        return Trouble(fault=_fault(kinds.NOT_SEEN_AFTER_POSTING, command, f"sent {effect.tries} times"))
    table = STOCK if command.kind in STOCK_LANE else POSTINGS
    is_ledger = binding.account == company.ledger_account
    opens = opening_after(bench.rules, bench.now, UK, table) if is_ledger else None
    if opens is not None:
        return Later(at=opens, why=f"outside the company's {table.replace('_', ' ')}", is_by_the_clock=True)
    return _send(command, binding, bench)


def _ask(command: AnyCommand, binding: Binding, bench: Bench, asked_at: datetime | None) -> Done | Later | Trouble:
    """Ask, and come back for the answer; a house that was asked a while ago is asked again."""
    again = bench.patience.leg_again
    if asked_at is not None and bench.now < asked_at + again:
        return Later(at=asked_at + again, why=f"{binding.account} has not answered yet", is_by_the_clock=True)
    outcome = _send(command, binding, bench)
    if isinstance(outcome, Later) and outcome.unless is None and not outcome.pauses_account:
        return Later(at=bench.now + again, why=outcome.why, is_by_the_clock=True)
    return outcome


def intend_all(c: Connection, company: Company, commands: Sequence[AnyCommand], bench: Bench) -> list[str]:
    """Record the intent of every command of a plan, in the transaction that records the plan.

    An intent of an earlier plan that this one no longer holds is withdrawn, unless it may have been sent; returns the
    keys of those.
    """
    planned = {command.key for command in commands}
    withdrawn = []
    for effect in effects.effects_of(c, bench.document):
        if effect.state == "intended" and effect.sent_at is None and effect.key not in planned:
            effects.withdraw(c, bench.document, effect.key, reason=DONE_WITHOUT, at=bench.now)
            withdrawn.append(effect.key)
    for command in commands:
        _intend(c, command, bind(company, command), bench)
    return withdrawn


def _intend(c: Connection, command: AnyCommand, binding: Binding, bench: Bench) -> effects.Effect:
    """The effect under the command's key; one that is not settled takes today's content and a fresh count."""
    content = command_to_json(command)
    intent = effects.Intent(
        key=command.key,
        attempt=bench.attempt,
        command=command.kind,
        system=binding.account,
        content=content,
        content_hash=content_hash(content),
        about=getattr(command, "order_number", ""),
    )
    effect = effects.intend(c, bench.document, intent, at=bench.now)
    if effect.state != "done" and (effect.attempt != bench.attempt or effect.state != "intended"):
        effect = effects.intend_again(c, bench.document, intent, at=bench.now)
    return effect


def _done_before(effect: effects.Effect, command: AnyCommand) -> Done | Trouble:
    """An effect on record as done is done; the same key with other content is never an edit."""
    if effect.content_hash != content_hash(command_to_json(command)):
        return Trouble(fault=_fault(kinds.EFFECT_CONFLICT, command, f"posted as {effect.reference}"))
    assert effect.settled_at is not None, f"{effect.key} is done and nobody knows since when"
    match effect.answer:
        case {"figures": Mapping() as figures}:
            read = {str(name): str(figure) for name, figure in figures.items()}
            return Done(found=Found(reference=effect.reference or "", figures=read), read_at=effect.settled_at)
        case _:
            raise AssertionError(f"{effect.key} is done without figures that were read back")


def _send(command: AnyCommand, binding: Binding, bench: Bench) -> Done | Later | Trouble:
    """Post, then look; what is not answered for is unknown, never failed."""
    with bench.held.begin() as c:
        effects.sending(c, bench.document, command.key, at=bench.now)
    try:
        recorded = binding.act()
    except (OutcomeUnknown, BadAnswer) as error:
        _note(error, command, binding, bench)
        # An answer that nobody understands does not say that nothing was done.
        return Later(at=bench.now + bench.patience.late_commit, why=str(error))
    except ConnectorError as error:
        _note(error, command, binding, bench)
        with bench.held.begin() as c:
            effects.not_sent(c, bench.document, command.key)
        return _not_sent(error, command, binding, bench)
    with bench.held.begin() as c:
        effects.answered(c, bench.document, command.key)
    try:
        found = recorded or binding.look()
    except ConnectorError as error:
        return _not_looked(error, command, binding, bench)
    if found is None:
        return Later(at=bench.now + bench.patience.late_commit, why="posted, and not to be seen yet")
    return _adopt(found, command, bench)


def _note(error: ConnectorError, command: AnyCommand, binding: Binding, bench: Bench) -> None:
    with bench.held.begin() as c:
        note_answer(c, error, command, bench.document, account=binding.account, at=bench.now)


def _adopt(found: Found, command: AnyCommand, bench: Bench) -> Done | Later | Trouble:
    """What stands there under our key is ours; it must say what the plan says.

    A difference is read once more before it is believed: lists lag behind while a posting is being committed.
    """
    differing = differences(command.figures(), found.figures)
    if differing:
        saw = "; ".join(f"{name} {seen}" for name, _, seen in differing)
        wanted = "; ".join(f"{name} {want}" for name, want, _ in differing)
        if command.kind == "refund" and found.figures.get("amount") == "0":
            return Trouble(fault=Fault(code=kinds.REFUND_FAILED.code, at=_at(command, found), saw=saw, wanted=wanted))
        fault = Fault(code=kinds.READ_BACK_DIFFERS.code, at=_at(command, found), saw=saw, wanted=wanted)
        return _believed_later(fault, "what was read back differs", bench)
    read_at = bench.now
    with bench.held.begin() as c:
        answer: Json = {"figures": dict(found.figures), "link": found.link}
        effects.mark_done(c, bench.document, command.key, reference=found.reference, answer=answer, at=read_at)
    return Done(found=found, read_at=read_at)


def _not_looked(error: ConnectorError, command: AnyCommand, binding: Binding, bench: Bench) -> Later | Trouble:
    """A look that failed changes nothing; try again, unless only a person can help."""
    match error:
        case BadAnswer():
            return _believed_later(_fault(kinds.READ_BACK_DIFFERS, command, str(error)), str(error), bench)
        case Refused():
            return Trouble(fault=_fault(kinds.POSTING_REFUSED, command, error.reason))
        case NeedsHand():
            return Trouble(fault=_fault(kinds.HAND_POSTING_NEEDED, command, error.task))
        case _:
            return _wait(error, command, binding, bench)


def _believed_later(fault: Fault, why: str, bench: Bench) -> Later:
    window = bench.patience.late_commit
    return Later(at=bench.now + window / 2, why=why, unless=fault, patience=window)


def _not_sent(error: ConnectorError, command: AnyCommand, binding: Binding, bench: Bench) -> Later | Trouble:
    """The system did certainly not do it: wait for what time heals, hand the rest to a person."""
    match error:
        case Refused():
            with bench.held.begin() as c:
                effects.mark_refused(c, bench.document, command.key, reason=error.reason, answer=None, at=bench.now)
            return Trouble(fault=_fault(_refusal_of(command), command, error.reason))
        case NeedsHand():
            return Trouble(fault=_fault(kinds.HAND_POSTING_NEEDED, command, error.task))
        case _:
            return _wait(error, command, binding, bench)


def _refusal_of(command: AnyCommand) -> FaultKind:
    """What a refusal means: a line without a price is often refused by a right or an add-on, and for that alone."""
    if command.kind == "refund":
        return kinds.REFUND_FAILED
    if command.kind == "cancel_shipment_request":
        return CANCEL_TOO_LATE
    prices = [line.unit_price for line in command.lines] if isinstance(command, RaiseReturn | EnterOrder) else []
    return ZERO_PRICE_REFUSED if any(price == 0 for price in prices) else kinds.POSTING_REFUSED


def _wait(error: ConnectorError, command: AnyCommand, binding: Binding, bench: Bench) -> Later:
    """When to come back, by what stood in the way."""
    patience = bench.patience
    match error:
        case Busy():
            return Later(at=bench.now + max(error.wait, timedelta(seconds=0.1)), why=str(error))
        case Locked():
            wait = patience.lock_wait(bench.now - (bench.document.troubled_since or bench.now))
            saw = f"{error.holder}: {error}" if error.holder else str(error)
            fault = _fault(kinds.RECORD_LOCK_EXPIRED, command, saw)
            return Later(at=bench.now + wait, why=str(error), unless=fault, patience=patience.lock_window)
        case Unauthorised():
            return unauthorised(error, _at(command, None), bench.now, patience)
        case Unavailable():
            return Later(at=bench.now + patience.unavailable, why=str(error), pauses_account=binding.account)
        case _:
            return Later(at=bench.now + patience.late_commit, why=str(error))


def unauthorised(error: Unauthorised, doing: str, now: datetime, patience: Patience) -> Later:
    """A sign-in refused once may be a gateway's mistake; refused for longer, somebody must connect the account."""
    fault = Fault(code=kinds.RIGHT_MISSING.code, at=doing, saw=str(error))
    at = now + patience.unauthorised_wait
    return Later(at=at, why=str(error), unless=fault, patience=patience.unauthorised_window)


def _fault(kind: FaultKind, command: AnyCommand, saw: str) -> Fault:
    return Fault(code=kind.code, at=_at(command, None), saw=saw)


def _at(command: AnyCommand, found: Found | None) -> str:
    named = f" ({found.reference})" if found and found.reference else ""
    return f"{command.kind.replace('_', ' ')} {command.key}{named}"
