"""What trying again will do: everything is read and decided as the next attempt will, and nothing is done.

Remote systems are only looked at; what is written to our own records on the way is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tieout.domain.business_dates import UK, uk_date
from tieout.domain.commands import AnyCommand, differences
from tieout.domain.faults.kinds import Fault
from tieout.domain.plans import Blocked, Plan
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.rules.posting_windows import POSTINGS, STOCK, opening_after
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.bindings import bind
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.desk.acting import company_of
from tieout.processes.desk.steps import PlannedStep, step_of
from tieout.processes.flows import FLOWS
from tieout.processes.performing import STOCK_LANE
from tieout.processes.record import decision_from_json
from tieout.processes.rules import rules_on
from tieout.processes.settling import AnyFlow
from tieout.store import Store, attempts, documents
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.store import Connection

Becomes = Literal["goes on", "stays", "other trouble", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the next attempt will find and do."""

    becomes: Becomes
    """`stays`: the case's fault still holds. `nothing`: nothing is left to do and the case closes."""
    says: str
    """The same in one sentence."""
    steps: Sequence[ForeseenStep]
    faults: Sequence[Fault]
    """What would stop it, or stay to be seen beside the plan."""
    waiting_for: str
    """What must happen elsewhere before more is done."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenStep:
    """One step of the plan, and what will become of it."""

    step: PlannedStep
    fate: Literal["will be done", "stands already", "differs", "later", "not looked for"]
    says: str


class _Unkept:
    """Our own records, read and written as an attempt does; every transaction is taken back at its end."""

    def __init__(self, store: Store, company: str) -> None:
        self._store = store
        self._company = company

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction of which nothing is kept."""
        with self._store.scope(self._company) as c:
            rehearsal = c.begin_nested()
            try:
                yield c
            finally:
                rehearsal.rollback()


def preview(desk: Desk, case: Case) -> Preview:
    """What trying the case's document again will do, by what all systems say now.

    Raises NotPossible where there is nothing to try again, or a system cannot be read.
    """
    flow = FLOWS.get(case.document_kind)
    if flow is None:
        raise NotPossible(f"Exception {case.id} is about a {case.document_kind}: there is nothing to try again.")
    company, now = company_of(desk, case), desk.clock()
    records = _Unkept(desk.store, company.name)
    with records.begin() as c:
        document = documents.document(c, company.name, flow.kind, case.document_key)
        rules = rules_on(c, company.name, uk_date(now))
    if document is None:
        raise NotPossible(f"Exception {case.id} has no document any more: close it with that reason.")
    try:
        decision = _decide(flow, company, records, document, now, rules)
        if isinstance(decision, Blocked):
            return _blocked(case, decision, now)
        return _planned(company, case, decision, rules, now)
    except ConnectorError as error:
        raise NotPossible(f"A system could not be read, so nobody can say yet: {error}") from None


def _decide(
    flow: AnyFlow, company: Company, records: _Unkept, document: Document, now: datetime, rules: MappingTables
) -> Plan | Blocked:
    """As an attempt decides: one that was cut off is ended as it was recorded."""
    with records.begin() as c:
        last = attempts.last_attempt(c, document)
    if last is not None and last.ended is None and last.decision is not None:
        return decision_from_json(last.decision)
    facts = flow.gather(company, records, document, now, rules)
    with records.begin() as c:
        return flow.decide(flow.complete(c, facts))


def _blocked(case: Case, decision: Blocked, now: datetime) -> Preview:
    is_same = decision.faults[0].code == case.code
    says = (
        "Nothing would change: the same trouble still holds."
        if is_same
        else "It would stop again, for another reason than before."
    )
    becomes: Becomes = "stays" if is_same else "other trouble"
    return Preview(becomes=becomes, says=says, steps=(), faults=decision.faults, waiting_for="", at=now)


def _planned(company: Company, case: Case, plan: Plan, rules: MappingTables, now: datetime) -> Preview:
    steps = tuple(_foreseen(company, plan.commands, rules, now))
    is_seen_still = any(fault.code == case.code for fault in plan.raised)
    many = sum(1 for one in steps if one.fate in {"will be done", "later"})
    becomes: Becomes
    if any(one.fate == "differs" for one in steps):
        becomes, says = "stays", "It would stop: what stands in the system differs from the plan."
    elif is_seen_still and not many:
        becomes, says = "stays", "Nothing would change: what must be seen is still so."
    elif many:
        becomes, says = "goes on", f"{many} {'step' if many == 1 else 'steps'} would be carried out, in this order."
    else:
        becomes, says = "nothing", "Nothing is left to do in any system; the exception closes."
    return Preview(becomes=becomes, says=says, steps=steps, faults=plan.raised, waiting_for=plan.waiting_for, at=now)


def _foreseen(
    company: Company, commands: Sequence[AnyCommand], rules: MappingTables, now: datetime
) -> Iterator[ForeseenStep]:
    """Look as performing looks: in order, up to the first that is not there yet."""
    is_looking = True
    for command in commands:
        binding = bind(company, command)
        step = step_of(command, binding.account, _system_of(company, binding.account))
        if is_looking:
            try:
                found = binding.look()
            except ConnectorError as error:
                is_looking = False
                yield ForeseenStep(step=step, fate="not looked for", says=f"Could not be looked for: {error}")
                continue
            if found is not None:
                wrong = differences(command.figures(), found.figures)
                is_looking = not wrong
                yield ForeseenStep(
                    step=step,
                    fate="differs" if wrong else "stands already",
                    says="; ".join(f"{name}: {saw} instead of {wanted}" for name, wanted, saw in wrong)
                    or f"It stands there already as {found.reference}, and is taken over.",
                )
                continue
            is_looking = False
        opens = _opens(company, command, binding.account, rules, now)
        if opens is None:
            yield ForeseenStep(step=step, fate="will be done", says="")
        else:
            says = f"Waits for the hours of posting: {opens.astimezone(UK):%d %b %Y, %H:%M}."
            yield ForeseenStep(step=step, fate="later", says=says)


def _opens(company: Company, command: AnyCommand, account: str, rules: MappingTables, now: datetime) -> datetime | None:
    if account != company.ledger_account:
        return None
    return opening_after(rules, now, UK, STOCK if command.kind in STOCK_LANE else POSTINGS)


def _system_of(company: Company, account: str) -> str:
    known = {company.portal_account: "portal", company.storefront_account: "storefront", company.ledger_account: "sage"}
    return known.get(account, account)
