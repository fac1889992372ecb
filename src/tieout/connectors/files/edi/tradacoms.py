"""TRADACOMS orders (ORDHDR, ORDERS, ORDTLR), release 9 as in the one sample that we have.

Its segments are EDIFACT's with `TAG=` in front. Customers send these to suppliers; no warehouse does, so that a file of
them is refused where warehouses' files are read, and read where orders are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.connectors.files.edi import edifact_envelope
from tieout.connectors.files.edi.letters import without_line_breaks
from tieout.connectors.files.edi.orders import ReadLine, ReadOrder
from tieout.connectors.files.edi.segments import Interchange, Message, Segment, UnusableError, runs
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted, moment, quantity
from tieout.domain.documents.address import PostalAddress
from tieout.ports.inbound import MalformedError

_CUT = "is not closed: the file may be cut off, ask for it again"


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What has been opened so far."""

    settings: EdiSettings
    opening: Segment | None = None
    held: list[Segment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    closed: Segment | None = None

    def take(self, segment: Segment) -> None:
        """Put one segment where it belongs."""
        match segment.tag:
            case "MHD":
                self.close_message(None)
                self.opening, self.held = segment, []
            case "MTR":
                self.close_message(segment)
            case "END":
                self.close_message(None)
                self.closed = segment
            case _ if self.opening is None:
                self.faults.append(f"A segment stands outside every message: {segment.raw}")
            case _:
                self.held.append(Segment(tag=segment.tag, elements=segment.elements, number=len(self.held) + 2))

    def close_message(self, closing: Segment | None) -> None:
        """End the message; None where it is not closed, or none was open."""
        opening, self.opening = self.opening, None
        if opening is None:
            if closing is not None:
                self.faults.append("An MTR segment closes a message that was not opened.")
            return
        fault = ""
        if closing is None:
            fault = f"The message {_CUT}."
        elif self.settings.checks_counts and counted(closing.value(1)) != len(self.held) + 2:
            fault = f"It has {len(self.held) + 2} segments and says {closing.value(1)}: ask for it again."
        self.messages.append(
            Message(kind=opening.value(2), control=opening.value(1), segments=tuple(self.held), fault=fault)
        )


def interchanges(text: str, settings: EdiSettings) -> Iterator[Interchange]:
    """The transmission of a text that begins with STX; MalformedError when it cannot be taken apart."""
    found = _segments(without_line_breaks(text), settings)
    header = next(found, None)
    if header is None:
        raise MalformedError("The STX segment does not end: the file is cut off, ask for it again.")
    walk = _Walk(settings=settings)
    for segment in found:
        walk.take(segment)
    walk.close_message(None)
    if walk.closed is None:
        walk.faults.append(f"The transmission {_CUT}.")
    elif settings.checks_counts and counted(walk.closed.value(1)) != len(walk.messages):
        walk.faults.append(f"The transmission has {len(walk.messages)} messages and says {walk.closed.value(1)}.")
    yield Interchange(
        syntax="TRADACOMS",
        sender=header.value(2) or header.value(2, 2),
        sender_qualifier="",
        receiver=header.value(3) or header.value(3, 2),
        receiver_qualifier="",
        control=header.value(5),
        written=header.value(4) + header.value(4, 2)[:4],
        messages=tuple(walk.messages),
        faults=tuple(walk.faults),
    )


def _segments(text: str, settings: EdiSettings) -> Iterator[Segment]:
    for segment in edifact_envelope.segments(text, edifact_envelope.PLAIN, settings):
        tag, _, first = segment.tag.partition("=")
        # The tokenizer takes `STX=ANA:1` for a tag of two components: what follows the sign is the first element.
        yield Segment(tag=tag, elements=((first, *segment.tag_parts), *segment.elements))


def read_order(message: Message, settings: EdiSettings) -> ReadOrder:
    """The order of one ORDERS message; UnusableError when it is none."""
    named = message.first("ORD")
    if named is None or not named.value(1):
        raise UnusableError("There is no ORD segment with the order's number.")
    buyer = message.first("CLO")
    delivery = message.first("DIN")
    parts = buyer.elements[2] if buyer is not None and len(buyer.elements) > 2 else ()
    location = (buyer.value(1) or buyer.value(1, 2)) if buyer is not None else ""
    return ReadOrder(
        action="new",
        reference=named.value(1),
        order_number=named.value(1),
        customer=location,
        ordered_on=_on(named.value(1, 3), settings),
        required_on=_on(delivery.value(1), settings) if delivery is not None else None,
        deliver_to=PostalAddress(
            name=buyer.value(2) if buyer is not None else "", lines=tuple(part for part in parts if part.strip())
        ),
        instructions=delivery.value(4) if delivery is not None else "",
        lines=tuple(_line(item[0], place) for place, item in enumerate(runs(message.segments, "OLD"), 1)),
        control=message.control,
    )


def _on(text: str, settings: EdiSettings) -> date | None:
    return moment(text, settings.clock, 12, "The date of the order").date() if text else None


def _line(segment: Segment, place: int) -> ReadLine:
    sku = segment.value(2) or segment.value(2, 2) or segment.value(4) or segment.value(4, 2)
    if not sku:
        raise UnusableError(f"OLD {segment.value(1)} names no item.")
    pack = quantity(segment.value(5), "The unit of OLD") if segment.value(5) else Decimal(1)
    return ReadLine(
        line="",
        number=counted(segment.value(1)) or place,
        sku=sku,
        quantity=quantity(segment.value(6), "The quantity of OLD"),
        unit=f"pack of {pack:f}" if pack != 1 else "",
        description=" ".join(part for element in segment.elements[9:] for part in element if part),
    )
