"""The race is only worth something if it finds out a feed that is wrong: each of these is wrong in one way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import Depot, open_depot
from tests.shipping.race import Outcome, Race

from tieout.ports.directory import Company
from tieout.ports.selling import LevelChange, ShopSale, ShopStock
from tieout.processes.availability import publish_availability

pytestmark = pytest.mark.long


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path, read_seconds=30.0) as opened:
        opened.house.rule("policy", "publish_availability", LONG_AGO, value="on")
        yield opened


class Wrapped:
    """A system that is asked as it is, but for what a test changes."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - any system
        self.inner = inner

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it can do
        return getattr(self.inner, name)


class ForgetsSales(Wrapped):
    """Nothing is ever still to be sent."""

    def unsent(self) -> Iterator[ShopSale]:
        return iter(())


class SalesBeforeLevels(Wrapped):
    """What was sold is read before what is on offer: a sale between the two is in neither."""

    def levels(self, skus: Sequence[str]) -> Any:  # noqa: ANN401 - as the shop answers
        self.sales = list(self.inner.unsent())
        return self.inner.levels(skus)

    def unsent(self) -> Iterator[ShopSale]:
        return iter(self.sales)


class SetsPlainly(Wrapped):
    """Levels are set whatever was sold since they were looked at."""

    def set_levels(self, changes: Sequence[LevelChange]) -> tuple[LevelChange, ...]:
        left: Sequence[LevelChange] = changes
        while left:
            found = self.inner.levels([change.sku for change in left])
            now = {(level.sku, level.location): level.available for level in found}
            left = self.inner.set_levels([replace(each, before=now[each.sku, each.location]) for each in left])
        return ()


def raced(depot: Depot, company: Company) -> Outcome:
    floor = depot.house.application.floor

    def publish(_: Depot) -> None:
        publish_availability(floor, company)

    return Race(depot, 1_000, publish).run()


@pytest.mark.parametrize("fault", [ForgetsSales, SalesBeforeLevels, SetsPlainly])
def test_a_feed_that_is_wrong_about_the_shop_is_found_out(depot: Depot, fault: type[Wrapped]) -> None:
    company = depot.house.application.companies[COMPANY]
    shop: Any = fault(company.shop_stock)
    stock: ShopStock = shop
    came = raced(depot, replace(company, shop_stock=stock))
    assert came.over_offered > 0, came.line(fault.__name__)


def test_a_feed_that_reads_orders_in_sage_after_its_stock_is_found_out(depot: Depot) -> None:
    company = depot.house.application.companies[COMPANY]
    feeds: Any = Wrapped(company.feeds)

    class OrdersLast(Wrapped):
        def promised(self) -> Any:  # noqa: ANN401 - as Sage answers
            kept = list(company.feeds.stock_levels())
            feeds.stock_levels = lambda: iter(kept)
            return self.inner.promised()

    orders: Any = OrdersLast(company.order_book)
    came = raced(depot, replace(company, feeds=feeds, order_book=orders))
    assert came.over_offered > 0, came.line("orders last")
