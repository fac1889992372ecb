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
from tieout.processes import goods_in
from tieout.processes.goods_in import returns_known_by
from tieout.processes.kinds import ORDER
from tieout.processes.orders import ORDERS
from tieout.processes.returns import KIND, PROCESS
from tieout.processes.routing import wake
from tieout.processes.strays import report_stray
from tieout.store import Store, documents, inbox
from tieout.store.store import Connection

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One account that may push."""

    company: str
    lanes: int
    inbound: Inbound
    number_of: Callable[[str], str] = str.strip
    """An RMA's number as the company's portal writes it, of what somebody else wrote."""


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
        envelope = receiver.inbound.open(headers, dict(request.query_params), body)
        _refuse_unstorable(envelope)
        return store_message(intake, receiver, message, envelope)
    except SignatureError:
        log.warning("webhook.refused", account=account, reason="signature")
        raise _Refusal(401, "The message does not carry the proof that this account expects.") from None
    except MalformedError as error:
        _keep_malformed(intake, receiver, message, str(error))
        raise _Refusal(422, f"The message was kept and cannot be read: {error}") from None


def _refuse_unstorable(envelope: Envelope) -> None:
    """MalformedError when it names something by a text that no database keeps."""
    if any("\0" in text for text in (envelope.external_id, envelope.kind, envelope.document_key, envelope.lookup)):
        raise MalformedError("a name in the message holds a NUL character")


def store_message(intake: Intake, receiver: Receiver, message: Message, envelope: Envelope) -> bool:
    """Store a verified message and start its work; True when it is new.

    Event and process start in one transaction: no event without its work, no work without its event.
    MalformedError when it tells of a receipt that was told for another RMA.
    """
    due_at = message.received_at + intake.coalesce
    if envelope.document_kind == ORDER:
        return _store_of_order(intake, receiver, message, envelope)
    with intake.store.scope(receiver.company) as c:
        keys = _returns_meant(c, receiver, envelope)
        goods = _unannounced(receiver, message, envelope, keys)
        kind, key = (goods_in.KIND, goods.key) if goods else (KIND, keys[0]) if keys else ("", envelope.lookup)
        event = inbox.NewEvent(
            company=receiver.company,
            account=message.account,
            external_id=envelope.external_id,
            kind=envelope.kind,
            document_kind=kind,
            document_key=key,
            occurred_at=envelope.occurred_at or message.received_at,
            received_at=message.received_at,
            payload=message.body,
            content_type=message.content_type,
            lanes=receiver.lanes,
        )
        is_new = inbox.store_event(c, event, due_at=due_at)
        if goods is not None:
            goods_in.report_unannounced(c, goods, at=message.received_at)
        elif envelope.reference and keys:
            _place(c, receiver, message, envelope.reference, keys[0])
        # A message heard before wakes its returns all the same: a sender that signs and numbers nothing
        # may use the same words twice and mean both times.
        woken = {wake(c, receiver.company, receiver.lanes, key, at=message.received_at, due_at=due_at) for key in keys}
        for lane in sorted(woken):
            intake.engine.start(intake.store.raw(c), PROCESS, receiver.company, lane)
    return is_new


def _store_of_order(intake: Intake, receiver: Receiver, message: Message, envelope: Envelope) -> bool:
    """A warehouse's hint about an order: kept, and the order read again where we follow it.

    An order that we do not follow is left to the sweep, which reads the warehouse itself: a hint opens nothing.
    """
    due_at = message.received_at + intake.coalesce
    with intake.store.scope(receiver.company) as c:
        known = documents.document(c, receiver.company, ORDER, envelope.document_key)
        event = inbox.NewEvent(
            company=receiver.company,
            account=message.account,
            external_id=envelope.external_id,
            kind=envelope.kind,
            document_kind=ORDER if known is not None else "",
            document_key=envelope.document_key,
            occurred_at=envelope.occurred_at or message.received_at,
            received_at=message.received_at,
            payload=message.body,
            content_type=message.content_type,
        )
        is_new = inbox.keep_event(c, event)
        if known is not None:
            lane = wake(
                c, receiver.company, receiver.lanes, known.key, at=message.received_at, due_at=due_at, kind=ORDER
            )
            intake.engine.start(intake.store.raw(c), ORDERS.process, receiver.company, lane)
    return is_new


def _returns_meant(c: Connection, receiver: Receiver, envelope: Envelope) -> tuple[str, ...]:
    """The RMAs that the message is about: the one it names, or those that we know by what it names."""
    if envelope.document_key:
        return (receiver.number_of(envelope.document_key),)
    return returns_known_by(c, envelope.lookup) if envelope.lookup else ()


def _place(c: Connection, receiver: Receiver, message: Message, receipt: str, rma: str) -> None:
    """Keep which RMA a receipt was told for, and take it off the desk where it lay on one."""
    before = goods_in.told_for(c, message.account, receipt)
    if before not in {"", rma}:
        raise MalformedError(
            f"receipt {receipt} was told for RMA {before} already: give these goods a receipt number of their own"
        )
    goods_in.note_receipt(c, receiver.company, message.account, receipt, rma)
    goods_in.place(c, receiver.company, goods_in.goods_key(message.account, receipt), rma, at=message.received_at)


def _unannounced(
    receiver: Receiver, message: Message, envelope: Envelope, keys: tuple[str, ...]
) -> goods_in.Unannounced | None:
    """Goods that must be told of and lead to no RMA, or to several; None for every other message."""
    if not envelope.unannounced or len(keys) == 1:
        return None
    return goods_in.Unannounced(
        company=receiver.company,
        account=message.account,
        receipt=envelope.reference,
        lookup=envelope.lookup,
        described=envelope.unannounced,
        candidates=keys,
    )


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
