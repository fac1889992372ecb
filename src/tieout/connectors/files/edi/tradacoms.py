"""TRADACOMS orders (ORDHDR, ORDERS, ORDTLR), release 9 as in the one sample that we have.

Its segments are EDIFACT's with `TAG=` in front. Customers send these to suppliers; no warehouse does, so that a file of
them is refused where warehouses' files are read, and read where orders are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tieout.connectors.files.edi import edifact_envelope
from tieout.connectors.files.edi.letters import without_line_breaks
from tieout.connectors.files.edi.orders import ReadLine, ReadOrder
from tieout.connectors.files.edi.segments import Interchange, Message, Segment, UnusableError, runs
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted, moment, quantity
from tieout.domain.documents.address import PostalAddress

_CUT = "is not closed: the file may be cut off, ask for it again"


def interchanges(text: str, settings: EdiSettings) -> Iterator[Interchange]:
    """The transmission of a text that begins with STX."""
    header: Segment | None = None
    opening: Segment | None = None
    held: list[Segment] = []
    messages: list[Message] = []
    faults: list[str] = []
    closed: Segment | None = None
    for segment in _segments(without_line_breaks(text), settings):
        if segment.tag == "STX" and header is None:
            header = segment
        elif segment.tag == "MHD":
            if opening is not None:
                messages.append(_message(opening, held, None, settings))
            opening, held = segment, []
        elif segment.tag == "MTR" and opening is not None:
            messages.append(_message(opening, held, segment, settings))
            opening = None
        elif segment.tag == "END":
            closed = segment
        elif opening is not None:
            held.append(Segment(tag=segment.tag, elements=segment.elements, number=len(held) + 2))
        else:
            faults.append(f"A segment stands outside every message: {segment.raw}")
    if opening is not None:
        messages.append(_message(opening, held, None, settings))
    if closed is None:
        faults.append(f"The transmission {_CUT}.")
    elif settings.checks_counts and counted(closed.value(1)) != len(messages):
        faults.append(f"The transmission has {len(messages)} messages and says {closed.value(1)}.")
    stx = header if header is not None else Segment(tag="STX", elements=())
    yield Interchange(
        syntax="TRADACOMS",
        sender=stx.value(2) or stx.value(2, 2),
        sender_qualifier="",
        receiver=stx.value(3) or stx.value(3, 2),
        receiver_qualifier="",
        control=stx.value(5),
        written=stx.value(4) + stx.value(4, 2)[:4],
        messages=tuple(messages),
        faults=tuple(faults),
    )


def _segments(text: str, settings: EdiSettings) -> Iterator[Segment]:
    for segment in edifact_envelope.segments(text, edifact_envelope.PLAIN, settings):
        tag, _, first = segment.tag.partition("=")
        # The tokenizer takes `STX=ANA:1` for a tag of two components: what follows the sign is the first element.
        yield Segment(tag=tag, elements=((first, *segment.tag_parts), *segment.elements))


def _message(opening: Segment, held: list[Segment], closing: Segment | None, settings: EdiSettings) -> Message:
    fault = ""
    if closing is None:
        fault = f"The message {_CUT}."
    elif settings.checks_counts and counted(closing.value(1)) != len(held) + 2:
        fault = f"It has {len(held) + 2} segments and says {closing.value(1)}: ask for it again."
    return Message(kind=opening.value(2), control=opening.value(1), segments=tuple(held), fault=fault)


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
        description=" ".join(
            part for n in range(10, len(segment.elements) + 1) for part in segment.elements[n - 1] if part
        ),
    )
