"""Files that warehouses drop for us: claimed, stored whole, read, and told part by part; nothing is lost or told twice.

The file's own bytes are stored before anything is made of them. A run that is cut off leaves the file claimed; the next
one reads it again, and what was stored is known.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import partial

import structlog

from tieout.domain.documents.shipping import Shipment
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import FILE_REFUSED
from tieout.domain.money import Money
from tieout.domain.orders.keys import order_of
from tieout.ports.directory import Company
from tieout.ports.errors import BadAnswer, ConnectorError
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import FileContent, FileFeed, RefusedRow, WaitingFile
from tieout.processes import told
from tieout.processes.charges import keep_charge
from tieout.processes.kinds import ORDER
from tieout.processes.lanes import Floor
from tieout.processes.movements import keep_movement
from tieout.processes.routing import wake
from tieout.processes.strays import report_stray
from tieout.processes.warehouses_seen import is_asked, report_orphan
from tieout.store import documents, inbox, legs, sweeps
from tieout.store.store import Connection

log = structlog.get_logger()

PICK_UP = "files picked up"
ROWS_SHOWN = 5
WAITING_AT_MOST = 1000


def pick_up(floor: Floor, company: Company) -> int:
    """Take in every file that is ready; returns how many. A place that cannot be reached is tried at the next run."""
    return sum(_pick_up(floor, company, account, feed) for account, feed in company.feeds_of_files.items())


def _pick_up(floor: Floor, company: Company, account: str, feed: FileFeed) -> int:
    taken = 0
    try:
        for file in feed.waiting():
            try:
                _take(floor, company, account, feed, file)
            except BadAnswer as error:
                # One file that cannot be had now, or cannot be answered, holds up no other; it is tried again.
                log.warning("file.left", company=company.name, account=account, file=file.name, reason=str(error))
            else:
                taken += 1
    except ConnectorError as error:
        log.warning("files.stopped", company=company.name, account=account, reason=str(error))
        return taken
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        sweeps.swept(c, account, PICK_UP, high_water=now.isoformat(), counted={"listed": taken}, at=now)
    return taken


def _take(floor: Floor, company: Company, account: str, feed: FileFeed, file: WaitingFile) -> None:
    now, digest = floor.clock(), ""
    try:
        body = feed.take(file)
        digest = hashlib.sha256(body).hexdigest()
        with floor.store.scope(company.name) as c:
            is_new = inbox.keep_event(c, _event(company.name, account, file.name, digest, body, now))
            if is_new:
                sweeps.swept(c, account, told.TAKEN, high_water=now.isoformat(), counted={"listed": 1}, at=now)
        content = feed.read(file.name, body)
    except MalformedError as error:
        why, known_by = str(error), digest or f"{file.name}, {file.size} bytes"
        with floor.store.scope(company.name) as c:
            _refuse(c, company.name, account, file.name, known_by, why, now)
        feed.reject(file.name, why)
        log.warning("file.refused", company=company.name, account=account, file=file.name, reason=why)
        return
    with floor.store.scope(company.name) as c:
        new = _tell(company, c, account, content, now)
        if content.refused:
            _refuse(c, company.name, account, file.name, digest, _rows(content.refused), now)
    # Before the file is moved away: what is acknowledged is what was read.
    feed.acknowledge(file.name, content)
    feed.keep(file.name)
    log.info("file.taken", company=company.name, account=account, file=file.name, is_new=is_new, parts=new)


def _event(company: str, account: str, name: str, digest: str, body: bytes, now: datetime) -> inbox.NewEvent:
    return inbox.NewEvent(
        company=company,
        account=account,
        external_id=f"{told.FILE}:{digest}",
        kind=told.FILE,
        document_kind="",
        document_key=name[:200],
        occurred_at=now,
        received_at=now,
        payload=body,
        content_type="application/octet-stream",
    )


def _tell(company: Company, c: Connection, account: str, content: FileContent, now: datetime) -> int:
    """Keep every part under its document and wake who is concerned; returns how many parts were new."""
    keep = partial(told.keep, c, company=company.name, account=account, at=now)
    new = 0
    for shipment in content.shipments:
        new += _tell_order(company, c, shipment, now)
    for answer in content.answers:
        number = order_of(answer.reference)
        is_known = documents.document(c, company.name, ORDER, number) is not None
        # An answer may name our message and no order of it: then it is kept under what it names.
        new += keep(told.ANSWER, answer, document=(ORDER, number if is_known else answer.reference), occurred_at=now)
        if is_known:
            wake(c, company.name, company.lanes, number, at=now, kind=ORDER)
    if any(not order_of(answer.reference) for answer in content.answers):
        _wake_unacknowledged(company, c, account, now)
    new += sum(keep_movement(company, c, movement, at=now) for movement in content.movements)
    new += sum(keep_charge(company, c, charge, at=now) for charge in content.charges)
    for snapshot in content.snapshots:
        place = (told.SNAPSHOT, told.site_key(account, snapshot.site))
        new += keep(told.SNAPSHOT, snapshot, document=place, occurred_at=snapshot.taken_at)
    return new


def _wake_unacknowledged(company: Company, c: Connection, account: str, now: datetime) -> None:
    """Wake the orders that wait to be acknowledged: one of them is meant by a message that names none."""
    conditions: tuple[legs.LegCondition, ...] = ("expected", "overdue")
    waiting = [leg for condition in conditions for leg in legs.legs_where(c, condition, now=now, limit=WAITING_AT_MOST)]
    keys = {leg.document_key for leg in waiting if leg.document_kind == ORDER and leg.kind == "acknowledgement"}
    for key in sorted(keys):
        wake(c, company.name, company.lanes, key, at=now, kind=ORDER)
    log.info("files.acknowledged", company=company.name, account=account, orders=len(keys))


def _tell_order(company: Company, c: Connection, shipment: Shipment, now: datetime) -> bool:
    number = order_of(shipment.reference)
    if not is_asked(c, company.name, shipment.account, shipment.reference):
        return report_orphan(c, company.name, shipment, at=now) if shipment.lines else False
    is_new = told.keep(
        c,
        told.SHIPMENT,
        shipment,
        company=company.name,
        account=shipment.account,
        document=(ORDER, number),
        occurred_at=shipment.reached_at,
        at=now,
    )
    if is_new:
        wake(c, company.name, company.lanes, number, at=now, kind=ORDER)
    return is_new


def _refuse(c: Connection, company: str, account: str, name: str, digest: str, why: str, now: datetime) -> None:
    report_stray(
        c,
        company=company,
        kind=told.FILE,
        key=f"{account}|{digest[:16]}",
        title=f"File {name} of {account}",
        fault=Fault(code=FILE_REFUSED.code, at=f"file {name}", saw=why),
        stake=Money(0),
        leg=None,
        at=now,
    )


def _rows(refused: tuple[RefusedRow, ...]) -> str:
    said = "; ".join(f"{row.where}: {row.why}" for row in refused[:ROWS_SHOWN])
    more = len(refused) - ROWS_SHOWN
    return f"{said}; and {more} more" if more > 0 else said
