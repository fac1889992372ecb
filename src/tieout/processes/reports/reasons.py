"""The reasons that portals gave of late, and what each becomes: code, nominal, places by grade, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tieout.domain.documents.rma import Grade, Outcome
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.processes.reports.known import Known
from tieout.processes.reports.period import Period
from tieout.store import mapping_rules

GRADES = (Grade.GOOD, Grade.DAMAGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDates:
    """One rule as people name it, with its days in force."""

    name: str
    since: date
    until: date | None
    """The first day on which it is no longer in force; None while nobody has ended it."""
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradePlace:
    """Where goods of one grade go for a reason."""

    grade: str
    warehouse: str
    bin: str
    rule: RuleDates | None
    """None where no row of the disposition table serves the grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One reason of one company."""

    company: str
    reason: str
    returns: int
    units: int
    last_on: datetime | None
    """When the last return that gave it was raised, by the portal; None where none did in the period."""
    rule: RuleDates | None
    code: str
    nominal: str
    """Empty where the invoiced line's own is taken."""
    places: tuple[GradePlace, ...]
    gaps: tuple[str, ...]
    """What keeps returns with this reason from being booked; nothing where all is mapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The report: what has gaps first, then what is seen most."""

    as_at: datetime
    period: Period
    rows: tuple[ReasonRow, ...]
    unused: tuple[ReasonRow, ...]
    """Rows of the reason table that no return of the period gave."""

    @property
    def is_total(self) -> bool:
        """Whether every reason seen can be booked."""
        return not any(row.gaps for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How often a reason was given."""

    returns: int
    units: int
    last_on: datetime


def reasons_report(
    known: Sequence[Known],
    tables: Mapping[str, MappingTables],
    rules: Sequence[mapping_rules.MappingRule],
    period: Period,
    now: datetime,
) -> Reasons:
    """Every reason of returns raised in the period, and of the reason tables in force."""
    dates = Dates.of(rules)
    rows, unused = [], []
    for company in sorted(tables):
        seen = reasons_seen([each for each in known if each.company == company], period)
        rows += [_row(company, reason, found, tables[company], dates) for reason, found in seen.items()]
        given = {_served(tables[company], reason) for reason in seen}
        others = (rule for rule in tables[company].rules if rule.table == "reason" and rule.key not in given)
        unused += [_row(company, rule.key, None, tables[company], dates) for rule in others]
    rows.sort(key=lambda row: (not row.gaps, -row.units, row.company, row.reason))
    return Reasons(as_at=now, period=period, rows=tuple(rows), unused=tuple(unused))


def reasons_seen(known: Sequence[Known], period: Period) -> dict[str, Seen]:
    """How often each reason was given on returns raised in a period; letter case and spaces around do not matter."""
    seen: dict[str, Seen] = {}
    names: dict[str, str] = {}
    for each in known:
        rma = each.facts.rma if each.facts else None
        if rma is None or not period.saw(rma.raised_at):
            continue
        mine: dict[str, int] = {}
        for unit in rma.units:
            if unit.outcome is not Outcome.REJECT:
                name = names.setdefault(unit.reason.strip().casefold(), unit.reason.strip())
                mine[name] = mine.get(name, 0) + 1
        for name, units in mine.items():
            was = seen.get(name)
            last_on = max(was.last_on, rma.raised_at) if was else rma.raised_at
            seen[name] = Seen(
                returns=(was.returns if was else 0) + 1, units=(was.units if was else 0) + units, last_on=last_on
            )
    return seen


def disposition_rule(tables: MappingTables, code: str, grade: Grade) -> MappingRule | None:
    """The row of the disposition table that serves a code and a grade, whatever the door."""
    found = (tables.find("disposition", f"{name}|{grade.value}") for name in (code, "any"))
    return next((rule for rule in found if rule is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The days in force of every approved rule."""

    by_name: Mapping[tuple[str, str], RuleDates]

    @classmethod
    def of(cls, rules: Sequence[mapping_rules.MappingRule]) -> Dates:
        """By company and the name that plans use."""
        found = {}
        for rule in rules:
            if rule.approved_by:
                name = f"{rule.table_name}/{rule.key}/{rule.version}"
                found[rule.company, name] = RuleDates(
                    name=name, since=rule.in_force_from, until=rule.in_force_to, approved_by=rule.approved_by
                )
        return cls(by_name=found)

    def rule(self, company: str, rule: MappingRule | None) -> RuleDates | None:
        """Of one rule; None for none."""
        return self.by_name.get((company, rule.name)) if rule is not None else None


def _row(company: str, reason: str, seen: Seen | None, tables: MappingTables, dates: Dates) -> ReasonRow:
    rule = tables.find("reason", reason)
    value = rule.value if rule is not None else {}
    places = tuple(_places(company, value.get("code", ""), tables, dates)) if rule is not None else ()
    names = (value.get("account", ""), value.get("cost_centre", ""), value.get("department", ""))
    return ReasonRow(
        company=company,
        reason=reason,
        returns=seen.returns if seen else 0,
        units=seen.units if seen else 0,
        last_on=seen.last_on if seen else None,
        rule=dates.rule(company, rule),
        code=value.get("code", ""),
        nominal="/".join(part for part in names if part),
        places=places,
        gaps=("no row in the table reason",) if rule is None else tuple(_gaps(value, places)),
    )


def _places(company: str, code: str, tables: MappingTables, dates: Dates) -> Iterator[GradePlace]:
    for grade in GRADES:
        rule = disposition_rule(tables, code, grade)
        value = rule.value if rule is not None else {}
        yield GradePlace(
            grade=grade.value,
            warehouse=value.get("warehouse", ""),
            bin=value.get("bin", ""),
            rule=dates.rule(company, rule),
        )


def _gaps(value: Mapping[str, str], places: Sequence[GradePlace]) -> Iterator[str]:
    if not value.get("code"):
        yield "its row names no code"
    for place in places:
        if not (place.warehouse and place.bin):
            yield f"no place for {place.grade} goods"


def _served(tables: MappingTables, reason: str) -> str:
    rule = tables.find("reason", reason)
    return rule.key if rule is not None else ""
