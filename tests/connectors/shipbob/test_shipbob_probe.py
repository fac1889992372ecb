"""What an account says of itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tieout.connectors.shipbob import ShipBobSettings, ShipBobWarehouse, open_warehouse

if TYPE_CHECKING:
    from .conftest import Node, Opening, Teller

CHANNEL = {"id": 77, "name": "Tieout", "scopes": ["orders_read", "orders_write"]}
METHODS = [{"id": 1, "name": "Standard", "active": True}, {"id": 2, "name": "express", "active": True}]
CENTRES = [{"id": 10, "name": "Manchester (GB)"}, {"id": 11, "name": "Cork (IE)"}]


def findings(bob: ShipBobWarehouse) -> dict[str, tuple[bool, str]]:
    return {finding.subject: (finding.is_well, finding.says) for finding in bob.examine().findings}


def answers(teller: Teller, channels: list[Node], methods: list[Node], centres: list[Node]) -> None:
    teller.says(200, {"items": channels, "next": None})
    teller.says(200, methods)
    teller.says(200, centres)


def test_a_well_kept_account_has_no_complaint(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    answers(teller, [CHANNEL], METHODS, CENTRES)
    found = findings(warehouse)
    assert [is_well for is_well, _ in found.values()] == [True, True, True, True]
    assert found["version"][1] == "Version 2026-07 answers until 31 Jul 2027"
    assert {asked.method for asked in teller.asked} == {"GET"}


def test_what_a_person_should_put_right_is_named(opening: Opening, teller: Teller) -> None:
    answers(teller, [CHANNEL | {"scopes": ["orders_read"]}], METHODS[:1], CENTRES[:1])
    found = findings(opening(version="2025-07"))
    assert not any(is_well for is_well, _ in found.values())
    assert "set 2026-07" in found["version"][1]
    assert found["channel"][1] == "Tieout lacks orders_write"
    assert "would ship as Standard: Express" in found["shipping methods"][1]
    assert "Cork (11)" in found["fulfilment centres"][1]


def test_a_channel_that_the_token_does_not_reach_is_named(opening: Opening, teller: Teller) -> None:
    answers(teller, [CHANNEL], METHODS, CENTRES)
    assert findings(opening(channel_id=78))["channel"] == (False, "The token does not reach channel 78; it reaches: 77")


def test_a_question_that_fails_is_a_finding(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(403, {"": ["No access"]})
    found = findings(warehouse)
    assert found["channel"] == (False, "Cannot be asked: ShipBob answered 403: No access")
    assert [is_well for is_well, _ in found.values()] == [True, False, False, False]


@pytest.mark.parametrize(("month", "is_well"), [(4, True), (7, False)])
def test_a_version_that_ends_soon_is_told(
    settings: ShipBobSettings, teller: Teller, month: int, *, is_well: bool
) -> None:
    teller.says(403)
    bob = open_warehouse(settings, lambda: datetime(2027, month, 1, tzinfo=UTC))
    assert findings(bob)["version"][0] is is_well
    bob.close()


def test_adjusting_stock_is_not_possible(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(403)
    channels = {each.command: each.channel for each in warehouse.examine().capabilities}
    assert channels == {
        "send_shipment_request": "native",
        "cancel_shipment_request": "native",
        "adjust_stock": "not_possible",
    }
