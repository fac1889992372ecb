"""An order to a warehouse as a message holds it: what was written can be read back and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.connectors.files.edi.compat import Action
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One line of an order."""

    line: str
    """Our id of the line; empty in an order of somebody else."""
    number: int
    sku: str
    quantity: Decimal
    unit: str
    """By the warehouse's name for it; the code of the message where it has none."""
    description: str = ""
    unit_value: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOrder:
    """One order, or the cancelling of one."""

    action: Action
    reference: str
    order_number: str
    channel_reference: str = ""
    customer: str = ""
    site: str = ""
    ordered_on: date | None = None
    required_on: date | None = None
    deliver_to: PostalAddress = field(default_factory=PostalAddress)
    service: str = ""
    instructions: str = ""
    lines: tuple[ReadLine, ...] = ()
    control: str = ""
    """The number of the envelope that it came in."""
