"""Troubles met while a plan is carried out: locks, refusals, missing rights, hands needed, figures that differ."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieout.domain import commands as c
from tieout.domain.rules.mapping import MappingTables
from tieout.processes.performing import Bench, Done, Trouble, perform
from tieout.processes.record import command_from_json
from tieout.processes.returns import KIND
from tieout.store import effects

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

    from tieout.store.cases import Case

DRESSES = ["400", "409", "423", "500", "hang"]


def lock(house: House, record: str, reference: str, dress: str = "423", seconds: float = 60) -> None:
    """Somebody opens a record in Sage."""
    body = {"record": record, "reference": reference, "holder": "JSMITH", "dress": dress, "seconds": seconds}
    house.control.temper("sage200", silence_seconds=0.05)
    house.control.post("/sage200/locks", body)


def received(house: House, order: str = "W1001", count: int = 2) -> Rma:
    """An RMA of mugs whose goods are in, and that nobody has worked on."""
    rma = house.authorised(order, ("MUG", count))
    house.receive(rma)
    return rma


def whole(house: House, rma: Rma) -> None:
    """Assert that the return is done, with one of everything."""
    case = house.case(rma)
    assert case is None, faults_of(case)
    assert house.document(rma).state == "done"
    assert {name: count for name, count in house.control.deeds().items() if count != 1} == {}
    books = house.control.books()
    assert books.credits == (("2011-01-20", 2000, 400),)
    assert books.refunds == (("W1001", 2400),)
    assert (books.payments, books.outstanding) == ((2400,), 0)
    house.control.prove()


@pytest.mark.parametrize(
    ("record", "dress"),
    [
        *((("customer", "12345"), dress) for dress in DRESSES),
        (("product", "MUG"), "423"),
        *(pytest.param(("product", "MUG"), dress, marks=pytest.mark.long) for dress in DRESSES if dress != "423"),
    ],
    ids=str,
)
def test_a_lock_shorter_than_the_window_is_ridden_out_in_silence(
    open_house: OpenHouse, record: tuple[str, str], dress: str
) -> None:
    """X-08, RGO-14: no case, no second posting, however the lock is dressed."""
    house = open_house(late_commit=0.2)
    rma = received(house)
    lock(house, *record, dress=dress)
    house.tell(rma)
    for _ in range(10):
        house.work()
        time.sleep(0.05)
    assert house.control.books().credits == ()
    house.control.ask("DELETE", "/sage200/locks")
    house.drain()
    whole(house, rma)


@pytest.mark.parametrize(("route", "dress"), [*(("sop", dress) for dress in DRESSES[:4]), ("ledger", "423")])
def test_a_lock_beyond_its_window_is_a_case_that_names_the_holder(
    open_house: OpenHouse, route: str, dress: str
) -> None:
    """RGO-14: the person named closes the record; trying again completes the return."""
    house = open_house(route=route, lock_window=0.4)
    rma = received(house)
    lock(house, "customer", "12345", dress=dress)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("RECORD_LOCK_EXPIRED", "operations")
    assert "JSMITH" in faults_of(case)[0]["saw"]
    assert house.control.books().credits == ()
    assert house.control.books().refunds == ()
    house.control.ask("DELETE", "/sage200/locks")
    house.drain(rma)
    whole(house, rma)


def test_after_a_lock_s_case_the_next_lock_is_ridden_out_again(open_house: OpenHouse) -> None:
    """RGO-14: the window counts from this lock, not from last week's."""
    house = open_house(lock_window=0.5)
    rma = received(house)
    lock(house, "customer", "12345")
    house.drain(rma)
    assert house.case(rma) is not None
    house.control.ask("DELETE", "/sage200/locks")
    lock(house, "customer", "12345", seconds=0.3)
    house.drain(rma)
    whole(house, rma)


def test_two_locks_one_after_the_other_each_have_their_own_window(open_house: OpenHouse) -> None:
    """RGO-14: half the window on the customer, then half on the item is no case."""
    house = open_house(lock_window=1.0)
    rma = received(house)
    lock(house, "product", "MUG", seconds=0.7)
    house.drain(rma, seconds=5)
    first = house.document(rma)
    assert first.state == "done"
    assert first.troubled_since is None, "a lock that is over still counts"


def test_a_refusal_is_in_the_system_s_own_words_and_ends_when_its_reason_does(either_house: House) -> None:
    """X-08: the customer went on hold; POSTING_REFUSED; released, the return is completed."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.control.put("/sage200/company", {"customers": {"12345": {"on_hold": True}}})
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("POSTING_REFUSED", "finance")
    assert "hold" in faults_of(case)[0]["saw"]
    assert house.control.books().refunds == ()
    house.control.put("/sage200/company", {"customers": {"12345": {"on_hold": False}}})
    house.drain(rma)
    whole(house, rma)


@pytest.mark.parametrize("resource", ["sales_payments", "sop_returns", "tax_codes"])
def test_a_missing_right_is_a_case_for_the_integrator(house: House, resource: str) -> None:
    """X-08: RIGHT_MISSING; given the right, the return is completed."""
    rma = received(house)
    house.control.put("/sage200/permissions", {"forbidden_resources": [resource]})
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("RIGHT_MISSING", "integration")
    house.control.put("/sage200/permissions", {"forbidden_resources": []})
    house.drain(rma)
    whole(house, rma)


def test_a_sign_in_that_ended_is_a_case_and_a_new_one_goes_on(house: House) -> None:
    """X-08: away for longer than a refresh token lives."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    spent = house._tokens
    house.later(timedelta(days=100))
    house.control.shift(timedelta(days=-100))
    house._tokens = {**spent, "refresh_token": "refresh-of-nobody"}
    house.choose()
    house.control.ask("DELETE", "/sage200/tokens")
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert case.code == "RIGHT_MISSING"
    house._tokens = house.control.post("/sage200/tokens")
    house.choose()
    house.drain(rma)
    whole(house, rma)


def test_a_refund_that_the_payment_provider_rejects_is_a_case_and_is_made_once_afterwards(either_house: House) -> None:
    """RGO-15: credited and not paid: REFUND_FAILED; nothing claims to be paid."""
    house = either_house
    rma = received(house)
    house.control.put("/shopify/settings", {"fail_next_refunds": 1})
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("REFUND_FAILED", "finance")
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert house.control.books().payments == ()
    house.drain(rma)
    assert len(house.control.get("/shopify/ledgers/refunds")["refunds"]) == 1, "the same refund was tried again blindly"
    by_hand = {
        "order": "W1001",
        "lines": [],
        "amount": "24.00",
        "note": f"paid again {faults_of(case)[0]['at'].split()[1]}",
    }
    house.control.post("/shopify/refunds", by_hand)
    house.drain(rma)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"
    assert (house.control.books().payments, house.control.books().outstanding) == ((2400,), 0)


def test_a_refund_that_fails_days_after_it_was_made_comes_to_light(house: House) -> None:
    """RET-17: platform says refunded, the payment provider says no; someone must hear of it."""
    rma = received(house)
    house.control.put("/shopify/settings", {"fail_next_refunds": 1, "refund_delay_seconds": 3600})
    house.drain(rma)
    house.later(timedelta(hours=2))
    (refund,) = house.control.get("/shopify/ledgers/refunds")["refunds"]
    assert refund["statuses"] == ["FAILURE"]
    house.sweep()
    house.drain()
    case = house.case(rma)
    assert case is not None, "the customer was never paid"
    assert (case.code, case.owner) == ("REFUND_FAILED", "finance")
    assert house.leg_states(rma)["differs"] == 1
    key = faults_of(case)[0]["at"].split()[1]
    by_hand = {"order": "W1001", "lines": [], "amount": "24.00", "note": f"paid again {key}"}
    house.control.post("/shopify/refunds", by_hand)
    house.control.put("/shopify/settings", {"refund_delay_seconds": 0})
    house.sweep()
    house.drain(rma)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"


def test_figures_that_differ_from_the_plan_are_a_case_with_both(house: House) -> None:
    """RET-23: somebody changed our pending return before we saw it."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.control.temper("sage200", path_contains="/sop_returns", lost_reply=1.0, lost_reply_as="504", limit=1)
    house.tell(rma)
    house.work()
    number = the_return(house)["document_no"]
    edit(house, number, "1")
    house.drain()
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("READ_BACK_DIFFERS", "finance")
    assert ("1" in faults_of(case)[0]["saw"], "2" in faults_of(case)[0]["wanted"]) == (True, True)
    edit(house, number, "2")
    house.receive(rma)
    house.drain(rma)
    whole(house, rma)


def test_a_posting_that_cannot_be_seen_is_a_case_and_is_never_made_twice(open_house: OpenHouse) -> None:
    """X-06: Sage answers that it is done, and its lists show the past."""
    house = open_house(tries_max=2, late_commit=0.1)
    rma = house.authorised("W1001", ("MUG", 2))
    lag_from_the_first_look_on(house, rma, "/sop_returns")
    house.drain()
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("NOT_SEEN_AFTER_POSTING", "integration")
    assert house.control.deeds() == {"sop_return.created": 1}
    house.control.temper("sage200")
    house.receive(rma)
    house.drain(rma)
    whole(house, rma)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("sop", "/sop_returns"),
        ("sop", "/receipts"),
        ("sop", "/credit-notes"),
        ("sop", "/sales_payments"),
        ("ledger", "/write-ons"),
        ("ledger", "/sales_credit_notes"),
        ("ledger", "/sales_payments"),
    ],
)
def test_lists_that_lag_behind_never_make_a_second_posting(open_house: OpenHouse, route: str, path: str) -> None:
    """X-06: what was answered as done is not sent again because a list does not show it yet."""
    house = open_house(route=route, late_commit=0.05)
    rma = received(house)
    lag_from_the_first_look_on(house, rma, path)
    for _ in range(6):
        house.work()
        time.sleep(0.06)
    house.control.temper("sage200")
    house.drain(rma)
    whole(house, rma)


def lag_from_the_first_look_on(house: House, rma: Rma, path: str) -> None:
    """The first sending to this path fails; from then on every list of Sage answers as it did at that look."""
    house.control.temper("sage200", path_contains=path, error_before=1.0, limit=1)
    house.tell(rma)
    for _ in range(20):
        if house.control.get("/sage200/")["injected"].get("error_before"):
            break
        house.work()
    house.control.temper("sage200", stale_read=1.0)


def test_the_same_key_with_other_content_is_a_case_never_an_edit(house: House) -> None:
    """RET-20: EFFECT_CONFLICT; the content as it was is done as before."""
    rma = received(house)
    house.drain(rma)
    document = house.document(rma)
    company = house.application.companies["giftware"]
    with house.application.store.holding("giftware", KIND, rma.number) as held:
        assert held is not None
        with held.begin() as connection:
            kept = {effect.command: effect.content for effect in effects.effects_of(connection, document)}
        payment = command_from_json(kept["post_refund_payment"])
        assert isinstance(payment, c.PostRefundPayment)
        floor = house.application.floor
        bench = Bench(
            held=held,
            document=document,
            attempt=9,
            clock=floor.clock,
            patience=floor.patience,
            rules=MappingTables(rules=()),
        )
        before = house.control.deeds()
        trouble = perform(company, replace(payment, amount=payment.amount + payment.amount), bench)
        assert isinstance(trouble, Trouble)
        assert trouble.fault.code == "EFFECT_CONFLICT"
        assert isinstance(perform(company, payment, bench), Done)
        assert house.control.deeds() == before


def test_a_step_that_only_a_person_can_do_is_asked_for_in_words_and_found_under_our_reference(
    open_house: OpenHouse,
) -> None:
    """RGO-11, RGO-14: no companion: HAND_POSTING_NEEDED twice, then the rest goes by itself."""
    house = open_house(channel="manual")
    rma = received(house)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("HAND_POSTING_NEEDED", "operations")
    key = key_in(case)
    number = the_return(house)["document_no"]
    house.control.post("/sage200/desktop/receive-return", {"return": number, "bin": "A1", "reference": key})
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert case.code == "HAND_POSTING_NEEDED"
    assert house.control.books().refunds == ()
    house.control.post("/sage200/desktop/post-credit-note", {"return": number, "reference": key_in(case)})
    house.drain(rma)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert house.control.books().refunds == (("W1001", 2400),)
    house.control.prove()


def test_a_step_done_by_hand_with_another_figure_is_not_taken_as_ours(open_house: OpenHouse) -> None:
    """RET-23: received into the wrong bin."""
    house = open_house(channel="manual")
    rma = received(house)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    number = the_return(house)["document_no"]
    wrong = {"return": number, "bin": "GOODS-IN", "reference": key_in(case)}
    house.control.post("/sage200/desktop/receive-return", wrong)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert case.code == "READ_BACK_DIFFERS"
    assert house.control.books().refunds == ()


def edit(house: House, number: str, quantity: str) -> None:
    """Somebody amends the pending return in the desktop."""
    row = the_return(house)
    body = {"return": number, "lines": [{"id": row["line_id"], "line_quantity": int(quantity)}]}
    house.control.post("/sage200/desktop/edit", body)


def the_return(house: House) -> Json:
    """The one pending return in Sage's own books."""
    books = house.control.estate.systems[0].books  # type: ignore[attr-defined]  # the stand-in's own books
    row = books.row(
        "SELECT d.document_no, l.id AS line_id FROM document d JOIN line l ON l.document_id = d.id "
        "WHERE d.kind = 'return'"
    )
    return dict(row)


def key_in(case: Case) -> str:
    """The reference that the case tells a person to type."""
    found: str = next(
        word.strip(".,") for word in faults_of(case)[0]["saw"].split() if word.startswith("T") and "-" in word
    )
    return found


def faults_of(case: Case) -> Json:
    """The case's faults as the desk shows them."""
    return case.faults
