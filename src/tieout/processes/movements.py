"""Movements of warehouses' stock: from the moment one is told until Sage's books show it, or somebody says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

import structlog

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.warehouse_stock.facts import MovementFacts, document_key
from tieout.domain.warehouse_stock.plan import plan_movement, stake_of
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes import told
from tieout.processes.gather_movement import complete_movement, gather_movement, seen_of_movement
from tieout.processes.kinds import MOVEMENT
from tieout.processes.lanes import Floor
from tieout.processes.record import movement_facts_to_json
from tieout.processes.routing import wake
from tieout.processes.rules import rules_on
from tieout.processes.settling import Flow
from tieout.store import sweeps
from tieout.store.store import Connection

log = structlog.get_logger()

MOVEMENTS: Final[Flow[MovementFacts]] = Flow(
    kind=MOVEMENT,
    process="stock.settle/1",
    names="Stock movement {}",
    gather=gather_movement,
    complete=complete_movement,
    decide=plan_movement,
    seen=seen_of_movement,
    stake=stake_of,
    kept=movement_facts_to_json,
    accounts=lambda company: (company.ledger_account,),
)
SWEEP: Final = "warehouse movements"
PLACE: Final = "warehouse movements kept"
"""The sweep under which the place is kept up to which movements were told; `SWEEP` says that all of them were."""
NO_DAY: Final = "the rule movements_from is no day like 2026-04-01: nothing is taken in until it is"
AT_ONCE: Final = 100
"""Movements kept in one transaction, with the place up to which they were told."""


def sweep_movements(floor: Floor, company: Company) -> int:
    """Take in every movement that the warehouses tell behind the last one; returns how many were new.

    Files are not asked: what they tell is taken in with the file. A warehouse that cannot be read now is read from
    the same place next time.
    """
    asked = (account for account in company.warehouses if account not in company.feeds_of_files)
    return sum(_sweep(floor, company, account) for account in asked)


def keep_movement(company: Company, c: Connection, movement: WarehouseMovement, *, at: datetime) -> bool:
    """Keep a movement under its document and wake that; False when exactly this was told before."""
    is_new = told.keep(
        c,
        MOVEMENT,
        replace(movement, cursor=""),
        company=company.name,
        account=movement.account,
        document=(MOVEMENT, document_key(movement)),
        occurred_at=movement.occurred_at,
        at=at,
    )
    if is_new:
        wake(c, company.name, company.lanes, document_key(movement), at=at, kind=MOVEMENT)
    return is_new


def _sweep(floor: Floor, company: Company, account: str) -> int:
    """The first whole look only finds the place, unless a rule says from which day movements are booked.

    What moved before Tieout was connected stands in Sage's opening stock.
    """
    with floor.store.scope(company.name) as c:
        last, whole = sweeps.sweep(c, account, PLACE), sweeps.sweep(c, account, SWEEP)
    begins = date.min if whole is not None else _begins(floor, company)
    if begins is None:
        log.warning("sweep.stopped", company=company.name, sweep=SWEEP, account=account, reason=NO_DAY)
        return 0
    cursor, listed, new = last.high_water if last is not None else "", 0, 0
    waiting: list[WarehouseMovement] = []
    try:
        for movement in company.warehouses[account].movements(cursor):
            waiting.append(movement)
            listed += 1
            if len(waiting) == AT_ONCE:
                new += _keep(floor, company, account, waiting, begins)
                waiting = []
    except ConnectorError as error:
        new += _keep(floor, company, account, waiting, begins)
        log.warning("sweep.stopped", company=company.name, sweep=SWEEP, account=account, reason=str(error))
        return new
    new += _keep(floor, company, account, waiting, begins)
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        counted = {"listed": listed, "new": new}
        sweeps.swept(c, account, SWEEP, high_water=now.isoformat(), counted=counted, at=now)
    return new


def _begins(floor: Floor, company: Company) -> date | None:
    """The day of the first movement that is booked, at the first look; the end of time where no rule names one.

    None where the rule names no day: what the first look passes over is passed over for good.
    """
    with floor.store.scope(company.name) as c:
        text = rules_on(c, company.name, uk_date(floor.clock()), table="policy").policy("movements_from") or ""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else date.max
    except ValueError:
        return None


def _keep(floor: Floor, company: Company, account: str, movements: Sequence[WarehouseMovement], begins: date) -> int:
    """Keep movements and the place behind the last of them in one transaction: none is lost, none told twice."""
    if not movements:
        return 0
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        wanted = [movement for movement in movements if uk_date(movement.occurred_at) >= begins]
        new = sum(keep_movement(company, c, movement, at=now) for movement in wanted)
        counted = {"listed": len(movements), "new": new}
        place = movements[-1].cursor
        if place:
            sweeps.swept(c, account, PLACE, high_water=place, counted=counted, at=now)
    return new
