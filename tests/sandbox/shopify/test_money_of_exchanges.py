from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.shopify.books import Order
from tieout.sandbox.shopify.loading import load
from tieout.sandbox.shopify.refunding import WantedMoney, WantedRefund
from tieout.sandbox.shopify.return_books import ShopReturn
from tieout.sandbox.shopify.returning import (
    WantedExchange,
    WantedProcessing,
    WantedReturn,
    WantedReturnLine,
    outcome,
)
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.temper import CALM
from tieout.sandbox.webhooks import WebhookSender

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ENTRY = Journal(SandboxClock()).begin("CONTROL", "/")


def pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def one_order(price: int, quantity: int, discount: int, *, included: bool) -> tuple[Shop, Order]:
    """A shop in memory with one order of one line."""
    shop = Shop("a.myshopify.com", "hush", "2026-07", WebhookSender(lambda: CALM, random.Random(0), Counter()))
    value = price * quantity
    line = {
        "sku": "A",
        "quantity": quantity,
        "price": pounds(price),
        "discount": pounds(value * discount // 100),
        "tax": pounds(value * (100 - discount) // 600),
        "tax_rate": "0.2",
    }
    goods = [{"sku": "A", "price": pounds(price)}, {"sku": "B", "price": "1.00"}]
    order = {"name": "#1", "taxes_included": included, "lines": [line]}
    load(shop, {"variants": goods, "orders": [order]}, NOW, ENTRY)
    found = shop.books.order_named("#1")
    assert found is not None
    return shop, found


def process(shop: Shop, back: ShopReturn, units: int, *, exchange: bool) -> None:
    """Process so many units, and the exchange lines if wanted, with the refund that Shopify would suggest."""
    (line,) = back.lines
    swaps = [(x, x.quantity) for x in back.exchanges if exchange and not x.processed]
    if not units and not swaps:
        return
    asked = WantedProcessing(shop_return=back, units=[(line, units)] if units else [], exchanges=swaps)
    amount = outcome(asked).refund
    sale = back.order.transactions[0]
    money = [WantedMoney(amount=amount, gateway=sale.gateway, parent=sale)] if amount else []
    refund = shop.desk.process(replace(asked, money=money), NOW, ENTRY)
    assert refund is not None
    assert (refund.refunded, refund.adjustment) == (amount, 0)


@given(
    price=st.integers(1, 50_000),
    quantity=st.integers(1, 6),
    discount=st.integers(0, 90),
    taken=st.lists(st.tuples(st.integers(1, 60_000), st.integers(1, 3)), max_size=2),
    costs=st.tuples(st.integers(0, 900), st.integers(0, 50)),
    first=st.integers(0, 6),
    early=st.booleans(),
    included=st.booleans(),
)
def test_whatever_is_exchanged_the_customer_has_paid_for_the_new_goods_and_the_fees(
    *,
    price: int,
    quantity: int,
    discount: int,
    taken: Sequence[tuple[int, int]],
    costs: tuple[int, int],
    first: int,
    early: bool,
    included: bool,
) -> None:
    shop, order = one_order(price, quantity, discount, included=included)
    line, variant = order.lines[0], shop.books.variants_by_sku["B"]
    fee, percent = costs
    wanted = WantedReturn(
        order=order,
        lines=[WantedReturnLine(line=line, quantity=quantity, restocking_percent=Decimal(percent))],
        exchanges=[WantedExchange(variant=variant, quantity=n, price=p, tax_rate=line.tax_rate) for p, n in taken],
        fee=fee,
    )
    back = shop.desk.open(wanted, NOW, ENTRY)
    part = min(first, quantity)
    process(shop, back, part, exchange=early)
    process(shop, back, quantity - part, exchange=True)
    assert back.is_processed
    gone = sum(refund.refunded for refund in order.refunds)
    new = sum(x.net_of_discount + (0 if included else x.tax) for x in order.lines if x is not line)
    assert order.current_total == new + back.fees_charged
    assert order.received - gone + order.owed == order.current_total
    assert gone >= 0


@given(total=st.integers(0, 10**6), parts=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_shipping_refunds_in_parts_give_back_its_whole_tax(total: int, parts: list[int]) -> None:
    shop, order = one_order(100, 1, 0, included=True)
    order.shipping, order.shipping_tax = sum(parts), total % (sum(parts) + 1)
    for part in parts:
        shop.refund(WantedRefund(order=order, shipping=part), NOW, ENTRY)
    assert sum(refund.shipping for refund in order.refunds) == order.shipping
    assert sum(refund.shipping_tax for refund in order.refunds) == order.shipping_tax
