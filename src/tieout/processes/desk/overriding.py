"""Overriding a fault with a reason; above the amount that the house sets, a second person must agree.

The policy `override_alone_up_to` names the amount in pounds; where it is not set, one person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from tieout.domain.business_dates import uk_date
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money, money
from tieout.domain.people import Actor, Permission
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.desk.acting import Act, Done, acting, given
from tieout.processes.desk.adopting import ADOPTION_REFUSED, go_on, second_word
from tieout.processes.flows import FLOWS
from tieout.processes.kinds import REFUND
from tieout.processes.rules import rules_on
from tieout.store import approvals
from tieout.store.approvals import Approval
from tieout.store.cases import Case
from tieout.store.store import Connection

POLICY: Final = "override_alone_up_to"
ASKED: Final = "override_asked "
AGREED: Final = "override_agreed "
REFUSED: Final = "override_refused "
_ADOPTED: Final = "adopted_as_"
_SECONDED: Final = "adoption_seconded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision that waits for a second person."""

    what: Literal["override", "adoption"]
    says: str
    who: str
    why: str
    at: datetime


def override(desk: Desk, actor: Actor, case_id: int, *, why: str, version: str = "", key: str = "") -> Done:
    """Accept the fact as it is, so that the document goes on; above the house's amount somebody else must agree."""
    reason = given(why, "why it is right")
    with acting(desk, actor, case_id, Permission.DESK_SETTLE, "override", version=version, key=key) as act:
        limit = asks_above(act.c, act.case, act.now)
        is_over = limit is not None and (act.case.stake_minor is None or act.case.stake_minor > limit.minor)
        if not act.was_done():
            refuse_what_cannot_be_overridden(act.case)
            if pending_of(act.c, act.case) is not None:
                raise NotPossible(f"An override of exception {case_id} waits for a second person already.")
            if is_over:
                _keep(act, f"{ASKED}{act.case.code}", actor.name, reason)
                act.note("case.override_asked", {"why": reason})
            else:
                _accept(act, actor.name, reason)
                act.note("case.accept", {"why": reason})
    if is_over and limit is not None:
        said = f"It is over {limit}, so a second person must agree. Exception {case_id} waits for them."
        return Done(case_id=case_id, said=said, is_pending=True)
    return Done(case_id=case_id, said=f"Exception {case_id} is overridden.")


def second(desk: Desk, actor: Actor, case_id: int, *, agrees: bool, why: str, key: str = "") -> Done:
    """Say yes or no, as the second person, to what somebody else decided on a case."""
    reason = given(why, "what you looked at")
    with acting(desk, actor, case_id, Permission.DESK_SETTLE, "second", key=key) as act:
        if act.was_done():
            return Done(case_id=case_id, said="Your word is on the record.")
        pending = pending_of(act.c, act.case)
        if pending is None:
            raise NotPossible(f"Nothing on exception {case_id} waits for a second person.")
        if pending.who.strip().casefold() == actor.name.strip().casefold():
            raise NotPossible("You decided it yourself, so somebody else must look at it.")
        if pending.what == "adoption":
            second_word(act, agrees=agrees, why=reason)
        elif agrees:
            _keep(act, f"{AGREED}{act.case.code}", actor.name, reason)
            _accept(act, pending.who, pending.why)
        else:
            _keep(act, f"{REFUSED}{act.case.code}", actor.name, reason)
        after = {"why": reason, "decided_by": pending.who}
        act.note("case.second" if agrees else "case.refuse", after, {"waits": pending.says})
        said = go_on(act) if agrees and pending.what == "adoption" else _answered(case_id, agrees=agrees)
    return Done(case_id=case_id, said=said)


def pending_of(c: Connection, case: Case) -> Pending | None:
    """What waits for a second person on an open case; None when nothing does."""
    if case.state != "open":
        return None
    words = approvals.approvals_of(c, case.company, case.document_kind, case.document_key)
    if case.document_kind == REFUND:
        adoption = _last(words, _ADOPTED, (_SECONDED, ADOPTION_REFUSED))
        if adoption is not None:
            how = adoption.code.removeprefix(_ADOPTED)
            return _pending("adoption", f"to take refund {case.document_key} in as {how}", adoption)
    asked = _last(words, f"{ASKED}{case.code}", (f"{AGREED}{case.code}", f"{REFUSED}{case.code}"))
    return _pending("override", f"to override: {BY_CODE[case.code].title}", asked) if asked is not None else None


def asks_above(c: Connection, case: Case, now: datetime) -> Money | None:
    """The amount above which a second person must agree; None where the house asks for none."""
    policy = rules_on(c, case.company, uk_date(now), table="policy").policy(POLICY)
    if policy is None or not policy.strip():
        return None
    try:
        return money(Decimal(policy.strip()), case.currency or "GBP")
    except InvalidOperation:
        return Money(0, case.currency or "GBP")


def refuse_what_cannot_be_overridden(case: Case) -> None:
    """Raise NotPossible for a fault that nobody may wave through."""
    kind = BY_CODE.get(case.code)
    if kind is None or not kind.can_accept:
        what = kind.title if kind is not None else case.code
        instead = f" What to do instead: {kind.do}" if kind is not None else ""
        raise NotPossible(f"{case.code} cannot be accepted: {what}.{instead}")


def _accept(act: Act, who: str, why: str) -> None:
    """The fact counts as accepted: a document that is worked on goes on, anything else is closed."""
    if act.case.document_kind in FLOWS:
        _keep(act, act.case.code, who, why)
        act.start_again()
    else:
        act.close(f"accepted: {why}", where="override")


def _keep(act: Act, code: str, who: str, why: str) -> None:
    case = act.case
    approvals.approve(
        act.c,
        company=case.company,
        kind=case.document_kind,
        key=case.document_key,
        code=code,
        who=who,
        why=why,
        at=act.now,
    )


def _last(words: list[Approval], asked: str, answers: tuple[str, ...]) -> Approval | None:
    """The last thing asked that nobody has answered since."""
    waiting: Approval | None = None
    for word in words:
        if word.code.startswith(asked):
            waiting = word
        elif word.code in answers:
            waiting = None
    return waiting


def _pending(what: Literal["override", "adoption"], says: str, asked: Approval) -> Pending:
    return Pending(what=what, says=says, who=asked.who, why=asked.why, at=asked.at)


def _answered(case_id: int, *, agrees: bool) -> str:
    return f"Exception {case_id} is overridden." if agrees else "You refused it. The exception stays open as it was."
