"""What alerts are made from, counted by the database: open cases by cause, late legs by kind, and the debt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import ARRAY, Connection, Row, Text, and_, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from tieout.domain.alerts.troubles import RECORDS_MAX, CaseGroup, Record
from tieout.store.legs import meets, owed
from tieout.store.tables import cases, legs


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLegs:
    """Overdue legs of one company, kind and owner."""

    company: str
    system: str
    kind: str
    owner: str
    currency: str | None
    count: int
    minor: int
    due_by: datetime
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """The reconciliation debt of one company in one currency."""

    company: str
    currency: str
    minor: int
    count: int


_FIRST_DOCUMENTS: Final = func.array_agg(
    func.distinct(legs.c.document_kind + " " + legs.c.document_key), type_=ARRAY(Text)
)[1:RECORDS_MAX]


def open_case_groups(c: Connection, now: datetime) -> list[CaseGroup]:
    """Return the open cases of the companies in scope by what they have in common, with a few of each.

    Cases that sleep are left out: somebody has said until when they wait.
    """
    named = (cases.c.company, cases.c.cause, cases.c.code, cases.c.owner, cases.c.fault_class, cases.c.currency)
    query = select(
        *named,
        func.count().label("count"),
        func.coalesce(func.sum(cases.c.stake_minor), 0).label("stake_minor"),
        func.min(cases.c.opened_at).label("opened_at"),
        func.min(cases.c.due_at).label("due_at"),
    )
    rows = c.execute(query.where(_is_awake(now)).group_by(*named)).all()
    records = _first_cases(c, now)
    return [_case_group(row, records.get((row.company, row.cause or row.code, row.code), ())) for row in rows]


def late_legs(c: Connection, now: datetime) -> list[LateLegs]:
    """Return overdue legs of the companies in scope by system, kind and owner, with a few of each."""
    named = (legs.c.company, legs.c.system, legs.c.kind, legs.c.owner, legs.c.currency)
    query = select(
        *named,
        func.count().label("number"),
        func.coalesce(func.sum(func.abs(legs.c.expected_minor)), 0).label("minor"),
        func.min(legs.c.due_by).label("due_by"),
        _FIRST_DOCUMENTS.label("labels"),
    )
    return [
        LateLegs(
            company=row.company,
            system=row.system,
            kind=row.kind,
            owner=row.owner,
            currency=row.currency,
            count=row.number,
            minor=int(row.minor),
            due_by=row.due_by,
            records=tuple(_document_record(row.company, label) for label in row.labels),
        )
        for row in c.execute(query.where(meets("overdue", now)).group_by(*named))
    ]


def debts(c: Connection, now: datetime) -> list[Debt]:
    """Return the reconciliation debt of each company in scope: legs that are overdue, differ, or nobody expected."""
    currency = func.coalesce(legs.c.currency, literal_column("'GBP'"))  # no parameter: it is grouped by
    query = select(
        legs.c.company,
        currency.label("currency"),
        func.sum(owed()).label("minor"),
        func.count().label("number"),
    ).where(meets("troubled", now))
    rows = c.execute(query.group_by(legs.c.company, currency))
    return [Debt(company=r.company, currency=r.currency, minor=int(r.minor), count=r.number) for r in rows]


def _is_awake(now: datetime) -> ColumnElement[bool]:
    return and_(cases.c.state == "open", or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now))


def _first_cases(c: Connection, now: datetime) -> dict[tuple[str, str, str], tuple[Record, ...]]:
    """The first records of every cause and code, most money first."""
    place = func.row_number().over(
        partition_by=(cases.c.company, cases.c.cause, cases.c.code),
        order_by=(func.coalesce(cases.c.stake_minor, 0).desc(), cases.c.id),
    )
    ranked = select(cases.c.id, place.label("place")).where(_is_awake(now)).subquery()
    query = (
        select(
            cases.c.id,
            cases.c.company,
            cases.c.cause,
            cases.c.code,
            cases.c.document_kind,
            cases.c.document_key,
            cases.c.faults,
        )
        .join(ranked, ranked.c.id == cases.c.id)
        .where(ranked.c.place <= RECORDS_MAX)
        .order_by(func.coalesce(cases.c.stake_minor, 0).desc(), cases.c.id)
    )
    found: dict[tuple[str, str, str], tuple[Record, ...]] = {}
    for row in c.execute(query):
        key = (row.company, row.cause or row.code, row.code)
        found[key] = (*found.get(key, ()), _case_record(dict(row._mapping)))  # noqa: SLF001  # the documented way to read by name
    return found


def _case_record(row: Mapping[str, Any]) -> Record:
    fault = row["faults"][0] if row["faults"] else {}
    return Record(
        label=f"{row['document_kind']} {row['document_key']}",
        link=f"/exceptions/{row['id']}",
        at=str(fault.get("at", "")),
        saw=str(fault.get("saw", "")),
        wanted=str(fault.get("wanted", "")),
    )


def _document_record(company: str, label: str) -> Record:
    kind, _, key = label.partition(" ")
    return Record(label=label, link=f"/documents/{quote(company)}/{quote(kind)}/{quote(key, safe='')}")


def _case_group(row: Row[Any], records: tuple[Record, ...]) -> CaseGroup:
    cells = dict(row._mapping)  # noqa: SLF001  # the documented way to read by name
    return CaseGroup(**cells | {"stake_minor": int(row.stake_minor), "records": records})
