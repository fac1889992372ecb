"""An exchange at the till: new lines on the old order, goods back, and a refund of the difference or a payment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import Order, OrderEdit, Refund, Transaction
from tieout.sandbox.shopify.refunding import money_back
from tieout.sandbox.shopify.rest import order_body
from tieout.sandbox.shopify.return_bodies import edit_body
from tieout.sandbox.shopify.return_books import ExchangeLine, ShopReturn
from tieout.sandbox.shopify.return_desk import new_line
from tieout.sandbox.shopify.returning import (
    WantedDisposition,
    WantedProcessing,
    WantedReturn,
    check_return,
    exchange_value,
    outcome,
)
from tieout.sandbox.shopify.shop import Shop

APP = "Point of Sale"


@dataclass(frozen=True, slots=True, kw_only=True)
class TillExchange:
    """What an exchange at the till came to; `paid` is what the customer paid on top."""

    shop_return: ShopReturn
    refund: Refund
    paid: int


def exchange_at_till(  # what is exchanged, and how
    shop: Shop, wanted: WantedReturn, now: datetime, entry: JournalEntry, *, on_return: bool, staff: str
) -> TillExchange:
    """Take goods back into stock, hand out others, refund what is left over or take what is missing.

    With `on_return` the new goods stand in the return's exchange lines, otherwise in an edit of the order.
    """
    app = shop.app_called(APP)
    check_return(wanted)
    asked = replace(wanted, app=app, exchanges=wanted.exchanges if on_return else ())
    back = shop.desk.open(asked, now, entry)
    if not on_return:
        _edit(shop, wanted, back, now)
    place = next(iter(shop.books.locations), None)
    processing = WantedProcessing(
        shop_return=back,
        units=[(x, x.quantity) for x in back.lines],
        exchanges=[(x, x.quantity) for x in back.exchanges],
        dispositions=[
            WantedDisposition(line=x, kind="RESTOCKED", quantity=x.quantity, location_id=place) for x in back.lines
        ],
        app=app,
        staff=staff,
    )
    amount = outcome(processing).refund
    refund = shop.desk.process(replace(processing, money=money_back(wanted.order, amount)), now, entry)
    assert refund is not None, "money was said, if only none"
    sale = next((t for t in wanted.order.transactions if t.kind == "SALE"), None)
    paid = _take(shop, wanted.order, sale.gateway if sale else "cash", now)
    if back.status == "OPEN":
        shop.desk.decide(back, "close", now, entry)
    return TillExchange(shop_return=back, refund=refund, paid=paid)


def _edit(shop: Shop, wanted: WantedReturn, back: ShopReturn, now: datetime) -> None:
    """Put the new goods on the order; the return pays for them as if they were its exchange."""
    order, new_id = wanted.order, shop.books.new_id
    taken = [
        ExchangeLine(id=new_id(), variant=x.variant, quantity=x.quantity, price=x.price, tax_rate=x.tax_rate)
        for x in wanted.exchanges
    ]
    lines = tuple(new_line(shop, order, x, x.quantity) for x in taken)
    back.charged += sum(exchange_value(order, x, x.quantity)[2] for x in taken)
    order.lines.extend(lines)
    edit = OrderEdit(agreement_id=new_id(), at=now, app=back.app, lines=lines)
    order.edits.append(edit)
    shop.announce("orders/edited", edit_body(order, edit), now)


def _take(shop: Shop, order: Order, gateway: str, now: datetime) -> int:
    """Take what the customer owes and return it."""
    owed = order.owed
    if owed:
        order.transactions.append(
            Transaction(
                id=shop.books.new_id(), kind="SALE", status="SUCCESS", gateway=gateway, amount=owed, created_at=now
            )
        )
        shop.announce("orders/updated", order_body(order), now)
    return owed
