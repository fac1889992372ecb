"""Refunds that went round the workflow: by whom, in which week, what became of them, and the share that did not.

The refunds are the storefront's own list. One went through the workflow when it carries our key, or when the portal
says that it made it for an RMA; every other one is outside, whatever was decided about it since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults.returns import REFUND_OUTSIDE_WORKFLOW
from tieout.domain.identifiers import find_key
from tieout.domain.returns.adopted import PREFIX, document_key
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.adoption import ADOPTED
from tieout.processes.reports.asked import RefundsAsked
from tieout.processes.reports.figures import percent
from tieout.processes.reports.known import Known
from tieout.processes.reports.period import Period, week_of

TEAM = "team"
"""Mapping table: key a person as the storefront names them, field `team`."""
TARGET = "refund_coverage_target"
"""Policy: percent of refund value that should go through the workflow in a week."""
APPS = "refund_app"
"""Mapping table: what the house does with the refunds of an app, or of `a person`; field `as`."""
NO_TEAM = "no team"
SOMEBODY = "a person"


class Became(StrEnum):
    """What became of a refund outside the workflow."""

    OPEN = "on a desk"
    AWAITED = "adoption awaits a second person"
    ADOPTED = "adopted"
    SETTLED = "settled by a person"
    IGNORED = "none of ours by a rule"
    UNSEEN = "on no desk yet"


UNDECIDED = (Became.OPEN, Became.AWAITED, Became.UNSEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BypassRow:
    """One refund outside the workflow."""

    company: str
    refund_id: str
    order: str
    made_at: datetime
    week: date
    currency: str
    minor: int
    by_app: str
    """The app that made it; empty for a person in the admin."""
    person: str
    """As the storefront names them; empty unless people are asked for."""
    team: str
    became: Became
    what: str
    """Case, adoption or reason."""
    read_at: datetime
    """When the storefront was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCoverage:
    """All refunds of one week that begins on a Monday."""

    week: date
    currency: str
    refunds: int
    minor: int
    inside: int
    inside_minor: int
    outside: int
    outside_minor: int
    open_minor: int
    """Outside, and nobody has said yet what they were."""
    percent: str
    """Value through the workflow of all value refunded."""
    is_below_target: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueRow:
    """What one app, team or person refunded outside the workflow."""

    by: str
    currency: str
    refunds: int
    minor: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """The report."""

    as_at: datetime
    period: Period
    target_percent: str
    """Empty where the house has set none."""
    rows: tuple[BypassRow, ...]
    weeks: tuple[WeekCoverage, ...]
    league: tuple[LeagueRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What is known of refunds, by company and the storefront's number."""

    inside: frozenset[tuple[str, str]]
    keys: frozenset[tuple[str, str]]
    strays: Mapping[tuple[str, str], Known]
    accepted: Mapping[tuple[str, str], str]
    """What a person said of refunds on the order of a return, by company and order."""
    accepted_at: Mapping[tuple[str, str], datetime]

    @classmethod
    def of(cls, known: Sequence[Known], strays: Sequence[Known], told: Iterable[tuple[str, str]] = ()) -> Workflow:
        """`told` are the refunds that a portal names for RMAs that were never read."""
        by_portal = {
            (each.company, refund.refund_id)
            for each in known
            if each.facts and each.facts.rma and not each.key.startswith(PREFIX)
            for refund in each.facts.rma.refunds
        }
        ours = {(each.company, step.command.key) for each in known for step in each.steps}
        said = [(each, one) for each in known for one in each.approvals if one.code == REFUND_OUTSIDE_WORKFLOW.code]
        orders = {(each.company, _order_of(each)): one for each, one in said}
        return cls(
            inside=frozenset(by_portal | set(told)),
            keys=frozenset(ours),
            strays={(each.company, each.key): each for each in strays if each.kind == "refund"},
            accepted={name: f"{one.who}: {one.why}" for name, one in orders.items()},
            accepted_at={name: one.at for name, one in orders.items()},
        )

    def has(self, company: str, refund: ShopRefund) -> bool:
        """Whether a refund went through the workflow."""
        key = find_key(refund.note)
        return (company, key or "") in self.keys or (company, refund.refund_id) in self.inside


def ask_portal(company: Company, asked: RefundsAsked, workflow: Workflow) -> set[tuple[str, str]]:
    """Refunds that the portal names for an RMA though no return that we know does. Raises errors of the read."""
    doubtful = {r.order_id for r in asked.refunds if not workflow.has(company.name, r)}
    return {
        (company.name, payment.refund.refund_id)
        for order_id in sorted(doubtful)
        for payment in company.portal.payments(order_id)
        if payment.refund.refund_id and not payment.refund.has_failed
    }


def bypass_report(
    asked: Sequence[RefundsAsked],
    workflow: Workflow,
    tables: Mapping[str, MappingTables],
    period: Period,
    now: datetime,
    *,
    by_person: bool,
) -> Bypass:
    """Refunds outside the workflow, the latest first; with people's names only where they are asked for."""
    rows = [
        _row(answer, refund, workflow, tables[answer.company], by_person=by_person)
        for answer in asked
        for refund in answer.refunds
        if not workflow.has(answer.company, refund)
    ]
    rows.sort(key=lambda row: (row.made_at, row.refund_id), reverse=True)
    targets = [found for table in tables.values() if (found := _target(table)) is not None]
    target = max(targets, default=None)
    return Bypass(
        as_at=now,
        period=period,
        target_percent=str(target) if target is not None else "",
        rows=tuple(rows),
        weeks=tuple(_weeks(asked, rows, target)),
        league=tuple(_league(rows, by_person=by_person)),
    )


def _row(
    answer: RefundsAsked, refund: ShopRefund, workflow: Workflow, tables: MappingTables, *, by_person: bool
) -> BypassRow:
    became, what = _became(answer.company, refund, workflow, tables)
    return BypassRow(
        company=answer.company,
        refund_id=refund.refund_id,
        order=refund.order_name,
        made_at=refund.made_at,
        week=week_of(refund.made_at),
        currency=refund.amount.currency,
        minor=refund.amount.minor,
        by_app=refund.app,
        person=refund.staff if by_person else "",
        team=(tables.value(TEAM, refund.staff, "team") or NO_TEAM) if refund.staff else "",
        became=became,
        what=what,
        read_at=answer.at,
    )


def _became(company: str, refund: ShopRefund, workflow: Workflow, tables: MappingTables) -> tuple[Became, str]:
    stray = workflow.strays.get((company, refund.refund_id))
    adopted = next((one for one in stray.approvals if one.code.startswith(ADOPTED)), None) if stray else None
    if stray is not None and adopted is not None:
        how = f"{document_key(refund.refund_id)} by {adopted.who}: {adopted.why}"
        return (Became.AWAITED if stray.open_case else Became.ADOPTED), how
    if stray is not None and stray.open_case is not None:
        return Became.OPEN, f"case {stray.open_case.id} {stray.open_case.code}"
    if stray is not None and stray.cases:
        last = stray.cases[-1]
        return Became.SETTLED, f"case {last.id}, {last.closed_by}: {last.closed_how}"
    order = (company, refund.order_name)
    if order in workflow.accepted and workflow.accepted_at[order] >= refund.made_at:
        return Became.SETTLED, workflow.accepted[order]
    rule = tables.find(APPS, refund.app or SOMEBODY)
    if rule is not None and rule.value.get("as") == "ignore":
        return Became.IGNORED, f"rule {rule.name}"
    return Became.UNSEEN, ""


def _order_of(known: Known) -> str:
    return known.facts.rma.order_name if known.facts and known.facts.rma else ""


def _weeks(asked: Sequence[RefundsAsked], rows: Sequence[BypassRow], target: Decimal | None) -> Iterator[WeekCoverage]:
    refunds = [(week_of(r.made_at), r.amount.currency, r.amount.minor) for each in asked for r in each.refunds]
    for week, currency in sorted({(week, currency) for week, currency, _ in refunds}):
        amounts = [minor for of_week, of_currency, minor in refunds if (of_week, of_currency) == (week, currency)]
        outside = [row for row in rows if (row.week, row.currency) == (week, currency)]
        whole, round_it = sum(amounts), sum(row.minor for row in outside)
        yield WeekCoverage(
            week=week,
            currency=currency,
            refunds=len(amounts),
            minor=whole,
            inside=len(amounts) - len(outside),
            inside_minor=whole - round_it,
            outside=len(outside),
            outside_minor=round_it,
            open_minor=sum(row.minor for row in outside if row.became in UNDECIDED),
            percent=percent(whole - round_it, whole),
            is_below_target=target is not None and (whole - round_it) * 100 < target * whole,
        )


def _league(rows: Sequence[BypassRow], *, by_person: bool) -> Iterator[LeagueRow]:
    groups: dict[tuple[str, str], list[BypassRow]] = {}
    for row in rows:
        name = row.person if by_person else row.team
        groups.setdefault((name or row.by_app or SOMEBODY, row.currency), []).append(row)
    by_value = sorted(groups.items(), key=lambda group: (-sum(row.minor for row in group[1]), group[0]))
    for (by, currency), mine in by_value:
        yield LeagueRow(
            by=by,
            currency=currency,
            refunds=len(mine),
            minor=sum(row.minor for row in mine),
            open=sum(1 for row in mine if row.became in UNDECIDED),
        )


def _target(tables: MappingTables) -> Decimal | None:
    try:
        return Decimal(tables.policy(TARGET) or "")
    except InvalidOperation:
        return None
