"""What is on its way to the warehouse, whatever its money does; and a person who tells what came in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result
from tests.processes.house import COMPANY
from tests.processes.reported import asked

from tieout.cli import tieout
from tieout.domain.documents.rma import Parcel, RmaStatus
from tieout.processes.reports.arrivals import Arrivals, arrivals
from tieout.processes.reports.known import Known, known_returns

if TYPE_CHECKING:
    from datetime import datetime

    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House, Rma

    from tieout.domain.documents.goods_in import GoodsReceipt


def known(house: House) -> list[Known]:
    with house.application.store.scope(COMPANY) as c:
        return known_returns(c, house.application.clock())


def coming(house: House, days: int = 3) -> Arrivals:
    return arrivals(known(house), house.application.clock(), days)


def with_parcels(house: House, *delivered_at: datetime | None, received: int = 0) -> Arrivals:
    """The report on the house's only return, had the portal told these parcels and so many units received."""
    (one,) = known(house)
    assert one.facts is not None
    assert one.facts.rma is not None
    rma, now = one.facts.rma, house.application.clock()
    parcels = tuple(
        Parcel(tracking=f"JD{number}", carrier="DHL", status="told", delivered_at=at)
        for number, at in enumerate(delivered_at)
    )
    units = tuple(replace(unit, received_at=now) for unit in rma.units[:received]) + rma.units[received:]
    changed = replace(one, facts=replace(one.facts, rma=replace(rma, parcels=parcels, units=units)))
    return arrivals([changed], now, 3)


def goods_in(house: House, *words: str) -> Result:
    head = ["--config", str(house.config), "--home", str(house.home)]
    return CliRunner().invoke(tieout, [*head, "goods-in", *words])


def receipts(house: House, rma: Rma) -> tuple[GoodsReceipt, ...]:
    told_to = house.application.companies[COMPANY].goods_in
    assert told_to is not None
    return told_to.receipts(rma.number)


def test_authorised_goods_are_expected_until_they_come_and_however_their_money_stands(house: House) -> None:
    """RET-57: from authorisation; also while a case holds the return; gone once received."""
    rma = house.authorised("W1001", ("MUG", 2), ("BOOK", 1, "Faulty"))
    house.drain(rma, house.raise_rma("W1003", ("LAMP", 1)))
    (arrival,) = coming(house).arrivals
    assert (arrival.rma, arrival.order, arrival.is_late, arrival.delivered_days) == (rma.number, "W1001", False, None)
    assert [(goods.sku, goods.units, goods.reason, goods.goes_to) for goods in arrival.goods] == [
        ("BOOK", 1, "Faulty", "QUARANTINE/Q1"),
        ("MUG", 2, "Too small", "HOME/A1"),
    ]
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    house.receive(rma, rma.units[0])
    house.drain(rma)
    (arrival,) = coming(house).arrivals
    assert "TENDER_UNMAPPED" in arrival.held_by
    assert sum(goods.units for goods in arrival.goods) == 2
    text = asked(house, "arrivals").stdout
    assert "on a desk: case" in text
    assert "HOME/A1" in text
    told = json.loads(asked(house, "arrivals", "--json", "--company", COMPANY).stdout)
    assert [each["rma"] for each in told["arrivals"]] == [rma.number]
    house.receive(rma)
    house.drain(rma)
    assert coming(house).arrivals == ()


def test_what_was_delivered_and_is_booked_nowhere_is_marked_after_the_days_allowed(house: House) -> None:
    """RET-57: the carrier says it is there; nobody has it."""
    house.drain(house.authorised("W1001", ("MUG", 2)))
    now = house.application.clock()
    old, young = now - timedelta(days=3, hours=1), now - timedelta(days=2)
    cases = (
        ((None,), 0, (None, False)),
        ((young,), 0, (2, False)),
        ((old,), 0, (3, True)),
        ((young, old), 0, (3, True)),
        ((old, None), 0, (3, True)),
        ((old, None), 1, (None, False)),
        ((old, young), 1, (2, False)),
        ((old, old), 1, (3, True)),
    )
    for delivered, received, wanted in cases:
        (arrival,) = with_parcels(house, *delivered, received=received).arrivals
        assert (arrival.delivered_days, arrival.is_late) == wanted, (delivered, received)


def test_goods_that_are_kept_missing_or_handed_in_are_not_expected(house: House) -> None:
    """RET-57: and a return that the portal has closed is, while our books wait for its goods."""
    house.drain(house.authorised("W1001", ("MUG", 2)))
    (one,) = known(house)
    assert one.facts is not None
    assert one.facts.rma is not None
    facts, rma, now = one.facts, one.facts.rma, house.application.clock()
    kept, missing = replace(rma.units[0], is_kept=True), replace(rma.units[1], is_missing=True)
    expected = {
        replace(rma, units=(kept, missing)): 0,
        replace(rma, is_in_person=True): 0,
        replace(rma, status=RmaStatus.CANCELLED): 0,
        replace(rma, status=RmaStatus.DONE): 1,
        replace(rma, units=(kept, rma.units[1])): 1,
    }
    for changed, count in expected.items():
        found = arrivals([replace(one, facts=replace(facts, rma=changed))], now, 3).arrivals
        assert len(found) == count


def test_a_person_tells_goods_in_and_telling_it_twice_adds_nothing(open_house: OpenHouse) -> None:
    """RGO-42, RET-49: by the same way as a warehouse's message."""
    house = open_house(warehouses=("desk",))
    rma = house.authorised("W1001", ("MUG", 2), ("BOOK", 1))
    words = ("--sku", "MUG", "--quantity", "2", "--grade", "good", "--sku", "BOOK", "--quantity", "1")
    both = (*words, "--grade", "damaged", "--by", "maria", "--at", "2011-01-19")
    first = goods_in(house, f"RMA{rma.number}", *both, "--json")
    told = json.loads(first.stdout)
    assert (told["rma"], told["units"], told["was_told_before"], told["is_rma_known"]) == (rma.number, 3, False, False)
    again = goods_in(house, rma.number, *both)
    assert "nothing is counted twice" in again.stdout
    (receipt,) = receipts(house, rma)
    assert [(line.sku, line.quantity, line.grade.value) for line in receipt.lines] == [
        ("MUG", 2, "good"),
        ("BOOK", 1, "damaged"),
    ]
    assert (receipt.account, receipt.note, receipt.is_final) == ("desk", "counted by maria", True)
    goods_in(house, rma.number, "--sku", "MUG", "--receipt", told["receipt"], "--partial")
    (receipt,) = receipts(house, rma)
    assert (int(receipt.counted()), receipt.is_final) == (1, False)
    assert house.document(rma).due_at is not None


def test_goods_in_says_what_to_do_where_it_cannot_be_told(open_house: OpenHouse) -> None:
    """RGO-42."""
    refused = goods_in(open_house(), "1", "--sku", "MUG")
    assert refused.exit_code == 1
    assert 'goods_in = ["desk"]' in str(refused.exception)
    house = open_house(warehouses=("desk",))
    three = ("--sku", "MUG", "--sku", "BOOK", "--sku", "BOWL", "--quantity", "1", "--quantity", "2")
    assert "once for each of the 3 --sku" in str(goods_in(house, "1", *three).exception)
    assert "sku" in str(goods_in(house, "1", "--sku", " ").exception)
    assert goods_in(house, "1", "--sku", "MUG", "--receipt", "R-1").exit_code == 0
    assert "was told for RMA 1 already" in str(goods_in(house, "2", "--sku", "MUG", "--receipt", "R-1").exception)
