"""How far an order has come: what its requests still hold, what left, and what Sage was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tieout.domain.commands import RequestLine
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.documents.shipping import RequestStatus, Stage
from tieout.domain.orders.facts import OrderFacts, Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.nodes import place_of
from tieout.domain.orders.resolving import Resolved, resolve_request
from tieout.domain.orders.units import to_selling

STAGES: tuple[Stage, ...] = ("picked", "packed", "despatched")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An order with every shipment read in its terms."""

    facts: OrderFacts
    order: OpenOrder
    resolved: tuple[Resolved, ...]
    """Every shipment of every request, oldest request first."""

    def of(self, sent: Sent) -> tuple[Resolved, ...]:
        """The shipments of one request."""
        return tuple(one for one in self.resolved if one.sent is sent)

    def gone(self) -> tuple[Resolved, ...]:
        """Shipments that have come as far as the house counts as gone."""
        return tuple(one for one in self.resolved if is_gone(self.facts, one))

    def waiting(self) -> tuple[Resolved, ...]:
        """Those of which Sage has not been told, and nobody has said that they are booked by hand."""
        return tuple(one for one in self.gone() if not self.is_told(one))

    def is_told(self, one: Resolved) -> bool:
        """Whether Sage has the despatch, by our own reading or by a person's word."""
        posted = self.facts.posted_under(despatch_key(self.facts.company, one.shipment))
        if posted is not None and posted.state == "done":
            return True
        return "DESPATCHED_BY_HAND" in self.facts.accepted and one in by_hand(self)

    def claimed(self, line: OpenLine) -> Decimal:
        """What requests hold of a line's allocation: asked for or shipped, and not yet despatched in Sage."""
        return sum((self._claim(sent, line) for sent in self.facts.requests if sent.state != "refused"), ZERO)

    def held_back(self, line: OpenLine) -> Decimal:
        """What closed requests did not ship of a line, and nobody wants sent again."""
        return sum((self._short(sent, line) for sent in self.facts.requests if is_short_kept(self.facts, sent)), ZERO)

    def shipped(self, sent: Sent, line_id: str) -> Decimal:
        """What left of a line by one request, in selling units."""
        return sum((one.of(line_id) for one in self.of(sent) if is_gone(self.facts, one)), ZERO)

    def _claim(self, sent: Sent, line: OpenLine) -> Decimal:
        shipped = self.shipped(sent, line.line_id)
        told = sum((one.of(line.line_id) for one in self.of(sent) if self.is_told(one)), ZERO)
        asked = ZERO if sent.is_closed else requested(sent, line)
        return max(asked, shipped) - told

    def _short(self, sent: Sent, line: OpenLine) -> Decimal:
        return max(requested(sent, line) - self.shipped(sent, line.line_id), ZERO)


def standing_of(facts: OrderFacts, order: OpenOrder) -> Standing:
    """Read every shipment."""
    resolved = tuple(one for sent in facts.requests for one in resolve_request(facts, order, sent))
    return Standing(facts=facts, order=order, resolved=resolved)


def requested(sent: Sent, line: OpenLine) -> Decimal:
    """What a request asks for of a line, in selling units."""
    return sum((_selling(asked, line) for asked in sent.command.lines if asked.line == line.line_id), ZERO)


def _selling(asked: RequestLine, line: OpenLine) -> Decimal:
    return to_selling(Fraction(asked.stock_quantity), line.stock_units) or ZERO


def is_gone(facts: OrderFacts, one: Resolved) -> bool:
    """Whether a shipment has come as far as counts as gone there: by its site's row, else rule `despatch_trigger`."""
    place = place_of(facts.tables, one.shipment.account, one.shipment.site or one.sent.command.site)
    trigger = (place.trigger if place else "") or facts.policy("despatch_trigger", "despatched")
    wanted = STAGES.index("picked" if trigger == "picked" else "packed" if trigger == "packed" else "despatched")
    return STAGES.index(one.shipment.stage) >= wanted


def by_hand(standing: Standing) -> tuple[Resolved, ...]:
    """Shipments that would exceed their order because somebody else despatched in Sage what they hold, oldest first.

    What was despatched by hand stands for one shipment and not for the next one, too.
    """
    facts = standing.facts
    rest = {line.line_id: line.despatched - facts.posted_of(line.line_id) for line in standing.order.lines}
    found: list[Resolved] = []
    for one in sorted(standing.gone(), key=lambda each: (each.shipment.reached_at, each.shipment.shipment_id)):
        is_ours = facts.posted_under(despatch_key(facts.company, one.shipment)) is not None
        fits = all(units.line.open < units.quantity <= rest[units.line.line_id] for units in one.left)
        if one.left and fits and not is_ours:
            found.append(one)
            for units in one.left:
                rest[units.line.line_id] -= units.quantity
    return tuple(found)


def is_turned_down(sent: Sent) -> bool:
    """Whether a warehouse ships nothing of a request although nobody asked it to stop."""
    stopped = (RequestStatus.REJECTED, RequestStatus.CANCELLED)
    is_theirs = sent.cancelling is None and not sent.shipments
    return is_theirs and sent.stands is not None and sent.stands.status in stopped


def is_short_kept(facts: OrderFacts, sent: Sent) -> bool:
    """Whether what a closed request did not ship must not go out again by itself."""
    if not sent.is_closed or sent.cancelling == "done":
        return False
    if is_turned_down(sent):
        turned_down = [one for one in facts.requests if is_turned_down(one)]
        return "REQUEST_REJECTED" not in facts.accepted or len(turned_down) > REJECTED_MAX
    if sent.stands is not None and sent.stands.status is RequestStatus.CANCELLED and sent.cancelling is not None:
        return False
    return not sends_again(facts)


def sends_again(facts: OrderFacts) -> bool:
    """Whether what was not shipped goes out again: by rule or by a person's word, and not for ever."""
    is_wanted = facts.policy("back_order", "ask") == "again" or "SHORT_SHIPPED" in facts.accepted
    return is_wanted and len(facts.requests) < REQUESTS_MAX


REJECTED_MAX = 1
REQUESTS_MAX = 9
"""More requests than this for one order, and a person must look: the warehouse does not have the goods."""


def shorts(standing: Standing) -> Iterator[tuple[Sent, OpenLine, Decimal]]:
    """What closed requests did not ship and no other one holds: request, line, selling units still to be despatched."""
    for sent in standing.facts.requests:
        if not sent.is_closed or sent.cancelling is not None or is_turned_down(sent):
            continue
        for line in standing.order.lines:
            short = requested(sent, line) - standing.shipped(sent, line.line_id)
            missing = min(short, line.open - standing.claimed(line))
            if missing > 0:
                yield sent, line, missing


def physical(lines: Sequence[OpenLine]) -> tuple[OpenLine, ...]:
    """The lines of goods: stock items on standard lines."""
    return tuple(line for line in lines if line.line_class == "standard" and line.is_stocked)


def left_of(one: Resolved) -> Decimal | None:
    """Units of a shipment in selling units; None while nobody can say, because it leads to no lines."""
    return sum((units.quantity for units in one.left), ZERO) if one.left else None
