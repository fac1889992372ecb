"""Returns that went another way than planned: each in one small story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.rma import Grade, Outcome, RmaRefund, RmaStatus, RmaUnit
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.money import Money
from tieout.domain.plans import Blocked, Plan
from tieout.domain.returns.facts import EffectFact, ReturnFacts, TakenUnits
from tieout.domain.returns.plan import plan_return

Good = Callable[..., ReturnFacts]
Line = Callable[..., OrderLine]
Unit = Callable[..., RmaUnit]


def planned(facts: ReturnFacts) -> Plan:
    plan = plan_return(facts)
    assert isinstance(plan, Plan), plan
    return plan


def codes(facts: ReturnFacts) -> list[str]:
    decision = plan_return(facts)
    return [fault.code for fault in decision.faults] if isinstance(decision, Blocked) else []


def kinds(plan: Plan) -> list[str]:
    return [command.kind for command in plan.commands]


def only(plan: Plan, kind: str) -> Any:  # noqa: ANN401  # one of twelve command classes
    found = [command for command in plan.commands if command.kind == kind]
    assert len(found) == 1, kinds(plan)
    return found[0]


def after(facts: ReturnFacts, plan: Plan, *kinds_done: str, rest: str = "intended") -> ReturnFacts:
    """The facts once these kinds of a plan's commands are done; none named means all."""
    effects = dict.fromkeys(facts.effects)
    taken = list(facts.taken)
    for command in plan.commands:
        is_credit = isinstance(command, c.PostSopCreditNote | c.RaiseCreditNote)
        state: Any = "done" if not kinds_done or command.kind in kinds_done else rest
        lines = command.lines if isinstance(command, c.PostSopCreditNote | c.RaiseCreditNote) else ()
        amount = sum((line.net + line.tax).minor for line in lines)
        fact = EffectFact(
            key=command.key,
            kind=command.kind,
            state=state,
            batch=command.batch,
            units=command.units,
            return_key=getattr(command, "return_key", ""),
            on=getattr(command, "on", None) or getattr(command, "received_on", None),
            amount=command.amount.minor if isinstance(command, c.Refund | c.PostRefundPayment) else amount,
        )
        effects = {old: None for old in effects if old.key != fact.key} | {fact: None}
        if is_credit and state != "refused":
            taken = [t for t in taken if t.key != command.key]
            taken += [TakenUnits(key=command.key, order_line=li.order_line, ordinals=li.ordinals) for li in lines]
    return replace(facts, effects=tuple(effects), taken=tuple(taken))


def turned(facts: ReturnFacts, status: RmaStatus, *units: RmaUnit) -> ReturnFacts:
    """The RMA in another status, and with these units where any are given."""
    assert facts.rma is not None
    return replace(facts, rma=replace(facts.rma, status=status, units=units or facts.rma.units))


def refunded(facts: ReturnFacts, pence: int, *, number: str = "801") -> ReturnFacts:
    """The same with a refund that the portal made for this RMA."""
    assert facts.rma is not None
    assert facts.shop_order is not None
    at_portal = RmaRefund(refund_id=number, amount=Money(pence), is_settled=True)
    in_shop = ShopRefund(
        refund_id=number,
        order_id="555",
        order_name="#1001",
        made_at=datetime(2026, 3, 19, tzinfo=UTC),
        amount=Money(pence),
        is_settled=True,
        has_failed=False,
        note="",
        app="ReturnGO",
    )
    return replace(
        facts,
        rma=replace(facts.rma, refunds=(*facts.rma.refunds, at_portal)),
        shop_order=replace(facts.shop_order, refunds=(*facts.shop_order.refunds, in_shop)),
    )


@pytest.fixture
def two_lines(line: Line) -> list[OrderLine]:
    return [line(1, "MUG", 1, 1000, 200), line(2, "JUG", 1, 500, 100)]


def test_goods_that_come_back_while_the_pending_return_was_not_raised_are_booked_once(good: Good) -> None:
    facts = good()
    coming = turned(facts, RmaStatus.AUTHORISED, replace(facts.rma.units[0], received_at=None))  # type: ignore[union-attr]
    stuck = after(coming, planned(coming), "none of them")
    assert facts.rma is not None
    plan = planned(turned(stuck, RmaStatus.RECEIVED, *facts.rma.units))
    assert kinds(plan).count("receive_return") == 1
    assert only(plan, "raise_return").key == planned(coming).commands[0].key


def test_a_unit_added_while_the_pending_return_was_not_raised_is_not_forgotten(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    facts = good(two_lines, [mug])
    stuck = after(facts, planned(facts), "none of them")
    plan = planned(turned(stuck, RmaStatus.RECEIVED, mug, jug))
    credited = [u for command in plan.commands if command.kind == "post_sop_credit_note" for u in command.units]
    assert sorted(credited) == ["U01", "U02"]


def test_a_booked_unit_is_not_announced_again_when_the_rest_of_its_return_was_cancelled(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), replace(unit(2, two_lines[1]), received_at=None)
    facts = good(two_lines, [mug, jug])
    booked = turned(after(facts, planned(facts)), RmaStatus.DONE)
    closing = planned(booked)
    assert kinds(closing) == ["cancel_return"]
    assert only(closing, "cancel_return").units == ("U02",)
    assert kinds(planned(after(booked, closing))) == []


def test_a_unit_that_comes_after_all_is_announced_on_a_new_return(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    facts = good(two_lines, [mug, replace(jug, received_at=None)])
    first = planned(facts)
    booked = turned(after(facts, first), RmaStatus.DONE)
    closed = after(booked, planned(booked))
    plan = planned(turned(closed, RmaStatus.RECEIVED, mug, jug))
    raised = only(plan, "raise_return")
    assert raised.units == ("U02",)
    assert raised.key != only(first, "raise_return").key


def test_a_cancelled_and_reopened_return_is_raised_under_a_new_key(good: Good) -> None:
    facts = good()
    assert facts.rma is not None
    coming = turned(facts, RmaStatus.AUTHORISED, replace(facts.rma.units[0], received_at=None))
    raised = after(coming, planned(coming))
    cancelling = planned(turned(raised, RmaStatus.CANCELLED))
    assert kinds(cancelling) == ["cancel_return"]
    cancelled = after(turned(raised, RmaStatus.CANCELLED), cancelling)
    assert kinds(planned(cancelled)) == []
    again = planned(turned(cancelled, RmaStatus.AUTHORISED))
    assert only(again, "raise_return").key != only(planned(coming), "raise_return").key


def test_goods_that_are_booked_are_not_cancelled_in_silence(good: Good) -> None:
    facts = good()
    booked = after(facts, planned(facts))
    assert codes(turned(booked, RmaStatus.CANCELLED)) == ["CANCELLED_AFTER_RECEIPT"]


@pytest.mark.parametrize("done", [("raise_return", "receive_return"), ()])
def test_a_booked_unit_that_is_to_be_refunded_no_more_goes_to_a_person(good: Good, done: tuple[str, ...]) -> None:
    facts = good()
    assert facts.rma is not None
    rejected = replace(facts.rma.units[0], outcome=Outcome.REJECT)
    booked = after(facts, planned(facts), *done)
    assert codes(turned(booked, RmaStatus.RECEIVED, rejected)) == ["CANCELLED_AFTER_RECEIPT"]


def test_a_unit_swapped_for_another_after_its_credit_does_not_credit_more_than_was_sent(
    good: Good, line: Line, unit: Unit
) -> None:
    sold = replace(line(1, "MUG", 2, 1000, 200), despatched=line(1, "MUG", 1, 1, 0).quantity)
    facts = good([sold], [unit(1, sold)])
    swapped = turned(after(facts, planned(facts)), RmaStatus.RECEIVED, unit(2, sold))
    assert "CANCELLED_AFTER_RECEIPT" in codes(swapped)
    assert "QUANTITY_EXCEEDS_DESPATCH" in codes(swapped)


def test_what_was_credited_stays_credited_when_the_portal_changes_a_price(good: Good, line: Line, unit: Unit) -> None:
    dear, cheap = line(1, "MUG", 1, 1000, 200), line(2, "MUG", 1, 500, 100)
    facts = replace(good([dear, cheap], [unit(1, dear)]), accepted=frozenset({"REFUND_NE_INVOICE"}))
    first = planned(facts)
    credited = after(facts, first, "raise_return", "receive_return", "move_stock", "post_sop_credit_note")
    plan = planned(turned(credited, RmaStatus.RECEIVED, unit(1, cheap)))
    assert only(plan, "refund").amount == only(first, "refund").amount == Money(1200)


def test_a_credit_note_over_two_nominals_keeps_its_own_units_of_the_line(good: Good, line: Line, unit: Unit) -> None:
    sold = line(1, "MUG", 4, 1001, 0)  # 250, 251, 250 and 250 pence
    other = TakenUnits(key="TLC-0000000000000000", order_line="1", ordinals=((0, 2),))
    facts = replace(good([sold], [unit(1, sold), unit(2, sold, "Broken")]), taken=(other,))
    first = planned(facts)
    credited = after(facts, first, "raise_return", "receive_return", "move_stock", "post_sop_credit_note")
    freed = replace(credited, taken=tuple(taken for taken in credited.taken if taken.key != other.key))
    assert only(planned(freed), "refund").amount == only(first, "refund").amount


@pytest.mark.parametrize("route", ["sop", "ledger"])
def test_stock_that_is_in_is_not_brought_in_again_when_the_table_sends_it_elsewhere(
    good: Good, with_rule: Callable[..., ReturnFacts], route: str
) -> None:
    facts = good(route=route)
    stocked = after(facts, planned(facts), "raise_return", "receive_return", "move_stock", "write_on")
    moved = with_rule(stocked, "disposition", "any|good", {"warehouse": "HOME", "bin": "QUARANTINE"})
    moved = replace(moved, bins=tuple(replace(place, is_for_sale=True) for place in moved.bins))
    assert {"receive_return", "move_stock", "write_on"} & set(kinds(planned(moved))) == set()


def test_stock_that_is_in_is_not_brought_in_again_when_inspection_changes_its_grade(good: Good) -> None:
    facts = good(route="ledger")
    assert facts.rma is not None
    stocked = after(facts, planned(facts), "write_on")
    plan = planned(turned(stocked, RmaStatus.RECEIVED, replace(facts.rma.units[0], grade=Grade.DAMAGED)))
    assert "write_on" not in kinds(plan)


def test_two_batches_never_refund_more_of_a_shop_line_than_it_has(good: Good, line: Line, unit: Unit) -> None:
    first, second = line(1, "MUG", 1, 1000, 200), line(2, "MUG", 1, 1000, 200)
    units = [replace(unit(number, first), shop_line="") for number in (1, 2)]
    facts = good([first, second], [units[0], replace(units[1], received_at=None)])
    begun = after(facts, planned(facts), "raise_return")
    plan = planned(turned(begun, RmaStatus.RECEIVED, *units))
    refunds = [command for command in plan.commands if isinstance(command, c.Refund)]
    assert sorted(line.shop_line for refund in refunds for line in refund.lines) == ["91", "92"]


def test_an_earlier_refund_by_the_portal_does_not_pay_for_a_later_batch(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    facts = refunded(good(two_lines, [mug, replace(jug, received_at=None)], mode="detect"), 1200)
    complete = after(facts, planned(facts))
    plan = planned(turned(complete, RmaStatus.RECEIVED, mug, jug))
    assert "post_refund_payment" not in kinds(plan)
    assert plan.waiting_for == "the refund to be made"


def test_an_accepted_early_refund_pays_its_own_batch_and_the_next_is_refunded(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    early = refunded(good(two_lines, [mug, replace(jug, received_at=None)]), 1200)
    facts = replace(early, accepted=frozenset({"REFUND_BEFORE_CREDIT"}))
    first = planned(facts)
    assert "refund" not in kinds(first)
    second = planned(turned(after(facts, first), RmaStatus.RECEIVED, mug, jug))
    assert only(second, "refund").amount == Money(600)
    complete = after(turned(after(facts, first), RmaStatus.RECEIVED, mug, jug), second)
    assert kinds(planned(complete)) == []


def test_our_own_refund_of_a_batch_is_not_set_against_an_early_refund_of_the_next(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    facts = good(two_lines, [mug, replace(jug, received_at=None)])
    later = turned(after(facts, planned(facts)), RmaStatus.RECEIVED, mug, jug)
    early = replace(refunded(later, 600), accepted=frozenset({"REFUND_BEFORE_CREDIT"}))
    assert "refund" not in kinds(planned(early))
    assert only(planned(early), "post_refund_payment").amount == Money(600)


def test_an_early_refund_of_a_part_is_not_paid_out_again_in_full(good: Good) -> None:
    early = refunded(good(), 100)
    facts = replace(early, accepted=frozenset({"REFUND_BEFORE_CREDIT"}))
    assert codes(facts) == ["REFUND_NE_CREDIT"]


def test_what_is_credited_already_is_not_due_again_when_the_rest_is_blocked(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    mug, odd = unit(1, two_lines[0]), replace(unit(2, two_lines[1]), reason="Never heard of it")
    facts = good(two_lines, [mug])
    booked = after(facts, planned(facts))
    blocked = plan_return(turned(booked, RmaStatus.RECEIVED, mug, odd))
    assert isinstance(blocked, Blocked)
    assert [leg.amount for leg in blocked.legs] == [Money(600)]


def test_a_change_of_the_price_book_cannot_reach_a_plan() -> None:
    fields = set(ReturnFacts.__dataclass_fields__)
    assert not {name for name in fields if "price" in name}


def test_a_second_parcel_that_the_portal_has_yet_to_refund_is_waited_for_and_not_called_a_wrong_amount(
    good: Good, unit: Unit, two_lines: list[OrderLine]
) -> None:
    """Detect mode: both parcels are credited, the first one's money has gone back, the second one's has not."""
    mug, jug = unit(1, two_lines[0]), unit(2, two_lines[1])
    facts = good(two_lines, [mug, replace(jug, received_at=None)], mode="detect")
    facts = refunded(after(facts, planned(facts)), 1200)
    facts = turned(after(facts, planned(facts)), RmaStatus.RECEIVED, mug, jug)
    both = after(facts, planned(facts))
    assert codes(both) == []
    assert planned(both).waiting_for == "the refund to be made"
    assert codes(refunded(both, 599, number="802")) == ["REFUND_NE_CREDIT"]
    paid = refunded(both, 600, number="802")
    assert codes(paid) == []
    assert only(planned(paid), "post_refund_payment").amount == Money(600)
