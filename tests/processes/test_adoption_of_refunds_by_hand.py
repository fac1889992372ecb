"""Refunds that somebody made by hand in the shop, adopted into the workflow: credited in Sage once, as they were."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.house import COMPANY, Rma
from tests.processes.wares import Moved, Watch, codes, seen, sold, told

from tieout.domain.returns.adopted import AdoptedAs, Adoption, document_key
from tieout.processes.adoption import NotAdoptable, adopt_when_agreed, record_adoption, second_adoption
from tieout.processes.figures_kept import keep_lags
from tieout.processes.kinds import REFUND
from tieout.processes.reports.known import known_document
from tieout.processes.reports.unit_times import unit_times
from tieout.processes.rules import rules_on
from tieout.store import cases, cross_references

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

pytestmark = pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=pytest.mark.long)], indirect=True
)
LONG_AGO = date(2000, 1, 1)


@pytest.fixture(scope="module")
def desk(shared_house: House) -> House:
    """A house where one person adopts up to fifty pounds; goodwill, postage, kept goods and part prices have rules."""
    house = shared_house
    house.choose(warehouses=("desk",))
    house.rule("policy", "adopt_alone_up_to", LONG_AGO, value="50")
    house.rule("policy", "receipt_authority", LONG_AGO, value="warehouse")
    for kind in ("goodwill", "shipping_refund"):
        house.rule("value_policy", kind, LONG_AGO, account="4010", tax_code="1", approve_over="5.00")
    house.rule("value_policy", "returnless", LONG_AGO, account="4010", approve_over="5.00")
    return house


def by_hand(house: House, order: str, **more: Json) -> str:
    """Somebody refunds in the shop's admin; the sweep finds it. Its number in the shop."""
    made = house.control.post("/shopify/refunds", {"order": order, **more})
    house.sweep()
    house.drain()
    return str(made["id"]).rsplit("/", maxsplit=1)[-1]


def is_on_a_desk(house: House, refund: str) -> bool:
    with house.application.store.scope(COMPANY) as c:
        return cases.open_case_of(c, COMPANY, REFUND, refund) is not None


def adopt(house: House, refund: str, adopted_as: AdoptedAs, *, who: str = "ann", here: bool = False) -> bool:
    """One person decides; whether that was enough."""
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        names = cross_references.references_of(c, COMPANY, REFUND, refund)
        decided = Adoption(
            refund_id=refund,
            order_id=next(name.value for name in names if name.kind == "order"),
            adopted_as=adopted_as,
            reason="Too small",
            who=who,
            at=now,
            goods_here_since=now if here else None,
        )
        record_adoption(c, COMPANY, decided, why="agreed on the telephone")
    return agreed(house, refund)


def agreed(house: House, refund: str) -> bool:
    now, company = house.application.clock(), house.application.companies[COMPANY]
    with house.application.store.scope(COMPANY) as c:
        return adopt_when_agreed(c, company, refund, tables=rules_on(c, COMPANY, now.date()), at=now)


def second(house: House, refund: str, who: str) -> bool:
    with house.application.store.scope(COMPANY) as c:
        second_adoption(c, COMPANY, refund, who=who, why="seen", at=house.application.clock())
    return agreed(house, refund)


def returned(refund: str) -> Rma:
    return Rma(document_key(refund), ())


def settled(house: House, refund: str, before: Watch) -> Moved:
    """What working on the adopted refund moved; nothing is left open and nobody was paid again."""
    rma = returned(refund)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert house.document(rma).state == "done"
    moved = before.moved()
    assert (moved.refunds, moved.outstanding) == ((), 0)
    return moved


def test_an_amount_given_by_hand_is_adopted_as_goodwill_by_one_person_up_to_the_limit(desk: House) -> None:
    """RGO-44, RGO-48: on a desk, then a credit note on the goodwill nominal and its payment; the shop is left alone."""
    name = sold(desk.control, Line("MUG", 2, "10.00"))
    refund = by_hand(desk, name, amount="6.00")
    assert is_on_a_desk(desk, refund)
    before = Watch(desk)
    assert adopt(desk, refund, "goodwill")
    moved = settled(desk, refund, before)
    assert (moved.credits, moved.payments, moved.stock) == ((("2011-01-20", 500, 100),), (600,), {})
    assert not is_on_a_desk(desk, refund)
    desk.sweep()
    desk.drain()
    assert not is_on_a_desk(desk, refund)
    assert before.moved() == moved


def test_the_figures_are_kept_of_a_credit_note_that_no_unit_stands_behind(desk: House) -> None:
    """X-25: goodwill is credited for no goods; it is no unit's value, and nothing stumbles over it."""
    refund = by_hand(desk, sold(desk.control, Line("MUG", 1, "10.00")), amount="3.00")
    assert adopt(desk, refund, "goodwill")
    desk.drain(returned(refund))
    document, now = desk.document(returned(refund)), desk.application.clock()
    with desk.application.store.scope(COMPANY) as c:
        known = known_document(c, document, now)
    assert document.state == "done"
    assert list(unit_times(known)) == []
    assert keep_lags(desk.application.store, [COMPANY], since=None, now=now) > 0


@pytest.mark.long
def test_goods_that_came_without_an_rma_are_credited_and_restocked(desk: House) -> None:
    """RGO-48: adopted as goods that are here by a warehouse's word, at their invoiced price."""
    name = sold(desk.control, Line("MUG", 3, "10.00"))
    refund = by_hand(desk, name, lines=[{"sku": "MUG", "quantity": 2}])
    before = Watch(desk)
    assert adopt(desk, refund, "goods")
    desk.drain()
    assert codes(desk, returned(refund)) == [], seen(desk, returned(refund))
    assert before.moved().credits == ()
    told(desk, returned(refund), ("MUG", 2, "good"))
    moved = settled(desk, refund, before)
    assert sum(net + tax for _, net, tax in moved.credits) == 2400
    assert (moved.payments, moved.stock, moved.offered) == ((2400,), {("MUG", "A1"): 2}, {"MUG": 2})
    rest = desk.authorised(name, ("MUG", 1))
    told(desk, rest, ("MUG", 1, "good"))
    desk.drain(rest)
    assert codes(desk, rest) == [], seen(desk, rest)
    assert sum(net + tax for _, net, tax in before.moved().credits) == 3600
    again = desk.authorised(name, ("MUG", 1))
    desk.drain(again)
    assert codes(desk, again) == ["QUANTITY_EXCEEDS_DESPATCH"]


def test_goods_that_the_shop_put_back_on_sale_with_the_refund_are_not_offered_twice(desk: House) -> None:
    """RGO-43, RGO-48: two of three were restocked by the person who refunded; Tieout offers the third only."""
    name = sold(desk.control, Line("BOOK", 3, "4.00", 2))
    start = Watch(desk)
    refund = by_hand(desk, name, lines=[{"sku": "BOOK", "quantity": 2}], restock=True)
    assert start.moved().offered == {"BOOK": 2}
    before = Watch(desk)
    assert adopt(desk, refund, "goods", here=True)
    told(desk, returned(refund), ("BOOK", 2, "good"))
    moved = settled(desk, refund, before)
    assert (moved.stock, moved.offered) == ({("BOOK", "A1"): 2}, {})


@pytest.mark.long
def test_goods_that_the_customer_keeps_are_credited_without_stock(desk: House) -> None:
    """RGO-48: adopted as returnless; approvals of the policy are not asked again of what a person decided."""
    name = sold(desk.control, Line("LAMP", 1, "25.00"))
    refund = by_hand(desk, name, lines=[{"sku": "LAMP", "quantity": 1}])
    before = Watch(desk)
    assert adopt(desk, refund, "returnless")
    moved = settled(desk, refund, before)
    assert (moved.credits, moved.payments, moved.stock) == ((("2011-01-20", 2500, 500),), (3000,), {})


def test_over_the_limit_a_second_person_must_agree_to_what_was_decided_last(desk: House) -> None:
    """RGO-48: neither the same person again nor a word on another decision is enough; until then nothing counts."""
    name = sold(desk.control, Line("LAMP", 3, "25.00"))
    refund = by_hand(desk, name, lines=[{"sku": "LAMP", "quantity": 2}])
    before = Watch(desk)
    assert not adopt(desk, refund, "goodwill", who="ann")
    assert not second(desk, refund, " Ann")
    rma = desk.authorised(name, ("LAMP", 1))
    desk.drain(rma)
    assert codes(desk, rma) == ["REFUND_OUTSIDE_WORKFLOW"]
    with desk.application.store.scope(COMPANY) as c:
        second_adoption(c, COMPANY, refund, who="bob", why="as goodwill", at=desk.application.clock())
    assert not adopt(desk, refund, "returnless", who="ann")
    assert is_on_a_desk(desk, refund)
    assert second(desk, refund, "cid")
    moved = settled(desk, refund, before)
    assert (moved.credits, moved.payments) == ((("2011-01-20", 5000, 1000),), (6000,))
    assert codes(desk, rma) == [], seen(desk, rma)
    with pytest.raises(NotAdoptable, match="already"):
        adopt(desk, refund, "goodwill")


@pytest.mark.long
def test_postage_refunded_with_goods_is_credited_by_its_own_rule(desk: House) -> None:
    """RGO-48: the line at its invoice, the postage on its nominal; together what was given."""
    name = sold(
        desk.control,
        Line("BOWL", 1, "10.00"),
        shop_more={"shipping": {"price": "4.00", "tax": "0.80"}},
        charge_lines=[{"description": "Postage", "net": "4.00", "tax_code": 1, "nominal": "4000"}],
    )
    refund = by_hand(desk, name, lines=[{"sku": "BOWL", "quantity": 1}], shipping="4.00")
    before = Watch(desk)
    assert adopt(desk, refund, "goods", here=True)
    told(desk, returned(refund), ("BOWL", 1, "good"))
    moved = settled(desk, refund, before)
    assert sorted(moved.credits) == [("2011-01-20", 400, 80), ("2011-01-20", 1000, 200)]
    assert sum(moved.payments) == 1680


def test_less_than_the_goods_cost_waits_for_a_rule_and_then_credits_what_was_given(desk: House) -> None:
    """RGO-48: ten of twelve pounds for a mug; nobody credits twelve for it."""
    name = sold(desk.control, Line("MUG", 1, "10.00"))
    refund = by_hand(desk, name, lines=[{"sku": "MUG", "quantity": 1}], amount="9.00")
    before = Watch(desk)
    assert adopt(desk, refund, "returnless")
    desk.drain(returned(refund))
    assert codes(desk, returned(refund)) == ["REFUND_NE_INVOICE"]
    desk.rule("value_policy", "partial_amount", LONG_AGO, account="4010", tax_code="1", approve_over="5.00")
    moved = settled(desk, refund, before)
    assert (moved.credits, moved.payments) == ((("2011-01-20", 750, 150),), (900,))


@pytest.mark.long
def test_two_refunds_by_hand_on_one_order_are_each_explained_by_their_own_adoption(desk: House) -> None:
    """RGO-48: the first waits while the second is nobody's; then both are booked, once each."""
    name = sold(desk.control, Line("BOWL", 2, "10.00"))
    first = by_hand(desk, name, lines=[{"sku": "BOWL", "quantity": 1}])
    other = by_hand(desk, name, amount="3.00")
    before = Watch(desk)
    assert adopt(desk, first, "returnless")
    desk.drain()
    assert codes(desk, returned(first)) == ["REFUND_OUTSIDE_WORKFLOW"]
    assert adopt(desk, other, "goodwill")
    desk.drain()
    moved = settled(desk, first, before)
    assert sorted(moved.credits) == [("2011-01-20", 250, 50), ("2011-01-20", 1000, 200)]
    assert sorted(moved.payments) == [300, 1200]


@pytest.mark.long
def test_a_refund_that_the_provider_has_not_confirmed_is_credited_and_paid_only_once_it_has(desk: House) -> None:
    """RGO-48: pending, then made; one that fails is on a desk again with its name."""
    name = sold(desk.control, Line("MUG", 2, "10.00"))
    made = desk.control.post("/shopify/refunds", {"order": name, "amount": "6.00", "status": "PENDING"})
    refund = str(made["id"]).rsplit("/", maxsplit=1)[-1]
    desk.sweep()
    before = Watch(desk)
    assert adopt(desk, refund, "goodwill")
    desk.drain()
    assert codes(desk, returned(refund)) == [], seen(desk, returned(refund))
    assert before.moved().payments == ()
    desk.control.post(f"/shopify/refunds/{refund}/settle", {"status": "FAILURE"})
    desk.sweep()
    desk.drain(returned(refund))
    assert codes(desk, returned(refund)) == ["REFUND_FAILED"]


def test_nobody_adopts_what_is_on_no_desk(desk: House) -> None:
    """RGO-48, X-08: a sentence, nothing booked."""
    with pytest.raises(NotAdoptable, match="No refund 4711"):
        agreed(desk, "4711")
    name = sold(desk.control, Line("MUG", 1, "10.00"))
    refund = by_hand(desk, name, amount="1.00")
    with pytest.raises(NotAdoptable, match="Nobody has adopted"):
        agreed(desk, refund)
