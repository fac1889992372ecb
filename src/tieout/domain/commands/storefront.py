"""The storefront and the returns portal: money back, goods offered again, an RMA released and finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Units of one storefront order line in a refund."""

    shop_line: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """A quantity of one stock code that a storefront location may sell again."""

    sku: str
    quantity: int
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Command):
    """Release the refund in the storefront: the key goes into its note and seeds its idempotency key."""

    kind: Literal["refund"] = "refund"
    order_id: str
    amount: Money
    lines: tuple[RefundLine, ...]
    note: str

    def figures(self) -> Figures:
        """Order and amount."""
        return refund_figures(self.order_id, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAvailability(Command):
    """Raise what the storefront offers for sale after the stock was read back in Sage."""

    kind: Literal["raise_availability"] = "raise_availability"
    lines: tuple[OfferLine, ...]

    def figures(self) -> Figures:
        """Quantity by stock code and storefront location."""
        return offer_figures([(line.sku, line.location, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLine:
    """Units of one stock code that left."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilOrder(Command):
    """Tell the storefront, and so the customer, what left and where it can be followed."""

    kind: Literal["fulfil_order"] = "fulfil_order"
    order_name: str
    """The storefront's own name of the order."""
    lines: tuple[SentLine, ...]
    carrier: str
    """As the storefront calls it, so that it knows the carrier's page; empty where it is not known."""
    tracking: tuple[str, ...]
    urls: tuple[str, ...] = ()

    def figures(self) -> Figures:
        """Order, and quantity by stock code."""
        return fulfilment_figures(self.order_name, [(line.sku, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDone(Command):
    """Tell the returns portal that the RMA is finished; moves neither money nor stock."""

    kind: Literal["mark_done"] = "mark_done"
    rma: str

    def figures(self) -> Figures:
        """The portal's status."""
        return {"status": "done"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOutcome(Command):
    """Let the portal give the customer what was agreed: the refund, store credit or card goes out by its own hand.

    Sent only after Sage's credit note for these units was read back. A portal without keys is asked what it has
    released before it is told.
    """

    kind: Literal["release_outcome"] = "release_outcome"
    rma: str
    amount: Money
    """What was credited for the units and is due to the customer; nothing for an even exchange."""

    def figures(self) -> Figures:
        """That the portal has let it go."""
        return {"status": "released"}


def refund_figures(order_id: str, amount: Money) -> Figures:
    """Figures of a storefront refund."""
    return {"order": order_id, "amount": str(amount.minor), "currency": amount.currency}


def offer_figures(offers: Sequence[tuple[str, str, int]]) -> Figures:
    """Figures of what is offered for sale from (stock code, location, quantity)."""
    return summed([(f"{sku}@{location}", Decimal(quantity)) for sku, location, quantity in offers])


def fulfilment_figures(order_name: str, sent: Sequence[tuple[str, int]]) -> Figures:
    """Figures of a fulfilment from the order's name and (stock code, quantity)."""
    return {"order": order_name, **summed([(f"sent {sku}", Decimal(quantity)) for sku, quantity in sent])}
