"""What Loop's figures come to: prices, values, fees, refunds and credits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.loop.bodies import Edge, exchange, line, raised, rma, shape

from tieout.connectors.loop.money_out import is_processed
from tieout.domain.documents.rma import (
    Allowance,
    Fee,
    IssuedCredit,
    RmaRefund,
)
from tieout.domain.money import Money, money, total


def test_a_published_webhook_sample_adds_up() -> None:
    body = raised(
        line(price="120.00", discount="119.88", tax="0.01", refund="0.13"),
        return_product_total="120.00",
        return_discount_total="119.88",
        return_tax_total="0.01",
        return_total="0.13",
        refund="0.13",
        refunds=[],
        tracking_number="N/A",
        label_status="pending",
    )
    found = rma(body)
    assert found.units[0].paid_gross == money("0.13")
    assert found.units[0].value is None
    assert found.parcels == ()


@pytest.mark.parametrize(("return_total", "paid"), [("24.00", "24.00"), ("20.00", "20.00")])
def test_the_totals_show_whether_tax_is_in_the_prices(return_total: str, paid: str) -> None:
    body = raised(
        line(refund=paid),
        return_product_total="20.00",
        return_discount_total="0.00",
        return_tax_total="4.00",
        return_total=return_total,
    )
    assert rma(body).units[0].paid_gross == money(paid)


@pytest.mark.parametrize(("refunds", "value"), [(("24.00", "24.00"), None), (("22.75", "22.75"), None)])
def test_a_fee_is_taken_once_on_whichever_side_the_lines_state_it(
    refunds: tuple[str, str], value: Money | None
) -> None:
    body = raised(line(1, refund=refunds[0]), line(2, refund=refunds[1]), handling_fee="2.50", refund="45.50")
    found = rma(body)
    assert found.fees == (Fee(kind="return_shipping_fee", amount=money("2.50")),)
    assert [unit.value for unit in found.units] == [value, value]


def test_postage_given_back_beside_the_lines_is_an_allowance() -> None:
    found = rma(raised(line(), refund="27.95"))
    assert found.allowances == (Allowance(kind="shipping_refund", amount=money("3.95")),)


@given(
    lines=st.lists(st.tuples(st.integers(1, 99_999), st.integers(0, 9_999)), min_size=1, max_size=8),
    kept=st.integers(0, 500),
    beside=st.integers(0, 900),
    is_after_fee=st.booleans(),
)
def test_the_units_and_what_is_beside_them_less_the_fee_are_what_loop_gives(
    lines: list[tuple[int, int]], kept: int, beside: int, *, is_after_fee: bool
) -> None:
    given_gross = [net + tax for net, tax in lines]
    fee = min(kept, *given_gross)
    shares = Money(fee).split(given_gross)
    stated = [gross - (share.minor if is_after_fee else 0) for gross, share in zip(given_gross, shares, strict=True)]
    body = raised(
        *(
            line(at, price=pounds(net), tax=pounds(tax), refund=pounds(amount))
            for at, ((net, tax), amount) in enumerate(zip(lines, stated, strict=True), start=1)
        ),
        handling_fee=pounds(fee),
        refund=pounds(sum(given_gross) - fee + beside),
    )
    found = rma(body)
    units = total([unit.value or unit.paid_gross for unit in found.units])
    rest = total([allowance.amount for allowance in found.allowances])
    assert (units + rest - total([charge.amount for charge in found.fees])).minor == sum(given_gross) - fee + beside


def pounds(pence: int) -> str:
    return Money(pence).text()


def test_a_gift_card_worth_more_than_the_goods_is_what_the_units_are_worth() -> None:
    body = raised(line(1, refund="0.00"), line(2, refund="0.00"), outcome="gift_card", gift_card="55.00")
    found = rma(body)
    assert [unit.value for unit in found.units] == [money("27.50"), money("27.50")]
    assert found.issued == ()


def test_a_credit_is_issued_once_loop_names_its_order() -> None:
    body = raised(line(1), outcome="store_credit", gift_card="24.00", gift_card_order_name="GC-1", was_processed=True)
    assert rma(body).issued == (
        IssuedCredit(
            kind="store_credit",
            reference="GC-1",
            amount=money("24.00"),
            units=("1",),
            is_settled=True,
            has_failed=False,
        ),
    )


def test_a_refund_is_one_however_many_gateways_it_took_and_a_planned_one_is_none() -> None:
    body = raised(
        refunds=[
            {"gateway": "stripe", "amount": "20.00", "currency": "GBP", "provider_refund_id": "12345"},
            {"gateway": "gift_card", "amount": 4, "currency": "GBP", "provider_refund_id": 12345},
            {"gateway": "paypal", "amount": "1.00", "currency": "GBP", "provider_refund_id": None},
        ]
    )
    assert rma(body).refunds == (RmaRefund(refund_id="12345", amount=money("24.00"), is_settled=True),)


def test_the_storefronts_refund_is_known_also_where_only_its_id_is_linked() -> None:
    body = raised(refund="24.00", refunds=[], shopify_refund_object=[{"id": 1, "provider_refund_id": 987}])
    assert rma(body).refunds == (RmaRefund(refund_id="987", amount=money("24.00"), is_settled=True),)


def test_a_lone_refund_stated_in_another_currency_is_the_returns_refund() -> None:
    body = raised(refund="24.00", refunds=[{"amount": "28.10", "currency": "EUR", "provider_refund_id": 987}])
    assert rma(body).refunds == (RmaRefund(refund_id="987", amount=money("24.00"), is_settled=True),)


def test_several_refunds_are_told_apart() -> None:
    rows = [{"amount": amount, "provider_refund_id": at} for at, amount in enumerate(("20.00", "4.00"), start=1)]
    assert [(made.refund_id, made.amount) for made in rma(raised(refunds=rows)).refunds] == [
        ("1", money("20.00")),
        ("2", money("4.00")),
    ]


PROCESSED = {"date": "2026-11-20 10:00:00.000000", "timezone_type": 3, "timezone": "UTC"}
MADE = [{"amount": "24.00", "provider_refund_id": 7}]


@pytest.mark.parametrize(
    ("stated", "processed"),
    [
        ({"state": "open", "refund": "24.00"}, False),
        ({"state": "closed", "refund": "24.00"}, False),
        ({"state": "closed", "refund": "24.00", "refunds": MADE}, True),
        ({"state": "open", "refund": "24.00", "refunds": MADE}, False),
        ({"state": "open", "was_processed": True}, True),
        ({"state": "closed", "refund": "24.00", "was_processed": False}, False),
        ({"state": "open", "outcomes_processed_at": {"return_processed": PROCESSED}}, True),
        ({"state": "open", "outcomes_processed_at": {"return_processed": None}}, False),
        ({"state": "closed", "gift_card": "24.00"}, False),
        ({"state": "closed", "gift_card": "24.00", "gift_card_order_id": "55"}, True),
        ({"state": "closed", "exchanges": [exchange()]}, False),
        ({"state": "closed", "exchanges": [exchange(exchange_order_id="55")]}, True),
        ({"state": "closed", "refund": "0.00"}, True),
    ],
)
def test_a_return_is_processed_when_loop_says_so_or_everything_due_is_there(stated: Edge, processed: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert is_processed(shape(raised(**stated))) is processed
