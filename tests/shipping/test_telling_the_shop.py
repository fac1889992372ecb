"""The shop is told what left of its own orders; of orders that came another way it knows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shipping.depot import Depot, open_depot

from tieout.domain.legs import LegState
from tieout.processes.standing import leg_state


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        opened.house.rule("policy", "tell_storefront", value="yes")
        opened.house.rule("carrier", f"{opened.floor.account}|*", courier="", storefront="DPD UK")
        yield opened


def shipped(depot: Depot, name: str) -> str:
    """An order under a customer's number that goes out and leaves whole; its number in Sage."""
    number = depot.order(("MUG", 2), name=name)
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking=f"TRK-{name}")
    depot.settle()
    return number


def commands(depot: Depot, number: str) -> list[str]:
    return [effect.command for effect in depot.effects(number) if effect.state == "done"]


def test_the_shop_is_told_of_its_own_order(depot: Depot) -> None:
    line = {"sku": "MUG", "title": "Mug", "quantity": 2, "price": "10.00", "tax": "0.00", "tax_rate": "0"}
    customer = {"id": 12345, "email": "a@example.org", "first_name": "A", "last_name": "Customer"}
    sold = {"name": "W7001", "currency": "GBP", "customer": customer, "lines": [line], "fulfilled": False}
    depot.control.post("/shopify/load", {"orders": [sold]})
    number = shipped(depot, "W7001")
    assert "fulfil_order" in commands(depot, number)
    states = {(leg.system, leg.kind): leg_state(leg, depot.now()) for leg in depot.legs(number)}
    assert states["storefront", "fulfilment"] is LegState.AGREED
    assert (depot.document(number).state, depot.faults(number)) == ("done", [])


def test_an_order_that_the_shop_does_not_have_ties_out_without_it(depot: Depot) -> None:
    number = shipped(depot, "PO-4711")
    assert commands(depot, number) == ["send_shipment_request", "despatch"]
    assert (depot.document(number).state, depot.faults(number)) == ("done", [])
    assert all(leg.system != "storefront" for leg in depot.legs(number))
