"""Every exchange with its legs: released, ordered in Sage, despatched, and the goods that come back for it.

As the storefront and Sage showed it when the return was last read; what goods should do to stock stands beside what
Sage shows that they did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tieout.domain import commands as c
from tieout.domain.commands.base import plain
from tieout.domain.documents.rma import Outcome, Rma, RmaStatus, RmaUnit
from tieout.domain.returns.exchanges import DESPATCHED, exchange_key, is_despatched
from tieout.domain.returns.facts import ExchangeFact, ReturnFacts
from tieout.processes.reports.figures import hours
from tieout.processes.reports.known import Known, Step


class ExchangeStage(StrEnum):
    """How far the goods in exchange are, in the order in which they pass."""

    NOT_RELEASED = "not released"
    NO_ORDER = "released, no order in Sage"
    ON_HOLD = "order on hold"
    TO_DESPATCH = "to be despatched"
    DESPATCHED = "despatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLeg:
    """One thing that a whole exchange has."""

    name: str
    is_there: bool
    what: str
    system: str
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRow:
    """One exchange, or what is asked for and not released yet."""

    company: str
    rma: str
    order: str
    exchange: str
    """Its name in the storefront; empty before it has one."""
    shape: str
    stage: ExchangeStage
    asked_at: datetime
    age_hours: Decimal
    """Since the customer asked, until now; what is whole has no age that matters."""
    promised_at: datetime | None
    """When the goods must have left; None before the exchange is released."""
    is_late: bool
    goods: str
    legs: tuple[ExchangeLeg, ...]
    missing: tuple[str, ...]
    """The names of legs that are not there."""
    stock_expected: str
    """Units in less units out, once all is done."""
    stock_shown: str
    """Units in less units out that Sage shows."""
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    """The report: what is late first, then what is longest asked for."""

    as_at: datetime
    rows: tuple[ExchangeRow, ...]
    whole: int
    late: int
    open: int


def exchanges_report(known: Sequence[Known], now: datetime, *, only_open: bool = False) -> Exchanges:
    """Every exchange of the returns in scope; those that are whole too, unless only open ones are wanted."""
    rows = [row for each in known for row in _of_return(each, now)]
    rows.sort(key=lambda row: (not row.is_late, not row.missing, row.asked_at, row.company, row.rma, row.exchange))
    return Exchanges(
        as_at=now,
        rows=tuple(row for row in rows if row.missing or not only_open),
        whole=sum(1 for row in rows if not row.missing),
        late=sum(1 for row in rows if row.is_late),
        open=sum(1 for row in rows if row.missing),
    )


def _of_return(known: Known, now: datetime) -> Iterator[ExchangeRow]:
    facts = known.facts
    if facts is None or facts.rma is None or facts.rma.status in (RmaStatus.CANCELLED, RmaStatus.REJECTED):
        return
    units = [unit for unit in facts.rma.units if unit.outcome is Outcome.EXCHANGE]
    if not units:
        return
    for fact in facts.exchanges or (None,):
        yield _row(known, facts, facts.rma, units, fact, now)


def _row(
    known: Known, facts: ReturnFacts, rma: Rma, units: Sequence[RmaUnit], fact: ExchangeFact | None, now: datetime
) -> ExchangeRow:
    back = [unit for unit in units if not unit.is_kept]
    in_stock = _in_stock(known, back)
    entered = _entered(known, facts, fact)
    legs = (*_going_out(facts, fact, entered), *_coming_in(known, facts, back, in_stock))
    missing = tuple(leg.name for leg in legs if not leg.is_there)
    promised = _promised(known, facts, fact)
    gone = is_despatched(fact) if fact is not None else False
    sent = sum((Decimal(line.quantity) for line in fact.exchange.lines), Decimal(0)) if fact is not None else Decimal(0)
    case = known.open_case
    return ExchangeRow(
        company=known.company,
        rma=known.key,
        order=rma.order_name,
        exchange=fact.exchange.name if fact is not None else "",
        shape=fact.exchange.shape if fact is not None else "",
        stage=stage_of(fact, is_entered=entered is not None),
        asked_at=rma.raised_at,
        age_hours=hours(now - rma.raised_at),
        promised_at=promised,
        is_late=promised is not None and now > promised and not gone,
        goods=_goods(fact, units),
        legs=legs,
        missing=missing,
        stock_expected=plain(len(back) - sent),
        stock_shown=plain(len(in_stock) - _despatched(fact)),
        case=f"case {case.id} {case.code}" if case is not None else "",
    )


def stage_of(fact: ExchangeFact | None, *, is_entered: bool) -> ExchangeStage:
    """How far an exchange is by the last reading; `is_entered` when its order was entered and read back after it."""
    if fact is None or not fact.exchange.is_released:
        return ExchangeStage.NOT_RELEASED
    if fact.order is None:
        return ExchangeStage.TO_DESPATCH if is_entered else ExchangeStage.NO_ORDER
    if is_despatched(fact):
        return ExchangeStage.DESPATCHED
    return ExchangeStage.ON_HOLD if fact.order.is_on_hold else ExchangeStage.TO_DESPATCH


def _entered(known: Known, facts: ReturnFacts, fact: ExchangeFact | None) -> Step | None:
    """Our entry of the order, once it was read back."""
    key = exchange_key(facts, fact) if fact is not None else ""
    return next((step for step in known.steps if step.command.key == key and step.at is not None), None)


def _going_out(facts: ReturnFacts, fact: ExchangeFact | None, entered: Step | None) -> Iterator[ExchangeLeg]:
    is_released = fact is not None and fact.exchange.is_released
    order = fact.order if fact is not None else None
    left = fact is not None and is_despatched(fact)
    yield _leg("released", "storefront", facts.now, fact.exchange.name if fact and is_released else "", is_released)
    number = order.number if order is not None else (entered.reference if entered is not None else "")
    read_at = entered.at if order is None and entered is not None and entered.at is not None else facts.now
    yield _leg("order in Sage", "sage", read_at, number, order is not None or entered is not None)
    yield _leg("despatch", "sage", facts.now, f"{plain(_despatched(fact))} units left", left)


def _coming_in(
    known: Known, facts: ReturnFacts, back: Sequence[RmaUnit], in_stock: Sequence[str]
) -> Iterator[ExchangeLeg]:
    """What comes back for it; nothing where the customer keeps the goods."""
    if not back:
        return
    came = [unit for unit in back if unit.received_at is not None]
    credited = {
        unit
        for step in known.steps
        if isinstance(step.command, c.PostSopCreditNote | c.RaiseCreditNote) and step.is_agreed
        for unit in step.command.units
    }
    mine = [unit for unit in back if unit.unit_id in credited]
    yield _leg("goods back", "portal", facts.now, f"{len(came)} of {len(back)}", len(came) == len(back))
    yield _leg("stock back", "sage", facts.now, f"{len(in_stock)} of {len(back)}", len(in_stock) == len(back))
    yield _leg("credit note", "sage", facts.now, f"{len(mine)} of {len(back)}", len(mine) == len(back))


def _leg(name: str, system: str, at: datetime, what: str, is_there: bool) -> ExchangeLeg:  # noqa: FBT001 - a column
    return ExchangeLeg(name=name, is_there=is_there, what=what, system=system, read_at=at)


def _in_stock(known: Known, back: Sequence[RmaUnit]) -> list[str]:
    """The units whose stock was read back in Sage."""
    steps = [s for s in known.steps if isinstance(s.command, c.ReceiveReturn | c.WriteOn) and s.is_agreed]
    shown = {unit for step in steps for unit in step.command.units}
    return [unit.unit_id for unit in back if unit.unit_id in shown]


def _promised(known: Known, facts: ReturnFacts, fact: ExchangeFact | None) -> datetime | None:
    """When the despatch falls due, by the leg that was declared for it."""
    key = exchange_key(facts, fact) if fact is not None else ""
    return next((leg.due_by for leg, _ in known.legs if (leg.kind, leg.ref) == (DESPATCHED, key)), None)


def _despatched(fact: ExchangeFact | None) -> Decimal:
    lines = fact.order.lines if fact is not None and fact.order is not None else ()
    return sum((line.despatched for line in lines if line.is_goods), Decimal(0))


def _goods(fact: ExchangeFact | None, units: Sequence[RmaUnit]) -> str:
    """What leaves, by the storefront once it says so, else by the portal."""
    if fact is not None and fact.exchange.lines:
        return ", ".join(f"{line.quantity} x {line.sku}" for line in fact.exchange.lines)
    return ", ".join(f"{item.quantity} x {item.sku}" for unit in units for item in unit.exchange)
