"""Webhooks: whom we tell, the messages to them, and their secrets."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import MessageShape, PageShape, WebhookShape, WebhookWithSecretShape
from tieout.console.api.values import Name, Number
from tieout.domain.people import Permission
from tieout.domain.telling import MEANINGS, Event
from tieout.processes.telling import choosing
from tieout.processes.telling.choosing import Made
from tieout.store import webhooks
from tieout.store.webhooks import Webhook

router = token_router("webhooks")
Editor = Annotated[Call, Depends(need(Permission.WEBHOOKS_EDIT))]
Choice = Literal["case.opened", "case.closed", "document.tied_out", "leg.overdue", "mapping.changed", "alert.raised"]
assert set(get_args(Choice)) == {event.value for event in MEANINGS}, "the API offers every event"
Url = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[\x21-\x7e]+$", examples=["https://a.example/t"])]
Events = Annotated[list[Choice], Field(min_length=1, max_length=len(Event))]


class NewWebhook(BaseModel):
    """A webhook to make."""

    model_config = ConfigDict(extra="forbid")

    company: Annotated[Name, Field(description="One company, or * for all where the token sees all")]
    url: Annotated[Url, Field(description="A public https address")]
    events: Events


class WantedEvents(BaseModel):
    """What a webhook is told of from now on."""

    model_config = ConfigDict(extra="forbid")

    events: Events


@router.get("/webhooks", responses=answers())
def list_webhooks(call: Editor) -> PageShape[WebhookShape]:
    """List the webhooks of the companies that the token sees."""
    with call.console.store.scope(None) as c:
        found = choosing.seen_by(c, call.actor)
    return PageShape(items=[WebhookShape.of(one) for one in found])


@router.post("/webhooks", status_code=201, responses=answers(acts=True))
def make_webhook(call: Editor, new: NewWebhook) -> WebhookWithSecretShape:
    """Make a webhook. Its secret is in this answer and in no other."""
    made = choosing.make(call.console.others, call.actor, company=new.company, url=new.url, events=new.events)
    return _with_secret(made)


@router.get("/webhooks/{webhook_id}", responses=answers(finds=True))
def get_webhook(call: Editor, webhook_id: Number) -> WebhookShape:
    """Return one webhook."""
    return WebhookShape.of(_found(call, webhook_id))


@router.put("/webhooks/{webhook_id}/events", responses=answers(acts=True, finds=True))
def change_events(call: Editor, webhook_id: Number, wanted: WantedEvents) -> WebhookShape:
    """Tell a webhook of these events from now on."""
    _found(call, webhook_id)
    return WebhookShape.of(choosing.change_events(call.console.others, call.actor, webhook_id, wanted.events))


@router.post("/webhooks/{webhook_id}/secret", responses=answers(acts=True, finds=True))
def change_secret(call: Editor, webhook_id: Number) -> WebhookWithSecretShape:
    """Give a webhook a new secret; for a day messages are signed with the old one too."""
    _found(call, webhook_id)
    return _with_secret(choosing.change_secret(call.console.others, call.actor, webhook_id))


@router.post("/webhooks/{webhook_id}/close", responses=answers(acts=True, finds=True))
def close_webhook(call: Editor, webhook_id: Number) -> WebhookShape:
    """Tell a webhook nothing any more."""
    _found(call, webhook_id)
    return WebhookShape.of(choosing.close(call.console.others, call.actor, webhook_id))


@router.post("/webhooks/{webhook_id}/open", responses=answers(acts=True, finds=True))
def open_webhook(call: Editor, webhook_id: Number) -> WebhookShape:
    """Tell a closed webhook again of what happens from now on."""
    _found(call, webhook_id)
    return WebhookShape.of(choosing.open_again(call.console.others, call.actor, webhook_id))


@router.post("/webhooks/{webhook_id}/test", responses=answers(acts=True, finds=True))
def send_test(call: Editor, webhook_id: Number) -> MessageShape:
    """Send a message that tells of nothing; it is tried once."""
    _found(call, webhook_id)
    return MessageShape.of(choosing.send_test(call.console.others, call.actor, webhook_id))


@router.get("/webhooks/{webhook_id}/messages", responses=answers(finds=True))
def list_messages(
    call: Editor,
    webhook_id: Number,
    paged: Paged,
    state: Literal["", "waiting", "delivered", "given_up"] = "",
) -> PageShape[MessageShape]:
    """List the messages to a webhook, the newest first."""
    _found(call, webhook_id)
    before = call.number(paged.cursor)
    with call.console.store.scope(None) as c:
        found = webhooks.messages_of(c, webhook_id, state=state, limit=paged.limit + 1, before_id=before)
    shown = found[: paged.limit]
    more = str(shown[-1].id) if len(found) > len(shown) else ""
    return PageShape(items=[MessageShape.of(one) for one in shown], next=call.sealed(more))


@router.post("/webhooks/{webhook_id}/messages/{number}/again", responses=answers(acts=True, finds=True))
def send_again(call: Editor, webhook_id: Number, number: Number) -> MessageShape:
    """Send a message once more, under the webhook-id that it has."""
    _found(call, webhook_id)
    return MessageShape.of(choosing.send_again(call.console.others, call.actor, webhook_id, number))


def _found(call: Call, webhook_id: int) -> Webhook:
    return call.find(lambda c: choosing.found(c, call.actor, webhook_id))


def _with_secret(made: Made) -> WebhookWithSecretShape:
    return WebhookWithSecretShape(**dict(WebhookShape.of(made.webhook)), secret=made.secret)
