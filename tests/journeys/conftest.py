"""One small merchant with a few days of trade, its console served, and real browsers on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.console.browser import PASSWORD
from tests.console.conftest import HASHED
from tests.journeys import chromium
from tests.journeys.serving import Web, served
from tests.journeys.trade import Trade, play
from tests.journeys.visitor import WIDE, Visitor
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House

from tieout.domain.people import Role
from tieout.sandbox.serve import ServedEstate
from tieout.store import people

if TYPE_CHECKING:
    from tests.conftest import Server

Theme = Literal["light", "dark"]
SECOND_OF_OPERATIONS = "olive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A served console and what is behind it."""

    url: str
    house: House
    trade: Trade
    signed_in: dict[str, Any] = field(default_factory=dict)
    """The browser's cookies of everybody who has signed in already."""


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    program = chromium.program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(chromium.ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def control() -> Iterator[Control]:
    """The stand-ins of Sage 200, ReturnGO and Shopify, served and filled."""
    estate = build_estate()
    with ServedEstate(estate) as served_estate:
        control = Control(served_estate.url, estate)
        control.fill()
        yield control
        control.close()


@pytest.fixture(scope="package")
def site(chrome: Browser, control: Control, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The console over the trade of some days; the browser is asked for first, so that nothing is played in vain."""
    assert chrome.is_connected()
    yield from _site(control, server, tmp_path_factory.mktemp("filled"), "journeys_filled", play)


@pytest.fixture(scope="package")
def fresh_site(
    chrome: Browser, control: Control, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The console of an installation in which nothing has happened yet."""
    assert chrome.is_connected()
    yield from _site(control, server, tmp_path_factory.mktemp("fresh"), "journeys_fresh", lambda _house, _url: Trade())


def _site(
    control: Control, server: Server, home: Path, name: str, played: Callable[[House, str], Trade]
) -> Iterator[Site]:
    address = server.make_database(name, template="tieout_template")
    house = House(control, home, address, Choices(pool_size=8))
    try:
        house.set_rules()
        with served(Web(house)) as url:
            trade = played(house, url)
            _bring_people(house)
            yield Site(url=url, house=house, trade=trade)
    finally:
        house.close()
        server.drop_database(name)


def _bring_people(house: House) -> None:
    """One person of every role, named after it, and a second of operations, because two must agree."""
    everybody = [(role, role.value.replace(" ", "-")) for role in Role]
    with house.application.store.scope(None) as c:
        for role, name in [*everybody, (Role.OPERATIONS, SECOND_OF_OPERATIONS)]:
            made = people.add_user(
                c,
                name=name,
                display_name=name.replace("-", " ").capitalize(),
                email=f"{name}@example.org",
                roles=[role.value],
                companies=(),
                password_hash=HASHED,
                subject=None,
                at=house.application.clock(),
            )
            assert made is not None


PageAs = Callable[..., Visitor]


@pytest.fixture
def page_as(site: Site, chrome: Browser) -> Iterator[PageAs]:
    """Somebody of a role at the filled console: `page_as(Role.FINANCE, theme="dark", scripts=False)`."""
    with arrivals(site, chrome) as arrive:
        yield arrive


@pytest.fixture
def page_at_fresh(fresh_site: Site, chrome: Browser) -> Iterator[PageAs]:
    """Somebody of a role at the console in which nothing has happened yet."""
    with arrivals(fresh_site, chrome) as arrive:
        yield arrive


@contextmanager
def arrivals(site: Site, chrome: Browser) -> Iterator[PageAs]:
    """Open browsers on a site; at the end nothing may have gone wrong in any."""
    arrived: list[Visitor] = []

    def arrive(role: Role | None, *, name: str = "", theme: Theme = "light", scripts: bool = True) -> Visitor:
        name = name or (role.value.replace(" ", "-") if role else "nobody")
        context = chrome.new_context(
            base_url=site.url,
            color_scheme=theme,
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
            viewport=WIDE,  # type: ignore[arg-type]  # a plain dict of ours for a typed one
            storage_state=site.signed_in.get(name),
        )
        visitor = Visitor(context.new_page(), site.url, name)
        arrived.append(visitor)
        if role and name not in site.signed_in:
            sign_in(visitor, name)
            site.signed_in[name] = context.storage_state()
        return visitor

    try:
        yield arrive
    finally:
        for visitor in arrived:
            visitor.page.context.close()
    wrongs = [wrong for visitor in arrived for wrong in visitor.wrongs]
    assert wrongs == []


def sign_in(visitor: Visitor, name: str) -> None:
    """Sign in by the form, from wherever it was shown."""
    if visitor.page.url == "about:blank":
        visitor.go("/sign-in")
    visitor.fill("Name", name).fill("Password", PASSWORD).press("Sign in").sees("", within="nav.side")
