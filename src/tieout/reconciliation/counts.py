"""Counts of warehouses that can be asked: each kept as an event, as those that come in files are."""

from __future__ import annotations

from typing import Final

import structlog

from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes import told
from tieout.processes.lanes import Floor
from tieout.store import sweeps

log = structlog.get_logger()

SWEEP: Final = "stock counts"


def keep_counts(floor: Floor, company: Company) -> int:
    """Ask every warehouse that can be asked what it holds; returns how many counts are new.

    Files tell theirs by themselves. A warehouse that cannot be read now is asked the next time.
    """
    asked = (account for account in company.warehouses if account not in company.feeds_of_files)
    return sum(_keep(floor, company, account) for account in asked)


def _keep(floor: Floor, company: Company, account: str) -> int:
    try:
        snapshots = company.warehouses[account].stock()
    except ConnectorError as error:
        log.warning("sweep.stopped", company=company.name, sweep=SWEEP, account=account, reason=str(error))
        return 0
    now, new = floor.clock(), 0
    with floor.store.scope(company.name) as c:
        for snapshot in snapshots:
            new += told.keep(
                c,
                told.SNAPSHOT,
                snapshot,
                company=company.name,
                account=account,
                document=(told.SNAPSHOT, told.site_key(account, snapshot.site)),
                occurred_at=snapshot.taken_at,
                at=now,
            )
        sweeps.swept(c, account, SWEEP, high_water=now.isoformat(), counted={"listed": len(snapshots)}, at=now)
    return new
