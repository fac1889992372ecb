from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tieout.cli.demo.cast import BUNDLE, Goods, billed, bundle_rule, cast_of, goods_of, gross, sale_of
from tieout.cli.demo.outlet import Outlet
from tieout.cli.demo.printing import print_tie_out
from tieout.cli.demo.report import TieOut
from tieout.cli.demo.tally import Tally
from tieout.cli.demo.trading import Play
from tieout.domain.money import Money
from tieout.domain.returns.bundles import bundles_in
from tieout.domain.rules.mapping import MappingRule, MappingTables

DAY = date(2010, 1, 12)
MUG, BOWL, LAMP = (
    Goods(sku=sku, title=sku.title(), price=Decimal(price))
    for sku, price in (("MUG", "1.69"), ("BOWL", "3.36"), ("LAMP", "5.91"))
)


def play_of(*lines: tuple[Goods, int]) -> Play:
    return Play(sales=(sale_of("489434", "13085", DAY, *lines),), returns=(), set_aside=())


@pytest.fixture
def play() -> Play:
    return play_of((LAMP, 9), (MUG, 8), (BOWL, 7))


def test_every_special_return_has_an_account_and_an_order_of_its_own(play: Play) -> None:
    outlet = Outlet("http://127.0.0.1:1", play, goods_of(play))
    scenes = (*cast_of(play), *outlet.scenes)
    outlet.close()
    accounts = [scene.account for scene in scenes]
    orders = [order.sold.number for scene in scenes for order in scene.orders]
    assert max(Counter(accounts).values()) == max(Counter(orders).values()) == 1
    assert not {sale.number for sale in play.sales} & set(orders)
    assert len({scene.kind for scene in scenes}) == len(scenes) == 14


def test_the_best_sellers_of_different_price_are_played_and_without_three_nothing_is(play: Play) -> None:
    assert goods_of(play) == (MUG, BOWL, LAMP)
    twin = replace(MUG, sku="TWIN")
    assert goods_of(play_of((LAMP, 9), (MUG, 8), (twin, 7))) == (MUG, LAMP)
    assert cast_of(play_of((LAMP, 9), (MUG, 8), (twin, 7))) == ()


def test_the_components_of_the_bundle_are_worth_what_it_was_billed_at(play: Play) -> None:
    scene = next(scene for scene in cast_of(play) if scene.kind == "bundle")
    (order,) = scene.orders
    rule = MappingRule(table="bundle", key=BUNDLE, value=bundle_rule(order), version=1)
    bundle = bundles_in(MappingTables(rules=(rule,)))[BUNDLE.casefold()]
    assert [(part.sku, part.quantity) for part in bundle.components] == [("LAMP", 2), ("MUG", 1)]
    # 2 x 5.91 + 1.69 = 13.51, with 17.5 % VAT of 2.36
    assert billed(order.billed) == scene.given == Money(1587)


def test_what_exchanges_leave_the_customer_is_the_difference_of_the_prices(play: Play) -> None:
    given = {scene.kind: scene.given for scene in cast_of(play) if scene.kind.startswith("exchange")}
    middle = gross(BOWL, DAY)
    assert given == {
        "exchange_even": Money(0),
        "exchange_dearer": middle - gross(LAMP, DAY),
        "exchange_cheaper": middle - gross(MUG, DAY),
    }


def tally(**changed: object) -> Tally:
    line = Tally(
        kind="exchange_cheaper",
        title="Exchange, cheaper",
        expected_code="",
        booked_minor=196,
        given_minor=196,
        passes="REFUND_BEFORE_CREDIT",
        played=1,
        tied_out=1,
        settled=Counter(REFUND_BEFORE_CREDIT=1),
        in_sage_minor=196,
        outside_minor=196,
    )
    for name, value in changed.items():
        setattr(line, name, value)
    return line


@pytest.mark.parametrize(
    "changed",
    [
        {"tied_out": 0},
        {"tied_out": 0, "cases": Counter(PERIOD_CLOSED=1)},
        {"played": 2},
        {"settled": Counter()},
        {"in_sage_minor": 195},
        {"outside_minor": 392},
    ],
)
def test_a_kind_that_ends_otherwise_than_expected_makes_the_demo_fail(changed: dict[str, object]) -> None:
    assert TieOut(specials=[tally()]).is_right
    result = TieOut(specials=[tally(**changed)])
    assert not result.is_right
    assert "NOT AS EXPECTED" in print_tie_out(result, "sop")
    assert result.to_json()["special_returns"][0]["is_as_expected"] is False


def test_a_penny_is_let_off_in_sage_alone_and_only_where_sage_reckons_the_vat() -> None:
    assert tally(in_sage_minor=195, pence_by_vat=1).is_right
    assert not tally(in_sage_minor=194, pence_by_vat=1).is_right
    assert not tally(outside_minor=195, pence_by_vat=1).is_right


def test_damaged_goods_that_are_not_in_quarantine_make_the_demo_fail() -> None:
    assert TieOut(damaged_units=3, quarantined_units=3).is_right
    assert not TieOut(damaged_units=3, quarantined_units=2).is_right
