"""What the portal does in the shop, as the app ReturnGO: returns, refunds and released exchange orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.returngo.books import ExchangeOrder, Item, Rma
from tieout.sandbox.shopify.books import Order, Refund
from tieout.sandbox.shopify.figures import major
from tieout.sandbox.shopify.loading import DRAFT_SOURCE, load
from tieout.sandbox.shopify.refunding import RefundRefusedError, WantedLine, WantedMoney, WantedRefund
from tieout.sandbox.shopify.return_books import ShopReturn
from tieout.sandbox.shopify.stock import Variant

if TYPE_CHECKING:
    from tieout.sandbox.shopify import ShopifySandbox

APP = "ReturnGO"


class Storefront:
    """One shop, or none at all: then nothing is found and nothing happens there."""

    def __init__(self, shopify: ShopifySandbox | None) -> None:
        self._shopify = shopify

    def order_named(self, name: str) -> Order | None:
        """Return the order of this name, when there is a shop that has it."""
        return self._shopify.shop.books.order_named(name) if self._shopify and name else None

    def variant(self, sku: str) -> Variant | None:
        """Return what the shop sells under this sku."""
        return self._shopify.shop.books.variants_by_sku.get(sku) if self._shopify else None

    def refund_of(self, number: int) -> Refund | None:
        """Return the refund as it stands now, its money moved on as far as the shop's clock says."""
        if self._shopify is None:
            return None
        self._shopify.now()
        return self._shopify.shop.books.refunds.get(number)

    def open_return(self, rma: Rma, items: Sequence[Item]) -> ShopReturn | None:
        """Create and approve a native return of these units; None when the shop knows none of them."""
        order = self.order_named(rma.order_name)
        if self._shopify is None or order is None:
            return None
        units = {str(line.id): [item for item in items if item.line_id == str(line.id)] for line in order.lines}
        lines = [
            (WantedLine(line=line, quantity=len(found)), found[-1].reason)
            for line in order.lines
            if (found := units[str(line.id)])
        ]
        if not lines:
            return None
        shop = self._shopify.shop
        return shop.open_return(order, lines, shop.app_called(APP), self._shopify.now(), self._entry(rma))

    def cancel_return(self, rma: Rma, shop_return: ShopReturn) -> None:
        """Cancel a native return that is still open."""
        assert self._shopify is not None, "a return was made there"
        self._shopify.shop.cancel_return(shop_return, self._shopify.now(), self._entry(rma))

    def refund(self, rma: Rma, items: Sequence[Item], amount: int) -> tuple[Refund | None, str]:
        """Refund units (or, without units, an amount alone); the second value says why it was refused."""
        order = self.order_named(rma.order_name)
        assert self._shopify is not None, "an order was found"
        assert order is not None, "an order was found"
        counted: dict[str, int] = {}
        for item in items:
            counted[item.line_id] = counted.get(item.line_id, 0) + 1
        lines = [
            WantedLine(line=line, quantity=counted[str(line.id)]) for line in order.lines if str(line.id) in counted
        ]
        shop = self._shopify.shop
        about = f" units {', '.join(str(item.id) for item in items)}" if items else " price difference"
        wanted = WantedRefund(
            order=order,
            lines=lines,
            money=_by_the_way_it_came(order, amount),
            note=f"ReturnGO RMA{rma.id}{about}",
            app=shop.app_called(APP),
            shop_return=_open_return_of(rma, items),
        )
        try:
            return shop.refund(wanted, self._shopify.now(), self._entry(rma)), ""
        except RefundRefusedError as error:
            return None, str(error)

    def order_exchange(self, rma: Rma, draft: ExchangeOrder, to_pay: int) -> str:
        """Make the order of a released draft and return its id; the customer pays this much for it."""
        if self._shopify is None:
            return ""
        origin = self.order_named(rma.order_name)
        order: dict[str, Any] = {
            "name": draft.name,
            "lines": self._exchange_lines(rma, draft, to_pay),
            "tags": ["exchange"],
            "fulfilled": False,
            "currency": rma.currencies.shop,
            "presentment": {"currency": rma.currencies.presentment, "rate": str(rma.currencies.rate)},
            "app": APP,
            "source_name": DRAFT_SOURCE,
        }
        if origin is not None:
            bought_by = origin.customer
            order["customer"] = {
                "id": bought_by.id,
                "email": bought_by.email,
                "first_name": bought_by.first_name,
                "last_name": bought_by.last_name,
            }
        load(self._shopify.shop, {"orders": [order], "notify": True}, self._shopify.now(), self._entry(rma))
        made = self.order_named(draft.name)
        assert made is not None, "it was loaded just now"
        return str(made.id)

    def _exchange_lines(self, rma: Rma, draft: ExchangeOrder, to_pay: int) -> list[dict[str, object]]:
        """Return the goods at full price, discounted down to what is to pay; tax only on that part."""
        rate = self._tax_rate(rma, draft)
        lines: list[dict[str, object]] = []
        left = to_pay
        for one in draft.replacements:
            full = one.effective * one.quantity
            paid = min(left, full)
            left -= paid
            tax = int((paid * rate / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP))
            lines.append(
                {
                    "sku": one.sku,
                    "title": one.title,
                    "quantity": one.quantity,
                    "price": major(one.effective),
                    "discount": major(full - paid),
                    "tax": major(tax),
                    "tax_rate": str(rate),
                }
            )
        return lines

    def _tax_rate(self, rma: Rma, draft: ExchangeOrder) -> Decimal:
        """Return the rate of the first exchanged unit's line in the shop, 0 when it is not known."""
        order = self.order_named(rma.order_name)
        line_ids = {item.line_id for item in rma.items if item.id in draft.item_ids}
        lines = order.lines if order else ()
        return next((line.tax_rate for line in lines if str(line.id) in line_ids), Decimal(0))

    def _entry(self, rma: Rma) -> JournalEntry:
        assert self._shopify is not None, "there is a shop"
        return self._shopify.journal.begin("APP", f"/returngo/rma/{rma.id}")


def _by_the_way_it_came(order: Order, amount: int) -> tuple[WantedMoney, ...]:
    """Return the money of a refund through the gateway that took the sale; none for nought."""
    sale = next((one for one in order.transactions if one.kind == "SALE"), None)
    return (WantedMoney(amount=amount, gateway=sale.gateway, parent=sale),) if sale and amount else ()


def _open_return_of(rma: Rma, items: Sequence[Item]) -> ShopReturn | None:
    """Return the open return that holds the units, else the latest that is open."""
    lines = {item.line_id for item in items}
    still_open = [found for found in rma.shop_returns if found.status == "OPEN"]
    holding = [found for found in still_open if lines & {str(one.line.id) for one in found.lines}]
    return next(iter(holding), still_open[-1] if still_open else None)
