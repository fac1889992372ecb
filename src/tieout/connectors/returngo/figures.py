"""The smallest readings: an amount, a moment, an id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.wire import MoneyShape
from tieout.domain.money import Money, money


def amount_of(shape: MoneyShape | Decimal | None, currency: str) -> Money | None:
    """The figure in the shop's currency where it is stated, else as paid; None when there is none.

    `currency` is that of a bare number, and of a money object that names none.
    """
    if shape is None:
        return None
    if isinstance(shape, Decimal):
        return money(shape, currency)
    if shape.shop_amount is not None:
        return money(shape.shop_amount, shape.shop_currency or currency)
    if shape.amount is not None:
        return money(shape.amount, shape.currency or currency)
    return None


def moment(text: str) -> datetime | None:
    """A time in UTC; None when the text is empty or no time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=compat.NAIVE_TIMES)).astimezone(UTC)


def digits_of(text: str) -> str:
    """The plain number of a storefront id, whether it came plain or as a gid; other text as it is."""
    return text.strip().rsplit("/", 1)[-1]
