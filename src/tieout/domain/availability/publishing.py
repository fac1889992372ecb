"""What the storefront is told of a figure, and what somebody must see about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from tieout.domain.availability.facts import ZERO, Offer, Source
from tieout.domain.availability.figures import Figure
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import OVERSELL_RISK
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.rules.row_checks import FREE_STOCK_REFUSED, is_free_stock

Mode = Literal["off", "watch", "on"]
Outcome = Literal["published", "agrees", "unpublished", "sold meanwhile", "stale", "unknown", "refused"]

SOURCES: tuple[str, ...] = get_args(Source)


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


def misgivings(tables: MappingTables) -> Iterator[str]:
    """What keeps availability from being right by the rules in force, each in a sentence.

    Sage's free-stock field is refused as a source however the row came in (WMS-55).
    """
    source = (tables.policy("availability_source") or SOURCES[0]).strip()
    if source.casefold() not in SOURCES:
        yield (
            f"policy availability_source says {source!r}. {FREE_STOCK_REFUSED}"
            if is_free_stock(source)
            else f"policy availability_source says {source!r}, which is none of {', '.join(SOURCES)}"
        )
    if mode_of(tables) == "off":
        return
    used = {rule.table for rule in tables.rules}
    if "storefront_location" not in used:
        yield "no warehouse has a row under Storefront locations, so nothing is worked out"
    if source.casefold() == "count" and "warehouse_site" not in used:
        yield "counts are the source, and no site has a row under Sites of warehouses in Sage, so no count can be used"
