"""The ReturnGO stand-in: API, webhooks and control surface of one shop's returns portal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.returngo.api import Api, Quota
from tieout.sandbox.returngo.control import control_routes
from tieout.sandbox.returngo.portal import Portal
from tieout.sandbox.shopify import ShopifySandbox
from tieout.sandbox.temper import CALM, Temper, TemperMiddleware, skewed
from tieout.sandbox.webhooks import WebhookSender

CALLS_PER_DAY = 2000


class ReturnGoSandbox:
    """A portal that answers to `x-api-key` and `x-shop-name`; with a shop it makes returns and refunds there."""

    name = "returngo"

    def __init__(
        self,
        clock: SandboxClock,
        *,
        shop_name: str = "tieout-demo.myshopify.com",
        api_key: str = "returngo-sandbox-key",
        shopify: ShopifySandbox | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self._counts: Counter[str] = Counter()
        self.sender = WebhookSender(lambda: self.temper, random.Random(seed + 1), self._counts)
        self.portal = Portal(self.sender, shopify, self.journal)
        self.quota = Quota(CALLS_PER_DAY)
        api = Api(self.portal, shop_name, api_key, self.quota, self.now)
        self.app: ASGIApp = TemperMiddleware(
            api.app(), lambda: self.temper, self.journal, random.Random(seed), self._counts
        )
        self.control: Sequence[BaseRoute] = control_routes(self.portal, self.journal, self.quota, self.now)

    def now(self) -> datetime:
        """Return the time by the portal's own clock."""
        return skewed(self.clock, self.temper)

    def summary(self) -> dict[str, object]:
        """Return the size of the books."""
        books = self.portal.books
        return {
            "rmas": len(books.rmas),
            "units": sum(len(rma.items) for rma in books.rmas.values()),
            "transactions": len(books.moves),
            "calls_today": self.quota.used,
            "webhooks": len(self.sender.log),
        }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)
