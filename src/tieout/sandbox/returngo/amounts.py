"""What a unit is worth to the customer: the terms of its resolution, the caps on them, and the fees."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from tieout.sandbox.returngo.books import Item, Replacement
from tieout.sandbox.shopify.figures import minor

STORE_CREDIT = "RefundToStoreCredit"
GIFT_CARD = "RefundToGiftCard"
PAYMENT_METHOD = "RefundToPaymentMethod"
CREDIT_CAP_PERCENT = 150


def granted(price: int, terms: str) -> int:
    """Return what a resolution grants for a price; "" is the price itself, never below nought.

    ValueError when the terms are none of "24.00", "+5.00", "-5.00", "+10%" and "-10%".
    """
    text = terms.strip()
    if not text:
        return price
    if not text.endswith("%"):
        return max(price * (text[0] in "+-") + minor(text), 0)
    if text[0] not in "+-":
        raise ValueError(f"{terms!r} needs a sign: a percentage is added to the price or taken off it")
    try:
        grown = price * (100 + Decimal(text[:-1])) / 100
    except ArithmeticError as error:
        raise ValueError(f"{terms!r} is no percentage") from error
    return max(int(grown.quantize(Decimal(1), ROUND_HALF_UP)), 0)


def worth(item: Item, credit_percent: int) -> int:
    """Return what the customer gets for the unit, fees taken off, never below nought.

    Credit without terms of its own is `credit_percent` of the price, and never above the cap; the cap on money
    is that of the order and is applied to a whole refund.
    """
    if item.resolution not in {STORE_CREDIT, GIFT_CARD}:
        return max(granted(item.gross, item.terms) - item.fees, 0)
    cap = item.gross * CREDIT_CAP_PERCENT // 100
    amount = granted(item.gross, item.terms or f"{credit_percent - 100:+d}%")
    return max(min(amount, cap) - item.fees, 0)


def difference(items: Sequence[Item], replacements: Sequence[Replacement]) -> int:
    """Return what the customer has to add (below nought: gets back) when these units are exchanged for those.

    Each unit is set against its own replacements, the others together against what was chosen for the whole
    RMA. A difference within the free range is let off; fees are not.
    """
    others = [item for item in items if not item.replacements]
    pairs = [([item], item.replacements) for item in items if item.replacements]
    if others:
        pairs.append((others, tuple(replacements)))
    return sum(_difference(units, chosen) + sum(unit.fees for unit in units) for units, chosen in pairs)


def _difference(units: Sequence[Item], chosen: Sequence[Replacement]) -> int:
    found = sum(one.effective * one.quantity for one in chosen) - sum(unit.gross for unit in units)
    low = min((one.free_min for one in chosen), default=0)
    high = max((one.free_max for one in chosen), default=0)
    return 0 if low <= found <= high else found
