"""Fulfils what the customer chose: money back through the shop, a gift card, an exchange order in the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.loop.amounts import part
from tieout.sandbox.loop.books import LoopBooks, LoopReturn, MoneyBack
from tieout.sandbox.loop.views import split_of
from tieout.sandbox.shopify.books import Order, Refund, gid, major
from tieout.sandbox.shopify.control import money_back
from tieout.sandbox.shopify.loading import load
from tieout.sandbox.shopify.refunding import WantedLine, WantedRefund

if TYPE_CHECKING:
    from tieout.sandbox.shopify import ShopifySandbox

APP = "Loop Returns & Exchanges"
PREFIX = "EXC-"
TAGS = (("refund", "Refund"), ("exchange", "LE:Exchange"), ("store_credit", "Gift Card"), ("gift_card", "Gift Card"))


@dataclass(slots=True, kw_only=True)
class PortalSettings:
    """The merchant's choices and a test's."""

    process_delay_seconds: float = 0.2
    fail_next_processing: int = 0
    fail_message: str = "Return failed to process"
    fail_state: str = "open"
    auto_process: str = "none"
    process_flagged: bool = False
    third_party_gift_cards: bool = False
    restock: bool = False
    bonus_percent: int = 0
    prices: str = "net"


class Outcomes:
    """Acts in the shop as the app of Loop; a refund that the shop refuses raises RefundRefusedError."""

    def __init__(self, books: LoopBooks, settings: PortalSettings, shopify: ShopifySandbox | None) -> None:
        self._books = books
        self._settings = settings
        self._shopify = shopify

    def fulfil(self, ret: LoopReturn, details: Mapping[str, str], now: datetime, entry: JournalEntry) -> None:
        """Fulfil what is not fulfilled yet; the refund first, since it alone can be refused."""
        going = split_of(ret)
        if not ret.refunds and any(unit.outcome == "refund" for unit in ret.units) | (going.refund > 0):
            self._refund(ret, going.refund, now, entry)
        if going.gift_card and not ret.gift_card_id:
            ret.gift_card_id = self._books.new_id()
            entry.effect("gift_card.issued", loop_return=ret.id, amount=going.gift_card, id=ret.gift_card_id)
        if ret.exchanges and not ret.exchange_order_name:
            self._exchange(ret, going.exchange_credit, details, entry)
        self._tag(ret)

    def _refund(self, ret: LoopReturn, amount: int, now: datetime, entry: JournalEntry) -> None:
        refund = self._refund_in_shop(ret, amount)
        gateways = [(t.gateway, t.amount) for t in refund.transactions] if refund else [("manual", amount)]
        for gateway, given in gateways or [("manual", 0)]:
            back = MoneyBack(
                id=self._books.new_id(),
                gateway=gateway,
                amount=given,
                refund_id=refund.id if refund else 0,
                at=now,
            )
            ret.refunds.append(back)
        entry.effect(
            "refund.made", loop_return=ret.id, amount=amount, refund=gid("Refund", refund.id) if refund else ""
        )

    def _refund_in_shop(self, ret: LoopReturn, amount: int) -> Refund | None:
        """Refund the units whose outcome is a refund, and the amount, which may be less or more than their worth."""
        order = self.order_of(ret)
        if self._shopify is None or order is None:
            return None
        counted = Counter(unit.provider_line_id for unit in ret.units if unit.outcome == "refund")
        place = next(iter(self._shopify.shop.books.locations), None)
        restock = "RETURN" if self._settings.restock and place is not None else "NO_RESTOCK"
        lines = [
            WantedLine(line=line, quantity=counted[str(line.id)], restock_type=restock, location_id=place)
            for line in order.lines
            if str(line.id) in counted
        ]
        shop = self._shopify.shop
        wanted = WantedRefund(
            order=order,
            lines=lines,
            money=money_back(order, amount),
            note=f"Loop return {ret.id}",
            app=shop.app_called(APP),
        )
        shop_entry = self._shopify.journal.begin("APP", f"/loop/return/{ret.id}")
        refund = shop.refund(wanted, self._shopify.now(), shop_entry)
        for unit in ret.units:
            unit.restocked = restock == "RETURN" and unit.outcome == "refund"
        return refund

    def _exchange(self, ret: LoopReturn, credit: int, details: Mapping[str, str], entry: JournalEntry) -> None:
        """Place one order for all that goes out, paid with the credit as far as that reaches."""
        ret.exchange_order_name, ret.exchange_order_id = self._free_name(ret), str(self._books.new_id())
        old = self.order_of(ret)
        if self._shopify is not None and old is not None:
            order = {
                "name": ret.exchange_order_name,
                "customer": {"id": old.customer.id, "email": ret.customer.email},
                "currency": ret.currency,
                "taxes_included": old.taxes_included,
                "lines": _exchange_lines(ret, credit),
                "tags": [ret.order_number],
                "note": "\n".join(f"{key}: {value}" for key, value in details.items()),
                "fulfilled": False,
            }
            shop_entry = self._shopify.journal.begin("APP", f"/loop/return/{ret.id}")
            load(self._shopify.shop, {"orders": [order], "notify": True}, self._shopify.now(), shop_entry)
            made = self._shopify.shop.books.order_named(ret.exchange_order_name)
            assert made is not None, "it was loaded just now"
            ret.exchange_order_id = str(made.id)
        entry.effect("exchange_order.created", loop_return=ret.id, name=ret.exchange_order_name)

    def _free_name(self, ret: LoopReturn) -> str:
        """Return the order's name with the prefix; a further exchange of the same order gets a number."""
        bare = f"{PREFIX}{ret.order_number}"
        taken = {other.exchange_order_name for other in self._books.returns.values()}
        names = (bare, *(f"{bare}-{n}" for n in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    def _tag(self, ret: LoopReturn) -> None:
        order = self.order_of(ret)
        if self._shopify is None or order is None:
            return
        wanted = [tag for outcome, tag in TAGS if any(unit.outcome == outcome for unit in ret.units)]
        order.tags = tuple(dict.fromkeys((*order.tags, *wanted)))
        self._shopify.shop.touch(order, self._shopify.now())

    def order_of(self, ret: LoopReturn) -> Order | None:
        """Return the shop's order that the goods were bought with, where there is one."""
        if self._shopify is None or not ret.order_name:
            return None
        return self._shopify.shop.books.order_named(ret.order_name)


def _exchange_lines(ret: LoopReturn, credit: int) -> list[dict[str, str]]:
    """Return the lines of the exchange order; the credit is a discount, and there is tax on the rest only."""
    lines, left = [], credit
    for exchange in ret.exchanges:
        worth = exchange.worth
        used = min(left, worth.gross)
        left -= used
        paid = worth.gross - used
        bare = part(worth.price, paid, worth.gross)
        tax = part(worth.tax, paid, worth.gross) if worth.tax_included else paid - bare
        lines.append(
            {
                "sku": exchange.sku,
                "title": exchange.title,
                "price": major(worth.price),
                "discount": major(worth.price - bare),
                "tax": major(tax),
            }
        )
    return lines
