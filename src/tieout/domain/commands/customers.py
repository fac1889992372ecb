"""Customer accounts: opened, given a delivery address, annotated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tieout.domain.commands.base import Command, Figures
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.sales_order import Nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCustomer(Command):
    """Open a customer account: its reference is its own key."""

    kind: Literal["open_customer"] = "open_customer"
    reference: str
    """Account number, at most eight characters."""
    name: str
    short_name: str = ""
    address: PostalAddress | None = None
    vat_number: str = ""
    country: str = ""
    """Two-letter code; empty for the company's own."""
    tax_code: str | None = None
    nominal: Nominal | None = None

    def figures(self) -> Figures:
        """Reference and name."""
        return {"reference": self.reference, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDeliveryAddress(Command):
    """Give a customer account a delivery address: the key goes into its description."""

    kind: Literal["add_delivery_address"] = "add_delivery_address"
    customer_id: str
    address: PostalAddress

    def figures(self) -> Figures:
        """Customer, name and postcode."""
        return {"customer": self.customer_id, "name": self.address.name, "postcode": self.address.postcode}


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMemo(Command):
    """Write a note on a customer account or on a posted transaction: the key stands at the note's end."""

    kind: Literal["write_memo"] = "write_memo"
    on_what: Literal["customer", "posting"]
    target: str
    """The customer's id, or the posting's URN."""
    note: str
    """At most 1000 characters with the key (section 5)."""

    def figures(self) -> Figures:
        """What it stands on, and the text."""
        return {self.on_what: self.target, "note": self.note}
