"""Webhooks: whom we tell of what happens, how they take it, and sending again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tieout.console.visit import Fields, Problem, RecordNumber, Visit, need, posted
from tieout.domain.people import Permission
from tieout.domain.telling import MEANINGS
from tieout.processes.desk import NotPossible
from tieout.processes.telling import choosing
from tieout.processes.telling.choosing import BOTH_FOR, EVERY_COMPANY, Made
from tieout.store import webhooks as rows
from tieout.store.webhooks import Webhook

router = APIRouter()
Editor = Annotated[Visit, Depends(need(Permission.WEBHOOKS_EDIT))]
Posted = Annotated[Fields, Depends(posted)]
PAGE = 50
STATES = {"": "All", "waiting": "Waiting", "delivered": "Delivered", "given_up": "Given up"}
EVENTS = [(event.value, words) for event, words in MEANINGS.items()]
HOURS = int(BOTH_FOR.total_seconds()) // 3600


@router.get("/webhooks")
def webhooks(visit: Editor) -> Response:
    """Everybody who is told."""
    with visit.console.store.scope(None) as c:
        found = choosing.seen_by(c, visit.actor)
        counts = rows.counted(c, [one.id for one in found])
    return visit.page("webhooks/list.html", partial="webhooks/_table.html", rows=found, counts=counts)


@router.get("/webhooks/new")
def new(visit: Editor) -> Response:
    """The form for a new webhook."""
    return _form(visit, {})


@router.post("/webhooks")
def make(visit: Editor, fields: Posted) -> Response:
    """Make a webhook; its secret is on this one page."""
    filled = {**fields.as_dict(), "event": fields.texts("event")}
    try:
        made = choosing.make(
            visit.console.others,
            visit.actor,
            company=fields.text("company"),
            url=fields.text("url"),
            events=fields.texts("event"),
        )
    except NotPossible as error:
        is_events = "event" in str(error)
        return _form(visit, filled, [Problem(field="event-1" if is_events else "url", text=str(error))], status=422)
    return _shown_once(visit, made)


@router.get("/webhooks/{webhook_id}")
def webhook(visit: Editor, webhook_id: RecordNumber) -> Response:
    """One webhook with its messages."""
    found = _found(visit, webhook_id)
    asked, before = visit.request.query_params.get("state", ""), visit.request.query_params.get("before", "")
    state = asked if asked in STATES else ""
    with visit.console.store.scope(None) as c:
        messages = rows.messages_of(
            c,
            found.id,
            state=state,
            limit=PAGE + 1,
            before_id=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
        )
        counts = rows.counted(c, [found.id]).get(found.id, {})
    older = messages[PAGE - 1].id if len(messages) > PAGE else None
    context: dict[str, Any] = {
        "webhook": found,
        "messages": messages[:PAGE],
        "older": older,
        "state": state,
        "states": STATES,
        "counts": counts,
        "events": EVENTS,
        "hours": HOURS,
    }
    return visit.page("webhooks/one.html", partial="webhooks/_messages.html", **context)


@router.post("/webhooks/{webhook_id}/events")
def change_events(visit: Editor, webhook_id: RecordNumber, fields: Posted) -> Response:
    """Tell it of other events."""
    found = _found(visit, webhook_id)
    choosing.change_events(visit.console.others, visit.actor, found.id, fields.texts("event"))
    return visit.done("From now on it is told of these events.", to=f"/webhooks/{found.id}")


@router.post("/webhooks/{webhook_id}/secret")
def change_secret(visit: Editor, webhook_id: RecordNumber) -> Response:
    """Give it a new secret, which is on this one page."""
    found = _found(visit, webhook_id)
    return _shown_once(visit, choosing.change_secret(visit.console.others, visit.actor, found.id), is_changed=True)


@router.post("/webhooks/{webhook_id}/close")
def close(visit: Editor, webhook_id: RecordNumber) -> Response:
    """Tell it nothing any more."""
    found = _found(visit, webhook_id)
    choosing.close(visit.console.others, visit.actor, found.id)
    return visit.done("It is told nothing any more.", to=f"/webhooks/{found.id}")


@router.post("/webhooks/{webhook_id}/open")
def open_again(visit: Editor, webhook_id: RecordNumber) -> Response:
    """Tell it again."""
    found = _found(visit, webhook_id)
    choosing.open_again(visit.console.others, visit.actor, found.id)
    return visit.done("It is told again of what happens from now on.", to=f"/webhooks/{found.id}")


@router.post("/webhooks/{webhook_id}/test")
def send_test(visit: Editor, webhook_id: RecordNumber) -> Response:
    """Send a message that tells of nothing."""
    found = _found(visit, webhook_id)
    choosing.send_test(visit.console.others, visit.actor, found.id)
    said = "A test message is on its way. Reload this page in a moment to see what was answered."
    return visit.done(said, to=f"/webhooks/{found.id}")


@router.post("/webhooks/{webhook_id}/messages/{message_id}/again")
def send_again(visit: Editor, webhook_id: RecordNumber, message_id: RecordNumber) -> Response:
    """Send one message once more."""
    found = _found(visit, webhook_id)
    choosing.send_again(visit.console.others, visit.actor, found.id, message_id)
    return visit.done("The message is on its way again, under the same id.", to=f"/webhooks/{found.id}")


def _found(visit: Visit, webhook_id: int) -> Webhook:
    with visit.console.store.scope(None) as c:
        found = choosing.found(c, visit.actor, webhook_id)
    if found is None:
        raise HTTPException(404)
    return found


def _form(visit: Visit, filled: Mapping[str, Any], problems: Sequence[Problem] = (), *, status: int = 200) -> Response:
    companies = [(one, one) for one in visit.console.companies if visit.actor.sees(one)]
    if not visit.actor.companies:
        companies.insert(0, (EVERY_COMPANY, "All companies"))
    return visit.page(
        "webhooks/new.html", status=status, problems=problems, filled=filled, companies=companies, events=EVENTS
    )


def _shown_once(visit: Visit, made: Made, *, is_changed: bool = False) -> Response:
    return visit.page("webhooks/made.html", made=made, is_changed=is_changed, hours=HOURS)
