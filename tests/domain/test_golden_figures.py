"""The golden arithmetic of returns, line by line: figures that merchants' systems get wrong by a penny or by a sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.domain.lives import CREDITS, Life, amount_of, finish, value
from tests.domain.scenarios import with_row

from tieout.domain import commands as c
from tieout.domain.documents.rma import ExchangeItem, Fee, Outcome, RmaUnit
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.money import Money, money, tax_on, total
from tieout.domain.returns.allocation import invoiced_share
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.sold import as_sold
from tieout.domain.returns.values import tax_inside

Good = Callable[..., ReturnFacts]
Line = Callable[..., OrderLine]
Unit = Callable[..., RmaUnit]
VAT = Decimal(20)


def lived(facts: ReturnFacts) -> Life:
    """A return that was planned and performed until nothing is left to do."""
    life = Life(facts=facts)
    finish(life)
    return life


def moved(life: Life, kind: type[c.AnyCommand]) -> list[int]:
    return [amount_of(command) for command in life.performed if isinstance(command, kind)]


def credited(life: Life) -> list[int]:
    return [value(command.lines).minor for command in life.performed if isinstance(command, CREDITS)]


def inclusive(line: Line, number: int, sku: str, quantity: int, gross: Money) -> OrderLine:
    """A line as a shop with prices that include VAT sells it."""
    tax = tax_inside(gross, VAT)
    return line(number, sku, quantity, (gross - tax).minor, tax.minor)


def test_three_lines_with_a_shared_discount_differ_by_a_penny_of_vat_from_the_whole_document(
    good: Good, line: Line, unit: Unit
) -> None:
    """3 x 19.99 less 10.00 as 3.34/3.33/3.33: VAT 8.34 line by line, 8.33 on the whole; we credit what was invoiced."""
    shares = money(10).split([1, 1, 1])
    assert shares == [Money(334), Money(333), Money(333)]
    paid = [Money(1999) - share for share in shares]
    assert (paid, total(paid)) == ([Money(1665), Money(1666), Money(1666)], Money(4997))
    taxes = [tax_inside(amount, VAT) for amount in paid]
    assert (taxes, total(taxes)) == ([Money(278)] * 3, Money(834))
    assert tax_inside(total(paid), VAT) == Money(833), "the naive VAT on the whole document is another figure"
    lines = [inclusive(line, number, f"SKU{number}", 1, amount) for number, amount in enumerate(paid)]
    life = lived(good(lines, [unit(number, each) for number, each in enumerate(lines)]))
    assert credited(life) == moved(life, c.Refund) == moved(life, c.PostRefundPayment) == [4997]
    (note,) = life.credits()
    assert total([each.tax for each in note.lines]) == Money(834)


def test_a_discount_that_sage_holds_as_a_line_of_its_own_is_shared_to_the_same_pence(good: Good, line: Line) -> None:
    lines = [line(number, f"SKU{number}", 1, 1666, 333) for number in range(3)]
    discount = replace(line(9, "", 1, -833, -167), is_goods=False)
    sold = as_sold(good([*lines, discount]).order_candidates[0], {})
    assert [each.net + each.tax for each in sold.lines] == [Money(1665), Money(1666), Money(1666)]
    assert total([each.tax for each in sold.lines]) == Money(832)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_three_units_of_32_00_come_back_as_10_67_10_67_10_66_and_the_last_takes_the_remainder_of_value_and_vat(
    good: Good, line: Line, unit: Unit, order: Sequence[int]
) -> None:
    """One parcel each: together 32.00 with 5.33 of VAT; three times the VAT of one unit would be 5.34."""
    three = inclusive(line, 1, "MUG", 3, Money(3200))
    assert (three.net, three.tax) == (Money(2667), Money(533))
    units = [unit(number, three) for number in range(3)]
    life = Life(facts=good([three], [replace(each, received_at=None) for each in units]))
    for number in order:
        life.change(units[number])
        finish(life)
    assert sorted(credited(life)) == sorted(moved(life, c.Refund)) == [1066, 1067, 1067]
    taxes = [total([each.tax for each in note.lines]) for note in life.credits()]
    assert total(taxes) == Money(533)
    assert total([tax_inside(Money(1067), VAT)] * 3) == Money(534), "the naive VAT of three equal units"
    assert 3 * round(3200 / 3) == 3201, "the naive price of three equal units"


def test_49_99_holds_8_33_of_vat() -> None:
    assert tax_inside(Money(4999), VAT) == Money(833)
    assert Money(4999) - tax_inside(Money(4999), VAT) == Money(4166)
    assert tax_on(Money(4999), VAT) == Money(1000), "the naive VAT on an amount that includes it"


def test_a_free_gift_moves_stock_and_no_money_and_another_gifts_vat_is_credited_as_invoiced(
    good: Good, line: Line, unit: Unit
) -> None:
    """A zero-price line; and one of which the shop charged nothing but 0.40 of tax."""
    gift, taxed = line(1, "GIFT", 1, 0, 0), line(2, "TAXED", 1, 0, 40)
    life = lived(good([gift, taxed], [unit(1, gift)]))
    assert credited(life) == [0]
    assert moved(life, c.Refund) == moved(life, c.PostRefundPayment) == []
    assert len([each for each in life.performed if isinstance(each, c.ReceiveReturn)]) == 1
    life = lived(good([gift, taxed], [unit(1, taxed)]))
    assert credited(life) == moved(life, c.Refund) == [40]
    assert [(each.net, each.tax) for note in life.credits() for each in note.lines] == [(Money(0), Money(40))]


@pytest.mark.parametrize(
    ("treatment", "sent", "figures"),
    [
        ("zero", 365, (1528, 1528, 0)),
        ("full", 365, (1893, 1528, 365)),
        ("zero", 1893, (0, 0, 0)),
        ("full", 1893, (1893, 0, 1893)),
        ("zero", 2500, (0, 0, 0)),
        ("full", 2500, (1893, 0, 1893)),
    ],
)
def test_an_exchange_gives_back_the_difference_once_and_never_below_nought(
    good: Good, line: Line, unit: Unit, treatment: str, sent: int, figures: tuple[int, int, int]
) -> None:
    """Returned 1,893, sent 365: 1,528 goes back; even and dearer: nothing; what is left pays for the goods sent."""
    credit, refund, left = figures
    mug = inclusive(line, 1, "MUG", 1, Money(1893))
    item = ExchangeItem(sku="JUG", quantity=1, price=Money(sent))
    swapped = replace(unit(1, mug), outcome=Outcome.EXCHANGE, exchange=(item,))
    life = lived(with_row("value_policy", "exchange", treatment=treatment, release="us")(good([mug], [swapped])))
    assert sum(credited(life)) == credit
    assert sum(moved(life, c.Refund)) == sum(moved(life, c.PostRefundPayment)) == refund
    assert sum(credited(life)) - sum(moved(life, c.PostRefundPayment)) == left
    assert len([each for each in life.performed if isinstance(each, c.ReceiveReturn)]) == 1


@pytest.mark.parametrize(("price", "fee", "refund", "kept"), [(5099, 500, 4599, 500), (400, 500, 0, 400)])
def test_a_fee_comes_off_the_refund_and_never_turns_it_around(
    good: Good, line: Line, unit: Unit, price: int, fee: int, refund: int, kept: int
) -> None:
    """50.99 less 5.00 is 45.99; 4.00 less 5.00 is nothing, not minus 1.00."""
    mug = inclusive(line, 1, "MUG", 1, Money(price))
    facts = good([mug], [unit(1, mug)])
    assert facts.rma is not None
    charged = replace(facts, rma=replace(facts.rma, fees=(Fee(kind="restocking_fee", amount=Money(fee)),)))
    life = lived(with_row("value_policy", "restocking_fee", account="4010", tax_code="1")(charged))
    assert credited(life) == [price], "the whole price is credited; the fee is an invoice of its own"
    assert sum(moved(life, c.Refund)) == sum(moved(life, c.PostRefundPayment)) == refund
    assert moved(life, c.RaiseInvoice) == [kept]
    allocation = next(each for each in life.performed if isinstance(each, c.AllocateCredit))
    assert allocation.amount == Money(refund)


def test_half_of_a_discounted_line_keeps_its_discount(good: Good, line: Line, unit: Unit) -> None:
    """2 x 48.00 less 20 per cent: one of them is worth 38.40, never 48.00 less the whole discount (28.80)."""
    whole, discount = Money(9600), Money(1920)
    pair = inclusive(line, 1, "LAMP", 2, whole - discount)
    net, tax = invoiced_share(pair, ((0, 1),))
    assert net + tax == Money(3840)
    assert Money(4800) - discount == Money(2880), "the naive figure"
    life = lived(good([pair], [unit(1, pair)]))
    assert credited(life) == moved(life, c.Refund) == [3840]
