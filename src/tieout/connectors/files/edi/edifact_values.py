"""Times, quantities, sites and item numbers as EDIFACT's segments hold them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.products import stock_code
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import moment, quantity

_ZONED = {"303": 12, "304": 14}
"""Formats that end in a zone, and where it begins."""
_PERIODS = {"718": 8, "719": 12}
"""Formats of a period, and how long its beginning is."""


def dated(segments: Iterable[Segment], wanted: tuple[str, ...]) -> Segment | None:
    """The DTM of the first of the wanted meanings that stands there."""
    found = {s.value(1): s for s in reversed(list(segments)) if s.tag == "DTM"}
    return next((found[kind] for kind in wanted if kind in found and found[kind].value(1, 2)), None)


def time_of(segment: Segment, settings: EdiSettings) -> datetime:
    """The moment of a DTM, as UTC."""
    text, layout = segment.value(1, 2), segment.value(1, 3)
    zone = settings.clock
    what = f"DTM+{segment.value(1)}"
    if layout in _ZONED:
        name = text[_ZONED[layout] :].upper()
        if name not in compat.ZONES:
            raise UnusableError(f"{what} has the zone {name[:10]!r}, which we do not know.")
        text, zone = text[: _ZONED[layout]], ZoneInfo(compat.ZONES[name])
    elif layout in _PERIODS:
        text = text[: _PERIODS[layout]]
    return moment(text, zone, settings.untimed_hour, what)


def amount_of(segment: Segment, mark: str) -> Decimal:
    """The quantity of a QTY or QVR."""
    return quantity(segment.value(1, 2), f"{segment.tag}+{segment.value(1)}", mark)


def reference(segments: Iterable[Segment], *kinds: str) -> str:
    """The number of the first RFF of one of these kinds, the kinds in their order."""
    found = {s.value(1): s.value(1, 2) for s in reversed(list(segments)) if s.tag == "RFF"}
    return next((found[kind] for kind in kinds if found.get(kind)), "")


def party(segments: Iterable[Segment], *kinds: str) -> str:
    """The id of the first NAD of one of these kinds, else its name."""
    found = {s.value(1): s for s in reversed(list(segments)) if s.tag == "NAD"}
    named = (found[kind] for kind in kinds if kind in found)
    return next((s.value(2) or s.value(4) or s.value(3) for s in named if s.value(2) or s.value(4) or s.value(3)), "")


def sku_of(item: list[Segment], settings: EdiSettings) -> str:
    """The stock code of a LIN with what stands behind it."""
    numbers = {item[0].value(3, 2) or "EN": item[0].value(3)} if item[0].value(3) else {}
    for segment in item[1:]:
        if segment.tag == "PIA" and segment.value(1) != compat.SUBSTITUTED_FOR:
            for element in range(2, len(segment.elements) + 1):
                if segment.value(element):
                    numbers.setdefault(segment.value(element, 2), segment.value(element))
    return stock_code(numbers, settings.edifact_products)


def heading(message: Message, *ends: str) -> list[Segment]:
    """The segments before the first of these."""
    before = next((n for n, s in enumerate(message.segments) if s.tag in ends), len(message.segments))
    return list(message.segments[:before])


def numbered(message: Message) -> Segment:
    """The BGM; UnusableError when it is missing or has no number, for told twice it would count twice."""
    opening = message.first("BGM")
    if opening is None or not opening.value(2):
        raise UnusableError("BGM has no number of the document: told twice, it would count twice.")
    return opening
