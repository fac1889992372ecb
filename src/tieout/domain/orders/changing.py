"""Orders cancelled or changed in Sage after they went out: the warehouse is asked to stop, and may say too late."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tieout.domain.commands import CancelShipmentRequest
from tieout.domain.documents.open_order import OpenLine
from tieout.domain.documents.shipping import RequestStatus
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.delivery import delivery
from tieout.domain.orders.facts import Sent
from tieout.domain.orders.keys import cancel_key
from tieout.domain.orders.standing import ZERO, Standing, requested


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """Requests that must not ship, and those that it is too late for."""

    commands: tuple[CancelShipmentRequest, ...]
    faults: tuple[Fault, ...]


def stopping(standing: Standing) -> Stopping:
    """Cancel every request that the order in Sage does not want any more as it stands.

    A changed order is cancelled at the warehouse and goes out anew with the next number (wms_3pl_pos 5.5); Sage's
    allocation is not touched before the warehouse has agreed.
    """
    commands: list[CancelShipmentRequest] = []
    faults: list[Fault] = []
    for sent, why in _unwanted(standing):
        if sent.cancelling == "refused":
            at = f"request {sent.command.reference} at {sent.command.account}"
            held = sent.stands.status_text if sent.stands is not None else "not known"
            faults.append(Fault(code=kinds.CANCEL_TOO_LATE.code, at=at, saw=held, wanted=why))
        else:
            commands.append(_cancel(standing, sent))
    return Stopping(commands=tuple(commands), faults=tuple(faults))


def agreed(standing: Standing) -> tuple[CancelShipmentRequest, ...]:
    """What a warehouse has cancelled since it was asked to: to be read back there, so that it is on record as done."""
    return tuple(
        _cancel(standing, sent)
        for sent in standing.facts.requests
        if sent.cancelling == "intended" and sent.stands is not None and sent.stands.status is RequestStatus.CANCELLED
    )


def _cancel(standing: Standing, sent: Sent) -> CancelShipmentRequest:
    return CancelShipmentRequest(
        key=cancel_key(standing.facts.company, sent.command.reference),
        account=sent.command.account,
        reference=sent.command.reference,
        order_number=sent.command.order_number,
    )


def _unwanted(standing: Standing) -> list[tuple[Sent, str]]:
    """Open requests that ask for more than Sage wants, newest first, or for another address."""
    order = standing.order
    live = [sent for sent in standing.facts.requests if sent.state == "done" and not sent.is_closed]
    if order.status == "cancelled":
        return [(sent, "the order is cancelled in Sage") for sent in live]
    wanted = delivery(standing.facts.tables, order.deliver_to)
    found = {
        sent.command.reference: (sent, "the delivery address was changed in Sage")
        for sent in live
        if sent.command.deliver_to != wanted
    }
    for line in order.lines:
        over = _asked_over(standing, line, live)
        for sent in reversed(live):
            asked = _outstanding(standing, sent, line)
            if over > 0 and asked > 0:
                found.setdefault(sent.command.reference, (sent, f"line {line.number} was made smaller in Sage"))
                over -= asked
    gone = {line.line for sent in live for line in sent.command.lines} - {line.line_id for line in order.lines}
    for sent in live:
        if any(line.line in gone for line in sent.command.lines):
            found.setdefault(sent.command.reference, (sent, "a line was removed in Sage"))
    return list(found.values())


def _outstanding(standing: Standing, sent: Sent, line: OpenLine) -> Decimal:
    return max(requested(sent, line) - standing.shipped(sent, line.line_id), ZERO)


def _asked_over(standing: Standing, line: OpenLine, live: list[Sent]) -> Decimal:
    """How much more the warehouses will still ship of a line than Sage wants shipped."""
    untold = sum((one.of(line.line_id) for one in standing.waiting()), ZERO)
    return sum((_outstanding(standing, sent, line) for sent in live), ZERO) + untold - line.open
