"""The cast of special returns: what the trading file does not hold, on orders of their own made from its products.

Every scene says beforehand how its documents must end, and what its customer must have got in the end by Sage's books
as well as by those of shop and portal. Every scene has a customer's account of its own, so that any system's books
can be asked about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tieout.cli.demo.trading import HOME_COUNTRY, LineClass, Play, Sale, SaleLine, vat_percent
from tieout.domain.faults import returns as kinds
from tieout.domain.money import Money, money, tax_on, total

Json = dict[str, Any]

TIED_OUT = "tied out"
BUNDLE = "SET-OF-THREE"
SOLD_BEFORE = timedelta(days=7)
CHEAPEST, DEAREST = Decimal(1), Decimal(50)
"""Net prices between which the goods of the cast are picked, in pounds."""
SOUND = "Ordered too many"
BONUS_PERCENT = 10
RESTOCKING_FEE = "0.50"
FIRST_ACCOUNT = 90_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One product of the file at the price it was last sold at, net."""

    sku: str
    title: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CastOrder:
    """One order: as Sage bills it, and as the shop sold it."""

    billed: Sale
    sold: Sale
    bundle: str = ""
    """The stock code of the bundle that the shop's lines make up; empty for none."""
    is_archived: bool = False
    """Sage has archived it since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One RMA of a scene."""

    order: str
    items: tuple[Json, ...]
    is_sent_back: bool = True
    is_later: bool = False
    """Raised only after everything else of the scene has been booked."""
    is_exchanged: bool = False
    """The portal releases the order that sends the goods in exchange."""
    is_issued: bool = False
    """The portal issues store credit or a gift card once the goods are here."""
    accepts: str = ""
    """Code of the fault that a person accepts when it stands on the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundByHand:
    """Somebody gives money back in the shop's own admin."""

    order: str
    amount: Money
    is_adopted: bool
    """Taken into the workflow by one person, with the agreement of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Returns of one kind, with how they must end."""

    kind: str
    title: str
    account: str
    orders: tuple[CastOrder, ...]
    given: Money
    """What the customer must have got in the end, tax included; below nought when he paid on top."""
    parts: tuple[Part, ...] = ()
    refunds: tuple[RefundByHand, ...] = ()
    ends: str = TIED_OUT
    """`tied out`, or the code of the fault that its case must carry."""
    pence_by_vat: int = 0
    """How far Sage may be from `given`, because it reckons VAT anew on the net price of an order it is given."""

    is_booked: bool = True
    """Whether Sage must have it, too."""
    passes: str = ""
    """Code of the fault that a person has settled on the way."""

    @property
    def booked(self) -> Money:
        """What the customer must have got by Sage's books."""
        return self.given if self.is_booked else Money(0)


def cast_of(play: Play) -> tuple[Scene, ...]:
    """The scenes for this trading; none when the file has no three products of different price to play them with."""
    goods = goods_of(play)
    if len(goods) < 3:
        return ()
    return tuple(_Casting(max(sale.day for sale in play.sales) - SOLD_BEFORE, *goods).scenes())


def bundle_rule(order: CastOrder) -> dict[str, str]:
    """What the order's bundle is made of, as its row in the table says: each component's share is its list price."""
    parts = (f"{line.sku}*{line.quantity}={line.unit_price * line.quantity}" for line in order.sold.lines)
    return {"components": "; ".join(parts)}


def goods_of(play: Play) -> tuple[Goods, ...]:
    """The three best sellers of different price, cheapest first."""
    counted = Counter[str]()
    last: dict[str, Goods] = {}
    for sale in play.sales:
        for line in sale.lines:
            if line.line_class is LineClass.PRODUCT and CHEAPEST <= line.unit_price <= DEAREST:
                counted[line.sku] += line.quantity
                last[line.sku] = Goods(sku=line.sku, title=line.title, price=line.unit_price.quantize(Decimal("0.01")))
    chosen: dict[Decimal, Goods] = {}
    for sku, _ in counted.most_common():
        chosen.setdefault(last[sku].price, last[sku])
    return tuple(sorted(list(chosen.values())[:3], key=lambda one: one.price))


class _Casting:
    """Writes the scenes, and gives each an account and its orders a number."""

    def __init__(self, day: date, cheap: Goods, middle: Goods, dear: Goods) -> None:
        self._day = day
        self._cheap, self._middle, self._dear = cheap, middle, dear
        self._accounts = iter(range(FIRST_ACCOUNT, FIRST_ACCOUNT + 100))

    def scenes(self) -> Iterator[Scene]:
        """Every scene, in the order in which the tie-out lists them."""
        yield self._exchange("even", self._middle)
        yield self._exchange("dearer", self._dear)
        yield self._exchange("cheaper", self._cheap)
        yield self._bundle()
        yield self._archived()
        yield self._by_hand("flagged", is_adopted=False)
        yield self._by_hand("adopted", is_adopted=True)
        yield self._credit("store_credit", "Store credit with a bonus", "RefundToStoreCredit", BONUS_PERCENT)
        yield self._credit("gift_card", "Gift card", "RefundToGiftCard", 0)
        yield self._kept()
        yield self._with_a_fee()

    def _exchange(self, name: str, wanted: Goods) -> Scene:
        """The portal makes an order of its own for it; what a cheaper one leaves over the portal gives back itself."""
        account, order = self._order((self._middle, 1))
        price = gross(wanted, self._day).text()
        exchange = [{"sku": wanted.sku, "title": wanted.title, "catalog_price": price, "effective_price": price}]
        item = self._item(self._middle, resolution="InstantVariantExchange", exchange=exchange)
        given = gross(self._middle, self._day) - gross(wanted, self._day)
        accepts = kinds.REFUND_BEFORE_CREDIT.code if given.minor > 0 else ""
        return Scene(
            kind=f"exchange_{name}",
            title=f"Exchange, {name}",
            account=account,
            orders=(order,),
            given=given,
            parts=(Part(order=order.sold.number, items=(item,), is_exchanged=True, accepts=accepts),),
            pence_by_vat=int(given.minor < 0),
            passes=accepts,
        )

    def _bundle(self) -> Scene:
        """One component comes back, and the others later: together they are worth what the bundle was billed at."""
        account, order = self._order((self._dear, 2), (self._cheap, 1), bundle=BUNDLE)
        first = Part(order=order.sold.number, items=(self._item(self._cheap),))
        rest = Part(order=order.sold.number, items=(self._item(self._dear, quantity=2),), is_later=True)
        return Scene(
            kind="bundle",
            title="Bundle, component by component",
            account=account,
            orders=(order,),
            given=billed(order.billed),
            parts=(first, rest),
        )

    def _archived(self) -> Scene:
        account, order = self._order((self._dear, 1), is_archived=True)
        part = Part(order=order.sold.number, items=(self._item(self._dear),))
        return self._scene("archived", "Order archived in Sage", account, order, part)

    def _by_hand(self, name: str, *, is_adopted: bool) -> Scene:
        account, order = self._order((self._dear, 1))
        amount = gross(self._cheap, self._day)
        return Scene(
            kind=f"refund_by_hand_{name}",
            title=f"Refund by hand in Shopify, {name}",
            account=account,
            orders=(order,),
            given=amount,
            refunds=(RefundByHand(order=order.sold.number, amount=amount, is_adopted=is_adopted),),
            ends=TIED_OUT if is_adopted else kinds.REFUND_OUTSIDE_WORKFLOW.code,
            is_booked=is_adopted,
        )

    def _credit(self, kind: str, title: str, resolution: str, bonus_percent: int) -> Scene:
        account, order = self._order((self._dear, 1))
        terms = {} if bonus_percent else {"resolution_value": "+0%"}  # the portal's own bonus is for store credit alone
        item = self._item(self._dear, resolution=resolution, **terms)
        part = Part(order=order.sold.number, items=(item,), is_issued=True)
        paid = gross(self._dear, self._day)
        given = money(paid.decimal() * (100 + bonus_percent) / 100)
        return Scene(kind=kind, title=title, account=account, orders=(order,), given=given, parts=(part,))

    def _kept(self) -> Scene:
        account, order = self._order((self._middle, 1))
        item = self._item(self._middle, return_method="No shipment required")
        part = Part(order=order.sold.number, items=(item,), is_sent_back=False)
        return self._scene("returnless", "Kept by the customer", account, order, part)

    def _with_a_fee(self) -> Scene:
        account, order = self._order((self._dear, 1))
        part = Part(order=order.sold.number, items=(self._item(self._dear, restocking_fee=RESTOCKING_FEE),))
        scene = self._scene("restocking_fee", "Less a restocking fee", account, order, part)
        return Scene(
            kind=scene.kind,
            title=scene.title,
            account=account,
            orders=scene.orders,
            given=scene.given - money(RESTOCKING_FEE),
            parts=scene.parts,
        )

    def _scene(self, kind: str, title: str, account: str, order: CastOrder, part: Part) -> Scene:
        """A scene in which the whole order comes back and is given back."""
        given = billed(order.billed)
        return Scene(kind=kind, title=title, account=account, orders=(order,), given=given, parts=(part,))

    def _order(self, *lines: tuple[Goods, int], bundle: str = "", is_archived: bool = False) -> tuple[str, CastOrder]:
        account = str(next(self._accounts))
        sold = sale_of(f"X{account}", account, self._day, *lines)
        whole = sum((goods.price * quantity for goods, quantity in lines), Decimal(0))
        parent = Goods(sku=bundle, title="Set of three", price=whole)
        as_billed = sale_of(f"X{account}", account, self._day, (parent, 1)) if bundle else sold
        return account, CastOrder(billed=as_billed, sold=sold, bundle=bundle, is_archived=is_archived)

    def _item(self, goods: Goods, **terms: object) -> Json:
        """What the portal is told of goods; it takes their price from the shop's order."""
        return {"sku": goods.sku, "title": goods.title, "reason": SOUND, "resolution": "RefundToPaymentMethod", **terms}


def billed(sale: Sale) -> Money:
    """What an order comes to, tax included."""
    net = total([money(line.unit_price * line.quantity) for line in sale.lines])
    return net + tax_on(net, sale.vat_percent)


def gross(goods: Goods, day: date) -> Money:
    """The price of one, with the VAT of the day."""
    net = money(goods.price)
    return net + tax_on(net, vat_percent(day, HOME_COUNTRY))


def sale_of(number: str, account: str, day: date, *lines: tuple[Goods, int]) -> Sale:
    """An order of a customer at home, at the list prices."""
    return Sale(
        number=number,
        day=day,
        customer=account,
        country=HOME_COUNTRY,
        vat_percent=vat_percent(day, HOME_COUNTRY),
        lines=tuple(
            SaleLine(
                row_id=0,
                sku=goods.sku,
                title=goods.title,
                quantity=quantity,
                unit_price=goods.price,
                line_class=LineClass.PRODUCT,
            )
            for goods, quantity in lines
        ),
    )
