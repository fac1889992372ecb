"""Giving and taking access: each act with its audit entry, and none that the rules forbid."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieout.domain.people import Actor, Role
from tieout.processes.desk import NotPossible
from tieout.processes.people import giving_access as giving
from tieout.processes.people.access_rules import Access, access_of
from tieout.processes.people.signing_in import Lasting, NotSignedIn, SignedIn, sign_in
from tieout.store import Store, audit, people

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
LASTING = Lasting(idle=timedelta(hours=1), longest=timedelta(hours=12))
COMPANIES = ("ACME", "BETA")
OPERATOR = Actor(name="operator (command line)", display_name="operator", roles=(Role.ADMINISTRATOR,))
ADMIN = Actor(name="olive", display_name="Olive", roles=(Role.ADMINISTRATOR,))
FINANCE = Access(roles=(Role.FINANCE,))
CHIEF = Access(roles=(Role.ADMINISTRATOR,))


def add(store: Store, name: str, access: Access = FINANCE, giver: Actor = OPERATOR) -> str:
    """Let somebody in; their temporary password."""
    given = giving.add_person(
        store, giver, name=name, display_name=name.title(), email="", access=access, companies=COMPANIES, now=NOW
    )
    assert given.password
    return given.password


def change(store: Store, giver: Actor, name: str, access: Access, **also: Any) -> people.User:  # noqa: ANN401
    details = {"display_name": name.title(), "email": "", **also}
    return giving.change_person(store, giver, name, access=access, companies=COMPANIES, now=NOW, **details)


def come_in(store: Store, name: str, password: str, at: datetime = NOW) -> SignedIn:
    return sign_in(store, name=name, password=password, address="10.0.0.1", agent="x", lasting=LASTING, now=at)


def running(store: Store, name: str) -> int:
    with store.scope(None) as c:
        return len(people.sessions_of(c, name))


def last_entry(store: Store) -> audit.AuditEntry:
    with store.scope(None) as c:
        assert audit.verify_chain(c, None) is None
        return audit.entries(c, limit=1)[0]


def test_somebody_is_let_in_with_a_temporary_password_that_ends_by_itself(store: Store) -> None:
    password = add(store, "Ann", Access(roles=(Role.FINANCE,), companies=("ACME",)))
    user = come_in(store, "ann", password).user
    assert (user.roles, user.companies) == (["finance"], ["ACME"])
    assert user.temporary_until == NOW + giving.TEMPORARY_LASTS
    with pytest.raises(NotSignedIn):
        come_in(store, "ann", password, NOW + giving.TEMPORARY_LASTS)


def test_the_audit_has_before_and_after_and_no_password(store: Store) -> None:
    password = add(store, "ann")
    change(store, ADMIN, "ann", Access(roles=(Role.FINANCE, Role.OPERATIONS)), email="ann@example.co.uk")
    entry = last_entry(store)
    assert (entry.who, entry.action, entry.subject) == ("olive", "user.changed", "user ann")
    assert isinstance(entry.before, dict)
    assert isinstance(entry.after, dict)
    assert (entry.before["roles"], entry.after["roles"]) == (["finance"], ["finance", "operations"])
    assert (entry.before["email"], entry.after["email"]) == ("", "ann@example.co.uk")
    with store.scope(None) as c:
        kept = people.user(c, "ann")
        everything = str(audit.entries(c))
    assert kept is not None
    assert kept.password_hash is not None
    assert password not in everything
    assert kept.password_hash not in everything
    assert password not in repr(giving.Given(user=kept, password=password))


def test_a_change_that_changes_nothing_leaves_no_entry(store: Store) -> None:
    add(store, "ann")
    change(store, ADMIN, "ann", FINANCE)
    assert last_entry(store).action == "user.added"


def test_other_roles_end_the_sessions_and_another_name_does_not(store: Store) -> None:
    come_in(store, "ann", add(store, "ann"))
    change(store, ADMIN, "ann", FINANCE, display_name="Ann Other")
    assert running(store, "ann") == 1
    change(store, ADMIN, "ann", Access(roles=(Role.AUDITOR,)))
    assert running(store, "ann") == 0


def test_somebody_closed_is_out_at_once_and_comes_back_with_what_they_had(store: Store) -> None:
    password = add(store, "ann")
    come_in(store, "ann", password)
    giving.close_person(store, ADMIN, "ann", why="left", now=NOW)
    assert running(store, "ann") == 0
    with pytest.raises(NotSignedIn):
        come_in(store, "ann", password)
    entry = last_entry(store)
    assert isinstance(entry.after, dict)
    assert (entry.action, entry.after["state"], entry.after["why"]) == ("user.closed", "closed", "left")
    giving.reopen_person(store, ADMIN, "ann", companies=COMPANIES, now=NOW)
    assert come_in(store, "ann", password).user.roles == ["finance"]


def test_a_reset_password_replaces_the_old_one_ends_the_sessions_and_forgets_the_guesses(store: Store) -> None:
    old = add(store, "ann")
    come_in(store, "ann", old)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            come_in(store, "ann", "wrong wrong wrong")
    new = giving.reset_password(store, ADMIN, "ann", now=NOW).password
    assert running(store, "ann") == 0
    assert new is not None
    with pytest.raises(NotSignedIn):
        come_in(store, "ann", old)
    assert come_in(store, "ann", new).user.name == "ann"
    with store.scope(None) as c:
        assert people.failures_since(c, name="ann", address="", since=NOW - timedelta(days=1)) == (0, 0)
        assert "user.password_reset" in [entry.action for entry in audit.entries(c)]


def test_sessions_are_ended_one_by_one_or_all_and_nobody_elses_by_their_number(store: Store) -> None:
    password, others = add(store, "ann"), add(store, "ben")
    for _ in range(3):
        come_in(store, "ann", password)
    come_in(store, "ben", others)
    with store.scope(None) as c:
        mine, bens = people.sessions_of(c, "ann")[0].id_hash, people.sessions_of(c, "ben")[0].id_hash
    assert giving.end_sessions(store, ADMIN, "ann", now=NOW, id_hash=bens) == 0
    assert giving.end_sessions(store, ADMIN, "ann", now=NOW, id_hash=mine) == 1
    assert (running(store, "ann"), running(store, "ben")) == (2, 1)
    assert giving.end_sessions(store, ADMIN, "ann", now=NOW) == 2
    assert last_entry(store).before == {"sessions": 2}


REFUSED: list[tuple[str, Callable[[Store], object]]] = [
    ("Nobody changes their own access", lambda store: change(store, ADMIN, "olive", Access(roles=tuple(Role)))),
    ("Nobody changes their own access", lambda s: giving.close_person(s, ADMIN, "olive", why="x", now=NOW)),
    ("Nobody changes their own access", lambda s: giving.reset_password(s, ADMIN, "olive", now=NOW)),
    ("last administrator", lambda store: change(store, OPERATOR, "olive", FINANCE)),
    ("last administrator", lambda s: giving.close_person(s, OPERATOR, "olive", why="x", now=NOW)),
    (
        "last administrator",
        lambda s: change(s, OPERATOR, "olive", Access(roles=(Role.ADMINISTRATOR,), companies=("ACME",))),
    ),
    (
        "last administrator",
        lambda s: change(s, OPERATOR, "olive", Access(roles=CHIEF.roles, expires_at=NOW + timedelta(days=9))),
    ),
    ("Support is let in for at most 14 days", lambda s: add(s, "sue", Access(roles=(Role.SUPPORT,)))),
    (
        "Support is let in for at most 14 days",
        lambda s: add(s, "sue", Access(roles=(Role.SUPPORT,), expires_at=NOW + timedelta(days=15))),
    ),
    ("has passed", lambda s: add(s, "sue", Access(roles=(Role.FINANCE,), expires_at=NOW))),
    ("at least one role", lambda s: add(s, "sue", Access(roles=()))),
    ("no company 'GAMMA'", lambda s: add(s, "sue", Access(roles=(Role.FINANCE,), companies=("GAMMA",)))),
    ("is taken", lambda s: add(s, "olive")),
    ("Choose a name", lambda s: add(s, "olive <script>")),
    ("Choose a name", lambda s: add(s, "operator (command line)")),
    ("There is nobody", lambda s: giving.end_sessions(s, ADMIN, "nobody", now=NOW)),
    ("email address", lambda s: change(s, OPERATOR, "olive", CHIEF, email="olive@@example")),
    ("name that others see", lambda s: change(s, OPERATOR, "olive", CHIEF, display_name="  ")),
    ("is not closed", lambda s: giving.reopen_person(s, OPERATOR, "olive", companies=COMPANIES, now=NOW)),
    ("Say why", lambda s: giving.close_person(s, OPERATOR, "olive", why=" ", now=NOW)),
]


@pytest.mark.parametrize(("says", "act"), REFUSED)
def test_what_the_rules_forbid_is_refused_in_a_sentence_and_nothing_changes(
    store: Store, says: str, act: Callable[[Store], object]
) -> None:
    add(store, "olive", CHIEF)
    with store.scope(None) as c:
        before = people.all_users(c), audit.entries(c)
    with pytest.raises(NotPossible, match=says):
        act(store)
    with store.scope(None) as c:
        assert (people.all_users(c), audit.entries(c)) == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_gives_access(store: Store, role: Role) -> None:
    with pytest.raises(NotPossible, match="Only an administrator"):
        add(store, "ann", FINANCE, Actor(name="x", display_name="X", roles=(role,)))


def test_an_administrator_of_one_company_gives_no_more_than_that(store: Store) -> None:
    limited = Actor(name="lim", display_name="Lim", roles=(Role.ADMINISTRATOR,), companies=("ACME",))
    add(store, "ann")
    add(store, "ben", Access(roles=(Role.FINANCE,), companies=("ACME",)))
    for access in (FINANCE, Access(roles=(Role.FINANCE,), companies=("ACME", "BETA"))):
        with pytest.raises(NotPossible, match="ACME only"):
            add(store, "sue", access, limited)
        with pytest.raises(NotPossible, match="ACME only"):
            change(store, limited, "ben", access)
    with pytest.raises(NotPossible, match="ACME only"):
        giving.reset_password(store, limited, "ann", now=NOW)
    change(store, limited, "ben", Access(roles=(Role.AUDITOR,), companies=("ACME",)))


def test_two_administrators_who_close_each_other_at_once_leave_one(store: Store) -> None:
    add(store, "olive", CHIEF)
    add(store, "peter", CHIEF)
    refused: list[str] = []

    def close(by: str, whom: str) -> None:
        giver = Actor(name=by, display_name=by, roles=(Role.ADMINISTRATOR,))
        try:
            giving.close_person(store, giver, whom, why="quarrel", now=NOW)
        except NotPossible as error:
            refused.append(str(error))

    both = [threading.Thread(target=close, args=pair) for pair in (("olive", "peter"), ("peter", "olive"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with store.scope(None) as c:
        states = sorted(user.state for user in people.all_users(c))
    assert states == ["active", "closed"]
    assert len(refused) == 1


def test_the_rights_of_somebody_are_read_as_they_were_given(store: Store) -> None:
    access = Access(roles=(Role.SUPPORT,), companies=("BETA",), expires_at=NOW + timedelta(days=14))
    add(store, "sue", access)
    with store.scope(None) as c:
        user = people.user(c, "sue")
    assert user is not None
    assert access_of(user) == access
    assert not user.is_active(NOW + timedelta(days=14))
