"""Webhooks become verified, stored, de-duplicated events; the work itself happens elsewhere, later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.returns import MALFORMED_PAYLOAD
from tieout.domain.money import Money
from tieout.durable import Engine
from tieout.ports.inbound import Envelope, Inbound, MalformedError, SignatureError
from tieout.processes.returns import KIND, PROCESS
from tieout.processes.routing import wake
from tieout.processes.strays import report_stray
from tieout.store import Store, cross_references, inbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One account that may push."""

    company: str
    lanes: int
    inbound: Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What arrived, byte for byte."""

    account: str
    body: bytes
    content_type: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The edge of one installation."""

    store: Store
    engine: Engine
    receivers: Mapping[str, Receiver]
    clock: Callable[[], datetime]
    coalesce: timedelta
    body_bytes_max: int


class _Refusal(Exception):  # noqa: N818 - an answer rather than an error
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def routes(intake: Intake) -> list[Route]:
    """The address that every system pushes to: `POST /in/{account}`."""

    async def receive(request: Request) -> JSONResponse:
        try:
            body = await _body(request, intake.body_bytes_max)
            new = await run_in_threadpool(_take_in, intake, request, body)
        except _Refusal as refusal:
            return JSONResponse(
                {"title": str(refusal), "status": refusal.status},
                status_code=refusal.status,
                media_type="application/problem+json",
            )
        return JSONResponse({"stored": new}, status_code=202)

    return [Route("/in/{account}", receive, methods=["POST"])]


def application(intake: Intake) -> Starlette:
    """The intake alone, as an ASGI application."""
    return Starlette(routes=routes(intake))


async def _body(request: Request, longest: int) -> bytes:
    """The body, never more of it in memory than is allowed."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > longest:
            raise _Refusal(413, f"The message is longer than {longest} bytes.")
    return bytes(chunks)


def _take_in(intake: Intake, request: Request, body: bytes) -> bool:
    """Verify, name and store one message; True when it is new."""
    account = request.path_params["account"]
    receiver = intake.receivers.get(account)
    if receiver is None:
        raise _Refusal(401, "This address takes no messages.")
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("application/json"):
        raise _Refusal(415, "Send the message as application/json.")
    message = Message(account=account, body=body, content_type=content_type, received_at=intake.clock())
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        envelope = _storable(receiver.inbound.open(headers, dict(request.query_params), body))
    except SignatureError:
        log.warning("webhook.refused", account=account, reason="signature")
        raise _Refusal(401, "The message does not carry the proof that this account expects.") from None
    except MalformedError as error:
        _keep_malformed(intake, receiver, message, str(error))
        raise _Refusal(422, f"The message was kept and cannot be read: {error}") from None
    return _store(intake, receiver, message, envelope)


def _storable(envelope: Envelope) -> Envelope:
    """The envelope as it is; MalformedError when it names something by a text that no database keeps."""
    if any("\0" in text for text in (envelope.external_id, envelope.kind, envelope.document_key, envelope.lookup)):
        raise MalformedError("a name in the message holds a NUL character")
    return envelope


def _store(intake: Intake, receiver: Receiver, message: Message, envelope: Envelope) -> bool:
    """Event and process start in one transaction: no event without its work, no work without its event."""
    due_at = message.received_at + intake.coalesce
    with intake.store.scope(receiver.company) as c:
        keys = [envelope.document_key] if envelope.document_key else []
        if not keys and envelope.lookup:
            known = cross_references.find(c, envelope.lookup)
            keys = sorted({reference.document_key for reference in known if reference.document_kind == KIND})
        event = inbox.NewEvent(
            company=receiver.company,
            account=message.account,
            external_id=envelope.external_id,
            kind=envelope.kind,
            document_kind=KIND if keys else "",
            document_key=keys[0] if keys else envelope.lookup,
            occurred_at=envelope.occurred_at or message.received_at,
            received_at=message.received_at,
            payload=message.body,
            content_type=message.content_type,
            lanes=receiver.lanes,
        )
        is_new = inbox.store_event(c, event, due_at=due_at)
        # A message heard before wakes its returns all the same: a sender that signs and numbers nothing
        # may use the same words twice and mean both times.
        woken = {wake(c, receiver.company, receiver.lanes, key, at=message.received_at, due_at=due_at) for key in keys}
        for lane in sorted(woken):
            intake.engine.start(intake.store.raw(c), PROCESS, receiver.company, lane)
    return is_new


def _keep_malformed(intake: Intake, receiver: Receiver, message: Message, reason: str) -> None:
    """A message that nobody can read is kept all the same, under the digest of its bytes."""
    digest = hashlib.sha256(message.body).hexdigest()
    with intake.store.scope(receiver.company) as c:
        event = inbox.NewEvent(
            company=receiver.company,
            account=message.account,
            external_id=digest,
            kind="malformed",
            document_kind="",
            document_key=digest[:16],
            occurred_at=message.received_at,
            received_at=message.received_at,
            payload=message.body,
            content_type=message.content_type,
        )
        inbox.store_event(c, event, due_at=message.received_at)
        report_stray(
            c,
            company=receiver.company,
            kind="message",
            key=digest[:16],
            title=f"Message from {message.account}",
            fault=Fault(code=MALFORMED_PAYLOAD.code, at=f"account {message.account}", saw=reason),
            stake=Money(0),
            leg=None,
            at=message.received_at,
        )
    log.warning("webhook.malformed", account=message.account, message=digest[:16], reason=reason)
