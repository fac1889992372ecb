"""The real console over a real database, visited as a browser without scripts would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from tests.console.browser import PASSWORD, Browser

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.processes.account_health import AccountLine
from tieout.processes.desk import Desk
from tieout.processes.people.signing_in import begin_session, password_hash
from tieout.store import Store, people

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
HASHED = password_hash(PASSWORD)


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, length: timedelta) -> None:
        self.now += length


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def console(store: Store, clock: Clock) -> Console:
    """A console without remote systems: for what is between people and our own database."""
    desk = Desk(store=store, companies={}, clock=clock, start=lambda _c, _company, _lane: None)
    accounts = (AccountLine(name="sage", system="sage200", companies=("ACME",)),)
    return Console(
        store=store,
        desk=desk,
        clock=clock,
        companies=("ACME", "BETA"),
        accounts=accounts,
        public_url="http://testserver",
    )


def add_person(
    store: Store, name: str, *roles: Role, companies: tuple[str, ...] = (), at: datetime = NOW, email: str = ""
) -> None:
    """Somebody with the password of all tests."""
    with store.scope(None) as c:
        made = people.add_user(
            c,
            name=name,
            display_name=name.title(),
            email=email,
            roles=[role.value for role in roles],
            companies=companies,
            password_hash=HASHED,
            subject=None,
            at=at,
        )
    assert made is not None


def session_for(console: Console, name: str) -> str:
    """The secret of a session begun without the form: proving a password takes longer than most tests."""
    with console.store.scope(None) as c:
        user = people.user(c, name)
        assert user is not None, name
        begun = begin_session(
            c, user, address="testclient", agent="test", lasting=console.lasting, now=console.clock(), by="password"
        )
    return begun.secret


@pytest.fixture
def visitor(console: Console) -> Iterator[Callable[..., Browser]]:
    """Somebody of these roles, signed in: `visitor(Role.FINANCE)`, `visitor(Role.AUDITOR, companies=("ACME",))`."""
    made: list[Browser] = []

    def arrive(*roles: Role, name: str = "", companies: tuple[str, ...] = (), sign_in: bool = True) -> Browser:
        name = name or "-".join(role.value.replace(" ", "-") for role in roles) or "nobody"
        add_person(console.store, name, *roles, companies=companies, at=console.clock())
        browser = Browser(build(console))
        made.append(browser)
        if sign_in:
            browser.client.cookies.set(console.cookie, session_for(console, name))
        return browser

    yield arrive
    for browser in made:
        browser.close()


@contextmanager
def browsing(console: Console) -> Iterator[Browser]:
    """Somebody who is not signed in."""
    browser = Browser(build(console))
    try:
        yield browser
    finally:
        browser.close()
