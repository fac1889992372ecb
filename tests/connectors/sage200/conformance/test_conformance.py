"""The connector against the served sandbox, which was written from the same documents by other hands."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer, Busy, Locked, NeedsHand, OutcomeUnknown, Refused, Unauthorised

if TYPE_CHECKING:
    from .conftest import World

SOLD = date(2026, 11, 2)
ON = date(2026, 11, 20)

WRITES = (
    "raise_return",
    "receive_return",
    "post_sop_credit_note",
    "raise_credit_note",
    "post_refund_payment",
    "write_on",
    "move_stock",
)


@pytest.mark.parametrize("name", WRITES)
def test_what_was_done_reads_back_to_the_penny(world: World, name: str) -> None:
    doing = world.prepare(name)
    assert doing.find(doing.command) is None
    doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()
    assert found.reference


@pytest.mark.parametrize("name", WRITES)
def test_a_lost_answer_leaves_the_outcome_unknown_and_a_look_finds_it(world: World, name: str) -> None:
    doing = world.prepare(name)
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains=doing.path)
    with pytest.raises(OutcomeUnknown):
        doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()


@pytest.mark.parametrize("name", WRITES)
def test_a_failure_before_acting_leaves_the_outcome_unknown_and_a_look_finds_nothing(world: World, name: str) -> None:
    doing = world.prepare(name)
    world.temper(error_before=1, limit=1, path_contains=doing.path)
    with pytest.raises(OutcomeUnknown):
        doing.do(doing.command)
    assert doing.find(doing.command) is None
    doing.do(doing.command)
    assert doing.find(doing.command) is not None
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []


@pytest.mark.parametrize("name", ["receive_return", "post_sop_credit_note", "write_on"])
def test_the_companion_does_nothing_twice_even_when_nobody_looks(world: World, name: str) -> None:
    doing = world.prepare(name)
    doing.do(doing.command)
    doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []


def test_another_content_under_a_used_key_is_found_by_a_look_and_not_booked(world: World) -> None:
    world.sage.stock.write_on(world.make.write_on("2"))
    with pytest.raises(OutcomeUnknown, match="something else"):
        world.sage.stock.write_on(world.make.write_on("3"))
    found = world.sage.stock.find_write_on(world.make.write_on("3"))
    assert found is not None
    assert found.figures == {"MUG@HOME/GOODS-IN": "2"}


def test_raising_twice_with_one_key_makes_one_when_it_is_looked_for_first(world: World) -> None:
    command = world.make.credit_note(world.order)
    for _ in range(3):
        if world.sage.ledger.find_credit_note(command) is None:
            world.sage.ledger.raise_credit_note(command)
    posted = world.does("GET", f"/ledgers/sales?reference={command.key}")
    assert len(posted["transactions"] if isinstance(posted, dict) else posted) == 1


def test_two_credit_notes_under_one_key_are_a_bad_answer_that_names_both(world: World) -> None:
    command = world.make.credit_note(world.order)
    world.sage.ledger.raise_credit_note(command)
    world.sage.ledger.raise_credit_note(command)
    with pytest.raises(BadAnswer, match=r"2 postings under one key: .*urn.*urn"):
        world.sage.ledger.find_credit_note(command)


def test_two_returns_under_one_key_are_a_bad_answer_that_names_both(world: World) -> None:
    command = world.make.raise_return(world.order)
    world.sage.returns.raise_return(command)
    world.sage.returns.raise_return(command)
    with pytest.raises(BadAnswer, match=r"2 returns under one key: \d+, \d+"):
        world.sage.returns.find_return(command)


def test_a_late_commit_is_not_seen_at_once_and_then_is(world: World) -> None:
    command = world.make.credit_note(world.order)
    world.temper(late_commit=1, late_commit_seconds=0.3, limit=1, path_contains="sales_credit_notes")
    with pytest.raises(OutcomeUnknown):
        world.sage.ledger.raise_credit_note(command)
    assert world.sage.ledger.find_credit_note(command) is None
    threading.Event().wait(0.6)
    assert world.sage.ledger.find_credit_note(command) is not None


def test_a_refusal_carries_sages_sentence(world: World) -> None:
    command = world.make.credit_note(world.order)
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    with pytest.raises(Refused) as raised:
        world.sage.ledger.raise_credit_note(command)
    assert "hold" in raised.value.reason
    assert "Message" not in raised.value.reason


def test_prices_that_may_not_be_overridden_are_refused(world: World) -> None:
    command = world.make.raise_return(world.order)
    world.does("PUT", "/permissions", {"override_prices_discounts": False})
    with pytest.raises(Refused):
        world.sage.returns.raise_return(command)
    assert world.sage.returns.find_return(command) is None


def test_a_right_that_is_missing_is_unauthorised(world: World) -> None:
    world.does("PUT", "/permissions", {"forbidden_resources": ["sales_credit_notes"]})
    with pytest.raises(Unauthorised, match="role lacks a right"):
        world.sage.ledger.raise_credit_note(world.make.credit_note(world.order))


@pytest.mark.parametrize("dress", ["400", "409", "423", "500"])
def test_a_locked_customer_names_who_has_it_on_screen(world: World, dress: str) -> None:
    command = world.make.credit_note(world.order)
    lock = {"record": "customer", "reference": "WEB", "holder": "JSMITH", "seconds": 60, "dress": dress}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        world.sage.ledger.raise_credit_note(command)
    assert raised.value.holder == "JSMITH"
    world.does("DELETE", "/locks")
    assert world.sage.ledger.find_credit_note(command) is None


def test_a_lock_that_hangs_leaves_the_outcome_unknown(world: World) -> None:
    command = world.make.credit_note(world.order)
    lock = {"record": "customer", "reference": "WEB", "holder": "JSMITH", "seconds": 60, "dress": "hang"}
    world.does("POST", "/locks", lock)
    with pytest.raises(OutcomeUnknown):
        world.open(read_seconds=0.4).ledger.raise_credit_note(command)
    world.does("DELETE", "/locks")


def test_a_locked_order_stops_the_companion_too(world: World) -> None:
    doing = world.prepare("receive_return")
    lock = {"record": "product", "reference": "MUG", "holder": "MARY", "seconds": 60, "dress": "423"}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        doing.do(doing.command)
    assert raised.value.holder == "MARY"
    world.does("DELETE", "/locks")


def test_a_busy_site_says_how_long_to_wait(world: World) -> None:
    world.temper(busy=1, busy_seconds=7)
    with pytest.raises(Busy) as raised:
        world.sage.books.banks()
    assert raised.value.wait == timedelta(seconds=7)


def test_a_credit_and_its_refund_are_allocated_once_and_for_all(world: World) -> None:
    order, ledger = world.order, world.sage.ledger
    credit, refund = world.make.credit_note(order), world.make.payment(order)
    command = c.AllocateCredit(
        key="TAL-0000000000000001",
        customer_id=order.customer_id,
        credit_key=credit.key,
        payment_key=refund.key,
        amount=Money(3000),
        on=ON,
        batch="",
        units=(),
    )
    with pytest.raises(Refused, match=r"not in the sales ledger: the credit note TCN-\d+, the refund payment TRP-\d+"):
        ledger.allocate_credit(command)
    ledger.raise_credit_note(credit)
    ledger.post_refund_payment(refund)
    assert ledger.find_allocation(command) is None
    ledger.allocate_credit(command)
    found = ledger.find_allocation(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_an_untouched_return_is_cancelled_and_no_longer_stands(world: World) -> None:
    raised = world.make.raise_return(world.order)
    command = c.CancelReturn(key="TCA-0000000000000001", return_key=raised.key, batch="", units=())
    world.sage.returns.raise_return(raised)
    assert world.sage.returns.find_cancelled(command) is None
    world.sage.returns.cancel_return(command)
    found = world.sage.returns.find_cancelled(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert world.sage.returns.find_return(raised) is None
    world.sage.returns.cancel_return(command)


def test_one_order_line_that_comes_back_for_two_reasons_is_credited_to_the_right_nominal(world: World) -> None:
    order, returns = world.order, world.sage.returns
    damages = {"account": "4020", "name": "Damages", "type": "Profit and Loss"}
    world.does("POST", "/load", {"nominals": [damages]})
    damaged = Nominal(account="4020")
    raised = world.make.raise_return(order)
    one = dataclasses.replace(raised.lines[0], quantity=Decimal(1))
    raised = dataclasses.replace(raised, lines=(one, dataclasses.replace(one, nominal=damaged)))
    returns.raise_return(raised)
    place = dataclasses.replace(world.make.receive(order).lines[0], nominal=damaged)
    returns.receive_return(dataclasses.replace(world.make.receive(order), lines=(place,)))
    command = world.make.sop_credit(order)
    command = dataclasses.replace(command, lines=(dataclasses.replace(command.lines[0], nominal=damaged),))
    returns.post_sop_credit_note(command)
    found = returns.find_sop_credit_note(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.figures["nominal 4020"] == "1667"


def test_a_return_that_a_person_receives_and_credits_by_hand_is_found_by_the_key(world: World) -> None:
    order, by_hand = world.order, world.open(channel="manual")
    raised, received, credited = world.make.raise_return(order), world.make.receive(order), world.make.sop_credit(order)
    by_hand.returns.raise_return(raised)
    with pytest.raises(NeedsHand) as task:
        by_hand.returns.receive_return(received)
    found = by_hand.returns.find_return(raised)
    assert found is not None
    assert found.reference in task.value.task
    clerk = {"return": found.reference, "bin": "GOODS-IN", "receipt_date": ON.isoformat()}
    world.does("POST", "/desktop/receive-return", {**clerk, "reference": received.key})
    assert by_hand.returns.find_receipt(received) is not None
    with pytest.raises(NeedsHand, match=credited.key):
        by_hand.returns.post_sop_credit_note(credited)
    typed = {"return": found.reference, "reference": credited.key, "credit_date": ON.isoformat()}
    world.does("POST", "/desktop/post-credit-note", typed)
    posted = by_hand.returns.find_sop_credit_note(credited)
    assert posted is not None
    assert posted.figures["net"] == "4333"


def test_stock_moves_to_a_bin_where_the_item_never_lay(world: World) -> None:
    world.sage.stock.write_on(world.make.write_on())
    command = world.make.move("NEVER-USED")
    world.sage.stock.move_stock(command)
    found = world.sage.stock.find_move(command)
    assert found is not None
    assert found.figures == {"MUG@HOME/GOODS-IN": "-1", "MUG@QUARANTINE/NEVER-USED": "1"}
    assert ("QUARANTINE", "NEVER-USED", False) in {
        (b.warehouse, b.name, b.is_for_sale) for b in world.open().books.bins()
    }


def test_stock_that_is_not_there_is_not_moved(world: World) -> None:
    with pytest.raises(Refused):
        world.sage.stock.move_stock(world.make.move("Q1"))
    assert world.sage.stock.find_move(world.make.move("Q1")) is None


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.long) for s in (2, 3))])
def test_whatever_goes_wrong_a_look_before_each_post_makes_one_of_each(world: World, seed: int) -> None:
    order = world.order
    todo = [world.prepare(name) for name in ("raise_credit_note", "post_refund_payment", "write_on")]
    notes = [world.make.credit_note(order, f"TCN-00000000000001{n:02}") for n in range(10)]
    todo += [dataclasses.replace(todo[0], command=note) for note in notes]
    before = world.does("GET", "/")["injected"].get("lost_reply", 0)
    rates = {"lost_reply": 0.3, "lost_reply_as": "504", "error_before": 0.2, "busy": 0.1, "expired_token": 0.1}
    world.temper(seed=seed, **rates, lock=0.2, lock_seconds=0.01)
    for doing in todo:
        assert doing.until_done() == {}
    injected = world.does("GET", "/")["injected"]
    assert injected["lost_reply"] > before, injected
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []
