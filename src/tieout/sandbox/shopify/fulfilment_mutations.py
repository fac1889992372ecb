"""The mutations by which a client tells the shop what left. They know no idempotency: twice is twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.figures import number_of
from tieout.sandbox.shopify.fulfilling import FulfilmentRefusedError, check_units, remaining
from tieout.sandbox.shopify.fulfilment_books import TrackingNumber
from tieout.sandbox.shopify.fulfilment_views import fulfilment_view
from tieout.sandbox.shopify.paging import View
from tieout.sandbox.shopify.shop import Shop


class FulfilmentMutations:
    """Resolves fulfillmentCreate and fulfillmentTrackingInfoUpdate."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def roots(self, now: datetime, entry: JournalEntry) -> dict[str, object]:
        """Return a resolver for each field, working at this moment."""
        return {
            "fulfillmentCreate": lambda _, *, fulfillment, **__: self._create(fulfillment, now, entry),
            "fulfillmentTrackingInfoUpdate": lambda _, **given: self._track(given, now, entry),
        }

    def _create(self, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> View:
        try:
            order, wanted = self._wanted(given["lineItemsByFulfillmentOrder"])
            tracking = _tracking(given.get("trackingInfo") or {})
            notify = bool(given.get("notifyCustomer"))
            made = self._shop.fulfilments.send(order, wanted, tracking, now, entry, notify=notify)
        except FulfilmentRefusedError as error:
            return _refused(str(error), "fulfillment")
        return {"fulfillment": fulfilment_view(made, self._shop.books), "userErrors": []}

    def _wanted(self, given: Sequence[Mapping[str, Any]]) -> tuple[Order, list[tuple[Line, int]]]:
        orders: list[Order] = []
        wanted: list[tuple[Line, int]] = []
        for one in given:
            order = self._shop.books.orders.get(number_of(one["fulfillmentOrderId"], "FulfillmentOrder"))
            if order is None:
                raise FulfilmentRefusedError("Fulfillment order does not exist.")
            orders.append(order)
            lines = one.get("fulfillmentOrderLineItems")
            asked = _asked(order, lines) if lines else [(x, left) for x in order.lines if (left := remaining(order, x))]
            check_units(order, asked)
            wanted += asked
        if not orders:
            raise FulfilmentRefusedError("Line items by fulfillment order can't be blank.")
        if any(order is not orders[0] for order in orders):
            raise FulfilmentRefusedError("All fulfillment orders must belong to the same order.")
        return orders[0], wanted

    def _track(self, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> View:
        made = self._shop.books.fulfilments.get(number_of(given["fulfillmentId"], "Fulfillment"))
        if made is None:
            return _refused("Fulfillment does not exist.", "fulfillmentId")
        tracking = _tracking(given["trackingInfoInput"])
        self._shop.fulfilments.track(made, tracking, now, entry, notify=bool(given.get("notifyCustomer")))
        return {"fulfillment": fulfilment_view(made, self._shop.books), "userErrors": []}


def _asked(order: Order, given: Sequence[Mapping[str, Any]]) -> list[tuple[Line, int]]:
    by_id = {line.id: line for line in order.lines}
    found = []
    for one in given:
        line = by_id.get(number_of(one["id"], "FulfillmentOrderLineItem"))
        if line is None:
            raise FulfilmentRefusedError("Fulfillment order line item does not exist.")
        found.append((line, int(one["quantity"])))
    return found


def _tracking(given: Mapping[str, Any]) -> tuple[TrackingNumber, ...]:
    """Read one number or several; the company is the same for all of them."""
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    company = given.get("company") or ""
    pairs = list(zip_longest(numbers, urls, fillvalue="")) or ([("", "")] if company else [])
    return tuple(TrackingNumber(company=company, number=number, url=url) for number, url in pairs)


def _refused(message: str, *path: str) -> View:
    return {"fulfillment": None, "userErrors": [{"field": list(path), "message": message}]}
