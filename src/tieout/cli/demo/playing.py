"""Plays the cast: customers, portal staff, clerks and finance, through the sandbox's control surface and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tieout.bootstrap import Application
from tieout.cli.demo.cast import BONUS_PERCENT, CastOrder, Part, RefundByHand, Scene
from tieout.cli.demo.script import email_of
from tieout.cli.demo.stage import BINS, load_into, sage_order, shop_order
from tieout.domain.business_dates import uk_date
from tieout.domain.returns.adopted import Adoption, document_key
from tieout.processes.adoption import adopt_when_agreed, record_adoption, second_adoption
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.routing import wake
from tieout.processes.rules import rules_on
from tieout.store import approvals, cases, documents

Json = dict[str, Any]

ADDRESS = {"name": "A. Customer", "address1": "1 High Street", "city": "York", "zip": "YO1 7HH", "country_code": "GB"}
FOR_EXCHANGE = "20"
"""Units of each product that Sage gets into stock to send out in exchange."""
FINANCE, SECOND = "maria", "john"


@dataclass(slots=True, kw_only=True)
class Role:
    """A part on the stage: the RMA that plays it, once it is raised."""

    scene: Scene
    part: Part
    rma: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A refund that somebody made by hand."""

    scene: Scene
    refund: RefundByHand
    refund_id: str
    order_id: str


class Cast:
    """The special returns of one play: `open`, `send_back`, `decide`, `finish`, with time to settle after each."""

    def __init__(self, url: str, scenes: tuple[Scene, ...], company: str) -> None:
        self._control = httpx.Client(base_url=f"{url}/_sandbox", timeout=120)
        self._company = company
        self._shop_ids: Json = {}
        self.scenes = scenes
        self.roles = [Role(scene=scene, part=part) for scene in scenes for part in scene.parts]
        self.strays: list[Stray] = []
        self.paid_on_top: dict[str, int] = {}
        """Pence by account that were paid at a till: here nobody pays anywhere but at the portal."""

    def close(self) -> None:
        """Let the connections go."""
        self._control.close()

    def fill(self) -> None:
        """Bring accounts, orders and stock for the exchanges into Sage and the shop; archive what is archived."""
        orders = [order for scene in self.scenes for order in scene.orders]
        accounts = [{"reference": scene.account, "name": scene.title} for scene in self.scenes]
        bundles = [_bundle(order) for order in orders if order.bundle]
        billed = [sage_order(order.billed) for order in orders]
        load_into(self._control, "sage200", {"customers": accounts, "products": bundles, "orders": billed})
        sold = {"orders": [_sold(order) for order in orders]}
        self._shop_ids = load_into(self._control, "shopify", sold)["orders"]
        for sku in sorted({line.sku for order in orders for line in order.sold.lines}):
            where = {"warehouse": "DESK", "bin": BINS["DESK"]}
            goods = {"product": sku, **where, "quantity": FOR_EXCHANGE, "unit_cost": "1.00"}
            self._post("/sage200/desktop/goods-in", goods)
        for order in orders:
            if order.is_archived:
                self._post("/sage200/desktop/archive", {"order": order.billed.number})
        self._put("/returngo/settings", {"store_credit_percent": 100 + BONUS_PERCENT})

    def open(self) -> None:
        """Act one: RMAs are raised and approved, exchanges released, refunds made by hand."""
        for role in self.roles:
            if not role.part.is_later:
                self._raise(role)
        for scene in self.scenes:
            self.strays += [self._refund(scene, refund) for refund in scene.refunds]

    def send_back(self) -> None:
        """Act two: the parcels arrive, and somebody looks at the goods."""
        for role in self.roles:
            if role.rma and role.part.is_sent_back:
                self._receive(role)

    def decide(self, application: Application) -> None:
        """Finance settles what stands on the desk and can be accepted."""
        for role in self.roles:
            if role.part.accepts:
                self._accept(application, role)

    def finish(self, application: Application) -> None:
        """Act three: what could only be done once the rest was booked."""
        for role in self.roles:
            if role.part.is_later:
                self._raise(role)
                self._receive(role)
            elif role.part.is_issued:
                self._post(f"/returngo/rmas/{role.rma}/refund", {})
            elif role.part.is_exchanged:
                self._despatch(role)
        for stray in self.strays:
            if stray.refund.is_adopted:
                self._adopt(application, stray)
        self.look_again(application)

    def look_again(self, application: Application) -> None:
        """What the sweep does every day: whatever is not finished is read again."""
        company, now = application.companies[self._company], application.clock()
        with application.store.scope(self._company) as c:
            for role in self.roles:
                found = documents.document(c, self._company, RETURN, role.rma) if role.rma else None
                if role.rma and (found is None or found.state != "done"):
                    wake(c, self._company, company.lanes, role.rma, at=now)

    def documents_of(self, scene: Scene) -> Iterator[tuple[str, str]]:
        """(kind, number) of every document that a scene has led to."""
        for role in self.roles:
            if role.scene is scene:
                yield RETURN, role.rma
        for stray in self.strays:
            if stray.scene is scene:
                yield (RETURN, document_key(stray.refund_id)) if stray.refund.is_adopted else (REFUND, stray.refund_id)

    def _raise(self, role: Role) -> None:
        content = {
            "order_name": role.part.order,
            "customer": {"id": int(role.scene.account), "email": email_of(role.scene.account)},
            "currency": "GBP",
            "items": list(role.part.items),
        }
        raised = self._post("/returngo/rmas", content)["rmas"][0]
        role.rma = str(raised["rma_id"])
        role.units = tuple(str(item["returned_item_id"]) for item in raised["items"])
        self._post(f"/returngo/rmas/{role.rma}/approve", {})
        if role.part.is_exchanged:
            self._post(f"/returngo/rmas/{role.rma}/release-exchange", {})

    def _receive(self, role: Role) -> None:
        sound = {unit: {"restockable": True, "returned": True} for unit in role.units}
        self._post(f"/returngo/rmas/{role.rma}/receive", {"grades": sound})

    def _refund(self, scene: Scene, refund: RefundByHand) -> Stray:
        note = f"Sorry for the delay of {refund.order}"
        made = self._post("/shopify/refunds", {"order": refund.order, "amount": refund.amount.text(), "note": note})
        order_id = str(self._shop_ids[refund.order]["legacy_id"])
        return Stray(scene=scene, refund=refund, refund_id=made["id"].rpartition("/")[2], order_id=order_id)

    def _despatch(self, role: Role) -> None:
        rmas = self._get("/returngo/ledgers/rmas")["rmas"]
        name = next(rma["exchanges"][0]["name"] for rma in rmas if rma["rma_id"] == role.rma)
        send_off(self._control, "sage200", name)

    def _accept(self, application: Application, role: Role) -> None:
        """Finance accepts the fact that stands on the case, if that is what stands there."""
        now = application.clock()
        with application.store.scope(self._company) as c:
            standing = cases.open_case_of(c, self._company, RETURN, role.rma)
            if standing is not None and standing.code == role.part.accepts:
                approvals.approve(
                    c,
                    company=self._company,
                    kind=RETURN,
                    key=role.rma,
                    code=standing.code,
                    who=FINANCE,
                    why="the portal gave the difference back by itself",
                    at=now,
                )
                wake(c, self._company, application.companies[self._company].lanes, role.rma, at=now)

    def _adopt(self, application: Application, stray: Stray) -> None:
        """One person takes the refund into the workflow as goodwill; over the limit of the house a second agrees."""
        now, why = application.clock(), "the parcel came late"
        company = application.companies[self._company]
        decided = Adoption(
            refund_id=stray.refund_id,
            order_id=stray.order_id,
            adopted_as="goodwill",
            reason="",
            who=FINANCE,
            at=now,
        )
        with application.store.scope(self._company) as c:
            tables = rules_on(c, self._company, uk_date(now))
            record_adoption(c, self._company, decided, why=why)
            if not adopt_when_agreed(c, company, stray.refund_id, tables=tables, at=now):
                second_adoption(c, self._company, stray.refund_id, who=SECOND, why=why, at=now)
                adopt_when_agreed(c, company, stray.refund_id, tables=tables, at=now)

    def _get(self, path: str) -> Json:
        return said(path, self._control.get(path))

    def _post(self, path: str, content: Json) -> Json:
        return said(path, self._control.post(path, json=content))

    def _put(self, path: str, content: Json) -> Json:
        return said(path, self._control.put(path, json=content))


def send_off(control: httpx.Client, sage: str, order: str) -> None:
    """The goods in exchange leave by Sage's books, and what the customer paid on top is billed.

    Nothing happens while Sage has no such order: the tie-out shows that it never had.
    """
    if control.post(f"/{sage}/desktop/despatch", json={"order": order}).status_code != 400:
        path = f"/{sage}/desktop/post-invoice"
        said(path, control.post(path, json={"order": order, "reference": order}))


def said(path: str, answer: httpx.Response) -> Json:
    """What the control surface answered; it never refuses what the play asks for."""
    assert answer.status_code < 300, f"the stage refused {path}: {answer.text[:300]}"
    content: Json = answer.json()
    return content


def _bundle(order: CastOrder) -> Json:
    (line,) = order.billed.lines
    return {"code": line.sku, "name": line.title, "costing": "AVERAGE", "standard_price": str(line.unit_price)}


def _sold(order: CastOrder) -> Json:
    """The shop's order, with an address for what is sent out in exchange."""
    content = shop_order(order.sold)
    customer = order.sold.customer or ""
    content["customer"] |= {"email": email_of(customer), "last_name": customer}
    content["shipping_address"] = ADDRESS
    if order.bundle:
        group = {"title": "Set of three", "sku": order.bundle, "quantity": 1}
        content["lines"] = [line | {"group": group} for line in content["lines"]]
    return content
