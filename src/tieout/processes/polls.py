"""Polls of the ledger's own lists: what changed since the last look, so that work done by hand is seen unasked.

A poll only says that something happened: whoever is concerned is woken and reads the ledger itself. Polls overlap,
because a ledger's stamps are not in the order of its commits (Sage 200, section 2.4); the sweeps stay the truth behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import PostedCredit
from tieout.domain.documents.feeds import OrderHead, PostingHead
from tieout.domain.identifiers import find_key
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.credit_notes_seen import see_credit_note
from tieout.processes.flows import FLOWS
from tieout.processes.kinds import ORDER, RETURN
from tieout.processes.lanes import Floor
from tieout.processes.routing import wake
from tieout.processes.rules import rules_on
from tieout.store import cross_references, documents, effects, sweeps
from tieout.store.store import Connection

log = structlog.get_logger()
H = TypeVar("H", OrderHead, PostingHead)

OVERLAP = timedelta(minutes=5)
OVERLAP_ROWS = 500
"""Movements read again: their ids are not given in the order of their commits either."""
POSTINGS, ORDERS, MOVEMENTS = "changed postings", "changed orders", "stock movements"


def poll_ledger(floor: Floor, company: Company, back: timedelta) -> int:
    """Look at what changed in postings, orders and movements; returns how many documents were woken.

    The first poll looks `back` so far; movements are followed from the newest one on. A list that cannot be
    read now is read from the same place next time.
    """
    return poll_postings(floor, company, back) + poll_orders(floor, company, back) + poll_movements(floor, company)


def poll_postings(floor: Floor, company: Company, back: timedelta) -> int:
    """Credit notes are seen at once, ours and others'; a posting under a key that is not settled wakes its return."""

    def look(head: PostingHead) -> int:
        keys = _keys(head.reference, head.second_reference)
        if head.kind != "credit_note" and not keys:
            return 0
        with floor.store.scope(company.name) as c:
            woken = _wake_owners(floor, company, c, keys)
            if head.kind == "credit_note":
                see_credit_note(floor, company, c, _credit(head))
        return woken

    return _poll_changes(floor, company, POSTINGS, back, company.feeds.changed_postings, look)


def poll_orders(floor: Floor, company: Company, back: timedelta) -> int:
    """An order or return changed under a key that is not settled wakes its return; one for a warehouse wakes itself."""
    is_released = _releases(floor, company)

    def look(head: OrderHead) -> int:
        woken = _wake_keys(floor, company, _keys(head.channel_reference)) + _wake_exchange(floor, company, head)
        return woken + (_wake_order(floor, company, head, is_released=is_released) if company.warehouses else 0)

    return _poll_changes(floor, company, ORDERS, back, company.feeds.changed_orders, look)


def poll_movements(floor: Floor, company: Company) -> int:
    """Stock moved by hand under a key that is not settled, as a worklist asks for, wakes its return."""
    listed = woken = 0
    try:
        known = _high_water(floor, company, MOVEMENTS)
        newest = int(known) if known else company.feeds.newest_movement()
        for movement in company.feeds.movements_after(max(0, newest - OVERLAP_ROWS)) if known else ():
            listed += 1
            newest = max(newest, movement.movement_id)
            woken += _wake_keys(floor, company, _keys(movement.reference, movement.second_reference))
    except ConnectorError as error:
        log.warning("poll.stopped", company=company.name, poll=MOVEMENTS, reason=str(error))
        return woken
    _note(floor, company, MOVEMENTS, str(newest), {"listed": listed, "woken": woken})
    return woken


def _poll_changes(
    floor: Floor,
    company: Company,
    name: str,
    back: timedelta,
    changed: Callable[[datetime], Iterator[H]],
    look: Callable[[H], int],
) -> int:
    """Look at every head changed since the last poll, oldest change first; one cut off goes on where it was."""
    since = _since(floor, company, name, back)
    newest, listed, woken = since, 0, 0
    try:
        for head in changed(since - OVERLAP):
            listed += 1
            newest = max(newest, head.changed_at)
            woken += look(head)
    except ConnectorError as error:
        log.warning("poll.stopped", company=company.name, poll=name, reason=str(error))
    _note(floor, company, name, newest.isoformat(), {"listed": listed, "woken": woken})
    return woken


def _wake_keys(floor: Floor, company: Company, keys: tuple[str, ...]) -> int:
    if not keys:
        return 0
    with floor.store.scope(company.name) as c:
        return _wake_owners(floor, company, c, keys)


def _wake_exchange(floor: Floor, company: Company, head: OrderHead) -> int:
    """The order that sends an exchange carries the exchange's name: whoever waits for its despatch is woken."""
    if not head.channel_reference:
        return 0
    woken = 0
    with floor.store.scope(company.name) as c:
        for name in cross_references.find(c, head.channel_reference, system="storefront", kind="exchange"):
            document = documents.document(c, company.name, RETURN, name.document_key)
            if document is not None and document.due_at is None and document.state not in ("done", "blocked"):
                wake(c, company.name, company.lanes, document.key, at=floor.clock())
                woken += 1
    return woken


OVER = ("complete", "cancel")
"""In Sage's words for orders that nothing more leaves of: of those that we do not know, nobody is asked."""


def _releases(floor: Floor, company: Company) -> bool:
    with floor.store.scope(company.name) as c:
        tables = rules_on(c, company.name, uk_date(floor.clock()), table="policy")
    return (tables.policy("release_orders") or "off").casefold() == "on"


def _wake_order(floor: Floor, company: Company, head: OrderHead, *, is_released: bool) -> int:
    """An order that we follow is read again; one that is new to us only where the house lets us release orders."""
    if head.is_return or not head.number:
        return 0
    with floor.store.scope(company.name) as c:
        known = documents.document(c, company.name, ORDER, head.number)
        is_over = any(word in head.status.casefold() for word in OVER)
        if known is None and (is_over or not is_released):
            return 0
        is_due = known is not None and known.due_at is not None and known.due_at <= floor.clock()
        if is_due or (known is not None and known.touched_at > head.changed_at):
            return 0
        wake(c, company.name, company.lanes, head.number, at=floor.clock(), kind=ORDER)
    return 1


def _wake_owners(floor: Floor, company: Company, c: Connection, keys: tuple[str, ...]) -> int:
    """Wake the resting documents that wait for what stands under these keys; what is settled wakes nobody."""
    woken = 0
    for key in keys:
        effect = effects.under_key(c, company.name, key)
        if effect is None or effect.state == "done" or effect.document_kind not in FLOWS:
            continue
        document = documents.document(c, company.name, effect.document_kind, effect.document_key)
        if document is not None and document.due_at is None:
            wake(c, company.name, company.lanes, document.key, at=floor.clock(), kind=document.kind)
            woken += 1
    return woken


def _keys(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for text in texts if (key := find_key(text))))


def _credit(head: PostingHead) -> PostedCredit:
    return PostedCredit(
        posting_id=head.posting_id,
        reference=head.reference,
        second_reference=head.second_reference,
        customer_id=head.customer_id,
        posted_on=head.posted_on,
        net=abs(head.net),
        tax=abs(head.tax),
        outstanding=abs(head.outstanding),
    )


def _since(floor: Floor, company: Company, name: str, back: timedelta) -> datetime:
    known = _high_water(floor, company, name)
    return datetime.fromisoformat(known) if known else floor.clock() - back


def _high_water(floor: Floor, company: Company, name: str) -> str:
    with floor.store.scope(company.name) as c:
        last = sweeps.sweep(c, company.ledger_account, name)
    return last.high_water if last is not None else ""


def _note(floor: Floor, company: Company, name: str, high_water: str, counted: dict[str, int]) -> None:
    with floor.store.scope(company.name) as c:
        sweeps.swept(c, company.ledger_account, name, high_water=high_water, counted=counted, at=floor.clock())
    log.info("poll.done", company=company.name, poll=name, **counted)
