"""Every fault of a return beyond a plain refund: what raises it, whether the return goes on, and whose desk it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.domain.scenarios import Change, Row, on_facts, on_order, on_rma, on_unit, with_row

from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.goods_in import GoodsReceipt, ReceiptLine
from tieout.domain.documents.rma import Allowance, ExchangeItem, Grade, Outcome, RmaRefund
from tieout.domain.documents.shop_order import ShopExchange, ShopExchangeLine, ShopRefund
from tieout.domain.faults import BY_CODE, Owner
from tieout.domain.money import Money
from tieout.domain.plans import Blocked
from tieout.domain.returns.facts import EffectFact, ExchangeFact, ReturnFacts, TakenUnits
from tieout.domain.returns.plan import plan_return

FIN, OPS = Owner.FINANCE, Owner.OPERATIONS
ARRIVED = datetime(2026, 3, 18, 9, tzinfo=UTC)
LONG_BEFORE = datetime(2026, 2, 20, 9, tzinfo=UTC)


def also(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        for each_change in changes:
            facts = each_change(facts)
        return facts

    return change


def told_by_the_warehouse(*counted: tuple[str, int], is_final: bool = False) -> Change:
    receipt = GoodsReceipt(
        receipt_id="GR-1",
        account="dock",
        rma_number="RMA7",
        order_name="#1001",
        tracking="",
        received_at=ARRIVED,
        lines=tuple(ReceiptLine(sku=sku, quantity=count, grade=Grade.GOOD) for sku, count in counted),
        is_final=is_final,
    )
    return on_facts(receipts=(receipt,))


def given_without_goods(amount: int) -> Change:
    return on_rma(allowances=(Allowance(kind="goodwill", amount=Money(amount)),))


def goodwill_up_to(pounds: str) -> Change:
    return with_row("value_policy", "goodwill", account="4010", tax_code="1", approve_over=pounds)


def old_sales_up_to(pounds: str) -> Change:
    return with_row("value_policy", "historical", account="4000", approve_over=pounds)


def an_exchange(sku: str = "JUG", postcode: str = "AB1 2CD") -> Change:
    """The mug goes for a jug of the same worth, and the storefront has made an order of its own for it."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        sent = ShopExchange(
            name="#EXC1",
            shape="order",
            lines=(ShopExchangeLine(sku=sku, quantity=1, gross=Money(0)),),
            is_released=True,
        )
        address = PostalAddress(name="Ann", lines=("1 High Street",), city="Leeds", postcode=postcode, country="GB")
        fact = ExchangeFact(exchange=sent, delivery=address, order=None)
        wanted = (ExchangeItem(sku="JUG", quantity=1, price=Money(400)),)
        changed = on_unit(outcome=Outcome.EXCHANGE, exchange=wanted)(replace(facts, exchanges=(fact,)))
        return with_row("value_policy", "exchange", treatment="zero")(changed)

    return change


def entered_in_sage(on: date, *, is_on_hold: bool = False) -> Change:
    """The exchange's order stands in Sage since a day and has not left."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        (fact,), (sale,) = facts.exchanges, facts.order_candidates
        lines = tuple(replace(line, despatched=line.despatched * 0) for line in sale.lines[1:])
        order = replace(sale, number="0000001002", ordered_on=on, is_on_hold=is_on_hold, lines=lines)
        return replace(facts, exchanges=(replace(fact, order=order),))

    return change


def refunded_at(at: datetime) -> Change:
    """Detect mode: the portal has given the price of the mug back."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        assert facts.shop_order is not None
        refund = ShopRefund(
            refund_id="801",
            order_id="555",
            order_name="#1001",
            made_at=at,
            amount=Money(400),
            is_settled=True,
            has_failed=False,
            note="",
            app="ReturnGO",
        )
        told = RmaRefund(refund_id="801", amount=Money(400), is_settled=True)
        shop_order = replace(facts.shop_order, refunds=(refund,))
        return on_rma(refunds=(told,))(replace(facts, refund_mode="detect", shop_order=shop_order))

    return change


def not_here(facts: ReturnFacts) -> ReturnFacts:
    return on_unit(received_at=None, grade=Grade.UNGRADED)(facts)


def credited_at(at: datetime) -> Change:
    """Detect mode: everything up to the credit note is done since then, and nobody has given the money back."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        detecting = replace(facts, refund_mode="detect", effects=(), taken=())
        plan = plan_return(detecting)
        assert not isinstance(plan, Blocked)
        credit = next(command for command in plan.commands if isinstance(command, c.PostSopCreditNote))
        (line,) = credit.lines
        done = tuple(
            EffectFact(
                key=command.key,
                kind=command.kind,
                state="done",
                batch=command.batch,
                units=command.units,
                return_key=getattr(command, "return_key", ""),
                on=facts.today,
                amount=(line.net + line.tax).minor if command is credit else 0,
                at=at,
            )
            for command in plan.commands
        )
        taken = TakenUnits(key=credit.key, order_line=line.order_line, ordinals=line.ordinals)
        return replace(detecting, effects=done, taken=(taken,))

    return change


EXCHANGED = an_exchange()
ENTERED = also(EXCHANGED, entered_in_sage(date(2026, 3, 20)))
TABLE = (
    Row(code="ALLOWANCE_NOT_COVERED", owner=FIN, change=given_without_goods(500)),
    Row(
        code="ALLOWANCE_NOT_COVERED",
        owner=FIN,
        name="of a unit",
        given=with_row("value_policy", "partial_amount", account="4010", tax_code="1", approve_over="never"),
        change=given_without_goods(1),
    ),
    Row(code="VALUE_NOT_APPROVED", owner=FIN, given=goodwill_up_to("5.00"), change=given_without_goods(501)),
    Row(code="VALUE_NOT_APPROVED", owner=FIN, given=goodwill_up_to(""), change=given_without_goods(1), name="no limit"),
    Row(
        code="VALUE_NOT_APPROVED",
        owner=FIN,
        given=with_row("value_policy", "returnless", approve_over="3.99"),
        change=on_unit(is_kept=True, received_at=None),
        name="kept by the customer",
    ),
    Row(
        code="VALUE_NOT_APPROVED",
        owner=FIN,
        given=also(
            with_row("value_policy", "historical", account="4000", approve_over="3.99"), on_order(is_historical=True)
        ),
        change=on_facts(match_method="storefront order"),
        name="of a sale that Sage no longer holds",
    ),
    Row(
        code="RECEIPT_CONFLICT",
        owner=OPS,
        given=also(with_row("policy", "receipt_authority", value="both"), told_by_the_warehouse(("MUG", 1))),
        change=told_by_the_warehouse(("MUG", 2)),
    ),
    Row(code="RECEIVED_TOO_MANY", owner=OPS, change=told_by_the_warehouse(("MUG", 2)), is_beside=True),
    Row(
        code="RECEIVED_TOO_FEW",
        owner=OPS,
        given=also(with_row("policy", "receipt_authority", value="warehouse"), told_by_the_warehouse(("MUG", 1))),
        change=told_by_the_warehouse(is_final=True),
        is_beside=True,
    ),
    Row(code="RECEIVED_TOO_FEW", owner=OPS, change=on_unit(is_missing=True), name="by the portal", is_beside=True),
    Row(code="WRONG_ITEM_RECEIVED", owner=OPS, change=told_by_the_warehouse(("LAMP", 1)), is_beside=True),
    Row(
        code="BUNDLE_UNMAPPED",
        owner=OPS,
        change=also(on_unit(sku="SET"), on_facts(unclear_bundles=("SET",))),
    ),
    Row(code="EXCHANGE_MISMATCH", owner=OPS, given=EXCHANGED, change=an_exchange("LAMP")),
    Row(code="EXCHANGE_MISMATCH", owner=OPS, given=EXCHANGED, change=an_exchange(postcode=""), name="no address"),
    Row(
        code="EXCHANGE_NOT_DESPATCHED",
        owner=OPS,
        given=ENTERED,
        change=entered_in_sage(date(2026, 3, 16)),
        is_beside=True,
    ),
    Row(
        code="EXCHANGE_ON_HOLD",
        owner=OPS,
        given=ENTERED,
        change=entered_in_sage(date(2026, 3, 20), is_on_hold=True),
        is_beside=True,
    ),
    Row(
        code="REFUND_WITHOUT_RECEIPT",
        owner=FIN,
        given=also(not_here, refunded_at(ARRIVED)),
        change=refunded_at(LONG_BEFORE),
        is_beside=True,
    ),
    Row(
        code="CREDIT_NOT_REFUNDED",
        owner=FIN,
        given=credited_at(datetime(2026, 3, 20, 9, tzinfo=UTC)),
        change=credited_at(datetime(2026, 3, 18, 9, tzinfo=UTC)),
        is_beside=True,
    ),
    Row(
        code="DAMAGED_ON_OFFER",
        owner=OPS,
        given=credited_at(datetime(2026, 3, 20, 9, tzinfo=UTC)),
        change=on_unit(grade=Grade.DAMAGED),
        is_beside=True,
    ),
    Row(
        code="ORPHANED_RETURN",
        owner=OPS,
        given=refunded_at(LONG_BEFORE),
        change=on_facts(products=()),
    ),
    Row(
        code="RECEIVED_NOT_POSTED",
        owner=OPS,
        given=on_unit(received_at=datetime(2026, 3, 17, 14, tzinfo=UTC)),
        change=on_facts(products=()),
    ),
)


def faults(facts: ReturnFacts) -> dict[str, bool]:
    """Every fault by its code, and whether the return goes on all the same."""
    decision = plan_return(facts)
    if isinstance(decision, Blocked):
        return {fault.code: False for fault in decision.faults}
    return {fault.code: True for fault in decision.raised}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code} {row.name}".strip())
def test_a_small_change_raises_the_fault_on_the_right_desk_and_undoing_it_clears_it(
    good: Callable[..., ReturnFacts], row: Row
) -> None:
    facts = row.given(good(route=row.route))
    assert faults(facts) == {}
    decision = plan_return(row.change(facts))
    assert isinstance(decision, Blocked) is not row.is_beside
    found = decision.faults if isinstance(decision, Blocked) else decision.raised
    raised = {fault.code: fault for fault in found}
    assert row.code in raised
    assert BY_CODE[row.code].owner is row.owner
    assert raised[row.code].at
    assert raised[row.code].saw


@pytest.mark.parametrize("row", [row for row in TABLE if BY_CODE[row.code].can_accept], ids=lambda row: row.name)
def test_a_value_that_a_person_accepted_goes_on(good: Callable[..., ReturnFacts], row: Row) -> None:
    changed = row.change(row.given(good()))
    assert faults(replace(changed, accepted=frozenset({row.code}))) == {}


def test_what_is_only_late_when_something_else_is_wrong_waits_its_time(good: Callable[..., ReturnFacts]) -> None:
    """A return that cannot go on is not also late on the day that it came."""
    facts = on_facts(products=())(good())
    assert set(faults(facts)) == {"SKU_UNMAPPED"}
    later = replace(facts, now=facts.now + timedelta(days=3))
    assert set(faults(later)) == {"SKU_UNMAPPED", "RECEIVED_NOT_POSTED"}
