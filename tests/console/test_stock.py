"""Stock: what may be sold, with its formula, for whoever may see documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from tests.console.browser import Browser

from tieout.domain.availability.facts import Offer, Promise, Shelf, Stock
from tieout.domain.availability.figures import figures
from tieout.domain.people import Role
from tieout.processes.availability import figure_to_json
from tieout.store import Store, availability
from tieout.store.availability import KeptFigure

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def kept(sku: str, company: str = "ACME", **changes: object) -> KeptFigure:
    offer = Offer(location="Web", sku=sku)
    units = {"on_hand": Decimal(10), "allocated": Decimal(2), "free": Decimal(8)}
    shelf = Shelf(offer=offer, warehouse="HOME", bin="A1", is_for_sale=True, **units)
    promise = Promise(order="#1", offer=offer, sold=Decimal(3))
    (figure,) = figures(Stock(as_at=AT, source="sage", offers=(offer,), shelves=(shelf,), promises=(promise,)))
    plain = KeptFigure(
        company=company,
        location="Web",
        sku=sku,
        as_at=AT,
        source="sage",
        available=figure.available,
        offered=Decimal(5),
        free=figure.free,
        is_stale=False,
        outcome="published",
        published_at=AT,
        figure=figure_to_json(figure),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # whichever fields the test is about


def keep(store: Store, *figures_kept: KeptFigure) -> None:
    with store.scope(None) as c:
        availability.keep(c, figures_kept)


def test_the_formula_stands_beside_the_figure_and_sages_free_stock(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    keep(store, kept("MUG"))
    (row,) = visitor(Role.OPERATIONS).get("/stock").rows("main table tbody tr")
    text = " ".join(row)
    assert "10 on hand in bins for sale" in text
    assert "3 sold in the shop, not in Sage" in text
    assert row[2:4] == ["5", "5"]
    assert row[5:7] == ["8", "3"]


def test_one_stock_code_is_found_and_what_is_unknown_is_said(store: Store, visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.OPERATIONS)
    assert "Nothing was worked out yet" in browser.get("/stock").text("main")
    keep(store, kept("MUG"), kept("BOOK", available=None, outcome="unknown", offered=Decimal(9)))
    assert len(browser.get("/stock").rows("main table tbody tr")) == 2
    (row,) = browser.get("/stock?sku=BOOK").rows("main table tbody tr")
    assert "more than is there" in " ".join(row)
    assert "No figure is kept of this stock code" in browser.get("/stock?sku=%00nothing").text("main")


def test_many_stock_codes_are_shown_page_by_page(store: Store, visitor: Callable[..., Browser]) -> None:
    keep(store, *(kept(f"SKU-{number:03}") for number in range(60)))
    browser = visitor(Role.OPERATIONS)
    assert len(browser.get("/stock").rows("main table tbody tr")) == 50
    assert len(browser.get("/stock?after=50").rows("main table tbody tr")) == 10
    assert len(browser.get("/stock?after=nonsense").rows("main table tbody tr")) == 50


def test_a_figure_of_another_company_is_not_seen(store: Store, visitor: Callable[..., Browser]) -> None:
    keep(store, kept("MUG"), kept("SECRET", company="OTHER"))
    text = visitor(Role.OPERATIONS, companies=("ACME",)).get("/stock").text("main")
    assert "MUG" in text
    assert "SECRET" not in text
