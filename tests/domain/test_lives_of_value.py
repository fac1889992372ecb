"""Laws over generated lives of returns with store credit, kept goods, fees, values, goodwill and exchanges.

Each life is lived in the ledger alone: what is credited, invoiced and paid must leave on the customer's account what
the goods sent in exchange cost, and nothing else, wherever the work was cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.lives import CREDITS, Life, amount_of, finish, order_lines, rma_units, value
from tests.domain.scenarios import with_row

from tieout.domain import commands as c
from tieout.domain.documents.rma import (
    Allowance,
    AllowanceKind,
    ExchangeItem,
    Fee,
    FeeKind,
    Grade,
    IssuedCredit,
    Outcome,
    RmaRefund,
    RmaUnit,
)
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.money import Money, total
from tieout.domain.plans import Plan
from tieout.domain.returns.allocation import allocate, spread, unit_gross
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.settlement import exchange_value

NOTHING = Money(0)
FEES: tuple[FeeKind, ...] = ("restocking_fee", "return_shipping_fee", "cancellation_fee")
ALLOWANCES: tuple[AllowanceKind, ...] = ("goodwill", "shipping_refund")
ISSUED = (Outcome.STORE_CREDIT, Outcome.GIFT_CARD)
POSTED = {"account": "4010", "tax_code": "1", "approve_over": "never"}
AMOUNTS = st.builds(Money, st.integers(1, 3000))
cuts = st.integers(0, 12)
laws = settings(max_examples=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the house has declared."""

    exchange: str
    store_credit: str
    is_partial_given: bool

    def rule(self, facts: ReturnFacts) -> ReturnFacts:
        rows: dict[str, dict[str, str]] = dict.fromkeys((*FEES, *ALLOWANCES, "store_credit_bonus"), POSTED)
        rows |= {"returnless": {"approve_over": "never"}, "exchange": {"treatment": self.exchange, "release": "us"}}
        clearing = {"treatment": self.store_credit, "bank": "1200"}
        rows |= {"store_credit": clearing, "gift_card": clearing}
        rows |= {"partial_amount": POSTED} if self.is_partial_given else {}
        for key, row in rows.items():
            facts = with_row("value_policy", key, **row)(facts)
        return facts


HOUSES = st.builds(
    House,
    exchange=st.sampled_from(["zero", "full"]),
    store_credit=st.sampled_from(["liability", "discount"]),
    is_partial_given=st.booleans(),
)
OUTCOMES = st.sampled_from([Outcome.REFUND, Outcome.REFUND, Outcome.EXCHANGE, *ISSUED])
Lives = Callable[[st.SearchStrategy[House], st.SearchStrategy[Outcome]], st.SearchStrategy[Life]]


@pytest.fixture(scope="session")
def lives_in(good: Callable[..., ReturnFacts], line: Callable[..., OrderLine], unit: Callable[..., RmaUnit]) -> Lives:
    """Returns of one to three lines, every unit with an end of its own; no unit has come back yet."""
    prices = st.tuples(st.integers(0, 5000), st.integers(0, 1000))

    @st.composite
    def draw_life(draw: st.DrawFn, houses: st.SearchStrategy[House], outcomes: st.SearchStrategy[Outcome]) -> Life:
        lines = [
            line(number, draw(st.sampled_from(["MUG", "JUG"])), draw(st.integers(1, 3)), *draw(prices))
            for number in range(1, draw(st.integers(1, 3)) + 1)
        ]
        sold = [each for each in lines for _ in range(int(each.quantity))]
        wanted = draw(st.lists(st.integers(0, len(sold) - 1), min_size=1, max_size=len(sold), unique=True))
        house = draw(houses)
        units = []
        for number, which in enumerate(wanted):
            outcome = draw(outcomes)
            is_kept = outcome is not Outcome.EXCHANGE and draw(st.integers(0, 3)) == 0
            away = replace(unit(number, sold[which]), received_at=None, grade=Grade.UNGRADED)
            units.append(_ended(draw, replace(away, outcome=outcome, is_kept=is_kept), house))
        route, mode = draw(st.sampled_from(["sop", "ledger"])), draw(st.sampled_from(["gate", "detect"]))
        facts = house.rule(good(lines, units, route=route, mode=mode))
        assert facts.rma is not None
        fees = draw(st.lists(st.builds(Fee, kind=st.sampled_from(FEES), amount=AMOUNTS), max_size=2))
        return Life(facts=replace(facts, rma=replace(facts.rma, fees=tuple(fees))))

    return draw_life


@pytest.fixture(scope="session")
def lives(lives_in: Lives) -> st.SearchStrategy[Life]:
    """Every end that a unit may have, in any house."""
    return lives_in(HOUSES, OUTCOMES)


@pytest.fixture(scope="session")
def full_exchanges(lives_in: Lives) -> st.SearchStrategy[Life]:
    """Exchanges alone, booked at full value both ways."""
    full = st.just(House(exchange="full", store_credit="liability", is_partial_given=False))
    return lives_in(full, st.just(Outcome.EXCHANGE))


def _ended(draw: st.DrawFn, unit: RmaUnit, house: House) -> RmaUnit:
    """A unit with what goes out for it, or with another value than its price."""
    if unit.outcome is Outcome.EXCHANGE:
        price = Money(draw(st.integers(0, 2 * unit.paid_gross.minor)))
        return replace(unit, exchange=(ExchangeItem(sku="LAMP", quantity=1, price=price),))
    if unit.outcome is Outcome.REFUND and house.is_partial_given and draw(st.booleans()):
        return replace(unit, value=Money(draw(st.integers(0, unit.paid_gross.minor))))
    return unit


def come_back(life: Life, unit_id: str) -> None:
    unit = next(unit for unit in rma_units(life.facts) if unit.unit_id == unit_id)
    if not unit.is_kept:
        life.change(replace(unit, received_at=life.facts.now, grade=Grade.GOOD))


def give_more(life: Life, data: st.DataObject) -> None:
    """Customer service adds goodwill or postage."""
    assert life.facts.rma is not None
    kind, amount = data.draw(st.tuples(st.sampled_from(ALLOWANCES), st.integers(1, 900)), label="given without goods")
    added = (*life.facts.rma.allowances, Allowance(kind=kind, amount=Money(amount)))
    life.facts = replace(life.facts, rma=replace(life.facts.rma, allowances=added))


def issue(life: Life, data: st.DataObject) -> None:
    """The portal issues what was credited less fees as store credit and cards, sometimes with something on top."""
    assert life.facts.rma is not None
    known = life.known()
    paid = {effect.batch for effect in known.effects if effect.kind == "post_refund_payment"}
    outcome_of = {unit.unit_id: unit.outcome for unit in rma_units(life.facts)}
    for credit in life.credits():
        is_issued = bool(credit.units) and outcome_of[credit.units[0]] in ISSUED
        mine = [e for e in known.effects if e.batch == credit.batch and e.state == "done"]
        due = value(credit.lines).minor - sum(e.amount for e in mine if e.kind == "raise_invoice")
        told = {unit for issued in life.facts.rma.issued for unit in issued.units}
        if not is_issued or due <= 0 or credit.batch in paid or told & set(credit.units):
            continue
        bonus = data.draw(st.sampled_from([0, 0, 250]), label="bonus")
        given_credit = IssuedCredit(
            kind="store_credit" if outcome_of[credit.units[0]] is Outcome.STORE_CREDIT else "gift_card",
            reference=f"SC{len(life.facts.rma.issued)}",
            amount=Money(due + bonus),
            units=credit.units,
            is_settled=True,
        )
        rma = replace(life.facts.rma, issued=(*life.facts.rma.issued, given_credit))
        life.facts = replace(life.facts, rma=rma)


def refund(life: Life, plan: Plan) -> None:
    """Detect mode: the portal gives everything back that is due and that it has not given yet."""
    rma, shop_order = life.facts.rma, life.facts.shop_order
    assert rma is not None
    assert shop_order is not None
    if life.facts.refund_mode == "gate":
        return
    known = {note for refund in shop_order.refunds for note in refund.note.split()}
    for leg in (leg for leg in plan.legs if (leg.system, leg.kind) == ("storefront", "refund")):
        if leg.ref[1:] in known or leg.amount is None:
            continue
        number = str(800 + len(shop_order.refunds))
        made = ShopRefund(
            refund_id=number,
            order_id=rma.order_id,
            order_name=rma.order_name,
            made_at=life.facts.now,
            amount=leg.amount,
            is_settled=True,
            has_failed=False,
            note=f"for {leg.ref[1:]}",
            app="ReturnGO",
        )
        told = RmaRefund(refund_id=number, amount=leg.amount, is_settled=True)
        rma, shop_order = (
            replace(rma, refunds=(*rma.refunds, told)),
            replace(shop_order, refunds=(*shop_order.refunds, made)),
        )
    life.facts = replace(life.facts, rma=rma, shop_order=shop_order)


def live_through(life: Life, data: st.DataObject) -> None:
    """Units come back in any order, more is given on the way, and the work is cut off anywhere; then it is finished."""
    waiting = data.draw(st.permutations([unit.unit_id for unit in rma_units(life.facts)]), label="order of return")
    life.live(data.draw(cuts, label="commands before anything came back"))
    while waiting:
        for unit_id in [waiting.pop() for _ in range(data.draw(st.integers(1, len(waiting)), label="units together"))]:
            come_back(life, unit_id)
        if data.draw(st.integers(0, 2)) == 0:
            give_more(life, data)
        plan = life.live(data.draw(cuts, label="commands before the cut"))
        if data.draw(st.booleans()):
            issue(life, data)
            refund(life, plan)
    for _ in range(3):
        refund(life, finish(life))
        issue(life, data)
    plan = finish(life)
    assert plan.waiting_for in ("", "the exchange to be released")


def moved(life: Life, *kinds: type[c.AnyCommand]) -> int:
    return sum(amount_of(command) for command in life.performed if isinstance(command, kinds))


@laws
@given(data=st.data())
def test_what_stays_on_the_account_is_what_the_goods_in_exchange_cost(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    """Credit notes less fees and payments: nothing, but for exchanges booked at full value."""
    life = data.draw(lives)
    live_through(life, data)
    left = moved(life, *CREDITS) - moved(life, c.RaiseInvoice) - moved(life, c.PostRefundPayment)
    sale = life.facts.order_candidates[0]
    returned, sent = exchange_value(life.known(), sale)
    is_full = life.facts.tables.value("value_policy", "exchange", "treatment") == "full"
    units = [unit for unit in rma_units(life.facts) if unit.outcome is Outcome.EXCHANGE]
    wanted = min(returned, sent).minor if is_full else 0
    assert wanted - len(units) * is_full <= left <= wanted


@laws
@given(data=st.data())
def test_exchanges_at_full_value_leave_the_worth_of_the_goods_sent_whatever_parcels_they_come_in(
    full_exchanges: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    """What they were worth more is paid out, though the second parcel alone is worth less than what was sent."""
    life = data.draw(full_exchanges)
    live_through(life, data)
    returned, sent = exchange_value(life.known(), life.facts.order_candidates[0])
    left = moved(life, *CREDITS) - moved(life, c.RaiseInvoice) - moved(life, c.PostRefundPayment)
    wanted = min(returned, sent).minor
    given_alone = sum(given.amount.minor for given in life.facts.rma.allowances) if life.facts.rma else 0
    assert wanted - len(rma_units(life.facts)) <= left <= wanted
    assert given_alone <= moved(life, c.PostRefundPayment) + moved(life, c.RaiseInvoice)


@laws
@given(data=st.data())
def test_no_unit_is_credited_twice_nor_for_more_than_it_was_invoiced_at(
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
        assert total([part.net for part in parts]) <= line.net
        assert total([part.tax for part in parts]) <= line.tax
        assert all(part.net >= NOTHING and part.tax >= NOTHING for part in parts)


@laws
@given(data=st.data())
def test_each_unit_is_credited_at_what_its_end_says(lives: st.SearchStrategy[Life], data: st.DataObject) -> None:
    """Price, value given, difference of the exchange, or nothing where store credit comes off a later sale."""
    life = data.draw(lives)
    live_through(life, data)
    facts = life.known()
    sale = facts.order_candidates[0]
    line_of = allocate(facts, sale).line_of
    is_discount = facts.tables.value("value_policy", "store_credit", "treatment") == "discount"
    is_full = facts.tables.value("value_policy", "exchange", "treatment") == "full"
    wanted = Counter[str]()
    units = Counter[str]()
    for unit in rma_units(facts):
        price = unit_gross(line_of[unit.unit_id]).minor
        given_for = min(unit.value.minor, price) if unit.value is not None else price
        is_free = is_discount and unit.outcome in ISSUED
        if unit.outcome is not Outcome.EXCHANGE or is_full:
            wanted[unit.outcome.value] += 0 if is_free else given_for
        units[unit.outcome.value] += 1
    returned, sent = exchange_value(facts, sale)
    wanted["exchange"] += 0 if is_full else max((returned - sent).minor, 0)
    outcome_of = {unit.unit_id: unit.outcome.value for unit in rma_units(facts)}
    credited = Counter[str]()
    for credit in life.credits():
        if credit.units:
            credited[outcome_of[credit.units[0]]] += value(credit.lines).minor
            assert len({outcome_of[unit] for unit in credit.units}) == 1
    for outcome, count in units.items():
        assert abs(credited[outcome] - wanted[outcome]) <= count, f"{outcome}: off by more than the pence of shares"


@laws
@given(data=st.data())
def test_a_fee_is_kept_once_and_takes_no_more_than_there_is(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    assert life.facts.rma is not None
    for kind, step in {"restocking_fee": "TFR-", "return_shipping_fee": "TFS-", "cancellation_fee": "TFC-"}.items():
        kept = [command for command in life.performed if isinstance(command, c.RaiseInvoice)]
        taken = sum(amount_of(command) for command in kept if command.key.startswith(step))
        asked = sum(fee.amount.minor for fee in life.facts.rma.fees if fee.kind == kind)
        assert 0 <= taken <= asked
        batches = [command.batch for command in kept if command.key.startswith(step)]
        assert len(batches) == len(set(batches))
    for command in life.performed:
        if isinstance(command, c.PostRefundPayment | c.Refund):
            assert command.amount > NOTHING, "no money moves the wrong way"


@laws
@given(data=st.data())
def test_what_is_given_without_goods_is_credited_once_also_when_more_is_added(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    give_more(life, data)
    finish(life)
    assert life.facts.rma is not None
    for kind, step in {"goodwill": "TVG-", "shipping_refund": "TVS-"}.items():
        asked = sum(given.amount.minor for given in life.facts.rma.allowances if given.kind == kind)
        assert sum(value(note.lines).minor for note in life.credits() if note.key.startswith(step)) == asked


@laws
@given(data=st.data())
def test_kept_goods_are_never_announced_received_or_offered_and_others_once(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    life = data.draw(lives)
    live_through(life, data)
    kept = {unit.unit_id for unit in rma_units(life.facts) if unit.is_kept}
    others = {unit.unit_id for unit in rma_units(life.facts)} - kept
    booked = [
        unit for command in life.performed if isinstance(command, c.ReceiveReturn | c.WriteOn) for unit in command.units
    ]
    assert sorted(booked) == sorted(others)
    for command in life.performed:
        if isinstance(command, c.RaiseReturn | c.RaiseAvailability | c.MoveStock):
            assert not kept.intersection(command.units)


@laws
@given(data=st.data())
def test_money_goes_back_for_a_batch_after_its_credit_note_and_to_the_penny(
    lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    """What we refund is what we post as paid; store credit is never refunded as well."""
    life = data.draw(lives)
    live_through(life, data)
    credited_at = {
        c_.batch: n for n, c_ in enumerate(life.performed) if isinstance(c_, CREDITS) and "TBN" not in c_.key
    }
    paid = {each.batch: each.amount for each in life.performed if isinstance(each, c.PostRefundPayment)}
    outcome_of = {unit.unit_id: unit.outcome for unit in rma_units(life.facts)}
    for number, command in enumerate(life.performed):
        if isinstance(command, c.Refund):
            assert number > credited_at[command.batch]
            assert paid[command.batch] == command.amount
            assert not any(outcome_of[unit] in ISSUED for unit in command.units)
        if isinstance(command, c.RaiseInvoice | c.PostRefundPayment):
            assert number > credited_at[command.batch]
    assert sum(amount.minor for amount in paid.values()) == moved(life, c.PostRefundPayment)
