"""Warehouses that have said nothing for too long: what they did meanwhile is not in Sage."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tieout.domain.business_dates import uk_date
from tieout.domain.desk.due_times import after_working_hours
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import FEED_LATE
from tieout.domain.money import Money
from tieout.ports.directory import Company
from tieout.processes.kinds import FEED
from tieout.processes.lanes import Floor
from tieout.processes.movements import SWEEP as MOVEMENTS
from tieout.processes.rules import rules_on
from tieout.processes.told import TAKEN
from tieout.processes.warehouses_seen import NAME as ORDERS
from tieout.reconciliation.counts import SWEEP as COUNTS
from tieout.reconciliation.desk import Subject, clear_case, raise_case
from tieout.store import sweeps
from tieout.store.store import Connection

WATCHED: Final = "feed watched"
"""The sweep that says since when an account is watched."""
LATE_HOURS: Final = 24
ASKED: Final = (ORDERS, MOVEMENTS, COUNTS)
"""What a warehouse that can be asked is asked for: each must have been read whole."""


def watch_feeds(floor: Floor, company: Company) -> int:
    """Open a case for every account that is silent for longer than agreed, in working time; returns how many are."""
    now, late = floor.clock(), 0
    with floor.store.scope(company.name) as c:
        tables = rules_on(c, company.name, uk_date(now), table="policy")
        hours = tables.number("feed_late_hours", LATE_HOURS)
        for account in company.warehouses:
            what, heard = _heard(c, company, account, now)
            title = f"What {account} tells"
            subject = Subject(company=company.name, kind=FEED, key=account, title=title, lanes=company.lanes)
            if after_working_hours(heard, hours) < now:
                late += 1
                saw = f"no {what} since {heard:%d %b %Y %H:%M} UTC"
                wanted = f"one within {hours} hours of working time"
                fault = Fault(code=FEED_LATE.code, at=account, saw=saw, wanted=wanted)
                raise_case(c, subject, (fault,), Money(0), at=now)
            else:
                clear_case(c, subject, at=now)
    return late


def _heard(c: Connection, company: Company, account: str, now: datetime) -> tuple[str, datetime]:
    """What an account has not told for longest, and since when; since it is watched, where it never told it."""
    since = _watched(c, account, now)
    if account in company.feeds_of_files:
        taken = sweeps.sweep(c, account, TAKEN)
        return "file", taken.ran_at if taken is not None else since
    read = [(name, sweeps.sweep(c, account, name)) for name in ASKED]
    found = [(f"whole list of {name}", last.ran_at if last is not None else since) for name, last in read]
    return min(found, key=lambda each: each[1])


def _watched(c: Connection, account: str, now: datetime) -> datetime:
    """Since when it is watched; the first time, now."""
    known = sweeps.sweep(c, account, WATCHED)
    if known is not None:
        return datetime.fromisoformat(known.high_water)
    sweeps.swept(c, account, WATCHED, high_water=now.isoformat(), counted={}, at=now)
    return now
