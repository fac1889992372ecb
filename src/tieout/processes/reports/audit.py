"""A read-only audit of returns: what the systems hold is judged by a library of rules, ranked by the money at stake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.faults import BY_CODE
from tieout.processes.reports import audit_rules as rules
from tieout.processes.reports.asked import RefundsAsked
from tieout.processes.reports.audit_reading import AuditRead
from tieout.processes.reports.audit_rules import AUDIT_RULES, Evidence
from tieout.processes.reports.bypass import Bypass
from tieout.processes.reports.credits import Credits
from tieout.processes.reports.figures import percent
from tieout.processes.reports.period import Period

OF_RETURNS = (
    rules.returns_that_would_stop,
    rules.tables_that_do_not_stand,
    rules.periods_that_are_closed,
    rules.refunds_before_receipt,
    rules.units_returned_twice,
)
"""The rules over what was read of one company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Everything that one rule found, with what to do."""

    code: str
    title: str
    owner: str
    do: str
    currency: str
    minor: int
    """At stake: each document once."""
    documents: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The report: the dearest finding first."""

    as_at: datetime
    period: Period
    returns: int
    matched: int
    matched_percent: str
    """Returns with exactly one order behind them."""
    credit_notes: int
    refunds: int
    findings: tuple[Finding, ...]
    new: tuple[str, ...]
    """Names of evidence that an earlier audit did not have; empty where none was given."""
    closed: tuple[str, ...]
    """Names of an earlier audit's evidence that is gone."""


def audit_report(
    read: Sequence[AuditRead],
    credited: Credits,
    bypassed: Bypass,
    refunds: Sequence[RefundsAsked],
    now: datetime,
    *,
    before: frozenset[str] | None = None,
) -> Audit:
    """What the rules found; `before` names the evidence of an earlier audit to compare with."""
    found = [one for each in read for rule in OF_RETURNS for one in rule(each)]
    found += rules.credits_and_refunds(credited, bypassed)
    found += [one for answer in refunds for one in rules.refunds_made_twice(answer.company, answer.refunds)]
    names = {one.name for one in found}
    returns = [one for each in read for one in each.returns]
    return Audit(
        as_at=now,
        period=credited.period,
        returns=len(returns),
        matched=rules.matched(returns),
        matched_percent=percent(rules.matched(returns), len(returns)),
        credit_notes=len(credited.rows),
        refunds=sum(len(answer.refunds) for answer in refunds),
        findings=tuple(sorted(_findings(found), key=lambda each: (-each.minor, -each.documents, each.code))),
        new=tuple(sorted(names - before)) if before is not None else (),
        closed=tuple(sorted(before - names)) if before is not None else (),
    )


def _findings(found: Iterable[Evidence]) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in found:
        groups.setdefault((one.code, one.currency), []).append(one)
    for (code, currency), mine in groups.items():
        title, owner, do = _about(code)
        by_document = {(one.company, one.document): one.minor for one in mine}
        yield Finding(
            code=code,
            title=title,
            owner=owner,
            do=do,
            currency=currency,
            minor=sum(by_document.values()),
            documents=len(by_document),
            evidence=tuple(sorted(mine, key=lambda one: (-one.minor, one.company, one.document, one.at))),
        )


def _about(code: str) -> tuple[str, str, str]:
    """Title, owner and what to do."""
    if code in BY_CODE:
        kind = BY_CODE[code]
        return kind.title, kind.owner.value, kind.do
    rule = next(rule for rule in AUDIT_RULES if rule.code == code)
    return rule.title, rule.owner.value, rule.do
