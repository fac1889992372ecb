"""What a 3PL charges: each charge once in Sage, by its nominal, and only for what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import Depot, open_depot

from tieout.processes.kinds import CHARGES
from tieout.processes.routing import wake
from tieout.processes.standing import leg_state
from tieout.store import approvals, cases, documents, legs

COSTS = {"PICK": "5300", "PACK": "5300", "CARRIAGE": "5310"}
ACCRUAL = "2110"


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path, "csv") as opened:
        nominals = [{"account": number, "name": f"Nominal {number}"} for number in ("5300", "5310", "5320", ACCRUAL)]
        opened.control.post("/sage200/load", {"nominals": nominals})
        for code, account in COSTS.items():
            opened.house.rule("warehouse_charge", f"threepl|{code}", LONG_AGO, account=account)
        opened.house.rule("warehouse_charge", "STORAGE", LONG_AGO, account="5320", needs_shipment="no")
        opened.house.rule("policy", "charges_nominal", LONG_AGO, value=ACCRUAL)
        yield opened


def shipped(depot: Depot, tracking: str = "TRK1") -> str:
    """An order of two mugs that has left; returns the reference of its request."""
    number = depot.order(("MUG", 2))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking=tracking)
    depot.settle()
    return f"{number}-1"


def bill(depot: Depot, invoice: str, *charges: tuple[str, str, str], **more: str) -> None:
    """The 3PL sends charges (code, what for, pounds) of an invoice."""
    rows = [
        {"invoice": invoice, "code": code, "reference": of, "net": net, "charge_id": f"{invoice}-{place}"} | more
        for place, (code, of, net) in enumerate(charges, 1)
    ]
    depot.control.post("/files/partners/csv/charges", {"charges": rows})
    depot.settle()


def nominals(depot: Depot) -> dict[str, str]:
    """What stands on the nominals of charges in Sage: debits positive."""
    rows = depot.control.get("/sage200/ledgers/nominal")["accounts"]
    wanted = {*COSTS.values(), "5320", ACCRUAL}
    return {row["account"]: row["balance"] for row in rows if row["account"] in wanted and row["balance"] != "0.00"}


def document(depot: Depot, invoice: str) -> documents.Document:
    with depot.house.application.store.scope(COMPANY) as c:
        found = documents.document(c, COMPANY, CHARGES, f"threepl|{invoice}")
    assert found is not None
    return found


def faults(depot: Depot, invoice: str) -> list[str]:
    with depot.house.application.store.scope(COMPANY) as c:
        case = cases.open_case_of(c, COMPANY, CHARGES, f"threepl|{invoice}")
    found: Any = case.faults if case is not None else []
    return [str(fault["code"]) for fault in found]


def ends(depot: Depot, invoice: str) -> tuple[str, set[str]]:
    """The state of an invoice's document and of its legs."""
    with depot.house.application.store.scope(COMPANY) as c:
        found = legs.legs_of(c, document(depot, invoice))
    return document(depot, invoice).state, {leg_state(leg, depot.now()).value for leg in found}


def again(depot: Depot, invoice: str) -> None:
    """Somebody chooses Try again."""
    with depot.house.application.store.scope(COMPANY) as c:
        wake(c, COMPANY, depot.house.choices.lanes, f"threepl|{invoice}", at=depot.now(), kind=CHARGES)
    depot.settle()


def accept(depot: Depot, invoice: str, code: str) -> None:
    """A person accepts a fact, with a reason."""
    with depot.house.application.store.scope(COMPANY) as c:
        approvals.approve(
            c,
            company=COMPANY,
            kind=CHARGES,
            key=f"threepl|{invoice}",
            code=code,
            who="finance",
            why="agreed",
            at=depot.now(),
        )
    again(depot, invoice)


def test_charges_of_what_left_are_accrued_once_by_their_nominals_and_tie_out(depot: Depot) -> None:
    reference = shipped(depot)
    charges = (("PICK", reference, "1.20"), ("PACK", reference, "0.80"), ("CARRIAGE", "TRK1", "4.75"))
    bill(depot, "INV-1", *charges, ("STORAGE", "", "30.00"))
    booked = {"5300": "2.00", "5310": "4.75", "5320": "30.00", ACCRUAL: "-36.75"}
    assert (nominals(depot), faults(depot, "INV-1")) == (booked, [])
    assert ends(depot, "INV-1") == ("done", {"agreed"})
    bill(depot, "INV-1", *charges, ("STORAGE", "", "30.00"))
    assert nominals(depot) == booked
    assert depot.control.deeds()["nominal_journal.posted"] == 1
    depot.control.prove()


def test_a_charge_without_a_row_keeps_nothing_else_from_the_books_and_follows_when_it_has_one(depot: Depot) -> None:
    reference = shipped(depot)
    bill(depot, "INV-1", ("PICK", reference, "1.20"), ("GIFT WRAP", reference, "2.50"))
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.20", ACCRUAL: "-1.20"}, ["CHARGE_UNMAPPED"])
    assert ends(depot, "INV-1")[1] == {"agreed", "differs"}
    assert document(depot, "INV-1").stake_minor == 250
    depot.house.rule("warehouse_charge", "GIFT WRAP", LONG_AGO, account="5320")
    again(depot, "INV-1")
    assert nominals(depot) == {"5300": "1.20", "5320": "2.50", ACCRUAL: "-3.70"}
    assert (faults(depot, "INV-1"), ends(depot, "INV-1")) == ([], ("done", {"agreed"}))


def test_a_shipment_charged_on_two_invoices_is_booked_once_and_a_credit_clears_it(depot: Depot) -> None:
    reference = shipped(depot)
    bill(depot, "INV-1", ("PICK", reference, "1.20"))
    bill(depot, "INV-2", ("PICK", reference, "1.20"), ("PACK", reference, "0.80"))
    assert (faults(depot, "INV-1"), faults(depot, "INV-2")) == ([], ["CHARGE_UNMATCHED"])
    assert nominals(depot) == {"5300": "2.00", ACCRUAL: "-2.00"}
    bill(depot, "CRN-1", ("PICK", reference, "-1.20"))
    assert (faults(depot, "INV-2"), faults(depot, "CRN-1")) == ([], [])
    assert nominals(depot) == {"5300": "2.00", ACCRUAL: "-2.00"}
    assert ends(depot, "INV-2") == ends(depot, "CRN-1") == ("done", {"agreed"})


def test_a_charge_that_finance_accepts_is_booked_all_the_same(depot: Depot) -> None:
    reference = shipped(depot)
    bill(depot, "INV-1", ("PICK", reference, "1.20"))
    bill(depot, "INV-2", ("PICK", reference, "1.20"))
    accept(depot, "INV-2", "CHARGE_UNMATCHED")
    assert (nominals(depot), faults(depot, "INV-2")) == ({"5300": "2.40", ACCRUAL: "-2.40"}, [])


def test_a_charge_waits_for_its_despatch_and_is_asked_about_when_none_comes(depot: Depot) -> None:
    number = depot.order(("MUG", 2))
    depot.settle()
    bill(depot, "INV-1", ("PICK", f"{number}-1", "1.20"), ("PICK", "0000099999-1", "1.30"))
    assert (nominals(depot), faults(depot, "INV-1")) == ({}, [])
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    depot.settle()
    depot.house.later(timedelta(hours=5))
    depot.settle()
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.20", ACCRUAL: "-1.20"}, ["CHARGE_UNMATCHED"])


def test_a_charge_told_again_with_another_amount_is_asked_about_and_the_rest_of_it_booked(depot: Depot) -> None:
    reference = shipped(depot)
    bill(depot, "INV-1", ("PICK", reference, "1.20"))
    bill(depot, "INV-1", ("PICK", reference, "1.50"))
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.20", ACCRUAL: "-1.20"}, ["CHARGE_UNMATCHED"])
    accept(depot, "INV-1", "CHARGE_UNMATCHED")
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.50", ACCRUAL: "-1.50"}, [])
    assert ends(depot, "INV-1") == ("done", {"agreed"})


def test_the_same_line_twice_on_one_invoice_is_booked_once(depot: Depot) -> None:
    reference = shipped(depot)
    bill(depot, "INV-1", ("PICK", reference, "1.20"), ("PICK", reference, "1.20"))
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.20", ACCRUAL: "-1.20"}, ["CHARGE_UNMATCHED"])


def test_charges_of_a_closed_month_are_accrued_today_when_finance_lets_them(depot: Depot) -> None:
    reference = shipped(depot)
    depot.control.put("/sage200/periods", {"period_start": "2010-12-01", "status": "Closed"})
    bill(depot, "INV-1", ("PICK", reference, "1.20"), date="2010-12-31")
    assert (nominals(depot), faults(depot, "INV-1")) == ({}, ["CHARGE_PERIOD_CLOSED"])
    accept(depot, "INV-1", "CHARGE_PERIOD_CLOSED")
    (posted,) = depot.control.get("/sage200/ledgers/nominal/5300")
    assert (posted["date"], nominals(depot)) == ("2011-01-20", {"5300": "1.20", ACCRUAL: "-1.20"})


@pytest.mark.parametrize(("account", "code"), [("9999", "NOMINAL_MISSING"), ("", "CHARGE_UNMAPPED")])
def test_nothing_is_accrued_while_the_accrual_nominal_is_not_right(depot: Depot, account: str, code: str) -> None:
    reference = shipped(depot)
    depot.house.rule("policy", "charges_nominal", value=account)
    bill(depot, "INV-1", ("PICK", reference, "1.20"))
    assert (nominals(depot), faults(depot, "INV-1")) == ({}, [code])
    depot.house.rule("policy", "charges_nominal", value=ACCRUAL)
    again(depot, "INV-1")
    assert (nominals(depot), faults(depot, "INV-1")) == ({"5300": "1.20", ACCRUAL: "-1.20"}, [])


def test_a_journal_whose_answer_is_lost_stands_once(depot: Depot) -> None:
    reference = shipped(depot)
    depot.control.temper("sage200", method="POST", path_contains="journals", lost_reply=1.0, limit=1)
    bill(depot, "INV-1", ("PICK", reference, "1.20"))
    depot.control.temper("sage200")
    depot.settle()
    assert nominals(depot) == {"5300": "1.20", ACCRUAL: "-1.20"}
    assert depot.control.deeds()["nominal_journal.posted"] == 1
