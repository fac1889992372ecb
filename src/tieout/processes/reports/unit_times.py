"""The times of every returned unit: came, credited, paid back, for sale again; each by the system that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout.domain import commands as c
from tieout.domain.documents.rma import Outcome, RmaUnit
from tieout.domain.identifiers import find_key
from tieout.domain.money import Money
from tieout.domain.returns.allocation import allocate, as_ranges, invoiced_share, matched_order, spread
from tieout.domain.returns.disposition import place_for
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.reports.known import Known
from tieout.processes.reports.stages import unit_values


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTimes:
    """One unit; None for what has not happened."""

    company: str
    rma: str
    unit: str
    sku: str
    reason: str
    carrier: str
    warehouse: str
    """Where the disposition table sends it; empty where it names no place."""
    is_to_be_sold: bool
    """It goes, or will go, into a bin for sale."""
    received_at: datetime | None
    """By the portal, or by the warehouse that tells us."""
    credited_at: datetime | None
    """When its credit note was first read back in Sage; Sage itself keeps only the day."""
    refunded_at: datetime | None
    """By the storefront: when it made the refund."""
    saleable_at: datetime | None
    """When the storefront was first read back to offer it."""
    value: Money
    """As invoiced, tax included; the portal's price where no sale is found."""
    valued_by: str
    read_at: datetime
    """When the portal was last asked."""


def unit_times(known: Known) -> Iterator[UnitTimes]:
    """Every unit of a return that comes back or did; kept and rejected ones have no such times."""
    facts = known.facts
    if facts is None or facts.rma is None:
        return
    values = _invoiced(known, facts)
    refunds = _refunded(known, facts)
    carrier = facts.rma.parcels[0].carrier if facts.rma.parcels else ""
    for unit in facts.rma.units:
        if unit.is_kept or unit.outcome is Outcome.REJECT:
            continue
        place = place_for(facts, unit)
        found = facts.bin(place.warehouse, place.bin) if place else None
        value, valued_by = values.get(unit.unit_id, (unit.paid_gross, "portal"))
        yield UnitTimes(
            company=known.company,
            rma=known.key,
            unit=unit.unit_id,
            sku=unit.sku,
            reason=unit.reason,
            carrier=carrier,
            warehouse=place.warehouse if place else "",
            is_to_be_sold=found is not None and found.is_for_sale,
            received_at=unit.received_at,
            credited_at=_first(known, unit, c.PostSopCreditNote, c.RaiseCreditNote),
            refunded_at=refunds.get(unit.unit_id),
            saleable_at=_first(known, unit, c.RaiseAvailability),
            value=value,
            valued_by=valued_by,
            read_at=facts.now,
        )


def _first(known: Known, unit: RmaUnit, *kinds: type[c.AnyCommand]) -> datetime | None:
    """When a command of these kinds over the unit was first read back as done."""
    done = [step.at for step in known.steps if isinstance(step.command, kinds) and unit.unit_id in step.command.units]
    return min((at for at in done if at is not None), default=None)


def _refunded(known: Known, facts: ReturnFacts) -> dict[str, datetime]:
    """When the money for each unit went back: our refund over it, else the first that the portal made for the RMA."""
    in_shop = facts.shop_order.refunds if facts.shop_order else ()
    by_key = {find_key(refund.note): refund.made_at for refund in in_shop if not refund.has_failed}
    assert facts.rma is not None
    named = {refund.refund_id for refund in facts.rma.refunds if not refund.has_failed}
    others = min((r.made_at for r in in_shop if r.refund_id in named and not r.has_failed), default=None)
    found = {unit.unit_id: others for unit in facts.rma.units if others is not None and unit.outcome is Outcome.REFUND}
    for step in known.steps:
        if isinstance(step.command, c.Refund) and step.at is not None:
            at = by_key.get(step.command.key) or step.at
            found |= dict.fromkeys(step.command.units, at)
    return found


def _invoiced(known: Known, facts: ReturnFacts) -> dict[str, tuple[Money, str]]:
    """What each unit was invoiced at: by its credit note once one is decided, else by its invoiced line."""
    found = {unit: (value.amount, value.by) for unit, value in unit_values(known, facts).items()}
    order = matched_order(facts)
    if order is None:
        return found
    line_of = allocate(facts, order).line_of
    by = "storefront order" if order.is_historical else "sage invoice"
    for line in order.lines:
        mine = [unit for unit, of in line_of.items() if of.line_id == line.line_id and unit not in found]
        taken = {n for t in facts.taken if t.order_line == line.line_id for n in spread(t.ordinals)}
        free = [n for n in range(int(line.quantity)) if n not in taken][: len(mine)]
        if mine and len(free) == len(mine):
            net, tax = invoiced_share(line, as_ranges(free))
            found |= {unit: (part, by) for unit, part in zip(mine, (net + tax).split([1] * len(mine)), strict=True)}
    return found
