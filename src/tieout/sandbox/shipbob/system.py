"""The ShipBob stand-in: API, webhooks and control surface of one merchant's account."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.shipbob.announcing import Announcer
from tieout.sandbox.shipbob.api import Gate, OrdersApi, Quota, application
from tieout.sandbox.shipbob.api_inbound import InboundApi
from tieout.sandbox.shipbob.api_stock import StockApi
from tieout.sandbox.shipbob.books import SCOPES, Books
from tieout.sandbox.shipbob.control import Control
from tieout.sandbox.shipbob.despatching import Table
from tieout.sandbox.shipbob.floor import Floor
from tieout.sandbox.shipbob.inbound_work import InboundWork
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.receiving import Dock
from tieout.sandbox.shipbob.returning import ReturnsBench
from tieout.sandbox.shipbob.setting_up import add_centre, add_channel
from tieout.sandbox.shipbob.simulating import Simulator
from tieout.sandbox.shipbob.stock_views import Levels
from tieout.sandbox.temper import CALM, Temper, TemperMiddleware, skewed
from tieout.sandbox.webhooks import WebhookSender

CALLS_PER_MINUTE = 150
RETRY_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 1.6)
READS = ("/inventory/history:query",)


class ShipBobSandbox:
    """An account that answers to `Authorization: Bearer`; orders are written through a channel."""

    name = "shipbob"

    def __init__(
        self,
        clock: SandboxClock,
        *,
        token: str = "shipbob-sandbox-token",  # noqa: S107  # a stand-in's, known to everybody
        webhook_secret: str = "whsec_c2hpcGJvYi1zYW5kYm94LXNlY3JldA==",  # noqa: S107  # as above
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self._counts: Counter[str] = Counter()
        self.sender = WebhookSender(lambda: self.temper, random.Random(seed + 1), self._counts, retry_waits=RETRY_WAITS)
        self.books = Books()
        add_centre(self.books, "London", "GB", "")
        self.channel = add_channel(self.books, "Tieout", SCOPES)
        add_channel(self.books, "ShipBob Default", tuple(s for s in SCOPES if s.endswith("_read")))
        self.network = Network(self.books, Announcer(self.books, self.sender), self.journal, self.now)
        self.quota = Quota(CALLS_PER_MINUTE)
        table, dock, bench = Table(self.network), Dock(self.network), ReturnsBench(self.network)
        simulator = Simulator(self.network, table, self.journal, random.Random(seed + 2))
        tokens = {token: frozenset(SCOPES)}
        inbound = InboundApi(self.network, dock, bench, simulator, webhook_secret)
        guard = Gate(tokens, self.quota, self.now, simulator.tick).guard
        routes = [
            *OrdersApi(self.network).routes(guard),
            *StockApi(self.network, Levels(self.network, dock)).routes(guard),
            *inbound.routes(guard),
        ]
        self.app: ASGIApp = TemperMiddleware(
            application(routes),
            lambda: self.temper,
            self.journal,
            random.Random(seed),
            self._counts,
            is_write=is_write,
        )
        self.control: Sequence[BaseRoute] = Control(
            self.network,
            Floor(self.network, table),
            InboundWork(self.network, dock, bench),
            inbound,
            self.quota,
            tokens,
            self.journal,
        ).routes()

    def now(self) -> datetime:
        """Return the time by the network's own clock."""
        return skewed(self.clock, self.temper)

    def summary(self) -> dict[str, object]:
        """Return the size of the books."""
        books = self.books
        return {
            "centres": len(books.centres),
            "products": len(books.products),
            "orders": len(books.orders),
            "shipments": len(books.shipments),
            "left": sum(1 for shipment in books.shipments.values() if shipment.stage == "left"),
            "events": len(self.network.stock.events),
            "webhooks": len(self.sender.log),
        }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)


def is_write(method: str, path: str, body: bytes) -> bool:
    """Say whether a call changes something: every POST but the question for the event log does."""
    del body
    return method not in {"GET", "HEAD", "OPTIONS"} and not path.endswith(READS)
