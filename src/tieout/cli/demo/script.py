"""Plays the returns: customers raise them, the portal approves, parcels arrive and are inspected."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import httpx

from tieout.cli.demo.days import Day
from tieout.cli.demo.trading import Play, ReturnLine, ReturnRequest, vat_percent
from tieout.domain.money import money, tax_on

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedRma:
    """An RMA at the portal and the request it came from."""

    rma_id: str
    request: ReturnRequest
    units: tuple[tuple[str, bool], ...]
    """(unit id, whether it came back damaged)."""


def email_of(customer: str) -> str:
    """The address under which the portal knows a customer; the file has none, so it is made up."""
    return f"{customer}@customers.example"


class Script:
    """Acts as customer, returns desk and warehouse through the sandbox's control surface."""

    def __init__(self, url: str, play: Play, shop_ids: Json, seed: int) -> None:
        self._control = httpx.Client(base_url=f"{url}/_sandbox", timeout=120)
        self._play = play
        self._shop_ids = shop_ids
        self._chance = random.Random(seed)  # noqa: S311 - which parcel arrives when, drawn from the seed

    def close(self) -> None:
        """Let the connections go."""
        self._control.close()

    def subscribe(self, intake: str, portal_secret: str) -> None:
        """Point both systems' webhooks at Tieout."""
        for name in ("RMA_CREATED", "RMA_STATUS_UPDATED", "SHIPMENT_STATUS_UPDATED"):
            address = f"{intake}/in/returngo?secret={portal_secret}"
            self._post("/returngo/webhooks", {"eventName": name, "url": address})
        for topic in ("refunds/create", "returns/approve"):
            self._post("/shopify/webhooks", {"topic": topic, "url": f"{intake}/in/shopify"})

    def raise_quotas(self) -> None:
        """Weeks are squeezed into a minute: allow both systems' calls of as many days."""
        for path, allowance in (
            ("/returngo/quota", {"per_day": 200_000}),
            ("/shopify/settings", {"bucket_size": 2_000_000, "restore_per_second": 100_000}),
        ):
            answer = self._control.put(path, json=allowance)
            assert answer.status_code == 200, answer.text

    def drain_webhooks(self) -> None:
        """Wait until portal and shops have delivered what they still had to deliver."""
        for system in ("returngo", "shopify", "outlet"):
            self._post(f"/{system}/drain", {})

    def run(
        self, day: Day, progress: Callable[[str, int, int], None], meanwhile: Callable[[], None]
    ) -> list[RaisedRma]:
        """Raise and approve every RMA of a day, then let the parcels arrive in a shuffled order, some in two parts.

        `meanwhile` is called while the parcels are on their way.
        """
        raised = []
        for number, request in enumerate(day.returns, start=1):
            self._at(request.day, day)
            raised.append(self._raise(request))
            progress("raised", number, len(day.returns))
        self._at(day.date, day)
        meanwhile()
        parcels = list(raised)
        self._chance.shuffle(parcels)
        for number, rma in enumerate(parcels, start=1):
            self._at(rma.request.day, day)
            for part in self._parts(rma):
                self._receive(rma, part)
            progress("received", number, len(parcels))
        self._at(day.date, day)
        return raised

    def _raise(self, request: ReturnRequest) -> RaisedRma:
        known = request.customer
        customer = {"id": int(known), "email": email_of(known), "first_name": "", "last_name": known} if known else {}
        order = self._shop_ids.get(request.order_name) if request.order_name else None
        content = {
            "order_name": request.order_name if order else "",
            "customer": customer,
            "currency": "GBP",
            "items": [self._item(request, line, order) for line in request.lines],
        }
        answer = self._post("/returngo/rmas", content)["rmas"][0]
        rma_id = str(answer["rma_id"])
        damaged = [line.damaged for line in request.lines for _ in range(line.quantity)]
        ids = [str(item["returned_item_id"]) for item in answer["items"]]
        self._post(f"/returngo/rmas/{rma_id}/approve", {})
        return RaisedRma(rma_id=rma_id, request=request, units=tuple(zip(ids, damaged, strict=True)))

    def _item(self, request: ReturnRequest, line: ReturnLine, order: Json | None) -> Json:
        price = money(line.unit_price)
        tax = tax_on(price, vat_percent(self._tax_day(request), request.country))
        item: Json = {
            "sku": line.sku,
            "title": line.title,
            "paid_price": price.text(),
            "paid_tax": tax.text(),
            "tax_included": False,
            "reason": line.reason,
            "resolution": "RefundToPaymentMethod",
            "quantity": line.quantity,
        }
        lines = [entry for entry in (order or {}).get("line_items", []) if entry.get("sku") == line.sku]
        if lines:
            item["shopify_line_item_id"] = lines[0]["legacy_id"] if "legacy_id" in lines[0] else lines[0]["id"]
        return item

    def _tax_day(self, request: ReturnRequest) -> date:
        """The rate the customer paid is that of the day of sale, where the sale is known."""
        return next((sale.day for sale in self._play.sales if sale.number == request.order_name), request.day)

    def _parts(self, rma: RaisedRma) -> Iterator[tuple[tuple[str, bool], ...]]:
        """Most parcels come whole; one in six of several units comes in two."""
        units = rma.units
        if len(units) > 1 and self._chance.random() < 1 / 6:
            cut = self._chance.randint(1, len(units) - 1)
            yield units[:cut]
            yield units[cut:]
        else:
            yield units

    def _receive(self, rma: RaisedRma, units: tuple[tuple[str, bool], ...]) -> None:
        grades = {
            unit: {"restockable": not is_damaged, "returned": True, "reason": "damaged" if is_damaged else ""}
            for unit, is_damaged in units
        }
        content = {"returned_item_ids": [unit for unit, _ in units], "grades": grades}
        self._post(f"/returngo/rmas/{rma.rma_id}/receive", content)

    def _at(self, moment: date, day: Day) -> None:
        """Move the estate's clock to nine o'clock of an earlier day, or to noon of the one that is played."""
        is_earlier = moment < day.date
        at = datetime.combine(moment, time(9), UTC) if is_earlier else day.noon
        offset = (at - datetime.now(UTC)).total_seconds()
        answer = self._control.put("/clock", json={"offset_seconds": offset})
        assert answer.status_code == 200, answer.text

    def _post(self, path: str, content: Json) -> Json:
        answer = self._control.post(path, json=content)
        assert answer.status_code < 300, f"the stage refused {path}: {answer.text[:300]}"
        said: Json = answer.json()
        return said
