"""What the storefront is told of a figure, and what somebody must see about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tieout.domain.availability.facts import ZERO, Offer
from tieout.domain.availability.figures import Figure
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import OVERSELL_RISK
from tieout.domain.rules.mapping import MappingTables

Mode = Literal["off", "watch", "on"]
Outcome = Literal["published", "agrees", "unpublished", "sold meanwhile", "stale", "unknown", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A figure beside what the storefront offers now."""

    figure: Figure
    offered: Decimal | None
    """None where the storefront does not sell it at the location."""

    @property
    def wanted(self) -> Decimal | None:
        """What the storefront should be set to; None where it is to be left alone.

        What rests on figures that are too old may lower what is offered, and never raise it (3PL-12).
        """
        if self.offered is None or not self.figure.is_known:
            return None
        available = self.figure.available
        if available == self.offered or (self.figure.stale and available > self.offered):
            return None
        return available

    @property
    def risk(self) -> Fault | None:
        """OVERSELL_RISK when more is offered than is there, or when what is offered rests on nothing current."""
        if not self.offered or self.offered <= 0:
            return None
        figure, offer = self.figure, self.figure.offer
        at = f"{offer.sku} at {offer.location}"
        if figure.stale and not figure.is_known:
            saw = f"{self.offered} offered; the counts of {', '.join(figure.stale)} are too old"
            return Fault(code=OVERSELL_RISK.code, at=at, saw=saw, wanted="a new count")
        there = max(figure.there, ZERO)
        if figure.is_known and self.offered > there:
            return Fault(code=OVERSELL_RISK.code, at=at, saw=f"{self.offered} offered", wanted=f"at most {there}")
        return None


def mode_of(tables: MappingTables) -> Mode:
    """Whether availability is published (`on`), only worked out and shown (`watch`), or neither."""
    word = (tables.policy("publish_availability") or "off").strip().casefold()
    return "on" if word == "on" else "watch" if word == "watch" else "off"


def buffer_of(tables: MappingTables, offer: Offer) -> Decimal:
    """How many units are never offered: by the row of location and stock code, else of the code, a beginning or `*`."""
    rule = tables.find("availability_buffer", f"{offer.location}|{offer.sku}")
    if rule is None or "|" not in rule.key:
        rule = tables.find("availability_buffer", offer.sku)
    units = (rule.value.get("units") or "").strip() if rule is not None else ""
    return Decimal(units) if units.isdecimal() else ZERO


def case_key(offer: Offer) -> str:
    """The key of the document that a figure in trouble becomes."""
    return f"{offer.location}|{offer.sku}"
