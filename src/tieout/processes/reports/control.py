"""Control totals: what each sweep listed, and everything at the source against everything booked, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.faults.returns import REFUND_NE_INVOICE
from tieout.processes.reports.known import Known, credit_lines
from tieout.processes.reports.stages import Standing, standings
from tieout.processes.standing import TIEOUT
from tieout.store.cases import Case
from tieout.store.sweeps import Sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """The last run of one sweep of one account."""

    account: str
    name: str
    ran_at: datetime
    listed: int
    found: int
    """Documents woken, or strays."""
    found_are: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A return that is not booked as the source has it."""

    company: str
    document: str
    currency: str
    source_units: int
    source_minor: int
    """At the portal's prices."""
    source_read_at: datetime | None
    """None when the portal's figures were never read."""
    booked_units: int
    booked_minor: int
    """On credit notes that were read back in Sage."""
    booked_read_at: datetime | None
    reasons: tuple[str, ...]
    has_reason: bool
    """Every part of the difference has its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """All returns of one currency."""

    currency: str
    source_returns: int
    source_units: int
    source_minor: int
    booked_returns: int
    """Those of which every unit is booked."""
    booked_units: int
    booked_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The report."""

    as_at: datetime
    sweeps: tuple[SweepRow, ...]
    totals: tuple[ControlTotal, ...]
    differences: tuple[Difference, ...]
    is_complete: bool
    """Whether every difference has its reason on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One return at the source and in the books."""

    known: Known
    currency: str
    at_source: tuple[Standing, ...]
    booked: tuple[Standing, ...]
    booked_minor: int
    booked_read_at: datetime | None

    @property
    def source_minor(self) -> int:
        """What the portal says that the units cost."""
        return sum(each.unit.paid_gross.minor for each in self.at_source)

    @property
    def price_difference(self) -> int:
        """What Sage credited over the portal's prices of the same units."""
        return self.booked_minor - sum(each.unit.paid_gross.minor for each in self.booked)


def control(known: Sequence[Known], sweeps: Sequence[Sweep], now: datetime) -> Control:
    """Source against books over all returns known."""
    sides = [_sides(each) for each in known]
    differences = tuple(found for each in sides if (found := _difference(each)) is not None)
    currencies = sorted({each.currency for each in sides} | {"GBP"})
    return Control(
        as_at=now,
        sweeps=tuple(_sweep(each) for each in sweeps),
        totals=tuple(
            _total([each for each in sides if each.currency == currency], currency) for currency in currencies
        ),
        differences=differences,
        is_complete=all(each.has_reason for each in differences),
    )


def _sweep(sweep: Sweep) -> SweepRow:
    found_are = "woken" if "woken" in sweep.counted else "strays"
    return SweepRow(
        account=sweep.account,
        name=sweep.name,
        ran_at=sweep.ran_at,
        listed=sweep.counted.get("listed", 0),
        found=sweep.counted.get(found_are, 0),
        found_are=found_are,
    )


def _sides(known: Known) -> Sides:
    at_source = tuple(standings(known))
    posted = [step for step in known.steps if step.state == "done" and credit_lines(step) and step.leg is not None]
    seen = [step.leg for step in posted if step.leg is not None and step.leg.seen_at is not None]
    units = {unit for step in posted for unit in step.command.units}
    rma = known.facts.rma if known.facts else None
    return Sides(
        known=known,
        currency=rma.currency if rma else "GBP",
        at_source=at_source,
        booked=tuple(each for each in at_source if each.unit.unit_id in units),
        booked_minor=sum(leg.seen_minor or 0 for leg in seen),
        booked_read_at=min((leg.seen_at for leg in seen if leg.seen_at is not None), default=None),
    )


def _difference(sides: Sides) -> Difference | None:
    known = sides.known
    is_unread = known.facts is None
    lacks_units = len(sides.booked) != len(sides.at_source)
    if not (is_unread or lacks_units or sides.booked_minor != sides.source_minor):
        return None
    general = tuple(_standing_reasons(known))
    price = _price_reason(sides)
    needs_price = sides.price_difference != 0
    return Difference(
        company=known.company,
        document=known.names,
        currency=sides.currency,
        source_units=len(sides.at_source),
        source_minor=sides.source_minor,
        source_read_at=known.facts.now if known.facts else None,
        booked_units=len(sides.booked),
        booked_minor=sides.booked_minor,
        booked_read_at=sides.booked_read_at,
        reasons=(*general, *([price] if price else [])),
        has_reason=(bool(general) or not (is_unread or lacks_units)) and (not needs_price or bool(price)),
    )


def _standing_reasons(known: Known) -> Iterator[str]:
    """Why units are not booked: a case, what the return waits for, or what a person decided."""
    case = known.open_case
    if case is not None:
        yield f"case {case.id} {case.code}"
    elif known.state == "waiting":
        yield f"waiting: {known.note or 'to be worked on'}"
    elif known.state == "blocked":
        yield from (f"case {each.id} closed by {each.closed_by}: {each.closed_how}" for each in _settled(known))


def _settled(known: Known) -> list[Case]:
    return [case for case in known.cases if case.state == "closed" and case.closed_by != TIEOUT]


def _price_reason(sides: Sides) -> str:
    """Why Sage credits other prices than the portal's: rounding within the tolerance, a case or an acceptance."""
    known, facts = sides.known, sides.known.facts
    if facts is None or not sides.price_difference:
        return ""
    amount = f"invoice {sides.price_difference:+d} pence against the portal"
    tolerance = facts.tables.number("price_tolerance_pence", 0) + 1
    if abs(sides.price_difference) <= tolerance * len(sides.booked):
        return f"{amount}: rounding, within the tolerance"
    accepted = next((each for each in known.approvals if each.code == REFUND_NE_INVOICE.code), None)
    if accepted is not None:
        return f"{amount}: accepted by {accepted.who}: {accepted.why}"
    case = known.open_case
    return f"{amount}: case {case.id} {case.code}" if case is not None else ""


def _total(sides: Sequence[Sides], currency: str) -> ControlTotal:
    real = [each for each in sides if each.at_source]
    return ControlTotal(
        currency=currency,
        source_returns=len(real),
        source_units=sum(len(each.at_source) for each in real),
        source_minor=sum(each.source_minor for each in real),
        booked_returns=sum(1 for each in real if len(each.booked) == len(each.at_source)),
        booked_units=sum(len(each.booked) for each in real),
        booked_minor=sum(each.booked_minor for each in sides),
    )
