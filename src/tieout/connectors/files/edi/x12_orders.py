"""940 read back: our own, and a partner's sample."""

from __future__ import annotations

from datetime import date

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.orders import ReadLine, ReadOrder
from tieout.connectors.files.edi.products import pairs, stock_code
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError, runs
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted, day, quantity
from tieout.domain.documents.address import PostalAddress


def read_order(message: Message, settings: EdiSettings) -> ReadOrder:
    """The order of one 940; UnusableError when it is none."""
    opening = message.first("W05")
    if opening is None:
        raise UnusableError("There is no W05 segment.")
    actions = {letter: action for action, letter in settings.order_statuses.items()}
    if opening.value(1) not in actions:
        raise UnusableError(f"W05-01 is {opening.value(1)!r}, which is none of {', '.join(actions)}.")
    heading = _heading(message)
    services = [s for s in heading if s.tag == "W66"]
    return ReadOrder(
        action=actions[opening.value(1)],
        reference=opening.value(2),
        order_number=opening.value(3),
        channel_reference=_value(heading, "N9", "CO", 2),
        customer=_value(heading, "N1", "BY", 4),
        site=_value(heading, "N1", "WH", 4),
        ordered_on=_on(heading, compat.ORDERED_ON),
        required_on=_on(heading, compat.DELIVER_ON),
        deliver_to=_address(heading),
        service=services[0].value(5) if services else "",
        instructions=" ".join(s.value(2) for s in heading if s.tag == "NTE"),
        lines=tuple(_line(item, place, settings) for place, item in enumerate(_items(message), 1)),
        control=message.control,
    )


def _heading(message: Message) -> list[Segment]:
    before = next((place for place, s in enumerate(message.segments) if s.tag == "LX"), len(message.segments))
    return list(message.segments[:before])


def _items(message: Message) -> list[list[Segment]]:
    return [found for found in runs(message.segments, "W01", "LX", "W76") if found[0].tag == "W01"]


def _value(segments: list[Segment], tag: str, kind: str, element: int) -> str:
    return next((s.value(element) for s in segments if s.tag == tag and s.value(1) == kind), "")


def _address(heading: list[Segment]) -> PostalAddress:
    block = next((b for b in runs(heading, "N1", "N9", "G62", "NTE", "W66") if b[0].value(1) == "ST"), [])
    if not block:
        return PostalAddress()
    place = next((s for s in block if s.tag == "N4"), Segment(tag="N4", elements=()))
    person = next((s for s in block if s.tag == "PER"), Segment(tag="PER", elements=()))
    numbers = pairs(person, (3, 5, 7))
    return PostalAddress(
        name=block[0].value(2),
        lines=tuple(s.value(n) for s in block if s.tag == "N3" for n in (1, 2) if s.value(n)),
        city=place.value(1),
        county=place.value(6) or place.value(2),
        postcode=place.value(3),
        country=place.value(4),
        contact=person.value(2),
        telephone=numbers.get("TE", ""),
        email=numbers.get("EM", ""),
    )


def _line(item: list[Segment], place: int, settings: EdiSettings) -> ReadLine:
    opening = item[0]
    note = next((s for s in item if s.tag == "N9" and s.value(1) == settings.line_qualifier), None)
    return ReadLine(
        line=note.value(2) if note is not None else "",
        number=(counted(note.value(3)) if note is not None else None) or place,
        sku=stock_code(pairs(opening, (4, 6, 15)), settings.x12_products, opening.value(3)),
        quantity=quantity(opening.value(1), "W01-01"),
        unit=settings.unit_name(opening.value(2)),
        description=" ".join(s.value(1) for s in item if s.tag == "G69"),
    )


def _on(heading: list[Segment], kind: str) -> date | None:
    found = _value(heading, "G62", kind, 2)
    return day(found, f"G62*{kind}") if found else None
