"""Views of lists: kept for oneself or for a role, and never somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieout.domain.people import Actor, Role
from tieout.domain.views import ROLE_VIEWS, views_for
from tieout.processes.desk import NotPossible
from tieout.processes.people.views import VIEWS_MAX, drop_view, query_of, save_view, saved_views
from tieout.store import Store, audit

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
ANN = Actor(name="ann", display_name="Ann", roles=(Role.FINANCE,))
BEN = Actor(name="ben", display_name="Ben", roles=(Role.FINANCE, Role.AUDITOR))
CLAIRE = Actor(name="claire", display_name="Claire", roles=(Role.OPERATIONS,))


def names(store: Store, actor: Actor) -> list[tuple[str, str]]:
    """What was saved, without what the roles begin with."""
    with store.scope(None) as c:
        return [(one.name, one.of) for one in saved_views(c, actor, "exceptions") if one.id is not None]


def test_a_view_is_kept_for_oneself_and_shown_to_nobody_else(store: Store) -> None:
    save_view(store, ANN, page="exceptions", name="Closed tax codes", query="?code=VAT_CODE_MISSING&after=12", at=NOW)
    assert names(store, ANN) == [("Closed tax codes", "you")]
    assert names(store, BEN) == []
    with store.scope(None) as c:
        kept = saved_views(c, ANN, "exceptions")[-1]
        assert saved_views(c, ANN, "documents") == []
    assert kept.query == "code=VAT_CODE_MISSING"


def test_a_view_of_a_role_is_shown_to_all_who_have_the_role(store: Store) -> None:
    save_view(store, ANN, page="exceptions", name="Big ones", query="least=50000", at=NOW, role=Role.FINANCE)
    assert names(store, BEN) == [("Big ones", "finance")]
    assert names(store, CLAIRE) == []


def test_saving_under_the_same_name_replaces_and_the_audit_has_both(store: Store) -> None:
    for query in ("owner=finance", "owner=retail"):
        save_view(store, ANN, page="exceptions", name="Mine own", query=query, at=NOW)
    with store.scope(None) as c:
        offered = saved_views(c, ANN, "exceptions")
        last = audit.entries(c, limit=1)[0]
    assert [one.query for one in offered if one.id] == ["owner=retail"]
    assert (last.action, last.before, last.after) == (
        "view.saved",
        {"query": "owner=finance"},
        {"query": "owner=retail"},
    )


def test_nobody_drops_what_is_not_theirs(store: Store) -> None:
    made = save_view(store, ANN, page="exceptions", name="Closed", query="state=closed", at=NOW)
    with pytest.raises(NotPossible, match="not yours"):
        drop_view(store, BEN, made.id, at=NOW)
    drop_view(store, ANN, made.id, at=NOW)
    assert names(store, ANN) == []
    with pytest.raises(NotPossible, match="gone already"):
        drop_view(store, ANN, made.id, at=NOW)


@pytest.mark.parametrize(
    ("name", "query", "role", "says"),
    [
        ("  ", "a=b", None, "Give the view a name"),
        ("x" * 61, "a=b", None, "Give the view a name"),
        ("all OPEN", "a=b", None, "choose another name"),
        ("Long", f"q={'x' * 2001}", None, "too long"),
        ("Theirs", "a=b", Role.OPERATIONS, "Only somebody of the role operations"),
    ],
)
def test_a_view_that_cannot_be_is_refused_with_a_sentence(
    store: Store, name: str, query: str, role: Role | None, says: str
) -> None:
    with pytest.raises(NotPossible, match=says):
        save_view(store, ANN, page="exceptions", name=name, query=query, at=NOW, role=role)
    assert names(store, ANN) == []


def test_nobody_fills_the_table_with_views(store: Store) -> None:
    for number in range(VIEWS_MAX):
        save_view(store, ANN, page="exceptions", name=f"View {number}", query="a=b", at=NOW)
    with pytest.raises(NotPossible, match="drop one first"):
        save_view(store, ANN, page="exceptions", name="One more", query="a=b", at=NOW)
    save_view(store, ANN, page="exceptions", name="View 1", query="a=c", at=NOW)


def test_filters_are_kept_without_empty_ones_and_without_the_place_in_the_list() -> None:
    assert (
        query_of("?q=&owner=customer+experience&after=9&sku=A%26B&sku=C") == "owner=customer+experience&sku=A%26B&sku=C"
    )


def test_every_role_has_its_place_and_two_roles_see_each_view_once() -> None:
    assert set(ROLE_VIEWS) == set(Role)
    both = views_for((Role.FINANCE, Role.AUDITOR), "exceptions")
    assert len({one.name for one in both}) == len(both)
    assert both[0].query == "state=open&owner=finance&sort=due"
