"""A lane's job drains its lane: the due documents one after the other, until none is left or time is up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from tieout.domain.business_dates import uk_date
from tieout.durable import LaneJob
from tieout.ports.directory import Company
from tieout.processes.patience import Patience
from tieout.processes.rules import rules_on
from tieout.processes.settling import AnyFlow, Ending, Work, settle
from tieout.store import attempts, documents, pauses
from tieout.store.documents import Document
from tieout.store.store import Held, HoldLost, Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What every lane works with."""

    store: Store
    companies: Mapping[str, Company]
    clock: Callable[[], datetime]
    patience: Patience


def drain(floor: Floor, job: LaneJob, flow: AnyFlow) -> None:
    """Work through the due documents of one lane of a flow."""
    company = floor.companies[job.company]
    while not job.deadline.passed():
        document = _next(floor, company, job.lane, flow)
        if document is None:
            return
        with floor.store.holding(company.name, flow.kind, document.key) as held:
            if held is None:
                return
            _work_on(floor, company, held, document.key, flow)


def _next(floor: Floor, company: Company, lane: int, flow: AnyFlow) -> Document | None:
    """The document that has been due for longest, unless an account it needs is resting."""
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        if any(pauses.paused(c, account, now) for account in flow.accounts(company)):
            return None
        return documents.next_due(c, company.name, lane, now, kinds=(flow.kind,))


def _work_on(floor: Floor, company: Company, held: Held, key: str, flow: AnyFlow) -> None:
    now = floor.clock()
    with held.begin() as c:
        document = documents.document(c, company.name, flow.kind, key)
        rules = rules_on(c, company.name, uk_date(now))
    if document is None or document.due_at is None or document.due_at > now:
        return
    work = Work(
        company=company,
        held=held,
        document=document,
        now=now,
        clock=floor.clock,
        patience=floor.patience,
        rules=rules,
    )
    try:
        ending = settle(work, flow)
    except HoldLost:
        raise
    except Exception:
        _rest(work)
        raise
    _settle(work, ending)


def _settle(work: Work, ending: Ending) -> None:
    with work.held.begin() as c:
        documents.settle(
            c,
            work.document,
            state=ending.state,
            due_at=ending.due_at,
            at=work.now,
            troubled_since=ending.troubled_since,
            troubled_by=ending.troubled_by,
        )
        if ending.pauses_account and ending.due_at is not None:
            pauses.pause(c, ending.pauses_account, until=ending.due_at, reason=ending.note)
    log.info(
        "document.worked",
        company=work.company.name,
        kind=work.document.kind,
        key=work.document.key,
        state=ending.state,
        note=ending.note,
    )


def _rest(work: Work) -> None:
    """Our own code failed: the document rests, so that the lane goes on; the failed job stays visible."""
    with work.held.begin() as c:
        last = attempts.last_attempt(c, work.document)
        if last is not None and last.ended is None:
            attempts.finish(c, last, ended="defect", note="our own code failed; see the log", at=work.now)
        documents.settle(
            c,
            work.document,
            state="waiting",
            due_at=work.now + work.patience.defect,
            at=work.now,
            troubled_since=work.document.troubled_since,
            troubled_by=work.document.troubled_by,
        )
