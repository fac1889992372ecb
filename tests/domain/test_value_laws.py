"""Laws of the figures behind a return: bundles, shared discounts, shares credited, VAT inside an amount, receipts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.scenarios import with_row

from tieout.domain.documents.goods_in import GoodsReceipt, ReceiptLine
from tieout.domain.documents.rma import ExchangeItem, Grade, Outcome, RmaUnit
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.money import Money, tax_on, total
from tieout.domain.returns.allocation import invoiced_share
from tieout.domain.returns.bundles import Bundle, Component, bundles_in, receipts_apart, rma_apart
from tieout.domain.returns.checks import price_is_the_invoiced_one
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.receipts import with_receipts
from tieout.domain.returns.settlement import credited_for, exchange_value, share_credited
from tieout.domain.returns.sold import as_sold
from tieout.domain.returns.values import tax_inside
from tieout.domain.rules.mapping import MappingRule, MappingTables

Good = Callable[..., ReturnFacts]
Line = Callable[..., OrderLine]
Unit = Callable[..., RmaUnit]
laws = settings(max_examples=40)
pence = st.integers(0, 20_000)
components = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 900)), min_size=1, max_size=5).filter(
    lambda shares: any(weight for _, weight in shares)
)


counted_lines = st.tuples(st.sampled_from(["mug", "JUG ", "LAMP"]), st.integers(0, 4), st.sampled_from(list(Grade)))


def summed(lines: Sequence[OrderLine]) -> tuple[Money, Money]:
    return total([each.net for each in lines]), total([each.tax for each in lines])


def bundle_of(shares: list[tuple[int, int]]) -> dict[str, Bundle]:
    parts = tuple(
        Component(sku=f"PART{number}", quantity=quantity, weight=weight)
        for number, (quantity, weight) in enumerate(shares)
    )
    return {"set": Bundle(sku="SET", components=parts, rule="bundle/SET/1")}


@laws
@given(shares=components, count=st.integers(1, 5), net=pence, tax=st.integers(0, 4000), data=st.data())
def test_several_partial_returns_of_bundles_add_up_to_the_line_they_were_sold_on(
    good: Good, line: Line, shares: list[tuple[int, int]], count: int, net: int, tax: int, data: st.DataObject
) -> None:
    """Components come back one by one, whole bundles at once, in any order: net and VAT stay to the penny."""
    sold = as_sold(good([line(1, "SET", count, net, tax)]).order_candidates[0], bundle_of(shares))
    assert (total([part.net for part in sold.lines]), total([part.tax for part in sold.lines])) == (
        Money(net),
        Money(tax),
    )
    units = [(part, ordinal) for part in sold.lines for ordinal in range(int(part.quantity))]
    assert len(units) == count * sum(quantity for quantity, _ in shares)
    assert all(part.net >= Money(0) and part.tax >= Money(0) for part in sold.lines)
    left = data.draw(st.permutations(units), label="order of return")
    credited = []
    while left:
        taken = data.draw(st.integers(1, len(left)), label="units together")
        credited += [invoiced_share(part, ((ordinal, ordinal + 1),)) for part, ordinal in left[:taken]]
        left = left[taken:]
    assert (total([n for n, _ in credited]), total([t for _, t in credited])) == (Money(net), Money(tax))


@laws
@given(shares=components, paid=pence, value=st.none() | pence)
def test_the_components_of_a_bundle_that_comes_back_share_what_was_paid_and_what_is_given(
    good: Good, line: Line, unit: Unit, shares: list[tuple[int, int]], paid: int, value: int | None
) -> None:
    given_for = None if value is None else Money(value)
    item = ExchangeItem(sku="JUG", quantity=1, price=Money(100))
    whole = replace(unit(1, line(1, "set ", 1, paid, 0)), value=given_for, exchange=(item,))
    rma = good([line(1, "SET", 1, paid, 0)], [whole]).rma
    assert rma is not None
    parts = rma_apart(rma, bundle_of(shares)).units
    assert Counter(part.sku for part in parts) == {f"PART{n}": quantity for n, (quantity, _) in enumerate(shares)}
    assert len({part.unit_id for part in parts}) == len(parts)
    assert {part.part_of for part in parts} == {whole.unit_id}
    assert total([part.paid_gross for part in parts]) == Money(paid)
    assert (total([part.value for part in parts if part.value is not None]) if value is not None else None) == given_for
    assert sum(len(part.exchange) for part in parts) == 1, "what leaves for the bundle leaves once"


@laws
@given(shares=components, count=st.integers(1, 3), gross=st.integers(1, 20_000), held=st.integers(1, 3))
def test_a_whole_bundle_that_comes_back_at_its_price_is_never_off_by_the_pence_of_its_parts(
    good: Good, line: Line, unit: Unit, shares: list[tuple[int, int]], count: int, gross: int, held: int
) -> None:
    """What a bundle was invoiced at is compared with what was paid for it as one figure, rounded once."""
    tax = tax_inside(Money(gross), Decimal(20))
    whole = line(1, "SET", count, gross - tax.minor, tax.minor)
    bundles = bundle_of(shares)
    back = [unit(number, whole) for number in range(min(held, count))]
    facts = good([whole], back)
    assert facts.rma is not None
    apart = replace(
        facts,
        rma=rma_apart(facts.rma, bundles),
        order_candidates=(as_sold(facts.order_candidates[0], bundles),),
        shop_order=None,
    )
    assert list(price_is_the_invoiced_one(apart, apart.order_candidates[0])) == []


@laws
@given(data=st.data())
def test_a_discount_of_the_order_is_borne_by_goods_of_its_own_tax_code_and_by_none_below_nought(
    good: Good, line: Line, data: st.DataObject
) -> None:
    """Net and VAT of the order stay; where the goods cannot bear it, nothing is touched and the price check speaks."""
    codes = st.sampled_from(["1", "2"])
    rates = {"1": Decimal(20), "2": Decimal(0)}
    lines = []
    for number in range(1, data.draw(st.integers(1, 4), label="lines") + 1):
        code, net = data.draw(codes), data.draw(st.integers(0, 5000))
        tax = tax_on(Money(net), rates[code]).minor
        made = line(number, f"SKU{number}", data.draw(st.integers(1, 3)), net, tax)
        lines.append(replace(made, tax_code=code, tax_rate=rates[code], is_goods=data.draw(st.integers(0, 4)) > 0))
    for number in range(1, data.draw(st.integers(1, 2), label="discounts") + 1):
        code, off = data.draw(codes), data.draw(st.integers(1, 4000))
        tax = tax_on(Money(-off), rates[code]).minor
        made = line(10 + number, "", 1, -off, tax)
        lines.append(replace(made, tax_code=code, tax_rate=rates[code], is_goods=False))
    order = good(lines).order_candidates[0]
    sold = as_sold(order, {})
    assert summed(sold.lines) == summed(order.lines)
    goods = {each.tax_code for each in order.lines if each.is_goods and each.net}
    for code in goods if {each.tax_code for each in order.lines} <= goods else ():
        assert summed([each for each in sold.lines if each.tax_code == code]) == (
            summed([each for each in order.lines if each.tax_code == code])
        ), f"tax code {code}"
    if sold != order:
        assert all(each.net >= Money(0) and each.tax >= Money(0) for each in sold.lines if each.is_goods)
        assert [each.line_id for each in sold.lines] == [each.line_id for each in order.lines if each.net >= Money(0)]


@laws
@given(net=pence, tax=st.integers(0, 4000), keep=st.none() | st.integers(0, 30_000))
def test_a_share_is_never_more_than_was_invoiced_and_is_what_was_given(net: int, tax: int, keep: int | None) -> None:
    given_for = None if keep is None else Money(keep)
    part_net, part_tax = share_credited(Money(net), Money(tax), given_for)
    assert Money(0) <= part_net <= Money(net)
    assert Money(0) <= part_tax <= Money(tax)
    assert (part_net + part_tax).minor == (net + tax if keep is None else min(keep, net + tax))


@laws
@given(data=st.data())
def test_exchanges_at_the_difference_credit_the_difference_and_nothing_when_even_or_dearer(
    good: Good, line: Line, unit: Unit, data: st.DataObject
) -> None:
    lines = [
        line(number, f"SKU{number}", data.draw(st.integers(1, 3)), data.draw(pence), data.draw(st.integers(0, 4000)))
        for number in range(1, data.draw(st.integers(1, 3)) + 1)
    ]
    sold = [each for each in lines for _ in range(int(each.quantity))]
    count = data.draw(st.integers(1, len(sold)))
    price = data.draw(pence)
    parts = Money(price).split([1] * count)
    units = [
        replace(
            unit(number, sold[number]),
            outcome=Outcome.EXCHANGE,
            exchange=(ExchangeItem(sku="JUG", quantity=1, price=part),),
        )
        for number, part in enumerate(parts)
    ]
    facts = with_row("value_policy", "exchange", treatment="zero")(good(lines, units))
    returned, sent = exchange_value(facts, facts.order_candidates[0])
    credited = credited_for(facts, facts.order_candidates[0])
    assert abs(returned.minor - sum((each.net + each.tax).minor for each in lines)) <= count or count < len(sold)
    if count == len(sold):
        assert returned == total([each.net + each.tax for each in lines]), "all of it is the whole invoice"
    if sent >= returned:
        assert set(credited) == {each.unit_id for each in units} or not returned
        assert total(list(credited.values())) == Money(0)
    elif sent:
        assert total(list(credited.values())) == returned - sent
    else:
        assert credited == {}, "nothing is sent for it: the whole price is credited"


@laws
@given(gross=st.integers(0, 10**7), rate=st.sampled_from(["0", "5", "17.5", "20"]))
def test_the_vat_inside_an_amount_is_the_vat_on_what_is_left(gross: int, rate: str) -> None:
    tax = tax_inside(Money(gross), Decimal(rate))
    net = Money(gross) - tax
    assert abs(tax_on(net, Decimal(rate)).minor - tax.minor) <= 1
    assert Money(0) <= tax <= Money(gross)
    assert tax <= tax_inside(Money(gross + 1), Decimal(rate))


@laws
@given(data=st.data(), authority=st.sampled_from(["warehouse", "both"]))
def test_no_more_is_received_than_came_and_never_what_stays_away(
    good: Good, line: Line, unit: Unit, data: st.DataObject, authority: str
) -> None:
    lines = [line(1, "MUG", 4, 4000, 800), line(2, "JUG", 3, 3000, 600)]
    sold = [each for each in lines for _ in range(int(each.quantity))]
    outcomes = st.sampled_from([Outcome.REFUND, Outcome.REFUND, Outcome.EXCHANGE, Outcome.REJECT])
    units = [
        replace(
            unit(number, each),
            outcome=data.draw(outcomes),
            is_kept=data.draw(st.integers(0, 3)) == 0,
            received_at=data.draw(st.none() | st.just(datetime(2026, 3, 18, tzinfo=UTC))),
            is_missing=data.draw(st.booleans()),
        )
        for number, each in enumerate(sold)
    ]
    receipts = tuple(
        GoodsReceipt(
            receipt_id=f"GR{number}",
            account="dock",
            rma_number="RMA7",
            order_name="",
            tracking="",
            received_at=datetime(2026, 3, 18, number, tzinfo=UTC),
            lines=tuple(
                ReceiptLine(sku=sku, quantity=count, grade=data.draw(st.sampled_from(list(Grade))), warehouse="NORTH")
                for sku, count in data.draw(
                    st.lists(st.tuples(st.sampled_from(["mug", "JUG ", "LAMP"]), st.integers(0, 4)), max_size=3)
                )
            ),
            is_final=False,
        )
        for number in range(data.draw(st.integers(0, 3)))
    )
    facts = with_row("policy", "receipt_authority", value=authority)(good(lines, units))
    assert facts.rma is not None
    seen = with_receipts(facts.rma, receipts, facts.tables)
    came = Counter[str]()
    for each in (counted for receipt in receipts for counted in receipt.lines):
        came[each.sku.strip().upper()] += each.quantity
    received = [each for each in seen.units if each.received_at is not None]
    assert Counter(each.sku for each in received) <= came
    assert not any(each.is_kept or each.outcome is Outcome.REJECT for each in received)
    assert not any(each.is_missing for each in received)
    assert all(each.came_to == "NORTH" for each in received)
    for sku in ("MUG", "JUG"):
        wanted = sum(each.sku == sku and not each.is_kept and each.outcome is not Outcome.REJECT for each in units)
        assert sum(each.sku == sku for each in received) == min(wanted, came[sku]), "what came and was wanted is here"
    assert {each.unit_id for each in seen.units} == {each.unit_id for each in units}


@laws
@given(shares=components, whole=st.integers(0, 5))
def test_a_bundle_that_a_warehouse_counts_whole_is_counted_as_its_parts(
    shares: list[tuple[int, int]], whole: int
) -> None:
    lines = (
        ReceiptLine(sku="Set", quantity=whole, grade=Grade.GOOD),
        ReceiptLine(sku="PART0", quantity=1, grade=Grade.DAMAGED),
    )
    told = GoodsReceipt(
        receipt_id="GR1",
        account="dock",
        rma_number="RMA7",
        order_name="",
        tracking="",
        received_at=datetime(2026, 3, 18, tzinfo=UTC),
        lines=lines,
        is_final=True,
    )
    (apart,) = receipts_apart((told,), bundle_of(shares))
    assert apart.counted() == whole * sum(quantity for quantity, _ in shares) + 1


def test_a_row_of_the_bundle_table_is_read_exactly_or_not_at_all() -> None:
    """Half a row would share the price wrongly without a word."""
    rows = {
        "SET": "MUG*2=60.00; BOOK*1=40.00",
        "EVEN": "MUG*2; BOOK*1",
        "HALF": "MUG*2=60.00; BOOK*1",
        "NONE": "MUG*0; BOOK*1",
        "WORDS": "two mugs and a book",
        "FREE": "MUG*1=0; BOOK*1=0",
    }
    tables = MappingTables(
        rules=tuple(
            MappingRule(table="bundle", key=key, value={"components": row}, version=1) for key, row in rows.items()
        )
    )
    found = bundles_in(tables)
    assert set(found) == {"set", "even"}
    assert Money(1000).split(found["set"].weights) == [Money(600), Money(400)]
    assert Money(1000).split(found["even"].weights) == [Money(667), Money(333)]
