"""A refund that somebody made outside the workflow, taken into it: told as an RMA of our own making.

Nothing else in the flow knows the difference: checks, credit note, payment and legs are those of any return.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tieout.domain.documents.rma import Allowance, AllowanceKind, Grade, Outcome, Rma, RmaRefund, RmaStatus, RmaUnit
from tieout.domain.documents.shop_order import ShopOrder, ShopRefund
from tieout.domain.money import Money, total

PREFIX = "SR"
"""An adopted refund is known by this and the storefront's number of it."""

AdoptedAs = Literal["goods", "returnless", "goodwill"]
"""Goods that came or will come back; goods that the customer keeps; money alone."""
ADOPTIONS: tuple[AdoptedAs, ...] = ("goods", "returnless", "goodwill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Somebody's decision to take a refund into the workflow."""

    refund_id: str
    order_id: str
    adopted_as: AdoptedAs
    reason: str
    """Of the reason table: it gives the nominal and where goods go."""
    who: str
    at: datetime
    goods_here_since: datetime | None = None
    """When the goods came back; None while they have not, or where a warehouse's receipt says so."""


def document_key(refund_id: str) -> str:
    """The number that an adopted refund goes by, in place of an RMA's."""
    return f"{PREFIX}{refund_id}"


def rma_of(adoption: Adoption, order: ShopOrder, refund: ShopRefund) -> Rma:
    """The RMA that this refund should have had: its units, what of it was postage, and the rest as goodwill.

    Where less was given than the units and the postage cost, the units bear it by their price.
    """
    units = () if adoption.adopted_as == "goodwill" else tuple(_units(adoption, refund))
    goods = total([unit.paid_gross for unit in units], refund.amount.currency)
    shipping = refund.shipping or Money(0, refund.amount.currency)
    rest = refund.amount - goods - shipping
    if rest.minor < 0:
        units = tuple(_given(units, max(goods + rest, Money(0, rest.currency))))
    amounts: tuple[tuple[AllowanceKind, Money], ...] = (("shipping_refund", shipping), ("goodwill", rest))
    is_open = any(unit.received_at is None and not unit.is_kept for unit in units)
    return Rma(
        number=document_key(refund.refund_id),
        status=RmaStatus.AUTHORISED if is_open else RmaStatus.RECEIVED,
        status_text=f"adopted as {adoption.adopted_as}",
        order_id=order.order_id,
        order_name=order.name,
        customer_reference=order.customer_email,
        currency=order.currency,
        raised_at=refund.made_at,
        units=units,
        fees=(),
        refunds=(_as_the_portal_would(refund),),
        allowances=tuple(Allowance(kind=kind, amount=amount) for kind, amount in amounts if amount.minor > 0),
    )


def _as_the_portal_would(refund: ShopRefund) -> RmaRefund:
    return RmaRefund(
        refund_id=refund.refund_id,
        amount=refund.amount,
        is_settled=refund.is_settled,
        has_failed=refund.has_failed,
    )


def _given(units: tuple[RmaUnit, ...], amount: Money) -> Iterator[RmaUnit]:
    """The units with their share of what was given for all of them."""
    prices = [unit.paid_gross.minor for unit in units]
    if not sum(prices):
        yield from units
        return
    for unit, part in zip(units, amount.split(prices), strict=True):
        yield replace(unit, value=part)


def _units(adoption: Adoption, refund: ShopRefund) -> Iterator[RmaUnit]:
    for line in refund.lines:
        for number, paid in enumerate(line.gross.split([1] * line.quantity) if line.quantity else ()):
            yield RmaUnit(
                unit_id=f"{refund.refund_id}:{line.line_id}:{number + 1}",
                shop_line=line.line_id,
                sku=line.sku,
                title=line.sku,
                paid_gross=paid,
                reason=adoption.reason,
                outcome=Outcome.REFUND,
                outcome_text=f"refund {refund.refund_id}",
                received_at=adoption.goods_here_since,
                grade=Grade.UNGRADED,
                is_kept=adoption.adopted_as == "returnless",
            )
