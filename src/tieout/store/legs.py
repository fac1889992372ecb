"""Legs: statements that a document should be visible in a system, and what was seen there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, assert_never

from sqlalchemy import Connection, case, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.documents import Document
from tieout.store.rows import columns_of, read, read_all
from tieout.store.tables import legs

LegCondition = Literal["troubled", "overdue", "differs", "unexpected", "expected", "agreed", "waived"]
PAGE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLeg:
    """One leg that a plan declares; amounts in whole minor units, None where the figure does not matter."""

    system: str
    kind: str
    ref: str = ""
    owner: str
    currency: str | None
    minor: int | None
    quantity: Decimal | None
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLeg:
    """What an independent read of one system found."""

    system: str
    kind: str
    ref: str = ""
    owner: str
    currency: str | None
    minor: int | None
    quantity: Decimal | None
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg as it stands; `declared_at` is None for a leg that nobody expected."""

    company: str
    document_kind: str
    document_key: str
    opened_month: date
    system: str
    kind: str
    ref: str
    owner: str
    currency: str | None
    expected_minor: int | None
    expected_quantity: Decimal | None
    due_by: datetime | None
    declared_at: datetime | None
    seen_minor: int | None
    seen_quantity: Decimal | None
    seen_reference: str | None
    seen_at: datetime | None
    waived_by: str | None
    waived_why: str | None
    waived_at: datetime | None
    agreed: bool


_COLUMNS: Final = columns_of(legs, Leg)
_KEY: Final = ["company", "document_kind", "document_key", "opened_month", "system", "kind", "ref"]


def declare(c: Connection, document: Document, expected: Iterable[ExpectedLeg], *, at: datetime) -> None:
    """Declare the legs of a plan; one declared before takes the new figures, keeps what was seen, is waived no more.

    It also keeps its earlier due time: looking at a document again does not make it less late.
    """
    for leg in expected:
        fresh = insert(legs).values(
            **_document(document),
            system=leg.system,
            kind=leg.kind,
            ref=leg.ref,
            owner=leg.owner,
            currency=leg.currency,
            expected_minor=leg.minor,
            expected_quantity=leg.quantity,
            due_by=leg.due_by,
            declared_at=at,
        )
        changed = ("owner", "currency", "expected_minor", "expected_quantity", "declared_at")
        c.execute(
            fresh.on_conflict_do_update(
                index_elements=_KEY,
                set_={
                    **{name: fresh.excluded[name] for name in changed},
                    "due_by": func.least(legs.c.due_by, fresh.excluded.due_by),
                    **dict.fromkeys(("waived_by", "waived_why", "waived_at"), null()),
                },
            )
        )


def see(c: Connection, document: Document, seen: SeenLeg, *, at: datetime) -> Leg:
    """Record what an independent read found; a leg that nobody declared is kept as unexpected.

    An older read never overwrites a newer one.
    """
    fresh = insert(legs).values(
        **_document(document),
        system=seen.system,
        kind=seen.kind,
        ref=seen.ref,
        owner=seen.owner,
        currency=seen.currency,
        seen_minor=seen.minor,
        seen_quantity=seen.quantity,
        seen_reference=seen.reference,
        seen_at=at,
    )
    changed = ("seen_minor", "seen_quantity", "seen_reference", "seen_at")
    statement = fresh.on_conflict_do_update(
        index_elements=_KEY,
        set_={name: fresh.excluded[name] for name in changed},
        where=or_(legs.c.seen_at.is_(None), legs.c.seen_at <= fresh.excluded.seen_at),
    )
    row = c.execute(statement.returning(*_COLUMNS)).first()
    if row is None:
        one = (legs.c.system == seen.system) & (legs.c.kind == seen.kind) & (legs.c.ref == seen.ref)
        row = c.execute(select(*_COLUMNS).where(_of(document), one)).one()
    return read(Leg, row)


def waive(  # noqa: PLR0913  # one keyword per column
    c: Connection, document: Document, *, system: str, kind: str, ref: str, by: str, why: str, at: datetime
) -> bool:
    """Say that a leg need not agree; False when there is no such leg."""
    statement = (
        update(legs)
        .where(_of(document), legs.c.system == system, legs.c.kind == kind, legs.c.ref == ref)
        .values(waived_by=by, waived_why=why, waived_at=at)
    )
    return c.execute(statement).rowcount == 1


def document_of(c: Connection, *, ref: str) -> tuple[str, str] | None:
    """Return kind and key of the document that has a leg of this reference, or None."""
    query = select(legs.c.document_kind, legs.c.document_key).where(legs.c.ref == ref).limit(1)
    row = c.execute(query).first()
    return (row.document_kind, row.document_key) if row is not None else None


def legs_of(c: Connection, document: Document) -> list[Leg]:
    """Return all legs of a document by system, kind and ref."""
    query = select(*_COLUMNS).where(_of(document)).order_by(legs.c.system, legs.c.kind, legs.c.ref)
    return read_all(Leg, c.execute(query))


def agreed_since(c: Connection, *, system: str, kind: str, since: datetime) -> list[Leg]:
    """Return the legs of one kind that agree and were seen at or after a time, oldest seen first."""
    query = select(*_COLUMNS).where(
        legs.c.system == system, legs.c.kind == kind, legs.c.agreed, legs.c.seen_at >= since, legs.c.waived_at.is_(None)
    )
    return read_all(Leg, c.execute(query.order_by(legs.c.seen_at, legs.c.ref)))


def legs_where(
    c: Connection, condition: LegCondition, *, now: datetime, owner: str | None = None, limit: int = PAGE
) -> list[Leg]:
    """Return legs of the companies in scope in one condition, the longest due first.

    `troubled` means overdue, differs or unexpected: the reconciliation debt.
    """
    query = select(*_COLUMNS).where(meets(condition, now))
    if owner is not None:
        query = query.where(legs.c.owner == owner)
    return read_all(Leg, c.execute(query.order_by(legs.c.due_by, legs.c.document_key).limit(limit)))


def fell_due(c: Connection, company: str, *, since: datetime, until: datetime) -> list[Leg]:
    """Return legs of a company that fell due from one time to just before another, unseen, the longest due first."""
    query = select(*_COLUMNS).where(legs.c.company == company, legs.c.due_by >= since, meets("overdue", until))
    return read_all(Leg, c.execute(query.order_by(legs.c.due_by, legs.c.document_key)))


def owed() -> ColumnElement[int]:
    """The debt that a troubled leg carries, minor units: as `domain.legs.debt` has it, asked of the database."""
    expected, seen = func.coalesce(legs.c.expected_minor, 0), func.coalesce(legs.c.seen_minor, 0)
    return case((legs.c.declared_at.is_(None), func.abs(seen)), else_=func.abs(expected - seen))


def meets(condition: LegCondition, now: datetime) -> ColumnElement[bool]:
    """Return what a leg in one condition meets."""
    open_leg = ~legs.c.agreed & legs.c.waived_at.is_(None)
    declared, seen = legs.c.declared_at.is_not(None), legs.c.seen_at.is_not(None)
    match condition:
        case "agreed":
            return legs.c.agreed & legs.c.waived_at.is_(None)
        case "waived":
            return legs.c.waived_at.is_not(None)
        case "unexpected":
            return open_leg & ~declared
        case "differs":
            return open_leg & declared & seen
        case "overdue":
            return open_leg & declared & ~seen & (legs.c.due_by < now)
        case "expected":
            return open_leg & declared & ~seen & (legs.c.due_by >= now)
        case "troubled":
            return open_leg & or_(seen, legs.c.due_by < now)
        case unreachable:
            assert_never(unreachable)


def _document(document: Document) -> dict[str, Any]:
    return {
        "company": document.company,
        "document_kind": document.kind,
        "document_key": document.key,
        "opened_month": document.opened_month,
    }


def _of(document: Document) -> ColumnElement[bool]:
    return (
        (legs.c.company == document.company)
        & (legs.c.document_kind == document.kind)
        & (legs.c.document_key == document.key)
        & (legs.c.opened_month == document.opened_month)
    )
