"""The Sage 200 sandbox as one system of the estate: OAuth, the public API, the companion, the control surface."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.sage200.api import sage_app
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.locks import Locks
from tieout.sandbox.sage200.company.seed import COMPANY_NAME, seed
from tieout.sandbox.sage200.control import control_routes
from tieout.sandbox.sage200.oauth import Client, Identity
from tieout.sandbox.temper import CALM, Temper

COMPANION_KEY = "companion-sandbox-key"


class Sage200Sandbox:
    """A Sage 200 Professional company with real accounting behind its public API and its companion."""

    name = "sage200"

    def __init__(
        self,
        clock: SandboxClock,
        seed: int = 0,
        database: str = ":memory:",
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
        self.locks = Locks(clock, lambda: self.temper, random.Random(seed), self.counts)
        self.identity = Identity(clock, random.Random(seed + 1), client or Client())
        self.books = Books(clock, self.locks, database)
        self._fill()
        self.app: ASGIApp = sage_app(self, random.Random(seed + 2))
        self.control: Sequence[BaseRoute] = control_routes(self)

    def _fill(self) -> None:
        if self.books.create_tables():
            with self.books.transaction():
                seed(self.books)

    def reset(self) -> None:
        """Go back to the starting company; tokens stay good, locks are gone."""
        self.books.empty()
        self.locks.release_all()
        self._fill()

    def summary(self) -> dict[str, object]:
        """Return what stands in the books."""
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
        return {"company": COMPANY_NAME, **count}

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self.counts)
