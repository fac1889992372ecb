"""Exactly once, for what value and exchanges add: fee, bonus, exchange order and the portal's release."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.processes.estate import Line
from tests.processes.test_exactly_once import cut_at_commit
from tests.processes.worth import (
    BY_EITHER_ROUTE,
    STORE_CREDIT,
    SWAP,
    Since,
    asked,
    codes,
    issuing,
    paying,
    sold,
    stock_up,
)

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

pytestmark = BY_EITHER_ROUTE
DEARER = [{"sku": "BOOK", "title": "Book", "quantity": 1, "catalog_price": "18.00", "effective_price": "18.00"}]
FAULTS: dict[str, dict[str, Any]] = {
    "answer lost as 504": {"lost_reply": 1.0, "lost_reply_as": "504"},
    "late commit": {"late_commit": 1.0, "late_commit_seconds": 0.06},
    "5xx before": {"error_before": 1.0},
}
SELDOM = {"late commit", "5xx before"}
"""Faults that the default suite leaves to the long run; and commands whose way others take as well."""
LIKE_OTHERS = {"bonus", "payment from the clearing account"}


@pytest.fixture(scope="module")
def valued(shared_house: House) -> House:
    stock_up(shared_house)
    return shared_house


def sent_back(house: House, name: str, step: str) -> Rma:
    """Everything up to the command that will be struck has happened."""
    rma = asked(house, name, {"sku": "MUG", "quantity": 1, **STRUCK[step].item})
    if step in ("bonus", "payment from the clearing account"):
        house.receive(rma)
        house.drain(rma)
        with issuing(house, 110):
            house.act(rma, "refund")
    elif step == "exchange order":
        house.act(rma, "release-exchange")
    else:
        house.receive(rma)
    return rma


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A command that a fault strikes: where it is sent, the item it is for, and what must stand afterwards."""

    system: str
    path: str
    item: Json
    credits: tuple[int, ...] = (1200,)
    fees: tuple[int, ...] = ()
    payments: tuple[int, ...] = ()
    refunds: tuple[int, ...] = ()


STRUCK = {
    "fee invoice": Struck(
        system="sage200",
        path="/sales_invoices",
        item={"restocking_fee": "1.20"},
        fees=(120,),
        payments=(1080,),
        refunds=(1080,),
    ),
    "bonus": Struck(
        system="sage200",
        path="/sales_credit_notes",
        item={"resolution": STORE_CREDIT},
        credits=(120, 1200),
        payments=(1320,),
    ),
    "payment from the clearing account": Struck(
        system="sage200",
        path="/sales_payments",
        item={"resolution": STORE_CREDIT},
        credits=(120, 1200),
        payments=(1320,),
    ),
    "exchange order": Struck(
        system="sage200", path="/sop_orders", item={"resolution": SWAP, "exchange": DEARER}, credits=()
    ),
    "release": Struck(system="returngo", path="/shipment", item={}, payments=(1200,), refunds=(1200,)),
}


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=[pytest.mark.long] if name in SELDOM else []) for name in FAULTS]
)
@pytest.mark.parametrize(
    "step", [pytest.param(name, marks=[pytest.mark.long] if name in LIKE_OTHERS else []) for name in STRUCK]
)
def test_a_command_of_value_happens_once_whatever_becomes_of_its_answer(valued: House, step: str, fault: str) -> None:
    """RET-20, X-06: counted in the ledgers of the systems themselves."""
    house, one = valued, STRUCK[step]
    with paying(house, "portal" if step == "release" else "us"):
        name = sold(house)
        deeds, since = house.control.deeds(), Since(house)
        rma = sent_back(house, name, step)
        struck = house.control.get(f"/{one.system}/")["injected"]
        house.control.temper(one.system, path_contains=one.path, limit=1, **FAULTS[fault])
        house.drain(rma)
        time.sleep(0.1 if fault == "late commit" else 0)
        house.control.temper(one.system)
        assert house.control.get(f"/{one.system}/")["injected"] != struck, "nothing was struck: the path is wrong"
        house.drain(rma)
    assert codes(house, rma) == []
    made = since.changes()
    assert (made.credits, made.fees) == (one.credits, one.fees)
    assert (made.payments, made.refunds, made.outstanding) == (one.payments, one.refunds, 0)
    ordered = house.control.deeds()["sop_order.created"] - deeds["sop_order.created"]
    assert ordered == (1 if step == "exchange order" else 0)
    house.control.prove()


@pytest.mark.long
def test_the_process_may_die_between_any_two_commits_of_a_return_of_every_value(valued: House) -> None:
    """RET-20, X-06: a refund less a fee, store credit with a bonus and a dearer exchange on one RMA, cut anywhere."""
    house, number, died = valued, 0, True
    mug = {"sku": "MUG"}
    enough = {"product": "BOOK", "bin": "A1", "quantity": "1000", "unit_cost": "1.50", "reference": "STOCKED UP"}
    house.control.post("/sage200/desktop/add-stock", enough)
    with paying(house, "portal"), issuing(house, 110):
        while died:
            number += 3
            name = sold(house, Line("MUG", 3, "10.00"))
            items = ({**mug, "restocking_fee": "1.20"}, {**mug, "resolution": STORE_CREDIT})
            rma = asked(house, name, *items, {**mug, "resolution": SWAP, "exchange": DEARER})
            house.receive(rma)
            before, deeds = Since(house), house.control.deeds()
            with cut_at_commit(house.application, number) as was_cut:
                for _ in range(3):
                    house.tell(rma)
                    house.work()
            died = was_cut[0]
            for _ in range(3):
                house.drain(rma)
            made = before.changes()
            assert codes(house, rma) == [], f"dead at commit {number}"
            assert [amount for amount in made.credits if amount] == [120, 1200, 1200], f"dead at commit {number}"
            assert (made.fees, made.payments) == ((120,), (1080, 1320)), f"dead at commit {number}"
            assert (made.refunds, made.issued, made.outstanding) == ((1080,), (1320,), 0), f"dead at commit {number}"
            assert house.control.deeds()["sop_order.created"] - deeds["sop_order.created"] == 1
    assert number > 10
    house.control.prove()
