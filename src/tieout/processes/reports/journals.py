"""What people posted by hand on the nominals of returns, and credit notes that they keyed: by whom, when, how much.

Both lists are Sage's own. What carries a key of ours, or shares its number with a document that does, was made by
Tieout; everything else was not. Where its text names a return, the two are shown together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tieout.domain.business_dates import UK
from tieout.domain.documents.feeds import NominalPosting, PostingHead
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.identifiers import find_key
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.processes.reports.known import Known
from tieout.processes.reports.named import Named, named_return
from tieout.processes.reports.period import Period

STOCK_NOMINAL = "stock_write_on_nominal"
TABLES = ("reason", "value_policy")
"""The mapping tables whose rows name nominals of returns."""
AHEAD = timedelta(days=62)
"""What is dated in a period may have been posted, and changed last, so much before it."""


class HandKind(StrEnum):
    """What was posted."""

    JOURNAL = "journal"
    CREDIT_NOTE = "credit note"
    OTHER = "other posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingsAsked:
    """What Sage holds of a period: sides on the nominals of returns, and rows of the sales ledger."""

    company: str
    at: datetime
    nominals: tuple[Nominal, ...]
    sides: tuple[NominalPosting, ...]
    heads: tuple[PostingHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPosting:
    """One side of a journal, or one credit note, that Tieout did not make."""

    company: str
    kind: HandKind
    urn: str
    nominal: str
    """Empty for a credit note on none of the nominals of returns."""
    on: date
    week: date
    currency: str
    minor: int
    """Debits positive, credits negative; of a credit note what is credited, net, without a nominal of returns."""
    reference: str
    narrative: str
    user: str
    source: str
    rma: str
    """The return that its text names; empty when it names none."""
    read_at: datetime
    """When Sage was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandWeek:
    """How much was posted by hand in a week that begins on a Monday: the trend."""

    week: date
    kind: HandKind
    currency: str
    postings: int
    minor: int
    """All of it without signs."""
    linked: int
    """Those that name a return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandUser:
    """How much one user of Sage posted by hand."""

    user: str
    currency: str
    postings: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Journals:
    """The report."""

    as_at: datetime
    period: Period
    nominals: tuple[str, ...]
    """Those looked at, by company."""
    rows: tuple[HandPosting, ...]
    weeks: tuple[HandWeek, ...]
    users: tuple[HandUser, ...]


def returns_nominals(tables: MappingTables) -> tuple[Nominal, ...]:
    """Every nominal that the tables in force give to returns: of reasons, of kinds of value, of stock written on."""
    found = [_nominal(rule.value) for rule in tables.rules if rule.table in TABLES and rule.value.get("account")]
    stock = tables.policy(STOCK_NOMINAL)
    found += [Nominal(account=stock)] if stock else []
    return tuple(sorted(set(found), key=str))


def ask_postings(company: Company, nominals: Sequence[Nominal], period: Period, now: datetime) -> PostingsAsked:
    """Both of Sage's lists. Raises connector errors of the reads."""
    sides = company.feeds.nominal_postings(nominals, period.first) if nominals else ()
    since = datetime.combine(period.first, time(0), UK) - AHEAD
    return PostingsAsked(
        company=company.name,
        at=now,
        nominals=tuple(nominals),
        sides=tuple(side for side in sides if period.holds(side.on)),
        heads=tuple(company.feeds.changed_postings(since)),
    )


def journals_report(asked: Sequence[PostingsAsked], known: Sequence[Known], period: Period, now: datetime) -> Journals:
    """What was posted by hand, the latest first."""
    ours = {(each.company, step.command.key) for each in known for step in each.steps}
    named = Named.of(known)
    rows = [row for answer in asked for row in _by_hand(answer, ours, named, period)]
    rows.sort(key=lambda row: (row.on, row.company, row.urn, row.nominal), reverse=True)
    return Journals(
        as_at=now,
        period=period,
        nominals=tuple(f"{answer.company} {nominal}" for answer in asked for nominal in answer.nominals),
        rows=tuple(rows),
        weeks=tuple(_weeks(rows)),
        users=tuple(_users(rows)),
    )


def _by_hand(answer: PostingsAsked, ours: set[tuple[str, str]], named: Named, period: Period) -> Iterator[HandPosting]:
    heads = {head.urn: head for head in answer.heads if head.urn}
    made = {head.urn for head in answer.heads if _is_ours(answer.company, ours, head.reference, head.second_reference)}
    told: set[str] = set()
    for side in answer.sides:
        if side.urn in made or _is_ours(answer.company, ours, side.reference, side.narrative):
            continue
        told.add(side.urn)
        yield _side(answer, side, heads.get(side.urn), named)
    for head in answer.heads:
        is_credit = head.kind == "credit_note" and period.holds(head.posted_on)
        if is_credit and head.urn not in told and head.urn not in made:
            yield _head(answer, head, named)


def _side(answer: PostingsAsked, side: NominalPosting, head: PostingHead | None, named: Named) -> HandPosting:
    second = head.second_reference if head is not None else ""
    found = named_return(named, answer.company, f"{side.reference} {second} {side.narrative}")
    is_journal = head is None and "journal" in side.source.casefold()
    is_credit = head is not None and head.kind == "credit_note"
    return HandPosting(
        company=answer.company,
        kind=HandKind.CREDIT_NOTE if is_credit else (HandKind.JOURNAL if is_journal else HandKind.OTHER),
        urn=side.urn,
        nominal=str(side.nominal),
        on=side.on,
        week=side.on - timedelta(days=side.on.weekday()),
        currency=side.amount.currency,
        minor=side.amount.minor,
        reference=side.reference,
        narrative=side.narrative,
        user=side.user,
        source=side.source,
        rma=found.key if found is not None else "",
        read_at=answer.at,
    )


def _head(answer: PostingsAsked, head: PostingHead, named: Named) -> HandPosting:
    found = named_return(named, answer.company, f"{head.reference} {head.second_reference}")
    return HandPosting(
        company=answer.company,
        kind=HandKind.CREDIT_NOTE,
        urn=head.urn,
        nominal="",
        on=head.posted_on,
        week=head.posted_on - timedelta(days=head.posted_on.weekday()),
        currency=head.net.currency,
        minor=abs(head.net.minor),
        reference=head.reference,
        narrative=head.second_reference,
        user=head.user,
        source="sales ledger",
        rma=found.key if found is not None else "",
        read_at=answer.at,
    )


def _is_ours(company: str, ours: set[tuple[str, str]], *texts: str) -> bool:
    return any((company, find_key(text) or "") in ours for text in texts)


def _weeks(rows: Sequence[HandPosting]) -> Iterator[HandWeek]:
    groups: dict[tuple[date, HandKind, str], list[HandPosting]] = {}
    for row in rows:
        groups.setdefault((row.week, row.kind, row.currency), []).append(row)
    for (week, kind, currency), mine in sorted(groups.items()):
        yield HandWeek(
            week=week,
            kind=kind,
            currency=currency,
            postings=len(mine),
            minor=sum(abs(row.minor) for row in mine),
            linked=sum(1 for row in mine if row.rma),
        )


def _users(rows: Sequence[HandPosting]) -> Iterator[HandUser]:
    groups: dict[tuple[str, str], list[HandPosting]] = {}
    for row in rows:
        groups.setdefault((row.user or "not named", row.currency), []).append(row)
    for (user, currency), mine in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield HandUser(user=user, currency=currency, postings=len(mine), minor=sum(abs(row.minor) for row in mine))


def _nominal(value: Mapping[str, str]) -> Nominal:
    return Nominal(
        account=value["account"], cost_centre=value.get("cost_centre", ""), department=value.get("department", "")
    )
