"""Every fault of a return: the smallest change to good facts that raises it, and on whose desk it lands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.domain.scenarios import (
    Row,
    each,
    on_facts,
    on_line,
    on_order,
    on_rma,
    on_unit,
    with_row,
    without,
)

from tieout.domain import commands as c
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.rma import Fee, Grade, Outcome, RmaRefund, RmaStatus
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults import BY_CODE, Owner
from tieout.domain.money import Money
from tieout.domain.plans import Blocked
from tieout.domain.returns.facts import EffectFact, ReturnFacts, TakenUnits
from tieout.domain.returns.plan import plan_return


def shop_refund(*, of_rma: bool, pence: int = 400) -> Callable[[ReturnFacts], ReturnFacts]:
    def change(facts: ReturnFacts) -> ReturnFacts:
        assert facts.shop_order is not None
        refund = ShopRefund(
            refund_id="801",
            order_id="555",
            order_name="#1001",
            made_at=datetime(2026, 3, 19, tzinfo=UTC),
            amount=Money(pence),
            is_settled=True,
            has_failed=False,
            note="",
            app="ReturnGO" if of_rma else "",
        )
        facts = replace(facts, shop_order=replace(facts.shop_order, refunds=(refund,)))
        told = RmaRefund(refund_id="801", amount=Money(pence), is_settled=True)
        return on_rma(refunds=(told,))(facts) if of_rma else facts

    return change


def credited_and_refunded_with(pence: int) -> Callable[[ReturnFacts], ReturnFacts]:
    """Detect mode: the credit note stands, and somebody gave back another amount."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        detecting = replace(facts, refund_mode="detect")
        plan = plan_return(detecting)
        assert not isinstance(plan, Blocked)
        credit = next(command for command in plan.commands if isinstance(command, c.PostSopCreditNote))
        line = credit.lines[0]
        done = effect("post_sop_credit_note", key=credit.key, batch=credit.batch, return_key=credit.return_key)
        known = replace(done, units=credit.units, on=credit.on, amount=(line.net + line.tax).minor)
        taken = TakenUnits(key=credit.key, order_line=line.order_line, ordinals=line.ordinals)
        return shop_refund(of_rma=True, pence=pence)(replace(detecting, effects=(known,), taken=(taken,)))

    return change


def effect(kind: str, *, key: str = "TXX-0000000000000000", batch: str = "", return_key: str = "") -> EffectFact:
    return EffectFact(
        key=key, kind=kind, state="done", batch=batch, units=("U01",), return_key=return_key, on=None, amount=0
    )


def cancelled_when_booked(facts: ReturnFacts) -> ReturnFacts:
    booked = effect("receive_return", batch="TBA-0000000000000000")
    return on_rma(status=RmaStatus.CANCELLED)(replace(facts, effects=(booked,)))


def all_units_credited_before(facts: ReturnFacts) -> ReturnFacts:
    others = TakenUnits(key="TCN-0000000000000000", order_line="1", ordinals=((0, 3),))
    return replace(facts, taken=(others,))


def a_second_candidate(facts: ReturnFacts) -> ReturnFacts:
    (order,) = facts.order_candidates
    return replace(facts, order_candidates=(order, replace(order, order_id="2", number="0000001002")))


def an_unknown_customer(facts: ReturnFacts) -> ReturnFacts:
    return on_rma(order_name="", order_id="")(replace(facts, order_candidates=()))


FIN, OPS, CX, INT = Owner.FINANCE, Owner.OPERATIONS, Owner.CUSTOMER_EXPERIENCE, Owner.INTEGRATION
LINE_CLASSES = {
    "CARRIAGE_REFUND": ("carriage", FIN),
    "MANUAL_ADJUSTMENT": ("manual", FIN),
    "NOT_A_RETURN": ("ledger", FIN),
    "TEST_PRODUCT": ("test", INT),
    "VOUCHER_RETURNED": ("voucher", FIN),
}
QUARANTINE_FOR_GOOD = with_row("disposition", "any|good", warehouse="HOME", bin="QUARANTINE")
SHOP_FOR_DAMAGED = with_row("disposition", "any|damaged", warehouse="HOME", bin="A1")
TABLE = (
    Row(code="UNKNOWN_RECORD", owner=CX, change=on_facts(rma=None)),
    Row(code="UNKNOWN_WORD", owner=INT, change=on_rma(status=RmaStatus.UNKNOWN, status_text="Pondering")),
    Row(code="UNKNOWN_WORD", owner=INT, change=on_unit(outcome=Outcome.UNKNOWN), name="of a unit"),
    *(
        Row(code="OUTCOME_NOT_COVERED", owner=CX, change=on_unit(outcome=outcome), name=outcome.value)
        for outcome in (Outcome.STORE_CREDIT, Outcome.GIFT_CARD, Outcome.EXCHANGE)
    ),
    Row(code="FEE_NOT_COVERED", owner=FIN, change=on_rma(fees=(Fee(kind="restocking_fee", amount=Money(250)),))),
    *(
        Row(code=code, owner=owner, change=with_row("line_class", "MUG", **{"class": called}))
        for code, (called, owner) in LINE_CLASSES.items()
    ),
    Row(code="CUSTOMER_UNMAPPED", owner=FIN, change=an_unknown_customer),
    Row(code="ORDER_NOT_FOUND", owner=FIN, change=on_facts(order_candidates=())),
    Row(code="ORDER_NOT_FOUND", owner=FIN, change=on_facts(shop_order=None), name="in the shop"),
    Row(code="ORDER_AMBIGUOUS", owner=FIN, change=a_second_candidate),
    Row(code="ORDER_CANCELLED", owner=OPS, change=on_order(is_cancelled=True)),
    Row(code="ORDER_NOT_INVOICED", owner=FIN, change=on_line(invoiced=Decimal(2))),
    Row(code="LINE_NOT_ON_ORDER", owner=OPS, change=on_unit(sku="LAMP")),
    Row(code="QUANTITY_EXCEEDS_DESPATCH", owner=OPS, change=on_line(despatched=Decimal(0))),
    Row(code="QUANTITY_EXCEEDS_DESPATCH", owner=OPS, change=all_units_credited_before, name="with earlier returns"),
    Row(code="SKU_UNMAPPED", owner=OPS, change=on_facts(products=())),
    Row(code="SKU_UNMAPPED", owner=OPS, change=each("products", is_active=False), name="inactive"),
    Row(code="SKU_UNMAPPED", owner=OPS, change=each("products", is_stock=False), name="not stock"),
    Row(code="REASON_UNMAPPED", owner=OPS, change=without("reason", "Too small")),
    Row(code="DISPOSITION_UNMAPPED", owner=OPS, change=without("disposition", "any|good")),
    Row(code="DISPOSITION_UNSAFE", owner=OPS, change=lambda f: on_unit(grade=Grade.DAMAGED)(SHOP_FOR_DAMAGED(f))),
    Row(code="BIN_UNMAPPED", owner=OPS, change=with_row("disposition", "any|good", warehouse="HOME", bin="Z9")),
    Row(code="BIN_UNMAPPED", owner=OPS, change=with_row("policy", "goods_in_bin", value="Z9"), name="goods in"),
    Row(code="RESTOCK_NOT_ATP", owner=OPS, change=QUARANTINE_FOR_GOOD),
    Row(code="STOREFRONT_LOCATION_UNMAPPED", owner=OPS, change=without("storefront_location", "HOME")),
    Row(code="VAT_CODE_MISSING", owner=FIN, change=on_facts(tax_codes=())),
    Row(code="TAX_MISMATCH", owner=FIN, change=on_line(tax_rate=Decimal("17.5"))),
    Row(code="NOMINAL_MISSING", owner=FIN, change=on_facts(nominals=())),
    Row(code="NOMINAL_CLOSED", owner=FIN, change=each("nominals", is_postable=False)),
    Row(code="TENDER_UNMAPPED", owner=FIN, change=without("tender", "shopify_payments")),
    Row(code="TENDER_UNMAPPED", owner=FIN, change=on_facts(banks=("1300",)), name="no such bank"),
    Row(code="PERIOD_CLOSED", owner=FIN, change=each("periods", answer=PeriodAnswer.UNACCEPTABLE)),
    Row(code="PERIOD_CLOSED", owner=FIN, change=each("periods", answer=PeriodAnswer.ACCEPTABLE), name="with a warning"),
    Row(code="PERIOD_CLOSED", owner=FIN, change=on_facts(periods=()), name="nobody knows"),
    Row(code="DECIMAL_MISMATCH", owner=FIN, change=on_line(net=Money(1001))),
    Row(code="DECIMAL_MISMATCH", owner=FIN, change=on_line(tax=Money(201)), name="VAT"),
    Row(code="CURRENCY_DIFFERS", owner=FIN, change=on_rma(currency="EUR")),
    Row(code="REFUND_NE_INVOICE", owner=FIN, change=on_unit(paid_gross=Money(401))),
    Row(code="REFUND_BEFORE_CREDIT", owner=FIN, change=shop_refund(of_rma=True)),
    Row(code="REFUND_NE_CREDIT", owner=FIN, change=credited_and_refunded_with(399)),
    Row(code="REFUND_OUTSIDE_WORKFLOW", owner=FIN, change=shop_refund(of_rma=False)),
    Row(code="CANCELLED_AFTER_RECEIPT", owner=CX, change=cancelled_when_booked),
    Row(code="CREDIT_ROUTE_CONFLICT", owner=FIN, change=on_facts(effects=(effect("raise_credit_note"),))),
    Row(
        code="CREDIT_ROUTE_CONFLICT",
        owner=FIN,
        change=on_facts(effects=(effect("raise_return"),)),
        name="the other way",
        route="ledger",
    ),
    Row(code="TEXT_TOO_LONG", owner=INT, change=on_rma(number="R" * 21)),
    Row(code="TEXT_TOO_LONG", owner=INT, change=on_unit(reason="Too small" + "!" * 52), name="reason"),
    *(
        Row(code="POLICY_MISSING", owner=INT, change=without("policy", name), name=name)
        for name in ("credit_on", "returns_warehouse", "goods_in_bin")
    ),
    Row(code="POLICY_MISSING", owner=INT, change=without("policy", "stock_write_on_nominal"), route="ledger"),
)


def codes(facts: ReturnFacts) -> set[str]:
    decision = plan_return(facts)
    return {fault.code for fault in decision.faults} if isinstance(decision, Blocked) else set()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code} {row.name}".strip())
def test_a_small_change_raises_the_fault_on_the_right_desk_and_undoing_it_clears_it(
    good: Callable[..., ReturnFacts], row: Row
) -> None:
    facts = good(route=row.route)
    assert codes(facts) == set()
    decision = plan_return(row.change(facts))
    assert isinstance(decision, Blocked), f"{row.code} was not raised"
    raised = {fault.code: fault for fault in decision.faults}
    assert row.code in raised
    assert BY_CODE[row.code].owner is row.owner
    assert raised[row.code].at
    assert raised[row.code].saw


ACCEPTED_BLINDLY = (
    "FEE_NOT_COVERED",
    "TAX_MISMATCH",
    "REFUND_NE_INVOICE",
    "REFUND_BEFORE_CREDIT",
    "REFUND_OUTSIDE_WORKFLOW",
)


@pytest.mark.parametrize("code", ACCEPTED_BLINDLY)
def test_an_accepted_fault_no_longer_blocks(good: Callable[..., ReturnFacts], code: str) -> None:
    row = next(row for row in TABLE if row.code == code)
    changed = row.change(good(route=row.route))
    assert code not in codes(replace(changed, accepted=frozenset({code})))


def test_an_accepted_closed_period_posts_today_and_blocks_still_when_today_is_closed(
    good: Callable[..., ReturnFacts],
) -> None:
    facts = replace(good(), accepted=frozenset({"PERIOD_CLOSED"}))
    closed_then = replace(
        facts,
        periods=tuple(
            p if p.on == facts.today else replace(p, answer=PeriodAnswer.UNACCEPTABLE) for p in facts.periods
        ),
    )
    plan = plan_return(closed_then)
    assert not isinstance(plan, Blocked)
    assert {command.on for command in plan.commands if isinstance(command, c.PostSopCreditNote)} == {facts.today}
    assert codes(each("periods", answer=PeriodAnswer.UNACCEPTABLE)(facts)) == {"PERIOD_CLOSED"}


def test_a_date_with_a_warning_is_posted_on_where_the_house_allows_it(good: Callable[..., ReturnFacts]) -> None:
    warned = each("periods", answer=PeriodAnswer.ACCEPTABLE)(good())
    assert codes(with_row("policy", "acceptable_dates", value="yes")(warned)) == set()


def test_all_faults_are_found_at_once_and_the_first_check_comes_first(good: Callable[..., ReturnFacts]) -> None:
    facts = on_rma(fees=(Fee(kind="restocking_fee", amount=Money(1)),))(on_facts(tax_codes=(), products=())(good()))
    decision = plan_return(facts)
    assert isinstance(decision, Blocked)
    assert [fault.code for fault in decision.faults] == ["FEE_NOT_COVERED", "VAT_CODE_MISSING", "SKU_UNMAPPED"]
