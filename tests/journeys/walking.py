"""A walk over all pages that the menu, and the links of the pages, lead somebody to; each kind of page is looked at."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import Error
from starlette.routing import compile_path
from tests.journeys.visitor import ARE_KEPT, NARROW, WIDE, Visitor

from tieout.console.pages import ROUTERS

PAGES_MAX = 150
"""More than one walk meets; it ends even if pages lead to ever new pages."""
RECORDS_MAX, VARIANTS_MAX = 2, (3 if ARE_KEPT else 1)
"""How many records of one kind are opened, and in how many ways (filters, sort, page) one list is asked for: more
ways where pictures are kept, which takes a minute longer."""

FORMS = "form[method=post]:has(input[required], textarea[required])"
Kind = tuple[str, frozenset[str], int]
"""A route, the parameters that it is asked with, and which record of it this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one page was like."""

    address: str
    route: str
    title: str
    headings: int
    violations: tuple[str, ...]
    too_wide: int
    """By how many pixels the page itself scrolls sideways at 400 pixels."""


def page_routes() -> dict[str, re.Pattern[str]]:
    """Every route that answers GET, by its path."""
    found = {}
    for router in ROUTERS:
        for context in iter_route_contexts(router.routes):
            if isinstance(context.original_route, APIRoute) and "GET" in (context.original_route.methods or ()):
                found[str(context.path)] = compile_path(str(context.path))[0]
    return found


class Walk:
    """The walk of several people over one site; a page that one has looked at is not looked at again.

    `but` are routes that are left out.
    """

    def __init__(self, name: str, but: Collection[str] = ()) -> None:
        self.name = name
        self._but = but
        self.looks: list[Look] = []
        self.downloads: set[str] = set()
        self.dead: set[str] = set()
        """Where links lead, and nothing is."""
        self.forms: dict[str, tuple[str, str]] = {}
        """Where each kind of form that asks for something is: who meets it, and at which address."""
        self.routes = page_routes()
        self._looked_at: set[Kind] = set()
        self._records: Counter[str] = Counter()

    @property
    def reached(self) -> set[str]:
        """The routes that links led to."""
        return {look.route for look in self.looks} | {self.route_of(address) or "" for address in self.downloads}

    def route_of(self, address: str) -> str | None:
        """The route of an address; None for a page of nobody."""
        path = urlsplit(address).path
        plain = next((route for route in self.routes if route == path), None)
        return plain or next((route for route, pattern in self.routes.items() if pattern.match(path)), None)

    def by(self, visitor: Visitor, *starts: str) -> None:
        """Look at whatever this visitor is led to and nobody has looked at before."""
        waiting, queued = deque(starts), set(starts)
        while waiting and len(self.looks) < PAGES_MAX:
            address = waiting.popleft()
            if not self._open(visitor, address):
                self.downloads.add(address)
                continue
            self._look(visitor, address)
            for link in _links(visitor):
                if link not in queued and self._is_new(link):
                    queued.add(link)
                    waiting.append(link)

    def _open(self, visitor: Visitor, address: str) -> bool:
        try:
            visitor.go(address)
        except Error as error:
            if "Download is starting" in str(error):
                return False
            raise
        return True

    def _is_new(self, address: str) -> bool:
        """Each list is asked for in some ways, and of each kind of record two are opened."""
        route = self.route_of(address)
        if address.startswith("/api/"):
            self.downloads.add(address)
            return False
        if route is None:
            self.dead.add(address)
        if route is None or route in self._but:
            return False
        keys = frozenset(name for name, _ in parse_qsl(urlsplit(address).query))
        record = self._records[route] if "{" in route else 0
        kind = (route, keys, record)
        ways = sum(known[0] == route for known in self._looked_at)
        if kind in self._looked_at or record >= RECORDS_MAX or ways >= VARIANTS_MAX:
            return False
        self._looked_at.add(kind)
        self._records[route] += 1
        return True

    def _look(self, visitor: Visitor, address: str) -> None:
        page, name = visitor.page, self._name(address)
        for action in page.locator(FORMS).evaluate_all("all => all.map(one => one.getAttribute('action'))"):
            self.forms.setdefault(re.sub(r"\d+", "N", action), (visitor.name, address))
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            visitor.screen(f"{name}_{theme}")
        page.set_viewport_size({**WIDE, "width": NARROW})  # type: ignore[typeddict-item]  # a plain dict of ours
        visitor.screen(f"{name}_narrow")
        visitor.open_all()
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # as above
        is_first = all(look.route != self.route_of(address) for look in self.looks)
        violations = [f"dark: {found}" for found in visitor.violations("color-contrast")] if is_first else []
        page.emulate_media(color_scheme="light")
        violations += visitor.violations()
        self.looks.append(
            Look(
                address=address,
                route=self.route_of(address) or "",
                title=page.title(),
                headings=page.locator("h1").count(),
                violations=tuple(violations),
                too_wide=too_wide,
            )
        )

    def _name(self, address: str) -> str:
        """What its pictures are called: the site, the page, and which of its kind it is."""
        route = (self.route_of(address) or "").strip("/") or "today"
        number = sum(look.route == self.route_of(address) for look in self.looks) + 1
        return f"{self.name}_{re.sub('[^a-z0-9]+', '-', route).strip('-')}_{number}"


def _links(visitor: Visitor) -> Iterator[str]:
    """Where the page leads, without what stands after a #."""
    for link in visitor.page.locator("a[href]").evaluate_all("all => all.map(one => one.href)"):
        address = link.partition("#")[0].removeprefix(visitor.origin)
        if address.startswith("/"):
            yield address
