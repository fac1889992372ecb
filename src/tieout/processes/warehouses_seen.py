"""What warehouses say unasked: requests that changed, and shipments that no order of ours explains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from tieout.domain.documents.shipping import Shipment
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.orders import ORPHANED_SHIPMENT
from tieout.domain.money import Money
from tieout.domain.orders.keys import order_of, request_key
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.kinds import ORDER
from tieout.processes.lanes import Floor
from tieout.processes.routing import wake
from tieout.processes.standing import seen_leg
from tieout.processes.strays import report_stray
from tieout.store import documents, effects, sweeps
from tieout.store.store import Connection

log = structlog.get_logger()

STRAY: Final = "shipment"
"""The kind of document that a shipment becomes which no order explains."""
NAME: Final = "warehouse orders"
OVERLAP: Final = timedelta(minutes=10)


def sweep_warehouses(floor: Floor, company: Company, back: timedelta) -> int:
    """List what changed at every warehouse since the last whole look; returns how many orders were woken.

    Webhooks only say it sooner. A warehouse that cannot be read now is read from the same time on next time.
    """
    return sum(_sweep(floor, company, account, back) for account in company.warehouses)


def _sweep(floor: Floor, company: Company, account: str, back: timedelta) -> int:
    now = floor.clock()
    listed = woken = strays = 0
    try:
        for reference in company.warehouses[account].changed(_since(floor, company, account, now - back)):
            listed += 1
            if not _is_ours(floor, company, account, reference):
                strays += _report(floor, company, account, reference)
            elif _wake(floor, company, reference):
                woken += 1
    except ConnectorError as error:
        log.warning("sweep.stopped", company=company.name, sweep=NAME, account=account, reason=str(error))
        return woken
    with floor.store.scope(company.name) as c:
        counted = {"listed": listed, "woken": woken, "strays": strays}
        sweeps.swept(c, account, NAME, high_water=now.isoformat(), counted=counted, at=now)
    return woken


def _since(floor: Floor, company: Company, account: str, otherwise: datetime) -> datetime:
    with floor.store.scope(company.name) as c:
        last = sweeps.sweep(c, account, NAME)
    return datetime.fromisoformat(last.high_water) - OVERLAP if last is not None and last.high_water else otherwise


def _wake(floor: Floor, company: Company, reference: str) -> bool:
    """Wake the order of a request; False where it is due already."""
    with floor.store.scope(company.name) as c:
        known = documents.document(c, company.name, ORDER, order_of(reference))
        if known is None or (known.due_at is not None and known.due_at <= floor.clock()):
            return False
        wake(c, company.name, company.lanes, known.key, at=floor.clock(), kind=ORDER)
    return True


def _is_ours(floor: Floor, company: Company, account: str, reference: str) -> bool:
    with floor.store.scope(company.name) as c:
        return is_asked(c, company.name, account, reference)


def is_asked(c: Connection, company: str, account: str, reference: str) -> bool:
    """Whether this warehouse was asked, or may have been asked, to ship under a reference.

    The number of an order that we follow is not enough: a request that nobody sent belongs to nobody's order.
    """
    number, release = order_of(reference), reference.strip().rpartition("-")[2]
    if not number or documents.document(c, company, ORDER, number) is None:
        return False
    effect = effects.under_key(c, company, request_key(company, number, int(release)))
    if effect is None or effect.state not in ("intended", "done"):
        return False
    asked = effect.content
    return isinstance(asked, Mapping) and (asked["account"], asked["reference"]) == (account, reference.strip())


def _report(floor: Floor, company: Company, account: str, reference: str) -> int:
    """Shipments under a reference that is none of ours: stock has left and Sage knows nothing of it."""
    gone = [each for each in company.warehouses[account].shipments(reference) if each.stage == "despatched"]
    with floor.store.scope(company.name) as c:
        return sum(report_orphan(c, company.name, shipment, at=floor.clock()) for shipment in gone)


def report_orphan(c: Connection, company: str, shipment: Shipment, *, at: datetime) -> bool:
    """Put a shipment that no order explains on somebody's desk; False when it lies there already."""
    units = ", ".join(f"{line.quantity} x {line.sku}" for line in shipment.lines)
    where = f" from {shipment.site}" if shipment.site else ""
    saw = f"{units}, left{where} {shipment.reached_at:%d %b %Y %H:%M} UTC as {shipment.reference or 'nothing'}"
    quantity = sum((line.quantity for line in shipment.lines), Decimal(0))
    return report_stray(
        c,
        company=company,
        kind=STRAY,
        key=f"{shipment.account}|{shipment.shipment_id}",
        title=f"Shipment {shipment.shipment_id} of {shipment.account}",
        fault=Fault(code=ORPHANED_SHIPMENT.code, at=f"shipment {shipment.shipment_id}", saw=saw),
        stake=Money(0),
        leg=seen_leg(
            "warehouse",
            "shipment",
            shipment.shipment_id,
            Owner.OPERATIONS.value,
            quantity=quantity,
            reference=shipment.shipment_id,
        ),
        at=at,
    )
