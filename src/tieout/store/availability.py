"""Availability as it was last worked out and published: one row of each stock code and location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.rows import Json, columns_of, read_all
from tieout.store.tables import availability, cases

KEYS: Final = ("company", "location", "sku")
AT_ONCE: Final = 500
PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFigure:
    """One figure, with what the storefront offered."""

    company: str
    location: str
    sku: str
    as_at: datetime
    source: str
    available: Decimal | None
    offered: Decimal | None
    free: Decimal | None
    is_stale: bool
    outcome: str
    published_at: datetime | None
    figure: Json


_COLUMNS: Final = columns_of(availability, KeptFigure)


def keep(c: Connection, figures: Sequence[KeptFigure]) -> None:
    """Put figures in the place of those kept before; a time of publishing stays until there is a later one."""
    for start in range(0, len(figures), AT_ONCE):
        fresh = insert(availability).values([asdict(one) for one in figures[start : start + AT_ONCE]])
        names = [column.name for column in availability.c if column.name not in (*KEYS, "published_at")]
        published_at = func.coalesce(fresh.excluded.published_at, availability.c.published_at)
        changed = {**{name: fresh.excluded[name] for name in names}, "published_at": published_at}
        c.execute(fresh.on_conflict_do_update(index_elements=list(KEYS), set_=changed))


def kept_figures(
    c: Connection, company: str | None = None, *, sku: str | None = None, limit: int | None = None, offset: int = 0
) -> list[KeptFigure]:
    """Return the figures of the companies in scope by company, stock code and location."""
    query = select(*_COLUMNS).order_by(availability.c.company, availability.c.sku, availability.c.location)
    if company is not None:
        query = query.where(availability.c.company == company)
    if sku is not None:
        query = query.where(availability.c.sku == sku)
    return read_all(KeptFigure, c.execute(query.limit(limit).offset(offset)))


def incidents(c: Connection, company: str, code: str) -> tuple[int, int]:
    """Return how many cases of a code were ever opened for what is on offer, and how many of them are open."""
    mine = (cases.c.company == company) & (cases.c.document_kind == "availability") & (cases.c.code == code)
    found = c.execute(select(func.count(), func.count().filter(cases.c.state == "open")).where(mine)).one()
    return int(found[0]), int(found[1])
