"""Troubles as they stand now, and the alerts that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tieout.domain.alerts.kinds import AlertKind, AlertState, Ladder
from tieout.domain.faults import BY_CODE
from tieout.domain.faults.kinds import FaultClass

RECORDS_MAX = 5
"""How many of its records an alert names; the console shows all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record that an alert stands for: what it is called, where it is shown, and what is wrong with it."""

    label: str
    link: str
    """Path in the console."""
    at: str = ""
    """The field: what the trouble is about."""
    saw: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGroup:
    """Open cases of one company that have cause, code, owner, class and currency in common."""

    company: str
    cause: str
    """Empty where nobody has named it: then the code is the cause."""
    code: str
    owner: str
    fault_class: str
    currency: str | None
    count: int
    stake_minor: int
    opened_at: datetime
    due_at: datetime | None
    records: tuple[Record, ...]
    """The first of them, most money first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One cause of trouble as it stands now, with everything that it stops."""

    company: str
    cause: str
    kind: AlertKind
    code: str
    title: str
    owner: str
    ladder: Ladder
    times: int
    stake_minor: int | None = None
    currency: str | None = None
    records: tuple[Record, ...] = ()
    since: datetime
    due_at: datetime | None = None
    patience: timedelta = timedelta(0)
    """How long it must stand before anybody is told: what heals by itself in a minute is nobody's trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert as it is kept; see the table for the meaning of each field."""

    id: int
    company: str
    cause: str
    kind: AlertKind
    code: str
    title: str
    owner: str
    ladder: Ladder
    state: AlertState
    times: int
    stake_minor: int | None
    currency: str | None
    records: tuple[Record, ...]
    first_at: datetime
    last_at: datetime
    told_at: datetime | None = None
    told_times: int = 0
    step: int = 0
    step_at: datetime | None = None
    due_at: datetime | None = None
    period_told_on: date | None = None
    gone_since: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    came_back: int = 0
    cleared_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class _Sum:
    groups: list[CaseGroup] = field(default_factory=list)

    def trouble(self, company: str, cause: str) -> Trouble:
        """Everything of one cause as one trouble; the group with most cases gives it its name and its owner."""
        first = max(self.groups, key=lambda group: (group.count, group.code))
        stakes: dict[str, int] = {}
        for group in self.groups:
            stakes[group.currency or "GBP"] = stakes.get(group.currency or "GBP", 0) + group.stake_minor
        currency, stake = max(stakes.items(), key=lambda item: (item[1], item[0]))
        kind = BY_CODE.get(first.code)
        records = [record for group in self.groups for record in group.records]
        return Trouble(
            company=company,
            cause=f"case:{cause}",
            kind="case",
            code=first.code,
            title=kind.title if kind else first.code,
            owner=first.owner,
            ladder=ladder_of(first.fault_class),
            times=sum(group.count for group in self.groups),
            stake_minor=stake,
            currency=currency,
            records=tuple(records[:RECORDS_MAX]),
            since=min(group.opened_at for group in self.groups),
            due_at=min((group.due_at for group in self.groups if group.due_at), default=None),
        )


def troubles_of_cases(groups: Iterable[CaseGroup]) -> list[Trouble]:
    """One trouble for each company and cause, however many cases, codes and currencies it has.

    Amounts of several currencies are never added: the stake is the greatest of them.
    """
    found: dict[tuple[str, str], _Sum] = {}
    for group in groups:
        found.setdefault((group.company, group.cause or group.code), _Sum()).groups.append(group)
    return [total.trouble(*key) for key, total in sorted(found.items())]


def ladder_of(fault_class: str) -> Ladder:
    """Which ladder a class of fault climbs: the plumbing's, or that of whoever owns the figures."""
    return "technical" if fault_class == FaultClass.TECHNICAL else "data"


def record_to_json(record: Record) -> Mapping[str, str]:
    """A record as it is kept."""
    return {name: getattr(record, name) for name in ("label", "link", "at", "saw", "wanted")}


def record_from_json(kept: Mapping[str, object]) -> Record:
    """A record that was kept."""
    return Record(**{name: str(kept.get(name, "")) for name in ("label", "link", "at", "saw", "wanted")})
