"""What left and what is on offer, against the sandbox's shop, which other hands wrote from the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.connectors.shopify import ShopifyFulfilments, ShopifyStock, open_fulfilments, open_shop_stock
from tieout.domain import commands as c
from tieout.ports.errors import Busy, OutcomeUnknown, Refused, Unavailable
from tieout.ports.selling import LevelChange, ShopLevel, ShopSale

from .conftest import line, loaded

if TYPE_CHECKING:
    from .conftest import Bench

PLACE = "Web warehouse"
COMMAND = c.FulfilOrder(
    key="TFO-0000000000000001",
    order_name="#2001",
    lines=(c.SentLine(sku="BOOT", quantity=1), c.SentLine(sku="SOCK", quantity=1)),
    carrier="DPD UK",
    tracking=("15501",),
)


@dataclass(frozen=True)
class Shop:
    bench: Bench
    sending: ShopifyFulfilments
    stock: ShopifyStock


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    settings = bench.settings.model_copy(update={"reads_tried": 1})
    sending, stock = open_fulfilments(settings, bench.clock.now), open_shop_stock(settings, bench.clock.now)
    order = {**loaded("#2001", line("BOOT", 1, "19.99"), line("SOCK", 8, "9.99")), "fulfilled": False}
    bench.control.post("/shopify/load", json={"orders": [order]}).raise_for_status()
    yield Shop(bench, sending, stock)
    sending.close()
    stock.close()


def agreed(shop: Shop, command: c.FulfilOrder) -> None:
    found = shop.sending.find_fulfilment(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_a_part_that_left_is_marked_and_found_and_the_rest_after_it(shop: Shop) -> None:
    assert shop.sending.find_fulfilment(COMMAND) is None
    shop.sending.fulfil_order(COMMAND)
    agreed(shop, COMMAND)
    rest = replace(COMMAND, lines=(c.SentLine(sku="SOCK", quantity=1),), tracking=("15502", "15503"), key="TFO-2")
    assert shop.sending.find_fulfilment(rest) is None
    shop.sending.fulfil_order(rest)
    agreed(shop, rest)
    agreed(shop, COMMAND)


def test_what_is_marked_is_not_marked_again(shop: Shop) -> None:
    shop.sending.fulfil_order(COMMAND)
    shop.sending.fulfil_order(COMMAND)
    agreed(shop, COMMAND)


def test_more_than_is_left_is_refused(shop: Shop) -> None:
    shop.sending.fulfil_order(COMMAND)
    with pytest.raises(Refused, match="has 7 of SOCK left to send, not 8"):
        shop.sending.fulfil_order(
            replace(COMMAND, lines=(c.SentLine(sku="SOCK", quantity=8),), tracking=("9",), key="TFO-2")
        )


def test_whatever_answers_are_lost_nothing_is_marked_twice(shop: Shop) -> None:
    lost = 0
    for seed in range(1, 9):
        command = replace(COMMAND, lines=(c.SentLine(sku="SOCK", quantity=1),), tracking=(f"T{seed}",))
        shop.bench.temper(lost_reply=0.4, seed=seed, silence_seconds=0.05)
        for _ in range(100):
            try:
                if shop.sending.find_fulfilment(command) is not None:
                    break
                shop.sending.fulfil_order(command)
            except OutcomeUnknown:
                lost += 1
            except (Unavailable, Busy):
                pass
        shop.bench.temper()
        agreed(shop, command)
    assert lost
    with pytest.raises(Refused, match="has 0 of SOCK left to send"):
        shop.sending.fulfil_order(replace(COMMAND, lines=(c.SentLine(sku="SOCK", quantity=1),), tracking=("T9",)))


def test_levels_are_read_and_set_unless_something_was_sold(shop: Shop) -> None:
    assert shop.stock.levels(["BOOT", "GONE"]) == (ShopLevel(sku="BOOT", location=PLACE, available=Decimal(10)),)
    down = LevelChange(sku="BOOT", location=PLACE, before=Decimal(10), after=Decimal(7))
    sock = LevelChange(sku="SOCK", location=PLACE, before=Decimal(9), after=Decimal(1))
    assert shop.stock.set_levels([sock, down]) == (sock,)
    levels = {level.sku: level.available for level in shop.stock.levels(["BOOT", "SOCK"])}
    assert levels == {"BOOT": Decimal(7), "SOCK": Decimal(10)}


def test_a_level_is_set_to_and_fro_as_often_as_wanted(shop: Shop) -> None:
    up = LevelChange(sku="BOOT", location=PLACE, before=Decimal(10), after=Decimal(12))
    down = LevelChange(sku="BOOT", location=PLACE, before=Decimal(12), after=Decimal(10))
    for _ in range(2):
        assert shop.stock.set_levels([up]) == ()
        assert shop.stock.set_levels([down]) == ()
    (level,) = shop.stock.levels(["BOOT"])
    assert level.available == Decimal(10)


def test_what_is_still_to_be_sent_is_told_with_where_it_leaves_from(shop: Shop) -> None:
    unsent = sorted(shop.stock.unsent(), key=lambda sale: sale.sku)
    assert unsent == [
        ShopSale(order_name="#2001", sku="BOOT", location=PLACE, quantity=Decimal(1)),
        ShopSale(order_name="#2001", sku="SOCK", location=PLACE, quantity=Decimal(8)),
    ]
    shop.sending.fulfil_order(COMMAND)
    assert [(sale.sku, sale.quantity) for sale in shop.stock.unsent()] == [("SOCK", Decimal(7))]


def test_a_sale_is_unsent_from_the_moment_it_is_made_however_many_there_are(shop: Shop) -> None:
    (level,) = shop.stock.levels(["SOCK"])
    shop.stock.set_levels([LevelChange(sku="SOCK", location=PLACE, before=level.available, after=Decimal(25))])
    for number in range(25):
        body = {"sku": "SOCK", "quantity": 1, "location": PLACE, "name": f"#3{number:03}"}
        shop.bench.control.post("/shopify/checkout", json=body).raise_for_status()
    assert len({sale.order_name for sale in shop.stock.unsent()}) == 26
