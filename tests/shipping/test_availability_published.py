"""What the shop may sell, worked out from Sage, the shop and the warehouse, and told to the shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import Depot, open_depot

from tieout.domain import commands as c
from tieout.processes.availability import Published, figure_from_json, publish_availability
from tieout.processes.record import command_to_json
from tieout.store import availability, cases, documents, effects
from tieout.store.availability import KeptFigure


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        opened.house.rule("policy", "publish_availability", LONG_AGO, value="on")
        opened.house.rule("carrier", "mintsoft|*", courier="")
        yield opened


def publish(depot: Depot) -> Published:
    return publish_availability(depot.house.application.floor, depot.house.application.companies[COMPANY])


def kept(depot: Depot, sku: str = "MUG") -> KeptFigure:
    with depot.house.application.store.scope(COMPANY) as connection:
        (found,) = availability.kept_figures(connection, COMPANY, sku=sku)
    return found


def on_offer(depot: Depot, sku: str = "MUG") -> int:
    return depot.control.books().on_offer(sku)


def buy(depot: Depot, units: int, name: str, sku: str = "MUG") -> None:
    depot.control.post("/shopify/checkout", {"sku": sku, "quantity": units, "location": "HOME", "name": name})


def risks(depot: Depot) -> list[str]:
    with depot.house.application.store.scope(COMPANY) as connection:
        return [case.document_key for case in cases.open_cases(connection) if case.code == "OVERSELL_RISK"]


def test_the_shop_offers_what_is_on_hand_and_promised_to_nobody(depot: Depot) -> None:
    stock = depot.stock("MUG")
    depot.order(("MUG", 3))
    depot.order(("MUG", 5), allocate=2)
    depot.house.rule("availability_buffer", "MUG", LONG_AGO, units="4")
    publish(depot)
    assert on_offer(depot) == stock - 3 - 5 - 4
    found = kept(depot)
    assert found.outcome == "published"
    assert [found.available, found.free] == [stock - 12, stock - 5]
    figure = figure_from_json(found.figure)
    assert [figure.on_hand, figure.allocated, figure.ordered, figure.buffer] == [stock, 5, 3, 4]
    assert figure.difference == 7
    publish(depot)
    assert kept(depot).outcome == "agrees"


def test_from_the_sale_to_the_door_and_back_to_the_shop_a_unit_is_taken_off_once(depot: Depot) -> None:
    depot.house.rule("policy", "tell_storefront", LONG_AGO, value="yes")
    publish(depot)
    before = on_offer(depot)
    assert before == depot.stock("MUG")
    buy(depot, 3, "W9001")
    seen = [on_offer(depot)]
    publish(depot)
    seen.append(on_offer(depot))
    number = depot.order(("MUG", 3), name="W9001")
    publish(depot)
    seen.append(on_offer(depot))
    depot.settle()
    publish(depot)
    seen.append(on_offer(depot))
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    publish(depot)
    seen.append(on_offer(depot))
    depot.settle()
    publish(depot)
    seen.append(on_offer(depot))
    assert seen == [before - 3] * 6
    assert (depot.document(number).state, depot.stock("MUG")) == ("done", before - 3)


def test_an_order_that_sage_cancelled_while_the_warehouse_picks_it_is_not_sold_again(depot: Depot) -> None:
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.control.post("/sage200/desktop/cancel", {"order": number})
    publish(depot)
    figure = figure_from_json(kept(depot).figure)
    assert [figure.allocated, figure.ordered, figure.at_warehouse] == [0, 0, 3]
    assert on_offer(depot) == depot.stock("MUG") - 3


def test_an_order_that_sage_has_given_out_whole_is_taken_off_no_longer_than_one_run(depot: Depot) -> None:
    buy(depot, 2, "W9002")
    depot.control.post("/sage200/load", {"orders": [sold_and_sent("W9002")]})
    stock = depot.stock("MUG")
    publish(depot)
    publish(depot)
    assert on_offer(depot) == stock


def sold_and_sent(name: str) -> dict[str, object]:
    line = {"product": "MUG", "quantity": "2", "unit_price": "10.00", "despatched": "2", "invoiced": "0"}
    return {
        "customer": "12345",
        "customer_document_no": name,
        "document_date": "2011-01-20",
        "lines": [{**line, "warehouse": "HOME"}],
        "despatched": True,
    }


@pytest.fixture
def counting(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path, "shipbob") as opened:
        opened.house.rule("policy", "publish_availability", LONG_AGO, value="on")
        opened.house.rule("policy", "availability_source", LONG_AGO, value="count")
        opened.house.rule("carrier", "shipbob|*", courier="")
        yield opened


def test_by_the_warehouses_count_nothing_is_taken_off_twice(counting: Depot) -> None:
    publish(counting)
    assert on_offer(counting) == 100
    number = counting.order(("MUG", 3))
    counting.settle()
    publish(counting)
    assert on_offer(counting) == 97
    counting.floor.ship(f"{number}-1", tracking="TRK1")
    counting.settle()
    publish(counting)
    assert on_offer(counting) == 94, "ShipBob's levels may be a minute old, so what left in that minute counts"
    counting.house.later(timedelta(minutes=5))
    publish(counting)
    figure = figure_from_json(kept(counting).figure)
    assert (figure.source, on_offer(counting)) == ("count", 97)
    assert [figure.on_hand, figure.allocated, figure.at_warehouse] == [97, 0, 0]


def test_with_watch_it_is_worked_out_and_the_shop_is_left_alone(depot: Depot) -> None:
    depot.house.rule("policy", "publish_availability", value="watch")
    offered = on_offer(depot)
    depot.order(("MUG", 3))
    publish(depot)
    assert on_offer(depot) == offered
    assert kept(depot).available == depot.stock("MUG") - 3
    assert kept(depot).outcome == "unpublished"


def test_switched_off_nobody_is_asked(depot: Depot) -> None:
    depot.house.rule("policy", "publish_availability", value="off")
    before = depot.control.requests("shopify")
    assert publish(depot) == Published()
    assert depot.control.requests("shopify") == before


def test_more_on_offer_than_is_there_is_a_case_until_it_is_mended(depot: Depot) -> None:
    publish(depot)
    depot.house.rule("policy", "publish_availability", value="watch")
    depot.control.post("/shopify/adjustments", {"sku": "MUG", "delta": 900, "reason": "correction"})
    publish(depot)
    publish(depot)
    assert risks(depot) == ["HOME|MUG"]
    depot.house.rule("policy", "publish_availability", value="on")
    assert publish(depot).at_risk == 0
    assert risks(depot) == []
    with depot.house.application.store.scope(COMPANY) as connection:
        document = documents.document(connection, COMPANY, "availability", "HOME|MUG")
    assert document is not None
    assert (document.state, on_offer(depot)) == ("done", depot.stock("MUG"))
    assert kept(depot).available == Decimal(depot.stock("MUG"))


def test_a_stock_code_that_sage_has_no_more_of_is_taken_off_the_shop(depot: Depot) -> None:
    publish(depot)
    units = str(depot.stock("MUG"))
    depot.control.post(
        "/sage200/desktop/write-off",
        {
            "product": "MUG",
            "warehouse": "HOME",
            "bin": "A1",
            "quantity": units,
            "category": "Damaged",
        },
    )
    publish(depot)
    assert (depot.stock("MUG"), on_offer(depot)) == (0, 0)


def test_what_a_return_is_about_to_offer_is_left_to_it(depot: Depot) -> None:
    offer = c.OfferLine(sku="MUG", quantity=2, location="HOME")
    command = c.RaiseAvailability(key="TAV-0000000000000001", batch="1", units=("1", "2"), lines=(offer,))
    store, at = depot.house.application.store, depot.now()
    with store.scope(COMPANY) as connection:
        document = documents.touch(
            connection, company=COMPANY, kind="return", key="R1", lane_key="R1", lanes=1, due_at=at, at=at
        )
        intent = effects.Intent(
            key=command.key,
            attempt=1,
            command=command.kind,
            system="storefront",
            content=command_to_json(command),
            content_hash="1",
        )
        effects.intend(connection, document, intent, at=at)
    publish(depot)
    assert on_offer(depot) == depot.stock("MUG") - 2
    with store.scope(COMPANY) as connection:
        effects.mark_done(connection, document, command.key, reference="1", answer=None, at=at)
    publish(depot)
    assert on_offer(depot) == depot.stock("MUG")


def test_a_shop_that_cannot_be_read_is_told_nothing(depot: Depot) -> None:
    publish(depot)
    before, offered = kept(depot), on_offer(depot)
    depot.order(("MUG", 3))
    depot.control.temper("shopify", error_before=1.0)
    assert publish(depot) == Published()
    depot.control.temper("shopify")
    assert (kept(depot), on_offer(depot)) == (before, offered)
