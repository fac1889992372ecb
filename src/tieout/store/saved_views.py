"""Views of lists that people keep for themselves, or for everybody of a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.rows import columns_of, read, read_all, read_maybe
from tieout.store.tables import saved_views

OwnerKind = Literal["user", "role"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """One view: which page, and the filters as they stand in the address."""

    id: int
    owner: str
    owner_kind: OwnerKind
    page: str
    name: str
    query: str
    created_at: datetime


_COLUMNS: Final = columns_of(saved_views, SavedView)


def put(
    c: Connection, *, owner: str, owner_kind: OwnerKind, page: str, name: str, query: str, at: datetime
) -> SavedView:
    """Keep a view; one of the same name is replaced."""
    fresh = insert(saved_views).values(
        owner=owner, owner_kind=owner_kind, page=page, name=name, query=query, created_at=at
    )
    kept = fresh.on_conflict_do_update(
        index_elements=["owner_kind", "owner", "page", "name"], set_={"query": fresh.excluded["query"]}
    )
    return read(SavedView, c.execute(kept.returning(*_COLUMNS)).one())


def of(c: Connection, *, user: str, roles: Sequence[str], page: str | None = None) -> list[SavedView]:
    """The views of a user and of their roles, of one page or of all; the roles' first, then by name."""
    theirs = or_(
        and_(saved_views.c.owner_kind == "user", saved_views.c.owner == user),
        and_(saved_views.c.owner_kind == "role", saved_views.c.owner.in_(list(roles))),
    )
    query = select(*_COLUMNS).where(theirs)
    if page is not None:
        query = query.where(saved_views.c.page == page)
    return read_all(SavedView, c.execute(query.order_by(saved_views.c.owner_kind, saved_views.c.name)))


def one(c: Connection, view_id: int) -> SavedView | None:
    """One view by its number, or None."""
    return read_maybe(SavedView, c.execute(select(*_COLUMNS).where(saved_views.c.id == view_id)).first())


def drop(c: Connection, view_id: int) -> None:
    """Forget a view."""
    c.execute(delete(saved_views).where(saved_views.c.id == view_id))
