"""The days of the demo, and the people who may sign in to its console."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tieout.cli.demo.days import days_of
from tieout.cli.demo.sign_ins import PEOPLE, SignIn, let_people_in, print_sign_ins
from tieout.cli.demo.trading import ReturnRequest
from tieout.domain.people import Role
from tieout.processes.people.signing_in import Lasting, NotSignedIn, sign_in
from tieout.store import Store, audit, people

if TYPE_CHECKING:
    from datetime import timedelta

TODAY = date(2010, 1, 23)
NOW = datetime(2010, 1, 17, 12, tzinfo=UTC)


def came_back(*days: str) -> list[ReturnRequest]:
    requests: list[Any] = [SimpleNamespace(day=date.fromisoformat(day)) for day in days]
    return requests


def test_a_play_of_one_day_has_everything_on_it() -> None:
    (day,) = days_of(came_back("2010-01-13", "2010-01-22", "2011-08-12"), TODAY, 1)
    assert (day.date, len(day.returns), day.is_last) == (TODAY, 3, True)


def test_days_are_the_last_with_returns_and_today_and_nothing_is_left_out() -> None:
    returns = came_back("2010-01-22", "2010-01-13", "2010-01-20", "2010-01-14", "2011-08-12", "2010-01-20")
    days = days_of(returns, TODAY, 3)
    assert [(day.date.day, [one.day.day for one in day.returns]) for day in days] == [
        (20, [13, 20, 14, 20]),
        (22, [22]),
        (23, [12]),
    ]
    assert [day.is_last for day in days] == [False, False, True]


def test_there_are_no_more_days_than_returns_came_back_on() -> None:
    assert [day.date.day for day in days_of(came_back("2010-01-13"), TODAY, 7)] == [13, 23]
    assert [day.date.day for day in days_of([], TODAY, 7)] == [23]


def test_a_day_is_played_at_its_noon() -> None:
    (day,) = days_of([], TODAY, 1)
    offset: timedelta = day.offset(NOW)
    assert NOW + offset == datetime(2010, 1, 23, 12, tzinfo=UTC)


def let_in(store: Store) -> list[SignIn]:
    application: Any = SimpleNamespace(store=store, companies={"giftware": None, "outlet": None}, clock=lambda: NOW)
    return let_people_in(application)


def test_somebody_of_every_role_may_sign_in_with_the_password_that_was_made_for_them(store: Store) -> None:
    sign_ins = let_in(store)
    assert {one.role for one in sign_ins} == set(Role)
    lasting = Lasting(idle=NOW - datetime(2010, 1, 16, tzinfo=UTC), longest=NOW - datetime(2010, 1, 16, tzinfo=UTC))
    known: dict[str, Any] = {"store": store, "address": "", "agent": "", "lasting": lasting, "now": NOW}
    for one in sign_ins:
        user = sign_in(name=one.name, password=one.password, **known).user
        assert list(user.roles) == [one.role.value]
        assert user.temporary_until is None
    with pytest.raises(NotSignedIn):
        sign_in(name="maria", password=sign_ins[1].password, **known)


def test_the_audit_knows_who_was_let_in_and_no_password(store: Store) -> None:
    sign_ins = let_in(store)
    with store.scope(None) as c:
        entries = audit.entries(c, limit=100)
        support = people.user(c, "sue")
    assert {entry.subject for entry in entries} == {f"user {name}" for name, _, _ in PEOPLE}
    assert not [one for one in sign_ins if one.password in str(entries)]
    assert support is not None
    assert support.expires_at is not None


def test_every_sign_in_is_printed_once_beside_its_role_and_where_the_console_is(store: Store) -> None:
    sign_ins = let_in(store)
    text = print_sign_ins("http://127.0.0.1:8431", sign_ins)
    assert text.count("http://127.0.0.1:8431") == 1
    for one in sign_ins:
        assert text.count(one.password) == 1
        assert re.search(rf"^  {one.role.value} +{one.name} +{one.password}$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


def test_a_password_is_not_in_what_a_sign_in_says_of_itself() -> None:
    assert "secret" not in repr(SignIn(name="maria", role=Role.FINANCE, password="secret-secret"))
