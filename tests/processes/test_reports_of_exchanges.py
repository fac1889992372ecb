"""Exchanges with their legs: nothing that was promised is lost between the portal, Sage and the warehouse."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import HOME_MARKET, Line, _sage_order, _shop_order
from tests.processes.reported import asked

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

ADDRESS = {"name": "A. Customer", "address1": "1 High Street", "city": "Leeds", "zip": "LS1 1AA", "country_code": "GB"}
_numbers = itertools.count(6500)


def sold(house: House) -> str:
    """Two mugs in both systems, with an address to send to."""
    name, day, lines = f"W{next(_numbers)}", "2011-01-12", (Line("MUG", 2, "10.00"),)
    house.control.post("/sage200/load", {"orders": [_sage_order(name, day, lines)]})
    order = {**_shop_order(name, day, lines, HOME_MARKET), "shipping_address": ADDRESS}
    house.control.shop_ids |= house.control.post("/shopify/load", {"orders": [order]})["orders"]
    return name


def asked_for(house: House) -> Rma:
    """A customer wants a bowl for a mug."""
    house.rule("value_policy", "exchange", treatment="zero")
    bowl = [{"sku": "BOWL", "title": "Bowl", "quantity": 1, "catalog_price": "12.00"}]
    return house.authorised(sold(house), ("MUG", 1), resolution="InstantVariantExchange", exchange=bowl)


def row_of(house: House, rma: Rma, *words: str) -> Json:
    """The report's only row of a return."""
    (row,) = (
        row
        for row in json.loads(asked(house, "exchanges", "--json", *words).stdout)["rows"]
        if row["rma"] == rma.number
    )
    return row


def test_an_exchange_passes_its_stages_and_is_whole_when_goods_left_and_came(shared_house: House) -> None:
    """RGO-56, RGO-57, RGO-64: order, despatch and receipt by Sage's own word; stock ends as it should."""
    house = shared_house
    rma = asked_for(house)
    house.drain(rma)
    row = row_of(house, rma)
    assert (row["stage"], row["promised_at"], row["is_late"]) == ("not released", None, False)
    assert "despatch" in row["missing"]
    house.receive(rma)
    house.act(rma, "release-exchange")
    house.drain(rma)
    row = row_of(house, rma)
    assert row["stage"] == "to be despatched", house.case(rma)
    assert row["missing"] == ["despatch"]
    assert (row["stock_expected"], row["stock_shown"]) == ("0", "1")
    number = next(leg["what"] for leg in row["legs"] if leg["name"] == "order in Sage")
    house.control.post("/sage200/desktop/despatch", {"order": number})
    house.drain(rma)
    row = row_of(house, rma)
    assert (row["stage"], row["missing"], row["stock_shown"]) == ("despatched", [], "0")
    assert rma.number not in {
        r["rma"] for r in json.loads(asked(house, "exchanges", "--open", "--json").stdout)["rows"]
    }
    issued = house.control.get("/sage200/ledgers/stock/movements?product=BOWL")
    assert any(number in str(list(move.values())) for move in issued), "the bowl left Sage's stock for this order"


@pytest.mark.long
def test_an_exchange_that_does_not_leave_in_its_time_stands_first_and_late(house: House) -> None:
    """RGO-56: the promise was two days."""
    rma = asked_for(house)
    house.receive(rma)
    house.act(rma, "release-exchange")
    house.drain(rma)
    assert row_of(house, rma)["is_late"] is False
    house.later(timedelta(hours=50))
    row = row_of(house, rma)
    assert (row["is_late"], row["stage"]) == (True, "to be despatched")
    text = asked(house, "exchanges").stdout
    assert "1 late" in text
    assert "LATE" in text
    assert "[ ] despatch" in text
