"""Draft orders: an exchange in the shape of a separate order, often of nought, that Shopify links to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import Draft, Order
from tieout.sandbox.shopify.loading import DRAFT_SOURCE, enter_order
from tieout.sandbox.shopify.rest import order_body
from tieout.sandbox.shopify.return_bodies import draft_body
from tieout.sandbox.shopify.shop import Shop


def new_draft(shop: Shop, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> Draft:
    """Enter a draft; with "for", its customer, currency and tax are those of that order unless given."""
    body = {key: value for key, value in given.items() if key != "for"}
    if given.get("for"):
        origin = shop.books.order_named(str(given["for"]))
        if origin is None:
            raise ValueError(f"there is no order {given['for']}")
        body = {**_customer_of(origin), **body}
    draft = Draft(id=shop.books.new_id(), name=f"#D{len(shop.books.drafts) + 1}", body=body, created_at=now)
    shop.books.drafts[draft.id] = draft
    entry.effect("draft.created", name=draft.name)
    shop.announce("draft_orders/create", draft_body(draft), now)
    return draft


def complete_draft(shop: Shop, draft: Draft, now: datetime, entry: JournalEntry) -> Order:
    """Make the draft an order, paid in full; ValueError when that was done before."""
    if draft.order is not None:
        raise ValueError(f"the draft {draft.name} has been completed as {draft.order.name}")
    body = {"fulfilled": False, **draft.body, "source_name": DRAFT_SOURCE}
    body.setdefault("name", f"{draft.name}-ORDER")
    order = enter_order(shop, body, now)
    draft.order = order
    entry.effect("draft.completed", name=draft.name, order=order.name)
    shop.announce("orders/create", order_body(order), now)
    shop.announce("draft_orders/update", draft_body(draft), now)
    return order


def _customer_of(origin: Order) -> dict[str, Any]:
    who, where = origin.customer, origin.shipping_address
    address = where and {
        "name": where.name,
        "address1": where.address1,
        "address2": where.address2,
        "city": where.city,
        "province": where.province,
        "zip": where.zip,
        "country_code": where.country_code,
        "phone": where.phone,
    }
    both = origin.currencies
    return {
        "customer": {"id": who.id, "email": who.email, "first_name": who.first_name, "last_name": who.last_name},
        "currency": both.shop,
        "presentment": {"currency": both.presentment, "rate": str(both.rate)},
        "taxes_included": origin.taxes_included,
        **({"shipping_address": address} if address else {}),
    }
