"""Orders read whole, free stock and costs, at every kind of site."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.connectors.sage200.conformance.sites import NOON, SITES, At, connected

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, SandboxClock]]:
    clock = SandboxClock.set_to(NOON)
    with ServedEstate(Estate([Sage200Sandbox(clock)], clock)) as estate:
        yield estate.url, clock


@pytest.fixture(params=sorted(SITES))
def at(request: pytest.FixtureRequest, served: tuple[str, SandboxClock]) -> Iterator[At]:
    with connected(*served, SITES[request.param]) as opened:
        yield opened


def test_an_order_is_read_whole(at: At) -> None:
    sold = at.sells()
    order = at.sage.order_book.open_order(sold.number)
    assert order is not None
    (line,) = order.lines
    assert (order.net, order.tax, order.currency) == (at.money(3000), at.tax(3000), at.site.currency)
    assert (line.sku, line.warehouse, line.is_stocked, line.is_traceable) == ("VASE", "HOME", True, False)
    assert [line.quantity, line.open, line.stock_units] == [Decimal(3), Decimal(3), Decimal(1)]
    assert order.status == "live"


def test_free_stock_and_costs_are_told(at: At) -> None:
    levels = {level.sku: level for level in at.sage.feeds.stock_levels()}
    assert levels["VASE"].free == levels["VASE"].on_hand - levels["VASE"].allocated
    items = {item.sku: item for item in at.sage.books.products(["MUG", "VASE"])}
    assert {sku: (item.unit_cost, item.costing) for sku, item in items.items()} == {
        "MUG": (Decimal(3), "Average"),
        "VASE": (Decimal(3), "FIFO"),
    }
