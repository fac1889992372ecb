"""The variance statement: three facts kept apart, and a difference that nothing explains is never hidden."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.processes.reported import COMPANY, asked, keyed_by_hand, money, statement

from tieout.store import cases

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House


def test_a_whole_return_ties_out_in_all_three_systems(either_house: House) -> None:
    """RGO-10, RET-17: refunded, credited, final; nothing to explain."""
    house = either_house
    rma = house.authorised("W1002", ("MUG", 5))
    house.receive(rma)
    house.drain(rma)
    made = statement(house)
    (row,) = made.rows
    assert money(row) == (0, 1956, 1956)
    assert (row.is_final, row.difference_minor, row.reasons) == (True, 0, ())
    assert row.sage.read_at is not None
    assert made.is_explained


def test_no_refund_is_final_before_the_credit_note_was_read_back(open_house: OpenHouse) -> None:
    """RET-17: the portal and the storefront say paid; Sage says nothing yet."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.act(rma, "refund")
    house.drain(rma)
    (row,) = statement(house).rows
    assert money(row) == (2400, 2400, 0)
    assert (row.is_final, row.difference_minor, row.unexplained_minor) == (False, 2400, 0)
    assert [reason.what for reason in row.reasons] == ["refunded ahead of 2 units to be received or inspected"]
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.is_final, row.difference_minor) == ((2400, 2400, 2400), True, 0)


def test_a_refund_that_is_due_explains_a_credit_note_only_until_it_is_overdue(open_house: OpenHouse) -> None:
    """RGO-10: detect mode; credited, and nobody refunds; after the day of grace it is unexplained."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.unexplained_minor) == ((0, 0, 2400), 0)
    house.later(timedelta(days=2))
    made = statement(house)
    assert made.rows[0].unexplained_minor == 2400
    assert not made.is_explained
    assert made.totals[0].unexplained_minor == 2400


def test_a_case_explains_no_more_than_its_stake(house: House) -> None:
    """RGO-10: a refund before the credit note is explained by its case, and by its case only."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "refund")
    house.receive(rma)
    house.drain(rma)
    (row,) = statement(house).rows
    assert (money(row), row.difference_minor, row.unexplained_minor) == ((2400, 2400, 0), 2400, 0)
    (reason,) = row.reasons
    assert "REFUND_BEFORE_CREDIT" in reason.what
    case = house.case(rma)
    assert case is not None
    with house.application.store.scope(COMPANY) as c:
        less = cases.Trouble(
            code=case.code,
            owner=case.owner,
            fault_class=case.fault_class,
            faults=case.faults,
            stake_minor=1000,
            currency="GBP",
        )
        cases.open_or_update(c, house.document(rma), less, at=house.application.clock())
    assert [row.unexplained_minor for row in statement(house).rows] == [1400]
    with house.application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="Tieout", how="no longer there", at=house.application.clock())
    assert [row.unexplained_minor for row in statement(house).rows] == [2400]


def test_a_case_that_a_person_closed_says_nothing_once_the_return_went_on(house: House) -> None:
    """RGO-10: an old reason is no reason for a new difference."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "refund")
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    with house.application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="maria", how="credited by hand", at=house.application.clock())
    (row,) = statement(house).rows
    assert (row.unexplained_minor, row.reasons[0].what[-16:]) == (0, "credited by hand")
    house.tell(rma)
    assert [row.reasons for row in statement(house).rows if "credited by hand" in str(row.reasons)] == []


def test_differences_of_opposite_sign_never_cancel_out(house: House) -> None:
    """RGO-10: a refund without a credit and a credit without a refund of the same amount are two differences."""
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "6.00", "lines": [], "note": "sorry"})
    house.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(house))
    house.sweep()
    made = statement(house)
    assert sorted(money(row) for row in made.rows) == [(0, 0, 600), (0, 600, 0)]
    (total,) = made.totals
    assert (total.storefront_minor, total.sage_minor) == (600, 600)
    assert (total.difference_minor, total.explained_minor, total.unexplained_minor) == (1200, 1200, 0)
    for case in house.open_cases():
        with house.application.store.scope(COMPANY) as c:
            cases.close(c, case.id, by="maria", how="goodwill, agreed", at=house.application.clock())
    assert {reason.what[-30:] for row in statement(house).rows for reason in row.reasons} == {
        "closed by maria: goodwill, agreed"[-30:]
    }


def test_a_refund_by_hand_beside_a_return_stands_in_the_statement_until_a_person_explains_it(house: House) -> None:
    """RGO-10, RET-17: money left the shop on the return's order; the acceptance of an older one explains nothing."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "4.55", "lines": [], "note": "sorry"})
    house.receive(rma)
    house.drain(rma)
    (row,) = (row for row in statement(house).rows if row.document.startswith("refund "))
    assert (money(row), row.unexplained_minor) == ((0, 455, 0), 0)
    assert "REFUND_OUTSIDE_WORKFLOW" in row.reasons[0].what
    house.accept(rma, "REFUND_OUTSIDE_WORKFLOW")
    house.drain(rma)
    (row,) = (row for row in statement(house).rows if row.document.startswith("refund "))
    assert row.reasons[0].what == f"accepted by finance on return {rma.number}: agreed"
    house.later(timedelta(hours=1))
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "1.00", "lines": [], "note": "sorry again"})
    house.drain(rma)
    assert [row.unexplained_minor for row in statement(house).rows if row.storefront.minor == 100] == [100]
    assert not statement(house).is_explained


def test_the_variance_report_exits_1_while_anything_is_unexplained(open_house: OpenHouse) -> None:
    """RGO-10: it cannot be signed."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert asked(house, "variance").exit_code == 0
    house.later(timedelta(days=2))
    shown = asked(house, "variance")
    assert shown.exit_code == 1
    assert "GBP 24.00: UNEXPLAINED" in shown.output
    assert json.loads(asked(house, "variance", "--json").output)["is_explained"] is False
