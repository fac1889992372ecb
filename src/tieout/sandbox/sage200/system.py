"""The Sage 200 sandbox as one system of the estate: OAuth, the public API, the companion, the control surface."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.sage200.api import sage_app
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.fill import fill
from tieout.sandbox.sage200.company.locks import Locks
from tieout.sandbox.sage200.company.profiles import BASES, GIFTWARE, PROFILES, Profile
from tieout.sandbox.sage200.company.seed import seed
from tieout.sandbox.sage200.control import control_routes
from tieout.sandbox.sage200.oauth import Client, Identity
from tieout.sandbox.temper import CALM, Temper

COMPANION_KEY = "companion-sandbox-key"
IN_MEMORY = ":memory:"


class Sage200Sandbox:
    """Three Sage 200 companies with real accounting behind the public API; a companion beside the first site.

    `database` is ":memory:", or a folder that keeps one SQLite file for each company. `books` are those of the
    default company; the others are opened when they are first asked for.
    """

    name = "sage200"

    def __init__(
        self,
        clock: SandboxClock,
        seed: int = 0,
        database: str = IN_MEMORY,
        *,
        client: Client | None = None,
        companion_key: str = COMPANION_KEY,
    ) -> None:
        self.clock = clock
        self.companion_key = companion_key
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self.counts: Counter[str] = Counter()
        self._seed = seed
        self._database = database
        self._opened: dict[int, Books] = {}
        self.identity = Identity(clock, random.Random(seed + 1), client or Client())
        self.books = self._open(GIFTWARE)
        self.app: ASGIApp = sage_app(self, random.Random(seed + 2))
        self.control: Sequence[BaseRoute] = control_routes(self)

    @property
    def locks(self) -> Locks:
        """Return the record locks of the default company."""
        return self.books.locks

    @property
    def company_ids(self) -> tuple[int, ...]:
        """Return the ids of all companies, the default first."""
        return tuple(profile.company_id for profile in PROFILES)

    @property
    def companies(self) -> dict[tuple[str, int], Books]:
        """Return the books of every company by what X-Site and X-Company must say; opens all of them."""
        return {profile.key: self._open(profile) for profile in PROFILES}

    def company(self, company_id: int) -> Books | None:
        """Return the books of a company, or nothing when there is no such company."""
        profile = next((p for p in PROFILES if p.company_id == company_id), None)
        return None if profile is None else self._open(profile)

    def _open(self, profile: Profile) -> Books:
        found = self._opened.get(profile.company_id)
        if found is None:
            dice = random.Random(self._seed + 100 * PROFILES.index(profile))
            locks = Locks(self.clock, lambda: self.temper, dice, self.counts)
            found = Books(self.clock, locks, self._file(profile), profile)
            self._opened[profile.company_id] = found
            self._fill(found)
        return found

    def _file(self, profile: Profile) -> str:
        if self._database == IN_MEMORY:
            return IN_MEMORY
        folder = Path(self._database)
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / f"company-{profile.company_id}.sqlite")

    def _fill(self, books: Books) -> None:
        if books.create_tables():
            with books.transaction():
                seed(books)

    def reset(self) -> None:
        """Let every company start again; tokens stay good, locks are gone."""
        for books in self._opened.values():
            books.empty()
            books.locks.release_all()
            self._fill(books)

    def fill_up(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Make up trade (see company/fill.py) until the default company has so much; return what stands in it."""
        has = {
            "posted": int(self.books.value("SELECT count(*) FROM posted")),
            "orders": int(self.books.value("SELECT count(*) FROM document WHERE kind = 'order'")),
        }
        missing = {name: max(0, count - has[name]) for name, count in wanted.items()}
        return fill(self.books, missing) if any(missing.values()) else has

    def connections(self) -> list[dict[str, object]]:
        """Return what a client must know to reach each company, the default one first."""
        return [
            {
                "name": profile.name,
                "edition": profile.site.edition,
                "currency": profile.currency.iso,
                "base": BASES[profile.site.edition],
                "site_id": profile.site.id,
                "company_id": profile.company_id,
                "channel": "companion" if profile.site == self.books.profile.site else "manual",
            }
            for profile in PROFILES
        ]

    def summary(self) -> dict[str, object]:
        """Return what stands in the default company's books, and what the other companies are called."""
        count = {
            name: int(self.books.value(f"SELECT count(*) FROM {table}"))  # noqa: S608  # our own tables
            for name, table in (
                ("customers", "customer"),
                ("products", "product"),
                ("documents", "document"),
                ("posted_transactions", "posted"),
                ("stock_movements", "movement"),
            )
        }
        others = [profile.name for profile in PROFILES if profile != self.books.profile]
        return {"company": self.books.name, **count, "other_companies": others}

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self.counts)
