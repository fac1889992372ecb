"""Whom we tell: people make webhooks, change their secrets, close them, and have messages sent again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from tieout.domain.people import Actor
from tieout.domain.telling import MEANINGS, Event
from tieout.ports.errors import Refused
from tieout.processes.desk import NotPossible
from tieout.processes.telling import Telling
from tieout.store import audit, webhooks
from tieout.store.rows import Json
from tieout.store.store import Connection
from tieout.store.webhooks import Message, Webhook

EVERY_COMPANY: Final = "*"
BOTH_FOR: Final = timedelta(hours=24)
"""How long messages are signed with the old secret too, so that a receiver can change over."""
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A webhook with its new secret, which is shown this once."""

    webhook: Webhook
    secret: str = field(repr=False)


def make(telling: Telling, actor: Actor, *, company: str, url: str, events: Sequence[str]) -> Made:
    """Make a webhook; `company` is * for all. NotPossible, in a sentence, when it cannot be."""
    _refuse_others(telling, actor, company)
    chosen = _chosen(events)
    url = url.strip()
    try:
        telling.post.check(url)
    except Refused as refused:
        raise NotPossible(refused.reason) from None
    secret, now = _new_secret(), telling.clock()
    with telling.store.scope(None) as c:
        made = webhooks.add(
            c, company=company, url=url, events=chosen, secret=telling.sealer.seal(secret), by=actor.name, at=now
        )
        _audit(c, telling, actor, made, "webhook.made", None, _told(made))
    return Made(webhook=made, secret=secret)


def change_events(telling: Telling, actor: Actor, webhook_id: int, events: Sequence[str]) -> Webhook:
    """Tell a webhook of other events from now on."""
    chosen = _chosen(events)
    with telling.store.scope(None) as c:
        before = _mine(c, actor, webhook_id)
        after = webhooks.change(c, before.id, events=[event.value for event in chosen])
        _audit(c, telling, actor, after, "webhook.changed", _told(before), _told(after))
    return after


def change_secret(telling: Telling, actor: Actor, webhook_id: int) -> Made:
    """Give a webhook a new secret; for a day messages are signed with the old one too."""
    secret, now = _new_secret(), telling.clock()
    with telling.store.scope(None) as c:
        before = _mine(c, actor, webhook_id)
        after = webhooks.change(
            c,
            before.id,
            secret=telling.sealer.seal(secret),
            previous_secret=before.secret,
            previous_until=now + BOTH_FOR,
        )
        until: Json = {"old_secret_until": (now + BOTH_FOR).isoformat()}
        _audit(c, telling, actor, after, "webhook.secret_changed", None, until)
    return Made(webhook=after, secret=secret)


def close(telling: Telling, actor: Actor, webhook_id: int) -> Webhook:
    """Tell a webhook nothing any more; what waits for it is given up, and can be sent again once it is open."""
    why, now = f"Closed by {actor.display_name}.", telling.clock()
    with telling.store.scope(None) as c:
        before = _mine(c, actor, webhook_id)
        if before.state == "closed":
            raise NotPossible("This webhook is closed already.")
        after = webhooks.change(c, before.id, state="closed", closed_why=why, failing_since=None)
        webhooks.give_up(c, before.id, why=why, at=now)
        _audit(c, telling, actor, after, "webhook.closed", {"state": before.state}, {"state": after.state})
    return after


def open_again(telling: Telling, actor: Actor, webhook_id: int) -> Webhook:
    """Tell a closed webhook again of what happens from now on."""
    with telling.store.scope(None) as c:
        before = _mine(c, actor, webhook_id)
        if before.state == "active":
            raise NotPossible("This webhook is open already.")
        after = webhooks.change(c, before.id, state="active", closed_why="", failing_since=None)
        _audit(c, telling, actor, after, "webhook.opened", {"state": before.state}, {"state": after.state})
    return after


def send_again(telling: Telling, actor: Actor, webhook_id: int, message: int) -> Message:
    """Send one message once more, under the id that it has, so that the receiver can tell."""
    with telling.store.scope(None) as c:
        webhook = _open(_mine(c, actor, webhook_id))
        sent = webhooks.again(c, webhook.id, message, at=telling.clock())
        if sent is None:
            raise NotPossible("This webhook has no such message.")
        _audit(c, telling, actor, webhook, "webhook.sent_again", None, {"message": sent.message_id})
    return sent


def send_test(telling: Telling, actor: Actor, webhook_id: int) -> Message:
    """Send a message that tells of nothing, to see whether it is taken; it is tried once."""
    with telling.store.scope(None) as c:
        webhook = _open(_mine(c, actor, webhook_id))
        sent = webhooks.tell_one(c, webhook, Event.TEST, at=telling.clock())
        _audit(c, telling, actor, webhook, "webhook.tested", None, {"message": sent.message_id})
    return sent


def seen_by(c: Connection, actor: Actor) -> list[Webhook]:
    """The webhooks that somebody may see: of their companies; those of all only for those who see all."""
    return [one for one in webhooks.all_webhooks(c) if _is_seen(actor, one)]


def found(c: Connection, actor: Actor, webhook_id: int) -> Webhook | None:
    """One webhook that somebody may see, or None."""
    one = webhooks.webhook(c, webhook_id)
    return one if one is not None and _is_seen(actor, one) else None


def _is_seen(actor: Actor, webhook: Webhook) -> bool:
    return not actor.companies or webhook.company in actor.companies


def _mine(c: Connection, actor: Actor, webhook_id: int) -> Webhook:
    one = webhooks.webhook(c, webhook_id, locked=True)
    if one is None or not _is_seen(actor, one):
        raise NotPossible("There is no such webhook.")
    return one


def _open(webhook: Webhook) -> Webhook:
    if webhook.state != "active":
        raise NotPossible("This webhook is closed. Open it again first.")
    return webhook


def _refuse_others(telling: Telling, actor: Actor, company: str) -> None:
    if company == EVERY_COMPANY:
        if actor.companies:
            raise NotPossible("You see some companies only, so choose one of them.")
    elif company not in telling.companies or not actor.sees(company):
        raise NotPossible("There is no such company.")


def _chosen(events: Sequence[str]) -> list[Event]:
    known = {event.value for event in MEANINGS}
    if not events or not set(events) <= known:
        raise NotPossible(f"Choose at least one event of these: {', '.join(sorted(known))}.")
    return [event for event in MEANINGS if event.value in events]


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _told(webhook: Webhook) -> Json:
    """What the audit keeps; of the address its host only, because the rest may be a secret of the receiver's."""
    return {"host": urlsplit(webhook.url).netloc, "events": list(webhook.events), "state": webhook.state}


def _audit(
    c: Connection, telling: Telling, actor: Actor, webhook: Webhook, action: str, before: Json, after: Json
) -> None:
    audit.append(
        c,
        company=None if webhook.company == EVERY_COMPANY else webhook.company,
        who=actor.name,
        action=action,
        subject=f"webhook {webhook.id}",
        before=before,
        after=after,
        at=telling.clock(),
    )
