"""What a return is worth, by Loop's own figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.connectors.loop.wire import ExchangeShape, LineShape, ReturnShape
from tieout.domain.documents.rma import Outcome
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer

NOTHING = Decimal(0)
CREDITS = frozenset({Outcome.STORE_CREDIT, Outcome.GIFT_CARD})


def due(shape: ReturnShape, currency: str) -> Money:
    """What Loop gives the customer in money and credit when it processes the return; exchanges not counted."""
    return due_in_money(shape, currency) + money(shape.gift_card or NOTHING, currency)


def due_in_money(shape: ReturnShape, currency: str) -> Money:
    """What of it goes back to the way of payment."""
    return money(shape.refund or NOTHING, currency)


def fee(shape: ReturnShape, currency: str) -> Money:
    """What the merchant keeps."""
    return money(shape.handling_fee or NOTHING, currency)


def tax_is_on_top(shape: ReturnShape) -> bool:
    """Whether tax comes on top of the prices: as documented, unless the totals show that it is in them."""
    if not shape.tax_total or shape.return_total is None or shape.product_total is None:
        return True
    return shape.return_total != shape.product_total - (shape.discount_total or NOTHING)


def paid_gross(line: LineShape, currency: str, *, on_top: bool) -> Money:
    """What the customer paid for the unit with tax; BadAnswer where Loop states no price."""
    if line.price is None:
        raise BadAnswer(f"Loop states no price for line {line.unit_id}")
    tax = line.tax if on_top and line.tax else NOTHING
    return money(line.price - (line.discount or NOTHING) + tax, currency)


def values(
    shape: ReturnShape, outcomes: Sequence[Outcome], paid: Sequence[Money], currency: str
) -> tuple[Money | None, ...]:
    """What Loop gives for each unit before the fee, where it is not the price paid.

    Chosen so that the units of a return that only refunds, or only credits, less the fee are what Loop gives.
    A unit in exchange counts in full: what the exchange leaves over is the return's, not the unit's.
    """
    found: dict[int, Money] = {}
    refunded = [at for at, outcome in enumerate(outcomes) if outcome is Outcome.REFUND]
    credited = [at for at, outcome in enumerate(outcomes) if outcome in CREDITS]
    if refunded:
        found |= dict(zip(refunded, _refund_values(shape, refunded, currency), strict=False))
    if credited and not shape.exchanges and shape.gift_card:
        kept = fee(shape, currency) if not refunded else Money(0, currency)
        found |= _shared(money(shape.gift_card, currency) + kept, credited, paid)
    return tuple(None if found.get(at) == amount else found.get(at) for at, amount in enumerate(paid))


def beyond_the_lines(shape: ReturnShape, units: Sequence[Money], outcomes: Sequence[Outcome], currency: str) -> Money:
    """What a return of refunds alone gives back beside its lines, before the fee; nothing where the lines say more.

    `units` is what is given for each line.
    """
    if shape.refund is None or not units or any(outcome is not Outcome.REFUND for outcome in outcomes):
        return Money(0, currency)
    rest = money(shape.refund, currency) + fee(shape, currency) - total(units, currency)
    return rest if rest.minor > 0 else Money(0, currency)


def exchange_total(item: ExchangeShape, currency: str) -> Money:
    """What an exchanged unit is charged at, tax included; BadAnswer where Loop states neither total nor price."""
    if item.total is not None:
        return money(item.total, currency)
    if item.price is None:
        raise BadAnswer(f"Loop states no price for the exchange item {item.sku}")
    return money(item.price - (item.discount or NOTHING) + (item.tax or NOTHING), currency)


def _refund_values(shape: ReturnShape, refunded: Sequence[int], currency: str) -> list[Money]:
    """The refund of each line as stated, the fee added back where the lines state it after the fee; none if unstated.

    Loop's documents do not say on which side of the fee a line's refund stands: the return's own refund shows it.
    """
    stated = [shape.lines[at].refund for at in refunded]
    given = [money(amount, currency) for amount in stated if amount]
    if len(given) < len(stated):
        return []
    kept = fee(shape, currency)
    is_after_fee = bool(kept) and total(given, currency) == money(shape.refund or NOTHING, currency)
    if not is_after_fee:
        return given
    shares = kept.split([amount.minor for amount in given])
    return [amount + share for amount, share in zip(given, shares, strict=True)]


def _shared(amount: Money, units: Sequence[int], paid: Sequence[Money]) -> dict[int, Money]:
    weights = [paid[at].minor for at in units]
    if sum(weights) <= 0 or min(weights) < 0:
        return {}
    return dict(zip(units, amount.split(weights), strict=True))
