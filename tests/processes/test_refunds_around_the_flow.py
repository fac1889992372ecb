"""Money that others give back: before the credit note, instead of us, beside every RMA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tieout.store import cases, documents

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House


@pytest.fixture(params=["sop", "ledger"])
def detecting(open_house: OpenHouse, request: pytest.FixtureRequest) -> House:
    """A house in which the portal refunds and Tieout checks."""
    return open_house(route=request.param, mode="detect")


def test_the_refund_is_released_only_after_the_credit_note_was_read_back(either_house: House) -> None:
    """RGO-15: gate mode; while the credit note cannot be posted no money moves."""
    house = either_house
    path = "/credit-notes" if house.choices.route == "sop" else "/sales_credit_notes"
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.control.temper("sage200", path_contains=path, error_before=1.0)
    house.tell(rma)
    for _ in range(5):
        house.work()
    assert house.control.books().refunds == ()
    house.control.temper("sage200")
    house.drain(rma)
    assert house.control.books().refunds == (("W1001", 2400),)
    house.control.prove()


def test_detect_mode_takes_the_portals_refund_as_the_one_due(detecting: House) -> None:
    """RGO-15, RET-17: refunded at the portal before receipt; we add none."""
    house = detecting
    rma = house.authorised("W1001", ("MUG", 2))
    house.act(rma, "refund")
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    books = house.control.books()
    assert books.refunds == (("W1001", 2400),)
    assert books.credits == (("2011-01-20", 2000, 400),)
    assert (books.payments, books.outstanding) == ((2400,), 0)
    assert house.document(rma).state == "done"
    assert house.leg_states(rma)["waived"] == 1, "the goods, whose money had gone back, came after all"
    assert set(house.leg_states(rma)) == {"agreed", "waived"}
    house.control.prove()


def test_detect_mode_waits_for_the_refund_and_says_so(detecting: House) -> None:
    """RGO-15, RET-17: credited, not refunded: the document is not done and the payment is not posted."""
    house = detecting
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "waiting"
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert (house.control.books().refunds, house.control.books().payments) == ((), ())
    assert house.leg_states(rma)["expected"] == 1
    house.act(rma, "refund")
    house.sweep()
    house.drain()
    assert house.document(rma).state == "done"
    assert house.control.books().payments == (2400,)
    assert house.control.books().refunds == (("W1001", 2400),)
    house.control.prove()


def test_a_refund_that_the_rma_does_not_name_is_none_of_its_own(detecting: House) -> None:
    """RET-52: detect mode; the portal's app refunded the order, and not for this return."""
    house = detecting
    other = house.authorised("W1003", ("LAMP", 1))
    house.receive(other)
    house.drain(other)
    house.control.post(
        "/shopify/refunds", {"order": "W1003", "amount": "29.00", "app": "ReturnGO", "lines": [{"sku": "LAMP"}]}
    )
    house.drain(other)
    assert house.document(other).state == "waiting", "a refund that the RMA does not name is none of its own"


def test_a_refund_before_the_credit_is_a_case_and_once_accepted_the_one_due(either_house: House) -> None:
    """RGO-15: gate mode; somebody pressed the portal's button; the customer is paid once all the same."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "refund")
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner, case.stake_minor) == ("REFUND_BEFORE_CREDIT", "finance", 2400)
    assert house.control.books().credits == ()
    house.accept(rma, "REFUND_BEFORE_CREDIT")
    house.drain(rma)
    books = house.control.books()
    assert books.credits == (("2011-01-20", 2000, 400),)
    assert books.refunds == (("W1001", 2400),)
    assert (books.payments, books.outstanding) == ((2400,), 0)
    assert house.document(rma).state == "done"
    assert house.case(rma) is None
    house.control.prove()


def test_a_refund_by_hand_on_the_order_stops_ours_until_a_person_says_what_it_was(either_house: House) -> None:
    """RGO-15, RET-52: it might be this return's money; paying twice cannot be taken back."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "4.55", "lines": [], "note": "sorry"})
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("REFUND_OUTSIDE_WORKFLOW", "finance")
    assert house.control.books().credits == ()
    house.accept(rma, "REFUND_OUTSIDE_WORKFLOW")
    house.drain(rma)
    assert house.control.books().refunds == (("W1001", 455), ("W1001", 2400))
    assert house.document(rma).state == "done"
    house.control.prove()


def test_a_refund_that_belongs_to_no_rma_is_found_by_the_sweep_once(house: House) -> None:
    """RET-17, RGO-09: an orphan on somebody's desk, with the money at stake, however often we look."""
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "5.00", "lines": [], "note": "sorry"})
    for _ in range(3):
        house.sweep()
    house.drain()
    (case,) = house.open_cases()
    assert (case.code, case.document_kind, case.stake_minor) == ("REFUND_OUTSIDE_WORKFLOW", "refund", 500)


def test_a_credit_note_made_by_hand_is_found_by_the_sweep_and_closed_by_a_person(house: House) -> None:
    """RET-17: UNLINKED_CREDIT, once; closed with a reason it stays closed."""
    (customer,) = {row["customer"] for row in house.control.get("/sage200/ledgers/sales")}
    assert customer == "12345"
    house.control.post("/sage200/desktop/ledger-credit-note", by_hand(house))
    for _ in range(3):
        house.sweep()
    (case,) = house.open_cases()
    assert (case.code, case.owner, case.stake_minor) == ("UNLINKED_CREDIT", "finance", 600)
    with house.application.store.scope(case.company) as c:
        cases.close(c, case.id, by="finance", how="goodwill", at=house.application.clock())
        assert documents.document(c, case.company, case.document_kind, case.document_key) is not None
    house.sweep()
    assert house.open_cases() == []


def test_our_own_credit_notes_and_refunds_are_never_strays(either_house: House) -> None:
    """RGO-09: the sweeps know our keys."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    house.sweep()
    assert house.open_cases() == []
    assert set(house.leg_states(rma)) == {"agreed"}


def by_hand(house: House) -> dict[str, object]:
    """A credit note as somebody keys it in the desktop."""
    return {
        "customer_id": 1,
        "reference": "BY HAND",
        "transaction_date": "2011-01-20T00:00:00Z",
        "document_goods_value": 5,
        "document_tax_value": 1,
        "tax_analysis_items": [{"id": tax_code_id(house), "goods_amount": 5, "tax_amount": 1}],
    }


def tax_code_id(house: House) -> int:
    """Sage's own id of the standard rate."""
    sage = house.control.estate.systems[0]
    found: int = sage.books.value("SELECT id FROM tax_code WHERE code = 1")  # type: ignore[attr-defined]  # the stand-in's own books
    return found


def test_a_refund_by_hand_on_a_finished_returns_order_comes_to_light(house: House) -> None:
    """RET-52: the return is done; days later somebody refunds its order again in the admin."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "1.00", "lines": [], "note": "sorry"})
    house.sweep()
    house.drain()
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("REFUND_OUTSIDE_WORKFLOW", "finance")
    house.accept(rma, "REFUND_OUTSIDE_WORKFLOW")
    house.drain(rma)
    assert house.document(rma).state == "done"
    house.sweep()
    assert house.document(rma).due_at is None, "a refund that was looked at once is not looked at for ever"


def test_another_amount_refunded_than_credited_is_a_case_with_both_figures(detecting: House) -> None:
    """RET-52: detect mode; the portal takes a fee of 1.00 a unit off its refund, and Sage credits the invoice."""
    house = detecting
    rma = house.authorised("W1001", ("MUG", 2), restocking_fee="1.00")
    house.receive(rma)
    house.drain(rma)
    house.accept(rma, "FEE_NOT_COVERED")
    house.drain(rma)
    house.act(rma, "refund")
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("REFUND_NE_CREDIT", "finance")
    (fault,) = case.faults
    assert isinstance(fault, dict)
    assert (fault["saw"], fault["wanted"]) == ("GBP 22.00", "GBP 24.00")
    assert house.control.books().payments == ()
    with house.application.store.scope("giftware") as c:
        cases.close(c, case.id, by="maria", how="the fee was posted by hand", at=house.application.clock())
    assert house.case(rma) is None
    house.control.prove()
