"""Laws of a return's plans over generated lives: units come in any order, work is cut off anywhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.lives import CREDITS, Life, finish, order_lines, rma_units, value

from tieout.domain import commands as c
from tieout.domain.documents.rma import Grade, RmaUnit
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.identifiers import is_key
from tieout.domain.money import total
from tieout.domain.returns.allocation import spread
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.plan import plan_return
from tieout.processes import record

BEFORE_THE_CREDIT = (c.ReceiveReturn, c.WriteOn, c.MoveStock, c.RaiseAvailability)
cuts = st.integers(0, 12)
ROUTES: tuple[Literal["sop", "ledger"], ...] = ("sop", "ledger")


@pytest.fixture(scope="session")
def lives(
    good: Callable[..., ReturnFacts], line: Callable[..., OrderLine], unit: Callable[..., RmaUnit]
) -> st.SearchStrategy[Life]:
    """Returns of one to three lines, some of the same stock code at another price; no unit has come back yet."""

    @st.composite
    def draw_life(draw: st.DrawFn) -> Life:
        lines = [
            line(number, draw(st.sampled_from(["MUG", "JUG"])), draw(st.integers(1, 4)), *draw(prices))
            for number in range(1, draw(st.integers(1, 3)) + 1)
        ]
        sold = [each for each in lines for _ in range(int(each.quantity))]
        wanted = draw(st.lists(st.integers(0, len(sold) - 1), min_size=1, max_size=len(sold), unique=True))
        reasons = st.sampled_from(["Too small", "Broken"])
        units = [
            replace(unit(number, sold[which], draw(reasons)), received_at=None, grade=Grade.UNGRADED)
            for number, which in enumerate(wanted)
        ]
        return Life(facts=good(lines, units, route=draw(st.sampled_from(ROUTES))))

    prices = st.tuples(st.integers(0, 5000), st.integers(0, 1000))
    return draw_life()


def come_back(life: Life, data: st.DataObject, unit_id: str) -> None:
    """One unit is received, and graded or not."""
    unit = next(unit for unit in rma_units(life.facts) if unit.unit_id == unit_id)
    grade = data.draw(st.sampled_from(list(Grade)), label=f"grade of {unit_id}")
    life.change(replace(unit, received_at=life.facts.now, grade=grade))


def live_through(life: Life, data: st.DataObject) -> None:
    """Units come back in any order, in any company, and the work is cut off anywhere; at last it is finished."""
    waiting = data.draw(st.permutations([unit.unit_id for unit in rma_units(life.facts)]), label="order of return")
    life.live(data.draw(cuts, label="commands before anything came back"))
    while waiting:
        for unit_id in [waiting.pop() for _ in range(data.draw(st.integers(1, len(waiting)), label="units together"))]:
            come_back(life, data, unit_id)
        life.live(data.draw(cuts, label="commands before the cut"))
    finish(life)


@given(data=st.data())
def test_every_unit_is_credited_exactly_once_at_its_own_share(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    credited = [unit for credit in life.credits() for unit in credit.units]
    assert sorted(credited) == sorted(unit.unit_id for unit in rma_units(life.facts))
    for line in order_lines(life.facts):
        parts = [each for credit in life.credits() for each in credit.lines if each.order_line == line.line_id]
        ordinals = [ordinal for part in parts for ordinal in spread(part.ordinals)]
        assert len(ordinals) == len(set(ordinals)), "the same unit of a line was credited twice"
        assert len(ordinals) == sum(part.quantity for part in parts) <= line.despatched
        if len(ordinals) == line.quantity:
            assert total([part.net for part in parts]) == line.net
            assert total([part.tax for part in parts]) == line.tax


@given(data=st.data())
def test_what_is_credited_is_refunded_paid_and_allocated_to_the_penny(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    credited = {credit.batch: value(credit.lines) for credit in life.credits()}
    credited = {batch: amount for batch, amount in credited.items() if amount}  # free goods move no money
    for kind in (c.Refund, c.PostRefundPayment, c.AllocateCredit):
        moved = {command.batch: command.amount for command in life.performed if isinstance(command, kind)}
        assert moved == credited, kind.__name__


@given(data=st.data())
def test_each_unit_is_in_one_bin_and_a_damaged_one_never_where_it_can_be_sold(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    stock: Counter[str] = Counter()
    for command in life.performed:
        if isinstance(command, c.ReceiveReturn | c.WriteOn | c.MoveStock):
            stock.update({place: int(quantity) for place, quantity in command.figures().items()})
    wanted: Counter[str] = Counter()
    for unit in rma_units(life.facts):
        assumed = Grade.DAMAGED if unit.reason == "Broken" else Grade.GOOD
        grade = assumed if unit.grade is Grade.UNGRADED else unit.grade
        wanted[f"{unit.sku}@HOME/{'A1' if grade is Grade.GOOD else 'QUARANTINE'}"] += 1
    assert stock == wanted
    offered: Counter[str] = Counter()
    for command in life.performed:
        if isinstance(command, c.RaiseAvailability):
            offered.update({place: int(quantity) for place, quantity in command.figures().items()})
    good = {place.replace("HOME/A1", "501"): count for place, count in wanted.items() if place.endswith("/A1")}
    assert offered == good


@given(data=st.data())
def test_money_goes_back_after_the_credit_note_and_availability_rises_after_the_stock(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    for batch in {command.batch for command in life.performed} - {""}:
        order = [command for command in life.performed if command.batch == batch]
        credit = next(n for n, command in enumerate(order) if isinstance(command, CREDITS))
        for number, command in enumerate(order):
            if isinstance(command, BEFORE_THE_CREDIT):
                assert number < credit
            if isinstance(command, c.Refund | c.PostRefundPayment | c.AllocateCredit):
                assert number > credit
            if isinstance(command, c.RaiseAvailability):
                assert any(isinstance(before, c.ReceiveReturn | c.WriteOn) for before in order[:number])
    kinds = [command.kind for command in life.performed]
    assert kinds.count("mark_done") == 1
    assert kinds[-1] == "mark_done"


@given(data=st.data())
def test_no_unit_is_credited_or_stocked_before_it_was_received(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    for unit_id in data.draw(st.permutations([unit.unit_id for unit in rma_units(life.facts)])):
        plan = life.live(data.draw(cuts))
        received = {unit.unit_id for unit in rma_units(life.facts) if unit.received_at is not None}
        booked = {u for command in plan.commands if command.batch for u in command.units}
        assert booked <= received
        come_back(life, data, unit_id)


@given(data=st.data())
def test_a_plan_repeats_nothing_that_is_done_and_every_key_is_its_own(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    keys = [command.key for command in life.performed]
    assert len(keys) == len(set(keys))
    assert all(is_key(key) for key in keys)
    assert all(is_key(command.batch) for command in life.performed if command.batch)


@given(data=st.data())
def test_the_same_facts_give_the_same_plan_in_whatever_order_the_portal_lists_the_units(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    for unit in rma_units(life.facts):
        if data.draw(st.booleans()):
            come_back(life, data, unit.unit_id)
    facts = life.known()
    assert facts.rma is not None
    shuffled = replace(facts, rma=replace(facts.rma, units=tuple(data.draw(st.permutations(facts.rma.units)))))
    assert plan_return(facts) == plan_return(facts) == plan_return(shuffled)


@given(data=st.data())
def test_facts_plans_and_commands_are_read_back_from_the_record_unchanged(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    facts = life.known()
    assert record._FACTS.validate_python(on_record(record.facts_to_json(facts))) == facts
    for command in life.performed:
        kept = record.command_to_json(command)
        assert record.command_from_json(on_record(kept)) == command
        assert record.content_hash(record.command_to_json(record.command_from_json(on_record(kept)))) == (
            record.content_hash(kept)
        )
    life.effects.clear()
    decision = plan_return(life.known())
    assert record.decision_from_json(on_record(record.decision_to_json(decision))) == decision


def on_record(kept: record.Json) -> record.Json:
    """What the database gives back of plain JSON."""
    return json.loads(json.dumps(kept))


@given(data=st.data())
def test_a_plan_holds_no_key_twice(lives: st.SearchStrategy[Life], data: st.DataObject) -> None:
    life = data.draw(lives)
    for unit in rma_units(life.facts):
        plan = life.live(data.draw(st.integers(0, 3)))
        keys = [command.key for command in plan.commands]
        assert len(keys) == len(set(keys))
        come_back(life, data, unit.unit_id)
