"""Metafields of orders: notes that a client keeps with one, under a namespace and a key of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.figures import gid, number_of
from tieout.sandbox.shopify.paging import View

if TYPE_CHECKING:
    from tieout.sandbox.shopify.books import Order
    from tieout.sandbox.shopify.shop import Shop

APP_NAMESPACE = "custom"
STALE = "The metafield has been created or changed since it was read."


def metafield_view(order: Order, key: str, namespace: str | None = None) -> View | None:
    """Return an order's metafield; None where nobody has set it."""
    place = (namespace or APP_NAMESPACE, key)
    kept = order.metafields.get(place)
    if kept is None:
        return None
    number, kind, value = kept
    return {"id": gid("Metafield", number), "namespace": place[0], "key": key, "type": kind, "value": value}


class MetafieldMutations:
    """Resolves metafieldsSet: all of the metafields, or none."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def roots(self, now: datetime, entry: JournalEntry) -> dict[str, object]:
        """Return the resolver, working at this moment."""
        return {"metafieldsSet": lambda _, *, metafields: self._set(metafields, now, entry)}

    def _set(self, given: Sequence[Mapping[str, Any]], now: datetime, entry: JournalEntry) -> View:
        books, wanted = self._shop.books, []
        for index, one in enumerate(given):
            order = books.orders.get(number_of(one["ownerId"], "Order"))
            if order is None:
                return _refused("INVALID", index, "ownerId", "Owner does not exist.")
            place = (str(one.get("namespace") or APP_NAMESPACE), str(one["key"]))
            # A digest of null asks that it does not stand there yet.
            if "compareDigest" in one and one["compareDigest"] is None and place in order.metafields:
                return _refused("STALE_OBJECT", index, "compareDigest", STALE)
            wanted.append((order, place, str(one.get("type") or "json"), str(one["value"])))
        for order, place, kind, value in wanted:
            known = order.metafields.get(place)
            order.metafields[place] = (known[0] if known else books.new_id(), kind, value)
            entry.effect("metafield.set", order=order.name, namespace=place[0], key=place[1])
            self._shop.touch(order, now)
        return {
            "metafields": [metafield_view(order, place[1], place[0]) for order, place, _, _ in wanted],
            "userErrors": [],
        }


def _refused(code: str, index: int, field: str, message: str) -> View:
    return {
        "metafields": [],
        "userErrors": [{"code": code, "field": ["metafields", str(index), field], "message": message}],
    }
