"""What a list of cases is limited to, and how that is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

from sqlalchemy import BigInteger, and_, false, literal_column, or_, tuple_
from sqlalchemy.sql.elements import ColumnElement

from tieout.domain.business_dates import UK
from tieout.store.document_search import documents_named
from tieout.store.tables import cases

SOON: Final = timedelta(days=3)
NUMBER_MAX: Final = 2**63 - 1
ME: Final = "me"
NOBODY: Final = "nobody"

# Worded as their indexes are.
DUE: Final = literal_column(
    "CASE WHEN cases.due_at IS NULL THEN 'infinity'::timestamp with time zone ELSE cases.due_at END",
    cases.c.due_at.type,
)
STAKE: Final = literal_column(
    "CASE WHEN cases.stake_minor IS NULL THEN 0::bigint ELSE cases.stake_minor END", cases.c.stake_minor.type
)
Due = Literal["overdue", "today", "soon"]
Sleep = Literal["awake", "asleep", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases; an empty text and None mean any. The company is the scope of the transaction."""

    state: Literal["open", "closed"] = "open"
    owner: str = ""
    code: str = ""
    fault_class: str = ""
    kind: str = ""
    """Kind of document."""
    assignee: str = ""
    """A name, `me` or `nobody`."""
    me: str = ""
    """Who `me` is."""
    due: Due | None = None
    """`overdue`; `today`: due later on this UK day; `soon`: due within three days and not overdue."""
    older_than_days: int | None = None
    """Opened at least so many days ago."""
    stake_min: int | None = None
    """At least so much at stake, minor units."""
    stake_max: int | None = None
    cause: str = ""
    sleep: Sleep = "awake"
    text: str = ""
    """A number of a case, or how any name of its document begins."""

    @property
    def person(self) -> str:
        """Whose cases: a name, `nobody`, or empty."""
        return self.me if self.assignee == ME else self.assignee


def conditions(wanted: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:
    """Everything that a case must meet. What partial indexes are made for is written out and not bound."""
    return [literal_column(f"cases.state = '{'open' if wanted.state == 'open' else 'closed'}'"), *_asked(wanted, now)]


def _asked(wanted: CaseFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    column = cases.c
    plain = {
        column.owner: wanted.owner,
        column.code: wanted.code,
        column.fault_class: wanted.fault_class,
        column.document_kind: wanted.kind,
        column.cause: wanted.cause,
    }
    yield from (cell == value for cell, value in plain.items() if value)
    if wanted.assignee:
        yield column.assignee.is_(None) if wanted.person == NOBODY else column.assignee == wanted.person
    yield from _in_time(wanted, now)
    if wanted.stake_min is not None:
        yield min(wanted.stake_min, NUMBER_MAX) <= STAKE
    if wanted.stake_max is not None:
        yield min(wanted.stake_max, NUMBER_MAX) >= STAKE
    if wanted.text.strip():
        yield _named(wanted.text)


def _in_time(wanted: CaseFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    column = cases.c
    is_asleep = column.snoozed_until > now
    if wanted.sleep == "asleep":
        yield is_asleep
    if wanted.sleep == "awake" and wanted.state == "open":
        yield or_(column.snoozed_until.is_(None), column.snoozed_until <= now)
    match wanted.due:
        case "overdue":
            yield now >= DUE
        case "today":
            yield and_(now < DUE, end_of_day(now) > DUE)
        case "soon":
            yield and_(now < DUE, now + SOON >= DUE)
        case None:
            pass
    if wanted.older_than_days is not None:
        yield column.opened_at <= now - timedelta(days=min(max(wanted.older_than_days, 0), 36_500))


def end_of_day(now: datetime) -> datetime:
    """When the UK day ends that a moment lies in."""
    tomorrow = now.astimezone(UK).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), UK).astimezone(UTC)


def _named(text: str) -> ColumnElement[bool]:
    text = text.strip()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
    is_it = cases.c.id == literal_column(str(number), BigInteger) if number is not None else false()
    document = tuple_(cases.c.company, cases.c.document_kind, cases.c.document_key)
    return or_(is_it, document.in_(documents_named(text)))
