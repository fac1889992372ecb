"""Mapping rules: business choices with owner, approval and dates in force, kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from tieout.domain.telling import Event
from tieout.store import webhooks
from tieout.store.connection import lock_number
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import mapping_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRule:
    """One rule; in force from `in_force_from` up to but not including `in_force_to`."""

    id: int
    company: str
    table_name: str
    key: str
    value: Json
    in_force_from: date
    in_force_to: date | None
    version: int
    owner: str
    proposed_by: str
    approved_by: str | None
    approved_at: datetime | None


_COLUMNS: Final = columns_of(mapping_rules, MappingRule)
_ORDER: Final = [mapping_rules.c[name] for name in ("company", "table_name", "key", "version")]


def propose(  # noqa: PLR0913  # one keyword per column
    c: Connection,
    *,
    company: str,
    table_name: str,
    key: str,
    value: Json,
    in_force_from: date,
    owner: str,
    proposed_by: str,
) -> MappingRule:
    """Write the next version of a rule; it has no force until it is approved."""
    c.execute(select(func.pg_advisory_xact_lock(lock_number("mapping_rules", company, table_name, key))))
    same = (
        (mapping_rules.c.company == company) & (mapping_rules.c.table_name == table_name) & (mapping_rules.c.key == key)
    )
    version = c.execute(select(func.coalesce(func.max(mapping_rules.c.version), 0) + 1).where(same)).scalar_one()
    statement = insert(mapping_rules).values(
        company=company,
        table_name=table_name,
        key=key,
        value=value,
        in_force_from=in_force_from,
        version=version,
        owner=owner,
        proposed_by=proposed_by,
    )
    return read(MappingRule, c.execute(statement.returning(*_COLUMNS)).one())


def approve(c: Connection, rule_id: int, *, by: str, at: datetime) -> MappingRule:
    """Put a proposed rule in force from its first day; the version before it ends on that day.

    Raises ValueError when the rule is approved already, or when a rule of the same key that is approved
    starts or ends later: what was decided is not rewritten. One of the same day gives way to it.
    """
    query = select(*_COLUMNS).where(mapping_rules.c.id == rule_id).with_for_update()
    rule = read_maybe(MappingRule, c.execute(query).first())
    if rule is None or rule.approved_by is not None:
        raise ValueError(f"Mapping rule {rule_id} is not waiting for approval.")
    others = (
        (mapping_rules.c.company == rule.company)
        & (mapping_rules.c.table_name == rule.table_name)
        & (mapping_rules.c.key == rule.key)
        & mapping_rules.c.approved_by.is_not(None)
    )
    later = select(func.max(mapping_rules.c.in_force_from)).where(others)
    newest = c.execute(later).scalar_one()
    if newest is not None and newest > rule.in_force_from:
        raise ValueError(
            f"A rule for {rule.key!r} in {rule.table_name!r} is in force from {newest}: "
            "propose one that starts after that day."
        )
    ends = select(func.max(mapping_rules.c.in_force_to)).where(others)
    last_end = c.execute(ends).scalar_one()
    if last_end is not None and last_end > rule.in_force_from:
        raise ValueError(
            f"The rule for {rule.key!r} in {rule.table_name!r} is in force until {last_end}: "
            "propose one that starts on that day or later."
        )
    c.execute(
        update(mapping_rules)
        .where(others, mapping_rules.c.in_force_to.is_(None))
        .values(in_force_to=rule.in_force_from)
    )
    statement = update(mapping_rules).where(mapping_rules.c.id == rule_id).values(approved_by=by, approved_at=at)
    approved = read(MappingRule, c.execute(statement.returning(*_COLUMNS)).one())
    _tell(c, approved, "approved", at=at)
    return approved


def end(c: Connection, rule_id: int, *, on: date, at: datetime) -> MappingRule | None:
    """Take a rule out of force from this day on; None when it has no open end."""
    statement = (
        update(mapping_rules)
        .where(mapping_rules.c.id == rule_id, mapping_rules.c.in_force_to.is_(None))
        .values(in_force_to=on)
    )
    ended = read_maybe(MappingRule, c.execute(statement.returning(*_COLUMNS)).first())
    if ended is not None:
        _tell(c, ended, "ended", at=at)
    return ended


def _tell(c: Connection, rule: MappingRule, state: str, *, at: datetime) -> None:
    """Tell the programs that ask for it which row changed; never what it says."""
    told: dict[str, Json] = {"table": rule.table_name, "key": rule.key, "rule": rule.id, "version": rule.version}
    webhooks.tell(c, Event.MAPPING_CHANGED, company=rule.company, at=at, state=state, owner=rule.owner, **told)


def rules_in_force(
    c: Connection, on: date, *, company: str | None = None, table: str | None = None
) -> list[MappingRule]:
    """Return the approved rules of the companies in scope that are in force on a day, of one table or of all."""
    query = select(*_COLUMNS).where(*_in_force(on))
    if company is not None:
        query = query.where(mapping_rules.c.company == company)
    if table is not None:
        query = query.where(mapping_rules.c.table_name == table)
    return read_all(MappingRule, c.execute(query.order_by(*_ORDER)))


def is_approved_since(c: Connection, company: str, table: str, key: str, since: datetime) -> bool:
    """Whether a rule for a key, in any letter case, was put in force at or after a time."""
    query = select(func.count()).where(
        mapping_rules.c.company == company,
        mapping_rules.c.table_name == table,
        func.lower(mapping_rules.c.key) == key.strip().lower(),
        mapping_rules.c.approved_at >= since,
    )
    return bool(c.execute(query).scalar_one())


def rules_of(c: Connection, company: str, table: str, *, key: str | None = None) -> list[MappingRule]:
    """Return every rule of one table of a company, or of one key in any letter case: proposed, in force and past."""
    query = select(*_COLUMNS).where(mapping_rules.c.company == company, mapping_rules.c.table_name == table)
    if key is not None:
        query = query.where(func.lower(mapping_rules.c.key) == key.strip().lower())
    return read_all(MappingRule, c.execute(query.order_by(*_ORDER)))


def counted_in_force(c: Connection, on: date) -> dict[str, int]:
    """Count the rules of the companies in scope that are in force on a day, by table."""
    query = select(mapping_rules.c.table_name, func.count().label("n")).where(*_in_force(on))
    return {row.table_name: row.n for row in c.execute(query.group_by(mapping_rules.c.table_name))}


def tables_begun(c: Connection, company: str, *, after: date, until: date) -> list[str]:
    """Return the tables with a rule that was approved before its first day, which lies within these days."""
    approved_on = func.date(func.timezone("Europe/London", mapping_rules.c.approved_at))
    query = select(mapping_rules.c.table_name).where(
        mapping_rules.c.company == company,
        mapping_rules.c.in_force_from > after,
        mapping_rules.c.in_force_from <= until,
        mapping_rules.c.in_force_from > approved_on,
    )
    return list(c.execute(query.distinct().order_by(mapping_rules.c.table_name)).scalars())


def all_rules(c: Connection) -> list[MappingRule]:
    """Return every rule of the companies in scope, proposed, in force and past."""
    return read_all(MappingRule, c.execute(select(*_COLUMNS).order_by(*_ORDER)))


def _in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        mapping_rules.c.approved_by.is_not(None),
        mapping_rules.c.in_force_from <= on,
        or_(mapping_rules.c.in_force_to.is_(None), mapping_rules.c.in_force_to > on),
    )
