"""A second company: an outlet that takes returns in Shopify itself and at its till, with a warehouse that counts.

It has a Sage, a shop and a warehouse of its own. Exchanges stand on the old order here, and the shop gives money back
when Tieout processes the return.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

from tieout.bootstrap import Application
from tieout.cli.demo.cast import SOUND, CastOrder, Goods, Scene, billed, gross, sale_of
from tieout.cli.demo.playing import ADDRESS, FOR_EXCHANGE, said, send_off
from tieout.cli.demo.script import email_of
from tieout.cli.demo.stage import PLACES, load_into, sage_order, shop_order
from tieout.cli.demo.trading import Play
from tieout.domain.faults import returns_value as kinds
from tieout.domain.money import Money, money
from tieout.processes.kinds import RETURN
from tieout.processes.routing import wake
from tieout.store import documents

Json = dict[str, Any]

COMPANY = "outlet"
SAGE, SHOP = "outlet-sage", "outlet"
"""The outlet's systems in the estate, and its accounts in the settings."""
FIRST_ACCOUNT = 91_001
TOPICS = ("returns/approve", "returns/process", "returns/close", "refunds/create")


@dataclass(slots=True, kw_only=True)
class OutletReturn:
    """One return of the shop, and what the warehouse will count of it."""

    scene: Scene
    goods: Goods
    announced: int
    counted: int
    wanted: Goods | None = None
    """What the customer takes in exchange."""
    is_at_till: bool = False
    number: str = ""
    name: str = ""
    exchange: str = ""
    """The name by which Sage knows the exchange."""


class Outlet:
    """The outlet's returns of one play, in the same acts as the rest."""

    def __init__(self, url: str, play: Play, goods: tuple[Goods, ...]) -> None:
        self._control = httpx.Client(base_url=f"{url}/_sandbox", timeout=120)
        self._day = max(sale.day for sale in play.sales)
        self.returns = tuple(self._casting(*goods)) if len(goods) == 3 else ()
        self.scenes = tuple(one.scene for one in self.returns)
        self.paid_on_top: dict[str, int] = {}
        """Pence by account that customers paid at the till."""

    def close(self) -> None:
        """Let the connections go."""
        self._control.close()

    def fill(self) -> None:
        """Open the outlet: places, accounts, goods and orders in its Sage and its shop."""
        goods = {one.sku: one for each in self.returns for one in (each.goods, each.wanted) if one}
        stock = [{"warehouse": "HOME", "bin": "A1", "quantity": FOR_EXCHANGE, "unit_cost": "1.00"}]
        products = [
            {"code": one.sku, "name": one.title[:60], "standard_price": str(one.price), "stock": stock}
            for one in goods.values()
        ]
        accounts = [{"reference": scene.account, "name": scene.title} for scene in self.scenes]
        billed_orders = [sage_order(order.billed) for scene in self.scenes for order in scene.orders]
        load_into(self._control, SAGE, {**PLACES, "customers": accounts, "products": products})
        load_into(self._control, SAGE, {"orders": billed_orders})
        variants = [
            {"sku": one.sku, "title": one.title, "price": gross(one, self._day).text(), "available": 100}
            for one in goods.values()
        ]
        sold = [_sold(order) for scene in self.scenes for order in scene.orders]
        load_into(self._control, SHOP, {"location": "HOME", "variants": variants, "orders": sold})
        self._call("PUT", f"/{SHOP}/settings", {"bucket_size": 2_000_000, "restore_per_second": 100_000})

    def subscribe(self, intake: str) -> None:
        """Point the shop's webhooks at Tieout."""
        for topic in TOPICS:
            self._call("POST", f"/{SHOP}/webhooks", {"topic": topic, "url": f"{intake}/in/{SHOP}"})

    def open(self) -> None:
        """Act one: returns are raised in the shop's admin."""
        for one in self.returns:
            if not one.is_at_till:
                self._in_the_admin(one)

    def send_back(self, intake: str, secret: str, now: datetime) -> None:
        """Act two: an exchange is made at the till; the warehouse tells what it counted, signed as its messages are."""
        for one in self.returns:
            if one.is_at_till:
                self._at_the_till(one)
            line = {"sku": one.goods.sku, "quantity": one.counted, "grade": "good"}
            told = {"receipt_id": f"R{one.number}", "rma": one.number, "received_at": now.isoformat(), "lines": [line]}
            body, name, at = json.dumps(told), str(uuid4()), datetime.now(UTC)
            signed = {
                "content-type": "application/json",
                "webhook-id": name,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": Webhook(secret).sign(name, at, body),
            }
            answer = httpx.post(f"{intake}/in/dock", content=body.encode(), headers=signed, timeout=60)
            assert answer.status_code < 300, f"the warehouse was refused: {answer.text[:300]}"

    def finish(self, application: Application) -> None:
        """Act three: goods in exchange leave by Sage's books too, and what was paid on top is billed.

        What the warehouse did not find is taken off the return.
        """
        for one in self.returns:
            if one.counted < one.announced:
                missing = {"sku": one.goods.sku, "quantity": one.announced - one.counted}
                self._call("POST", f"/{SHOP}/returns/{one.name.lstrip('#')}/remove", missing)
            if one.exchange:
                send_off(self._control, SAGE, one.exchange)
        self.look_again(application)

    def look_again(self, application: Application) -> None:
        """What the sweep does every day: whatever is not finished is read again."""
        company, now = application.companies[COMPANY], application.clock()
        with application.store.scope(COMPANY) as c:
            for one in self.returns:
                found = documents.document(c, COMPANY, RETURN, one.number) if one.number else None
                if one.number and (found is None or found.state != "done"):
                    wake(c, COMPANY, company.lanes, one.number, at=now)

    def documents_of(self, scene: Scene) -> Iterator[tuple[str, str]]:
        """(kind, number) of every document that a scene has led to."""
        return ((RETURN, one.number) for one in self.returns if one.scene is scene)

    def _casting(self, cheap: Goods, middle: Goods, dear: Goods) -> Iterator[OutletReturn]:
        """Each scene is given what its goods came to, less what is taken for them; of two that are one, the first."""
        native = self._scene("exchange_native", "Exchange on the order, cheaper", 0, dear, 1)
        yield OutletReturn(scene=self._less(native, cheap), goods=dear, announced=1, counted=1, wanted=cheap)
        till = self._scene("exchange_at_till", "Exchange at the till, dearer", 1, middle, 1)
        yield OutletReturn(
            scene=self._less(till, dear), goods=middle, announced=1, counted=1, wanted=dear, is_at_till=True
        )
        fewer = self._scene("counted_less", "Warehouse counted one of two", 2, cheap, 2)
        first, _ = fewer.given.split([1, 1])
        fewer = replace(fewer, given=first, passes=kinds.RECEIVED_TOO_FEW.code)
        yield OutletReturn(scene=fewer, goods=cheap, announced=2, counted=1)

    def _less(self, scene: Scene, wanted: Goods) -> Scene:
        given = scene.given - gross(wanted, self._day)
        return replace(scene, given=given, pence_by_vat=int(given.minor < 0))

    def _scene(self, kind: str, title: str, place: int, goods: Goods, quantity: int) -> Scene:
        account = str(FIRST_ACCOUNT + place)
        sale = sale_of(f"Y{account}", account, self._day, (goods, quantity))
        order = CastOrder(billed=sale, sold=sale)
        return Scene(kind=kind, title=title, account=account, orders=(order,), given=billed(sale))

    def _in_the_admin(self, one: OutletReturn) -> None:
        (order,) = one.scene.orders
        asked = {
            "order": order.sold.number,
            "lines": [{"sku": one.goods.sku, "quantity": one.announced, "reason": SOUND, "note": SOUND}],
            "exchange": self._taken(one),
        }
        made = self._call("POST", f"/{SHOP}/returns", asked)
        one.number = str(made["id"]).rpartition("/")[2]
        one.name = str(made["name"])
        one.exchange = one.name if one.wanted else ""

    def _at_the_till(self, one: OutletReturn) -> None:
        (order,) = one.scene.orders
        returned = [{"sku": one.goods.sku, "quantity": one.announced, "reason": SOUND}]
        asked = {"returned": returned, "taken": self._taken(one), "on_return": True}
        made = self._call("POST", f"/{SHOP}/orders/{order.sold.number}/pos-exchange", asked)
        self.paid_on_top[one.scene.account] = money(made["paid"]).minor
        back = self._call("GET", f"/{SHOP}/returns/{str(made['return']).lstrip('#')}")
        one.number = str(back["id"]).rpartition("/")[2]
        one.exchange = f"{order.sold.number}-X1"

    def _taken(self, one: OutletReturn) -> list[Json]:
        """What is taken in exchange, at its own price, which holds the VAT of the day."""
        if one.wanted is None:
            return []
        (order,) = one.scene.orders
        price, rate = gross(one.wanted, self._day), order.sold.vat_percent / 100
        return [{"sku": one.wanted.sku, "quantity": 1, "price": price.text(), "tax_rate": str(rate)}]

    def _call(self, method: str, path: str, content: Mapping[str, object] | None = None) -> Json:
        return said(path, self._control.request(method, path, json=content))


def _sold(order: CastOrder) -> Json:
    """The order as a shop has it whose prices hold the VAT."""
    content = shop_order(order.sold)
    for line in content["lines"]:
        count = line["quantity"]
        paid = money(line["price"]).minor * count - money(line["discount"]).minor + money(line["tax"]).minor
        each = -(-paid // count)
        line |= {"price": Money(each).text(), "discount": Money(each * count - paid).text()}
    customer = order.sold.customer or ""
    content["customer"] |= {"email": email_of(customer), "last_name": customer}
    return content | {"shipping_address": ADDRESS, "taxes_included": True}
