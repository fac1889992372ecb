"""The Mintsoft stand-in: API, webhooks and control surface of one house."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.mintsoft.api import Gate, Keys, acts, application
from tieout.sandbox.mintsoft.api_goods_in import GoodsInApi
from tieout.sandbox.mintsoft.api_orders import OrderApi
from tieout.sandbox.mintsoft.api_products import ProductApi
from tieout.sandbox.mintsoft.api_stock import StockApi
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.control import Control, People
from tieout.sandbox.mintsoft.control_stock import StockControl
from tieout.sandbox.mintsoft.floor import Floor
from tieout.sandbox.mintsoft.goods_in import GoodsIn
from tieout.sandbox.mintsoft.listening import Listening
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.setting_up import AT_FIRST, SetUp
from tieout.sandbox.mintsoft.stock import Stock
from tieout.sandbox.temper import CALM, Temper, TemperMiddleware, skewed
from tieout.sandbox.webhooks import WebhookSender


class MintsoftSandbox:
    """A house that answers to `ms-apikey`: the key given here never expires, those asked for last a day."""

    name = "mintsoft"

    def __init__(
        self,
        clock: SandboxClock,
        *,
        api_key: str = "mintsoft-sandbox-key",
        username: str = "tieout",
        password: str = "mintsoft-sandbox-password",  # noqa: S107  # a stand-in's, known to everybody
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self._counts: Counter[str] = Counter()
        self.sender = WebhookSender(lambda: self.temper, random.Random(seed + 1), self._counts)
        self.books = Books()
        self.stock = Stock(self.books, self.now)
        self.desk = OrderDesk(self.books, self.stock, self.now)
        self.floor = Floor(self.books, self.stock, self.desk, self.now)
        self.goods_in = GoodsIn(self.books, self.stock, self.desk, self.now)
        listening = Listening(self.books, self.sender)
        self.desk.announce = listening.tell
        keys = Keys(username=username, password=password, now=self.now, rng=random.Random(seed + 2))
        keys.good_until[api_key] = None
        stock_api = StockApi(self.books, self.stock, self.desk)
        rooms = [
            OrderApi(self.books, self.desk, self.floor).room(),
            stock_api.room(),
            ProductApi(self.books, self.now).room(),
            GoodsInApi(self.books, self.goods_in, listening).room(),
        ]
        vendor = application(rooms, Gate(self.books, keys), keys)
        self.app: ASGIApp = TemperMiddleware(
            vendor, lambda: self.temper, self.journal, random.Random(seed), self._counts, is_write=acts
        )
        people = People(books=self.books, stock=self.stock, desk=self.desk, floor=self.floor)
        stock_control = StockControl(self.books, self.stock, stock_api, self.goods_in, listening, self.journal)
        self.control: Sequence[BaseRoute] = Control(people, stock_control, self.journal, keys, self.sender).routes()
        SetUp(self.books, self.stock, self.now).load(AT_FIRST)

    def now(self) -> datetime:
        """Return the time by the house's own clock."""
        return skewed(self.clock, self.temper)

    def summary(self) -> dict[str, object]:
        """Return the size of the books."""
        return {
            "orders": len(self.books.orders),
            "open_orders": len(list(self.books.open_orders())),
            "products": len(self.books.products),
            "stock_flows": sum(len(lines) for lines in self.books.flows.values()),
            "webhooks": len(self.sender.log),
        }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)
