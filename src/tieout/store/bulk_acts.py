"""Acts over many cases at once, with how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from tieout.store.rows import columns_of, read, read_all, read_maybe
from tieout.store.tables import EVERY_COMPANY, bulk_acts

BulkState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """One act over many cases; `company` is * where it was not limited to one."""

    id: int
    company: str
    key: str
    who: str
    action: str
    arguments: Mapping[str, Any]
    filter: Mapping[str, Any]
    asked: int
    done: int
    refused: Sequence[Mapping[str, Any]]
    state: BulkState
    started_at: datetime
    finished_at: datetime | None

    @property
    def case_ids(self) -> Sequence[int]:
        """The cases it is over, in the order in which they are acted on."""
        return tuple(self.filter.get("ids", ()))

    @property
    def behind(self) -> int:
        """How many cases it has dealt with, whatever came of it."""
        return self.done + len(self.refused)


_COLUMNS: Final = columns_of(bulk_acts, BulkAct)


def begin(  # noqa: PLR0913 - one keyword per column
    c: Connection,
    *,
    company: str | None,
    key: str,
    who: str,
    action: str,
    arguments: Mapping[str, Any],
    wanted: Mapping[str, Any],
    asked: int,
    at: datetime,
) -> tuple[BulkAct, bool]:
    """Keep a new act; the one that stands, and False, when the same person sent the same key before."""
    cells = {
        "company": company or EVERY_COMPANY,
        "key": key,
        "who": who,
        "action": action,
        "arguments": arguments,
        "filter": wanted,
        "asked": asked,
        "refused": [],
        "started_at": at,
    }
    fresh = insert(bulk_acts).values(cells).on_conflict_do_nothing(index_elements=["who", "key"])
    row = c.execute(fresh.returning(*_COLUMNS)).first()
    if row is not None:
        return read(BulkAct, row), True
    query = select(*_COLUMNS).where(bulk_acts.c.who == who, bulk_acts.c.key == key)
    return read(BulkAct, c.execute(query).one()), False


def act(c: Connection, act_id: int, *, locked: bool = False) -> BulkAct | None:
    """Return one act, or None; `locked` keeps others from changing it until this transaction ends."""
    query = select(*_COLUMNS).where(bulk_acts.c.id == act_id)
    return read_maybe(BulkAct, c.execute(query.with_for_update() if locked else query).first())


def acts_of(c: Connection, who: str, *, limit: int = 20) -> list[BulkAct]:
    """Return somebody's acts, the newest first."""
    query = select(*_COLUMNS).where(bulk_acts.c.who == who).order_by(bulk_acts.c.id.desc()).limit(limit)
    return read_all(BulkAct, c.execute(query))


def came_on(c: Connection, act_id: int, *, done: int, refused: Sequence[tuple[int, str]]) -> None:
    """Count cases that it was done to, and keep those that it could not be done to, each with the reason."""
    more = [{"case": case_id, "why": why} for case_id, why in refused]
    cells = {"done": bulk_acts.c.done + done, "refused": bulk_acts.c.refused.concat(more)}
    c.execute(update(bulk_acts).where(bulk_acts.c.id == act_id).values(cells))


def finish(c: Connection, act_id: int, *, state: BulkState, at: datetime) -> None:
    """Record that an act is at its end."""
    c.execute(update(bulk_acts).where(bulk_acts.c.id == act_id).values(state=state, finished_at=at))
