"""Reads a file of any dialect: take it apart, give each message to its reader, refuse what no warehouse sends."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from tieout.connectors.files.edi import (
    edifact_answers,
    edifact_envelope,
    edifact_orders,
    edifact_shipments,
    edifact_stock,
    tradacoms,
    x12_answers,
    x12_envelope,
    x12_orders,
    x12_shipments,
    x12_stock,
)
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.letters import text_of
from tieout.connectors.files.edi.message_names import wrong_kind
from tieout.connectors.files.edi.orders import ReadOrder
from tieout.connectors.files.edi.segments import Interchange, Message, UnusableError
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import moment
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import FileContent

Reader = Callable[[Message, Harvest], None]
_TEST = (
    "Its envelope marks it as a test, and tests count only where the partner is set up as one: ask for the real one."
)
_FAULTS_TOLD = 20
"""Of one envelope; a broken one may have as many as segments."""

READERS: Mapping[str, Mapping[str, tuple[str, Reader]]] = {
    "X12": {
        "945": ("despatch", x12_shipments.read_shipment),
        "944": ("receipt", x12_stock.read_receipt),
        "947": ("stock adjustment", x12_stock.read_adjustments),
        "846": ("stock report", x12_stock.read_stock),
        "997": ("acknowledgement", x12_answers.read_acknowledgement),
    },
    "EDIFACT": {
        "DESADV": ("despatch", edifact_shipments.read_shipments),
        "INVRPT": ("stock report", edifact_stock.read_report),
        "RECADV": ("receipt", edifact_stock.read_receipts),
        "ORDRSP": ("order response", edifact_answers.read_order_response),
        "APERAK": ("application acknowledgement", edifact_answers.read_application_error),
        "CONTRL": ("acknowledgement", edifact_answers.read_control),
    },
    "TRADACOMS": {},
}
"""By syntax and message: what people call it, and who reads it."""

ORDERS: Mapping[str, tuple[str, Callable[[Message, EdiSettings], ReadOrder]]] = {
    "X12": ("940", x12_orders.read_order),
    "EDIFACT": ("ORDERS", edifact_orders.read_order),
    "TRADACOMS": ("ORDERS", tradacoms.read_order),
}


def interchanges_of(body: bytes, settings: EdiSettings) -> tuple[Interchange, ...]:
    """The file taken apart; MalformedError when it is no EDI that we know, or is broken beyond reading."""
    text = text_of(body, settings)
    if text.startswith("ISA"):
        return tuple(x12_envelope.interchanges(text, settings))
    if text.startswith(("UNA", "UNB")):
        return tuple(edifact_envelope.interchanges(text, settings))
    if text.startswith("STX="):
        return tuple(tradacoms.interchanges(text, settings))
    raise MalformedError(
        f"The file begins with {text[:12]!r}, and not as X12 (ISA), EDIFACT (UNA, UNB) or TRADACOMS (STX) does: "
        "ask for the whole file with its envelope."
    )


def read(account: str, body: bytes, settings: EdiSettings) -> FileContent:
    """What the file says; see `read_edi`."""
    found = interchanges_of(body, settings)
    file_id = _file_id(found, body)
    harvest = Harvest(account=account, settings=settings, name=file_id)
    for interchange in found:
        for fault in interchange.faults[:_FAULTS_TOLD]:
            harvest.refuse(f"interchange {interchange.control}", fault)
        if len(interchange.faults) > _FAULTS_TOLD:
            more = len(interchange.faults) - _FAULTS_TOLD
            harvest.refuse(f"interchange {interchange.control}", f"{more:,} more faults of the envelope are not told.")
        with_notices(interchange, harvest)
        for message in interchange.messages:
            _read_message(message, interchange, harvest)
    if not any(interchange.messages or interchange.notices for interchange in found):
        raise MalformedError("The envelope holds no message.")
    return FileContent(
        file_id=file_id,
        described=_described(found),
        written_at=_written(found, settings),
        shipments=tuple(harvest.shipments),
        answers=tuple(harvest.answers),
        movements=tuple(harvest.movements),
        snapshots=tuple(harvest.snapshots),
        refused=tuple(harvest.refused),
    )


def read_orders(body: bytes, settings: EdiSettings) -> tuple[ReadOrder, ...]:
    """The orders of a file of 940, ORDERS or TRADACOMS orders, such as we write; MalformedError when one is unusable.

    Here nothing is half read: a file of ours holds one order, and it is as it was written or it is not.
    """
    found: list[ReadOrder] = []
    for interchange in interchanges_of(body, settings):
        kind, order_of = ORDERS[interchange.syntax]
        for message in interchange.messages:
            if message.kind == kind:
                if message.fault:
                    raise MalformedError(f"{message.where}: {message.fault}")
                try:
                    found.append(order_of(message, settings))
                except UnusableError as unusable:
                    raise MalformedError(f"{message.where}: {unusable}") from unusable
    return tuple(found)


def with_notices(interchange: Interchange, harvest: Harvest) -> None:
    """Read what stands in the envelope itself, refusing what cannot be used of it."""
    try:
        x12_answers.read_notices(interchange, harvest)
    except UnusableError as unusable:
        harvest.refuse(f"interchange {interchange.control}", str(unusable))


def _read_message(message: Message, interchange: Interchange, harvest: Harvest) -> None:
    known = READERS[interchange.syntax].get(message.kind)
    if known is None:
        harvest.refuse(message.where, wrong_kind(message, interchange.syntax), _opening(message))
    elif interchange.is_test and not harvest.settings.is_test:
        harvest.refuse(message.where, _TEST, _opening(message))
    elif message.fault:
        harvest.refuse(message.where, message.fault, _opening(message))
    else:
        known[1](message, harvest)


def _opening(message: Message) -> str:
    return message.segments[0].raw if message.segments else ""


def _file_id(found: Iterable[Interchange], body: bytes) -> str:
    named = [f"{each.sender} {each.control}".strip() for each in found if each.control]
    return (
        ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
        or (hashlib.sha256(body).hexdigest()[:16])
    )


def _described(found: Iterable[Interchange]) -> str:
    kinds = Counter(_named(found))
    return ", ".join(f"{count} x {name}" for name, count in kinds.items()) or "an envelope of acknowledgements"


def _named(found: Iterable[Interchange]) -> Iterator[str]:
    for interchange in found:
        for message in interchange.messages:
            known = READERS[interchange.syntax].get(message.kind)
            yield f"{known[0]} ({message.kind})" if known else f"{message.kind or 'message without a type'}"


def _written(found: Iterable[Interchange], settings: EdiSettings) -> datetime | None:
    for interchange in found:
        try:
            return moment(interchange.written, settings.clock, settings.untimed_hour, "The date of the envelope")
        except UnusableError:
            return None
    return None
