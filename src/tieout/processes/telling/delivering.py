"""Delivers the messages of one webhook, in their order, and gives up in the end.

A receiver that takes nothing holds up only its own lane: after one failure all its messages wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from tieout.domain.telling import Event
from tieout.durable import LaneJob
from tieout.ports.errors import ConnectorError
from tieout.processes.telling import Telling
from tieout.store import audit, webhooks
from tieout.store.connection import spell
from tieout.store.store import Connection
from tieout.store.webhooks import Message, Webhook

log = structlog.get_logger()

PROCESS: Final = "webhooks.tell/1"
EVERY_LANE: Final = "*"
"""The lanes are the webhooks, by number; one webhook may be told of several companies."""
TIEOUT: Final = "Tieout"

WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18000, 36000, 36000, 36000, 36000, 36000, 36000)
)
"""Before each next try; the last try comes about three days after the first."""
CLOSED_AFTER: Final = timedelta(days=5)
"""Nothing taken for so long: nobody listens there any more."""
LEASE: Final = timedelta(minutes=2)
"""Longer than one try can take."""


def deliver(telling: Telling, job: LaneJob) -> None:
    """Send the due messages of one webhook until none is left, one is not taken, or time is up."""
    while not job.deadline.passed():
        now = telling.clock()
        with telling.store.scope(None) as c:
            webhook = webhooks.webhook(c, job.lane)
            if webhook is None or webhook.state != "active":
                return
            message = webhooks.take_due(c, webhook.id, now, lease=LEASE)
        if message is None or not _send(telling, webhook, message):
            return


def _send(telling: Telling, webhook: Webhook, message: Message) -> bool:
    """Send one message and write down how it went; False when it was not taken."""
    now = telling.clock()
    try:
        said = telling.post.post(
            webhook.url,
            message_id=message.message_id,
            body=spell(message.body).encode(),
            secrets=_secrets(telling, webhook, now),
            at=now,
        )
    except ConnectorError as failure:
        with telling.store.scope(None) as c:
            _not_taken(c, webhook.id, message, str(failure), telling.clock())
        log.warning("webhook.not_taken", webhook=webhook.id, message=message.id, answer=str(failure))
        return False
    with telling.store.scope(None) as c:
        webhooks.settle(c, message.id, state="delivered", answer=said, due_at=None, at=telling.clock())
        if webhook.failing_since is not None:
            webhooks.change(c, webhook.id, failing_since=None)
    return True


def _secrets(telling: Telling, webhook: Webhook, now: datetime) -> list[str]:
    """The secret, and the one before it while receivers change over."""
    found = [telling.sealer.unseal(webhook.secret)]
    if webhook.previous_secret is not None and webhook.previous_until is not None and now < webhook.previous_until:
        found.append(telling.sealer.unseal(webhook.previous_secret))
    return found


def _not_taken(c: Connection, webhook_id: int, message: Message, why: str, now: datetime) -> None:
    """Plan the next try, or give the message up; close a webhook that has taken nothing for days."""
    webhook = webhooks.webhook(c, webhook_id, locked=True)
    assert webhook is not None, "webhooks are never deleted"
    is_over = message.tries > len(WAITS) or message.event == Event.TEST
    due_at = None if is_over else now + WAITS[message.tries - 1]
    webhooks.settle(c, message.id, state="given_up" if is_over else "waiting", answer=why, due_at=due_at, at=now)
    if message.event == Event.TEST:
        return
    webhooks.put_off(c, webhook.id, due_at or now + WAITS[-1])
    since = webhook.failing_since or now
    if webhook.failing_since is None:
        webhooks.change(c, webhook.id, failing_since=since)
    if webhook.state == "active" and now - since >= CLOSED_AFTER:
        _close(c, webhook, now)


def _close(c: Connection, webhook: Webhook, now: datetime) -> None:
    why = f"It has taken nothing for {CLOSED_AFTER.days} days."
    webhooks.change(c, webhook.id, state="closed", closed_why=why)
    given_up = webhooks.give_up(c, webhook.id, why=why, at=now)
    audit.append(
        c,
        company=None if webhook.company == EVERY_LANE else webhook.company,
        who=TIEOUT,
        action="webhook.closed",
        subject=f"webhook {webhook.id}",
        before={"state": "active"},
        after={"state": "closed", "why": why, "given_up": given_up},
        at=now,
    )
