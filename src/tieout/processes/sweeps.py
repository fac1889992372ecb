"""Sweeps list each system independently and find what no event told: the truth behind the hints."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from tieout.domain.identifiers import find_key
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.credit_notes_seen import miss_credit_notes, see_credit_note
from tieout.processes.flows import FLOWS
from tieout.processes.lanes import Floor
from tieout.processes.late_legs import tell_late_legs
from tieout.processes.refunds_seen import see_refund
from tieout.processes.returns import KIND
from tieout.processes.routing import wake
from tieout.store import attempts, documents, legs, sweeps
from tieout.store.documents import Document
from tieout.store.store import Connection

log = structlog.get_logger()


def sweep_portal(floor: Floor, company: Company, back: timedelta) -> int:
    """Wake every RMA that we do not know, or whose status is not the one we last read; returns how many.

    An RMA that is not finished with us is read again once a day whatever its list entry says, because
    portals do not move an RMA's date when goods are received.
    """
    now = floor.clock()
    woken = 0
    listed = 0
    try:
        for head in company.portal.rmas(now - back):
            listed += 1
            with floor.store.scope(company.name) as c:
                known = documents.document(c, company.name, KIND, head.number)
                is_old = known is not None and now - known.touched_at >= timedelta(days=1)
                if known is None or _is_stale(c, known, head.status_text, now, is_old=is_old):
                    wake(c, company.name, company.lanes, head.number, at=now)
                    woken += 1
    except ConnectorError as error:
        return _stopped(company, "portal", error, woken)
    _note(floor, company.name, company.portal_account, "portal", {"listed": listed, "woken": woken})
    return woken


def sweep_refunds(floor: Floor, company: Company, back: timedelta) -> int:
    """See every refund of the storefront: ours fill their leg, an RMA's wake it, the rest are strays."""
    now = floor.clock()
    strays = listed = 0
    try:
        found = list(company.storefront.refunds(now - back))
        paid = {find_key(refund.note) for refund in found if not refund.has_failed}
        for refund in found:
            listed += 1
            if refund.has_failed and find_key(refund.note) in paid:
                continue
            strays += see_refund(floor, company, refund)
    except ConnectorError as error:
        return _stopped(company, "refunds", error, strays)
    _note(floor, company.name, company.storefront_account, "refunds", {"listed": listed, "strays": strays})
    return strays


def sweep_credit_notes(floor: Floor, company: Company, back: timedelta) -> int:
    """See every credit note in Sage: ours fill their leg, others were made by hand, and one that is gone is missed."""
    now = floor.clock()
    strays = listed = 0
    seen: set[str] = set()
    try:
        for credit in company.ledger.credit_notes((now - back).date()):
            listed += 1
            seen.update(key for text in (credit.reference, credit.second_reference) if (key := find_key(text)))
            with floor.store.scope(company.name) as c:
                strays += see_credit_note(floor, company, c, credit)
        missed = miss_credit_notes(floor, company, seen, (now - back).date())
    except ConnectorError as error:
        return _stopped(company, "credit notes", error, strays)
    counted = {"listed": listed, "strays": strays, "missed": missed}
    _note(floor, company.name, company.ledger_account, "credit notes", counted)
    return strays


def sweep_overdue(floor: Floor, company: Company) -> int:
    """Wake every document whose leg fell due since it was last looked at: time alone makes some things late."""
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        tell_late_legs(c, company.name, company.ledger_account, now=now)
        late = legs.legs_where(c, "overdue", now=now, limit=OVERDUE_AT_ONCE)
        due_by = {
            (leg.document_kind, leg.document_key): leg.due_by
            for leg in late
            if leg.document_kind in FLOWS and leg.system != "payouts"
        }
        woken = 0
        for (kind, key), due in due_by.items():
            document = documents.document(c, company.name, kind, key)
            is_resting = document is not None and document.due_at is None and document.touched_at < (due or now)
            if is_resting:
                wake(c, company.name, company.lanes, key, at=now, kind=kind)
                woken += 1
    _note(floor, company.name, company.ledger_account, "overdue", {"listed": len(late), "woken": woken})
    return woken


OVERDUE_AT_ONCE = 1000
"""Late legs looked at by one sweep; the longest due first."""


def _is_stale(c: Connection, known: Document, status_text: str, now: datetime, *, is_old: bool) -> bool:
    if known.due_at is not None and known.due_at <= now:
        return False
    last = attempts.last_attempt(c, known)
    match last.facts if last is not None else None:
        case {"rma": {"status_text": str(last_text)}}:
            return last_text != status_text or (is_old and known.state != "done")
        case _:
            return True


def _stopped(company: Company, name: str, error: ConnectorError, found: int) -> int:
    """A sweep that was cut off does not count as run: the last whole one stands, and its age shows."""
    log.warning("sweep.stopped", company=company.name, sweep=name, reason=str(error))
    return found


def _note(floor: Floor, company: str, account: str, name: str, counted: dict[str, int]) -> None:
    now = floor.clock()
    with floor.store.scope(company) as c:
        sweeps.swept(c, account, name, high_water=now.isoformat(), counted=counted, at=now)
    log.info("sweep.done", company=company, sweep=name, **counted)
