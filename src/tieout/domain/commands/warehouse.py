"""Warehouses and 3PLs: asked to ship, and asked not to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money

REFERENCE_LETTERS = 22
"""The longest reference of a request: the depositor order number of X12 940 (W05-02) has so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One line to pick."""

    line: str
    """The id of Sage's order line: comes back on the shipment where the warehouse can keep it."""
    number: int
    """Its place on Sage's order, from 1, for warehouses that keep only a number."""
    sku: str
    """As the warehouse calls it."""
    quantity: Decimal
    """In `unit`; whole where the warehouse takes whole numbers only."""
    unit: str
    """As the warehouse calls it; empty where it has none."""
    stock_sku: str
    """Sage's stock code."""
    stock_quantity: Decimal
    """The same in Sage's stock units: `quantity` times the factor frozen here."""
    description: str = ""
    unit_value: Money | None = None
    """Net price of one `unit`, to the penny, for customs papers; None where it is not told."""

    @property
    def factor(self) -> Decimal:
        """How many stock units one `unit` is."""
        return self.stock_quantity / self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SendShipmentRequest(Command):
    """Ask a warehouse to ship lines of a sales order.

    The reference is what the warehouse knows it by and what makes it single there: the order's number and the number
    of the request, as `0000000123-1`. It stands in every field that the warehouse keeps single.
    """

    kind: Literal["send_shipment_request"] = "send_shipment_request"
    account: str
    """Our name of the warehouse's account."""
    site: str
    """The warehouse's own name of the place to ship from; empty where it has one only, or chooses."""
    reference: str
    order_number: str
    channel_reference: str
    customer: str
    """The customer's account in Sage."""
    ordered_on: date
    required_on: date | None
    lines: tuple[RequestLine, ...]
    deliver_to: PostalAddress
    service: str
    """The shipping service as the warehouse calls it; empty for its own choice."""
    instructions: str = ""
    """What the warehouse must read, of the order's comment lines."""
    currency: str = "GBP"

    def figures(self) -> Figures:
        """Reference, and quantity by the warehouse's stock code."""
        return request_figures(self.reference, [(line.sku, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelShipmentRequest(Command):
    """Ask a warehouse not to ship what has not left of a request. It may be too late: then it refuses."""

    kind: Literal["cancel_shipment_request"] = "cancel_shipment_request"
    account: str
    reference: str
    order_number: str

    def figures(self) -> Figures:
        """That nothing of it will leave any more."""
        return {"reference": self.reference, "status": "cancelled"}


def request_figures(reference: str, lines: list[tuple[str, Decimal]]) -> Figures:
    """Figures of a request from its reference and (the warehouse's stock code, quantity)."""
    return {"reference": reference, **summed([(f"quantity {sku}", quantity) for sku, quantity in lines])}
