"""The Loop stand-in: API, webhooks and control surface of one shop's returns portal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.loop.api import SCOPES, Api, Quota
from tieout.sandbox.loop.control import Control
from tieout.sandbox.loop.portal import Portal
from tieout.sandbox.shopify import ShopifySandbox
from tieout.sandbox.temper import CALM, Temper, TemperMiddleware, skewed
from tieout.sandbox.webhooks import WebhookSender

CALLS_PER_MINUTE = 300


class LoopSandbox:
    """A portal that answers to `X-Authorization`; with a shop it makes refunds and exchange orders there."""

    name = "loop"

    def __init__(
        self,
        clock: SandboxClock,
        *,
        api_key: str = "loop-sandbox-key",
        webhook_secret: str = "loop-sandbox-secret",  # noqa: S107  # a stand-in's, known to everybody
        shopify: ShopifySandbox | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self._counts: Counter[str] = Counter()
        self.sender = WebhookSender(lambda: self.temper, random.Random(seed + 1), self._counts)
        self.portal = Portal(self.sender, webhook_secret, self.journal, self.now, shopify)
        self.quota = Quota(CALLS_PER_MINUTE)
        keys = {api_key: frozenset(SCOPES)}
        api = Api(self.portal, keys, self.quota, self.now)
        self.app: ASGIApp = TemperMiddleware(
            api.app(), lambda: self.temper, self.journal, random.Random(seed), self._counts
        )
        self.control: Sequence[BaseRoute] = Control(
            self.portal, self.journal, self.quota, keys, self.now, shopify
        ).routes()

    def now(self) -> datetime:
        """Return the time by the portal's own clock."""
        return skewed(self.clock, self.temper)

    def summary(self) -> dict[str, object]:
        """Return the size of the books."""
        books = self.portal.books
        return {
            "returns": len(books.returns),
            "line_items": sum(len(ret.units) for ret in books.returns.values()),
            "queued": len(books.queue),
            "webhooks": len(self.sender.log),
        }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)
