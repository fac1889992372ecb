"""What every act of a person on a case shares: the case is found, held and still as it was seen; the audit is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.people import Actor, Permission
from tieout.ports.directory import Company
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.flows import FLOWS
from tieout.processes.routing import wake
from tieout.store import audit, cases, documents
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.store import Connection

REASON_LENGTH = 2_000
_MAY_NOT: Mapping[Permission, str] = {
    Permission.DESK_WORK: "Your role may look at exceptions, but not work on them.",
    Permission.DESK_SETTLE: "Your role may not settle exceptions: assign it to somebody who may, or write a comment.",
    Permission.DESK_BULK: "Your role may not act on many exceptions at once.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of an act, in one sentence for whoever acted."""

    case_id: int
    said: str
    is_pending: bool = False
    """Whether it counts only once somebody else agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act on one case, in its transaction; the case is held against every other act."""

    desk: Desk
    actor: Actor
    c: Connection
    case: Case
    now: datetime
    key: str
    """What was done and what the form sent: the same key is the same act."""

    @property
    def company(self) -> Company:
        """The case's company with its systems; NotPossible when the settings name it no more."""
        return company_of(self.desk, self.case)

    @property
    def document(self) -> Document:
        """What the case is about."""
        found = documents.document(self.c, self.case.company, self.case.document_kind, self.case.document_key)
        if found is None:
            raise NotPossible(f"Exception {self.case.id} has no document any more: close it with that reason.")
        return found

    def note(self, action: str, after: Mapping[str, object], before: Mapping[str, object] | None = None) -> None:
        """Write the act into the audit."""
        case = self.case
        was = {"code": case.code, "state": case.state, **(before or {})}
        kept = {name: value for name, value in {**after, "key": self.key}.items() if value not in {None, ""}}
        audit.append(
            self.c,
            at=self.now,
            who=self.actor.name,
            company=case.company,
            action=action,
            subject=subject_of(case),
            before=_plain(was),
            after=_plain(kept),
        )

    def was_done(self) -> bool:
        """Whether the same form was taken before: sent twice, or sent again after the answer was lost."""
        if not self.key:
            return False
        known = audit.entries(self.c, subject=subject_of(self.case), limit=50)
        mine = [one.after for one in known if one.who == self.actor.name]
        return any(isinstance(after, Mapping) and after.get("key") == self.key for after in mine)

    def close(self, how: str, *, where: str) -> None:
        """Close the case in the actor's name."""
        cases.close(self.c, self.case.id, by=self.actor.name, how=how, at=self.now, where=where)

    def start_again(self) -> None:
        """Make the document due and start its lane; NotPossible for one that nothing can be tried again for."""
        case = self.case
        if case.document_kind not in FLOWS:
            raise NotPossible(
                f"Exception {case.id} is about a {case.document_kind}: there is nothing to try again. "
                "Close it once it is settled."
            )
        lane = wake(self.c, case.company, self.company.lanes, case.document_key, at=self.now, kind=case.document_kind)
        self.desk.start(self.c, case.company, lane)


def subject_of(case: Case) -> str:
    """What the audit calls a case."""
    return f"case {case.id} {case.document_kind} {case.document_key}"


def company_of(desk: Desk, case: Case) -> Company:
    """The case's company with its systems; NotPossible when the settings name it no more."""
    found = desk.companies.get(case.company)
    if found is None:
        raise NotPossible(f"The settings name no company {case.company} any more, so nothing of it can be started.")
    return found


def case_seen(desk: Desk, actor: Actor, case_id: int) -> Case:
    """A case that the actor may see; NotPossible when there is none."""
    with desk.store.scope(None) as c:
        found = cases.case(c, case_id)
    if found is None or not actor.sees(found.company):
        raise NotPossible(f"There is no exception {case_id} in a company that you see.")
    return found


@contextmanager
def acting(  # noqa: PLR0913 - one argument per thing that is checked
    desk: Desk,
    actor: Actor,
    case_id: int,
    permission: Permission,
    deed: str,
    *,
    version: str = "",
    key: str = "",
    is_open: bool = True,
) -> Iterator[Act]:
    """Hold a case for one act of somebody who may; all of it is one transaction.

    The same `key` of the same person for the same `deed` is the same act: a page has one key for all its forms.
    What settles (`DESK_SETTLE`) is for whoever stands for the case's owner. Raises NotPossible when the case is not
    there, closed, somebody else's to settle, or no longer what the actor saw (`version`).
    """
    seen = case_seen(desk, actor, case_id)
    refuse_who_may_not(actor, seen, permission)
    with desk.store.scope(seen.company) as c:
        (case,) = cases.held(c, [case_id])
        act = Act(desk=desk, actor=actor, c=c, case=case, now=desk.clock(), key=f"{deed} {key}" if key else "")
        if is_open and case.state != "open" and not act.was_done():
            raise NotPossible(f"Exception {case.id} is closed already: {case.closed_how} ({case.closed_by}).")
        if version and version != case.version and not act.was_done():
            raise NotPossible(
                f"Exception {case.id} was changed by somebody else, or by new trouble, while you looked at it. "
                "Open it again and decide on what it says now."
            )
        yield act


def refuse_who_may_not(actor: Actor, case: Case, permission: Permission) -> None:
    """Raise NotPossible for an act that is not the actor's to do."""
    if not actor.may(permission):
        raise NotPossible(_MAY_NOT.get(permission, "Your role may not do that."))
    if permission is Permission.DESK_SETTLE and not settles(actor, case):
        raise NotPossible(
            f"Exception {case.id} is for {case.owner} to settle. Assign it to somebody there, or write a comment."
        )


def settles(actor: Actor, case: Case) -> bool:
    """Whether a case is the actor's to settle."""
    return actor.may(Permission.DESK_SETTLE) and case.owner in {owner.value for owner in actor.stands_for}


def given(text: str, what: str) -> str:
    """A text that must be there and not too long; NotPossible otherwise."""
    stripped = " ".join(text.split())
    if not stripped:
        raise NotPossible(f"Say {what}: it is kept with the record.")
    if len(stripped) > REASON_LENGTH:
        raise NotPossible(f"That is longer than {REASON_LENGTH:,} characters: say {what} in fewer words.")
    return stripped


def _plain(cells: Mapping[str, object]) -> dict[str, str | int | bool | None]:
    return {
        name: value if isinstance(value, str | int | bool) or value is None else str(value)
        for name, value in cells.items()
    }
