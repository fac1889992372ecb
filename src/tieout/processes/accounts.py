"""The daily look at every account: is somebody signed in, for how long, and what does its system allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from tieout.domain.desk.causes import cause_of
from tieout.domain.desk.due_times import due_time
from tieout.domain.faults import BY_CODE
from tieout.domain.faults import accounts as kinds
from tieout.domain.faults.kinds import Fault
from tieout.ports.accounts import AccountReport, Finding, OpenAccount, SignIn
from tieout.ports.errors import ConnectorError, Unauthorised
from tieout.processes.standing import TIEOUT, hours_for
from tieout.store import cases, documents, probes
from tieout.store.store import Connection, Store

log = structlog.get_logger()

KIND = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An account that is asked by reading the first row of a listing, and nothing more."""

    subject: str
    rows: Callable[[], Iterator[object]]

    def examine(self) -> AccountReport:
        """One finding: whether the listing was answered."""
        try:
            next(self.rows(), None)
        except ConnectorError as error:
            return AccountReport(findings=(Finding(subject=self.subject, is_well=False, says=str(error)),))
        return AccountReport(findings=(Finding(subject=self.subject, is_well=True, says="answers"),))


@dataclass(frozen=True, slots=True)
class PushOnly:
    """An account that tells us and is never asked: there is nothing that could answer."""

    name: str

    def examine(self) -> AccountReport:
        """One finding: where it pushes to."""
        says = f"pushes to /in/{self.name} and is never asked"
        return AccountReport(findings=(Finding(subject="messages", is_well=True, says=says),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """How the sign-in of an account stands."""

    ends_at: datetime | None
    """None when nobody has signed in."""
    fault: Fault | None
    """What a person must be asked for; None when all is well, or when nobody can tell now."""
    sentence: str
    """For a person."""

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked of the account before somebody signs in."""
        return self.fault is not None and self.fault.code == kinds.SIGN_IN_ENDED.code


def sign_in_state(account: OpenAccount, now: datetime) -> SignInState | None:
    """How the sign-in stands; None where the account needs none. Sage ID is asked only when a token must be renewed."""
    if account.sign_in is None:
        return None
    try:
        account.sign_in.check()
    except Unauthorised as error:
        fault = Fault(code=kinds.SIGN_IN_ENDED.code, at=f"account {account.name}", saw=str(error), wanted="a sign-in")
        return SignInState(ends_at=ends_at(account.sign_in), fault=fault, sentence=str(error))
    except ConnectorError as error:
        return SignInState(ends_at=ends_at(account.sign_in), fault=None, sentence=f"cannot be told now: {error}")
    ends = ends_at(account.sign_in)
    if ends is None:
        return SignInState(ends_at=None, fault=None, sentence="signed in; since when is not known")
    if ends - now > timedelta(days=account.sign_in_warn_days):
        return SignInState(ends_at=ends, fault=None, sentence=f"signed in until {ends:%d %b %Y}")
    sentence = _ending(ends, now)
    fault = Fault(code=kinds.SIGN_IN_ENDS_SOON.code, at=f"account {account.name}", saw=sentence, wanted="a new sign-in")
    return SignInState(ends_at=ends, fault=fault, sentence=sentence)


def ends_at(sign_in: SignIn) -> datetime | None:
    """When a sign-in ends; None also when what is kept of it cannot be read."""
    try:
        return sign_in.sign_in_ends()
    except ConnectorError:
        return None


def check_account(store: Store, account: OpenAccount, company: str, now: datetime) -> None:
    """Ask one account, keep what it allows, and open or close the case of its sign-in."""
    state = sign_in_state(account, now)
    if state is not None:
        with store.scope(company) as c:
            settle_sign_in(c, company, account.name, state, at=now)
        if state.is_over:
            return
    report = account.examined.examine()
    with store.scope(None) as c:
        probes.keep(c, account.name, report, at=now)
        for change in probes.changed(c, account.name):
            log.warning("account.changed", account=account.name, change=change)


def settle_sign_in(c: Connection, company: str, name: str, state: SignInState, *, at: datetime) -> None:
    """Open the case of an account's sign-in, bring it up to date, or close it when somebody has signed in."""
    standing = cases.open_case_of(c, company, KIND, name)
    if state.fault is None:
        if standing is not None and state.ends_at is not None and state.ends_at > at:
            how = f"somebody signed in: {state.sentence}"
            cases.close(c, standing.id, by=TIEOUT, how=how, at=at, where="source")
            _settle(c, company, name, "done", at=at)
        return
    _settle(c, company, name, "blocked", at=at)
    document = documents.document(c, company, KIND, name)
    assert document is not None
    kind = BY_CODE[state.fault.code]
    fault = {"code": kind.code, "at": state.fault.at, "saw": state.fault.saw, "wanted": state.fault.wanted}
    trouble = cases.Trouble(
        code=kind.code,
        owner=kind.owner.value,
        fault_class=kind.fault_class.value,
        faults=[fault],
        stake_minor=None,
        currency=None,
        cause=cause_of(state.fault),
        due_at=due_time(at, hours=hours_for(c, company, kind.owner, at), document_opened_at=document.opened_at),
    )
    cases.open_or_update(c, document, trouble, at=at)


def _settle(c: Connection, company: str, name: str, state: documents.State, *, at: datetime) -> None:
    """The account's document, opened where it is new, in the state in which it stays until the next check."""
    document = documents.touch(c, company=company, kind=KIND, key=name, lane_key=name, lanes=1, due_at=at, at=at)
    documents.describe(c, document, title=f"Account {name}", stake_minor=None, currency=None)
    documents.settle(c, document, state=state, due_at=None, at=at, troubled_since=None)


def _ending(ends: datetime, now: datetime) -> str:
    if ends <= now:
        return f"the sign-in ended on {ends:%d %b %Y} by its days, and may be refused at any time"
    days = (ends.date() - now.date()).days
    when = "today" if days == 0 else ("tomorrow" if days == 1 else f"in {days} days")
    return f"the sign-in ends {when}, on {ends:%d %b %Y}"
