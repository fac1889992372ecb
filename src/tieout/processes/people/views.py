"""Views of lists: those that every role begins with, those of a role, and one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from tieout.domain.people import Actor, Role
from tieout.domain.views import views_for
from tieout.processes.desk import NotPossible
from tieout.store import Store, audit
from tieout.store import saved_views as rows
from tieout.store.saved_views import OwnerKind, SavedView
from tieout.store.store import Connection

NAME_LETTERS_MAX: Final = 60
QUERY_LETTERS_MAX: Final = 2_000
VIEWS_MAX: Final = 40
PAGING: Final = frozenset({"after", "before", "page", "view"})
"""Where in a list somebody was is not part of a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view as it is offered: `id` where it may be dropped, `of` says whose it is."""

    id: int | None
    name: str
    query: str
    of: str
    """`you`, the name of a role, or nothing for a view that nobody saved."""


def saved_views(c: Connection, actor: Actor, page: str) -> list[View]:
    """The views of a page for one person: what their roles begin with, what was saved for a role, their own."""
    offered = [View(id=None, name=one.name, query=one.query, of="") for one in views_for(actor.roles, page)]
    for kept in rows.of(c, user=actor.name, roles=[role.value for role in actor.roles], page=page):
        is_own = kept.owner_kind == "user"
        offered.append(View(id=kept.id, name=kept.name, query=kept.query, of="you" if is_own else kept.owner))
    return offered


def save_view(
    store: Store, actor: Actor, *, page: str, name: str, query: str, at: datetime, role: Role | None = None
) -> SavedView:
    """Keep a page's filters under a name, for oneself or for everybody of a role that one has.

    One's own view of the same name is replaced. Raises `NotPossible` for a name that cannot be, and for others' roles.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LETTERS_MAX:
        raise NotPossible(f"Give the view a name of at most {NAME_LETTERS_MAX} characters.")
    if name.casefold() in {one.name.casefold() for one in views_for(actor.roles, page)}:
        raise NotPossible(f"There is a view {name!r} already that nobody can change: choose another name.")
    if role is not None and role not in actor.roles:
        raise NotPossible(f"Only somebody of the role {role.value} can save a view for it: save it for yourself.")
    kept = query_of(query)
    if len(kept) > QUERY_LETTERS_MAX:
        raise NotPossible("The filters are too long to keep: narrow them to fewer words.")
    owner = actor.name if role is None else role.value
    owner_kind: OwnerKind = "user" if role is None else "role"
    with store.scope(None) as c:
        own = rows.of(c, user=actor.name, roles=[role.value] if role else [])
        of_owner = [one for one in own if one.owner_kind == owner_kind and one.page == page]
        before = next((one for one in of_owner if one.name == name), None)
        if before is None and len(of_owner) >= VIEWS_MAX:
            raise NotPossible(f"There are {VIEWS_MAX} views of this page already: drop one first.")
        made = rows.put(c, owner=owner, owner_kind=owner_kind, page=page, name=name, query=kept, at=at)
        _note(c, actor, "view.saved", made, before=before, after=made, at=at)
    return made


def drop_view(store: Store, actor: Actor, view_id: int, *, at: datetime) -> SavedView:
    """Forget one's own view or one of a role that one has; `NotPossible` for every other."""
    with store.scope(None) as c:
        found = rows.one(c, view_id)
        owners = {("user", actor.name), *(("role", role.value) for role in actor.roles)}
        if found is None or (found.owner_kind, found.owner) not in owners:
            raise NotPossible("This view is not yours, or it is gone already.")
        rows.drop(c, view_id)
        _note(c, actor, "view.dropped", found, before=found, after=None, at=at)
    return found


def query_of(address: str) -> str:
    """The filters of a query string: without empty ones, and without the place in the list."""
    kept = [(name, value) for name, value in parse_qsl(address.lstrip("?")) if name not in PAGING and value]
    return urlencode(kept)


def _note(
    c: Connection,
    actor: Actor,
    action: str,
    view: SavedView,
    *,
    before: SavedView | None,
    after: SavedView | None,
    at: datetime,
) -> None:
    audit.append(
        c,
        company=None,
        who=actor.name,
        action=action,
        subject=f"view {view.page}/{view.name} of {view.owner_kind} {view.owner}",
        before={"query": before.query} if before else None,
        after={"query": after.query} if after else None,
        at=at,
    )
