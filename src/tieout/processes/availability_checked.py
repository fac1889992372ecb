"""Whether what is published of availability rests on rules that can be right, and is still worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from tieout.domain.availability.publishing import misgivings, mode_of
from tieout.domain.business_dates import uk_date
from tieout.domain.faults.warehouse_stock import OVERSELL_RISK
from tieout.ports.accounts import Finding
from tieout.processes.rules import rules_on
from tieout.store import availability
from tieout.store.store import Connection, Store

LATE: Final = timedelta(hours=1)
"""Figures older than this are worked out by nobody: the schedule is off, or a system cannot be read."""


def availability_findings(store: Store, companies: Sequence[str], now: datetime) -> list[Finding]:
    """What stands in the way, by company; one line that all is well for a company that publishes."""
    found: list[Finding] = []
    for company in companies:
        with store.scope(company) as c:
            found += _findings(c, company, now)
    return found


def _findings(c: Connection, company: str, now: datetime) -> Iterator[Finding]:
    subject, tables = f"availability {company}", rules_on(c, company, uk_date(now))
    wrong = list(misgivings(tables))
    for sentence in wrong:
        yield Finding(subject=subject, is_well=False, says=sentence)
    if mode_of(tables) == "off" or wrong:
        return
    kept = availability.kept_figures(c, company)
    ever, still = availability.incidents(c, company, OVERSELL_RISK.code)
    risks = f"oversell risks: {ever} ever, {still} open"
    newest = max((one.as_at for one in kept), default=None)
    if newest is None or now - newest > LATE:
        says = "nothing was ever worked out" if newest is None else f"last worked out {newest:%d %b %H:%M} UTC"
        yield Finding(
            subject=subject, is_well=False, says=f"{says}: is a worker running, can Sage and the shop be read?"
        )
        return
    yield Finding(
        subject=subject, is_well=still == 0, says=f"{len(kept)} figures as at {newest:%d %b %H:%M} UTC; {risks}"
    )
