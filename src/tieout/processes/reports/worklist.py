"""The warehouse's list: every RMA with goods here that are not booked, and what to do with each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tieout.domain.documents.rma import Grade
from tieout.domain.faults import BY_CODE
from tieout.domain.returns.disposition import grade_of, place_for
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.reports.known import Known
from tieout.processes.reports.stages import Stage, Standing, standings

NO_PLACE = "no place in the table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One unit and what is to be done with it."""

    unit: str
    sku: str
    title: str
    reason: str
    stage: Stage
    grade: str
    received_at: datetime
    warehouse: str
    """By the disposition table; empty where it names no place, or before inspection."""
    bin: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaTasks:
    """One RMA at the bench."""

    company: str
    rma: str
    order: str
    read_from: str
    read_at: datetime
    held_by: str
    """Why nothing is booked: the open case, or empty."""
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """The report, the longest waiting first."""

    as_at: datetime
    rmas: tuple[RmaTasks, ...]


def worklist(known: Sequence[Known], now: datetime) -> Worklist:
    """What lies in goods in and waits; a unit leaves the list when its stock was read back in Sage."""
    found = [tasks for each in known if (tasks := _of_rma(each)) is not None]
    return Worklist(as_at=now, rmas=tuple(sorted(found, key=lambda rma: min(t.received_at for t in rma.tasks))))


def _of_rma(known: Known) -> RmaTasks | None:
    facts = known.facts
    if facts is None or facts.rma is None:
        return None
    here = [s for s in standings(known) if s.stage in (Stage.AWAITING_INSPECTION, Stage.NOT_BOOKED)]
    if not here:
        return None
    case = known.open_case
    return RmaTasks(
        company=known.company,
        rma=known.key,
        order=facts.rma.order_name,
        read_from="portal",
        read_at=facts.now,
        held_by=f"case {case.id} {case.code}: {BY_CODE[case.code].title} ({case.owner})" if case else "",
        tasks=tuple(_task(facts, standing) for standing in here),
    )


def _task(facts: ReturnFacts, standing: Standing) -> Task:
    unit = standing.unit
    assert unit.received_at is not None
    is_inspected = standing.stage is Stage.NOT_BOOKED
    place = place_for(facts, unit) if is_inspected else None
    if is_inspected:
        todo = f"put into {place.warehouse}/{place.bin}" if place else f"hold: {NO_PLACE}"
    else:
        todo = "inspect; " + "; ".join(
            f"{grade.value}: {_where(facts, standing, grade)}" for grade in (Grade.GOOD, Grade.DAMAGED)
        )
    return Task(
        unit=unit.unit_id,
        sku=unit.sku,
        title=unit.title,
        reason=unit.reason,
        stage=standing.stage,
        grade=grade_of(facts, unit).value if is_inspected else unit.grade.value,
        received_at=unit.received_at,
        warehouse=place.warehouse if place else "",
        bin=place.bin if place else "",
        todo=todo,
    )


def _where(facts: ReturnFacts, standing: Standing, grade: Grade) -> str:
    place = place_for(facts, replace(standing.unit, grade=grade))
    return f"{place.warehouse}/{place.bin}" if place else NO_PLACE
