"""Amounts, lists and times as the graph shows them; a callable is worked out only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.figures import Currencies, major
from tieout.sandbox.shopify.paging import View, page

T = TypeVar("T")


def bag(amount: int, currencies: Currencies) -> View:
    """Return a MoneyBag: the amount in the shop's currency and, rounded by itself, in the customer's."""
    return {
        "shopMoney": {"amount": major(amount), "currencyCode": currencies.shop},
        "presentmentMoney": {"amount": major(currencies.presented(amount)), "currencyCode": currencies.presentment},
    }


def money(amount: int, currency: str) -> View:
    """Return a MoneyV2."""
    return {"amount": major(amount), "currencyCode": currency}


def listed(items: Sequence[T], view: Callable[[T], View], number: Callable[[T], int]) -> Callable[..., View]:
    """Return a resolver that pages through a short list in its own order."""

    def resolve(_: object, *, first: int | None = None, after: str | None = None, **__: object) -> View:
        return page(items, view, lambda item: (0, number(item)), first=first, after=after)

    return resolve


def first_of(items: Sequence[T], view: Callable[[T], View]) -> Callable[..., list[View]]:
    """Return a resolver of a plain list that `first` may cut short."""

    def resolve(_: object, *, first: int | None = None, **__: object) -> list[View]:
        return [view(item) for item in items[:first]]

    return resolve


def time_or_none(moment: datetime | None) -> str | None:
    """Return a moment as Shopify writes it, or None."""
    return stamp(moment) if moment else None


def tax_line(rate: float, amount: int, currencies: Currencies) -> View:
    """Return a TaxLine."""
    return {
        "title": "VAT",
        "rate": rate,
        "ratePercentage": rate * 100,
        "priceSet": bag(amount, currencies),
        "channelLiable": False,
    }
