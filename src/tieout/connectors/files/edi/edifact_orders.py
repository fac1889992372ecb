"""ORDERS read back: our own, and a partner's sample."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.edifact_values import amount_of, heading, party, reference, sku_of
from tieout.connectors.files.edi.orders import ReadLine, ReadOrder
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError, runs
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted, day, quantity
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import MINOR_DIGITS, Money

_BLANK = Segment(tag="", elements=())


def read_order(message: Message, settings: EdiSettings) -> ReadOrder:
    """The order of one ORDERS; UnusableError when it is none."""
    opening = message.first("BGM")
    if opening is None:
        raise UnusableError("There is no BGM segment.")
    action = compat.ORDER_FUNCTIONS.get(opening.value(3))
    if action is None:
        raise UnusableError(f"BGM has function {opening.value(3)!r}: neither new, changed nor cancelled.")
    head = heading(message, "LIN", "UNS")
    currency = next((s.value(1, 2) for s in head if s.tag == "CUX"), "") or "GBP"
    transport = next((s for s in head if s.tag == "TDT"), _BLANK)
    return ReadOrder(
        action=action,
        reference=opening.value(2),
        order_number=reference(head, "VN"),
        channel_reference=reference(head, "CR"),
        customer=party(head, "BY"),
        site=party(head, "WH"),
        ordered_on=_on(head, "4"),
        required_on=_on(head, "2"),
        deliver_to=_address(head),
        service=transport.value(5, 4),
        instructions=" ".join(
            part for s in head if s.tag == "FTX" and len(s.elements) > 3 for part in s.elements[3] if part
        ),
        lines=tuple(
            _line(item, place, message, settings, currency)
            for place, item in enumerate((r for r in runs(message.segments, "LIN", "UNS") if r[0].tag == "LIN"), 1)
        ),
        control=message.control,
    )


def _on(head: list[Segment], kind: str) -> date | None:
    found = next((s.value(1, 2) for s in head if s.tag == "DTM" and s.value(1) == kind), "")
    return day(found[:8], f"DTM+{kind}") if found else None


def _address(head: list[Segment]) -> PostalAddress:
    block = next((b for b in runs(head, "NAD", "CUX", "TDT") if b[0].value(1) == "DP"), [])
    if not block:
        return PostalAddress()
    place = block[0]
    numbers = {s.value(1, 2): s.value(1) for s in block if s.tag == "COM"}
    street = place.elements[4] if len(place.elements) > 4 else ()
    name = place.elements[3] if len(place.elements) > 3 else ()
    return PostalAddress(
        name=" ".join(part.strip() for part in name if part.strip()),
        lines=tuple(part.strip() for part in street if part.strip()),
        city=place.value(6),
        county=place.value(7, 4) or place.value(7),
        postcode=place.value(8),
        country=place.value(9),
        contact=next((s.value(2, 2) for s in block if s.tag == "CTA"), ""),
        telephone=numbers.get("TE", ""),
        email=numbers.get("EM", ""),
    )


def _line(item: list[Segment], place: int, message: Message, settings: EdiSettings, currency: str) -> ReadLine:
    asked = next((s for s in item if s.tag == "QTY" and s.value(1) == "21"), None)
    if asked is None:
        raise UnusableError(f"LIN {item[0].value(1)} has no QTY+21.")
    price = next((s.value(1, 2) for s in item if s.tag == "PRI" and s.value(1) == "AAA"), "")
    currency = next((s.value(1, 2) for s in item if s.tag == "CUX"), "") or currency
    named = next((s for s in item if s.tag == "IMD"), _BLANK)
    return ReadLine(
        line=reference(item, settings.line_qualifier),
        number=counted(item[0].value(1)) or place,
        sku=sku_of(item, settings),
        quantity=amount_of(asked, message.decimal_mark),
        unit=settings.unit_name(asked.value(1, 3)),
        # Its two halves were cut at a letter, not at a word.
        description="".join(part for part in named.elements[2][3:] if part).strip() if len(named.elements) > 2 else "",
        unit_value=_money(quantity(price, "PRI+AAA", message.decimal_mark), currency) if price else None,
    )


def _money(amount: Decimal, currency: str) -> Money | None:
    minor = amount.scaleb(MINOR_DIGITS.get(currency, 2))
    return Money(int(minor), currency) if minor == minor.to_integral_value() else None
