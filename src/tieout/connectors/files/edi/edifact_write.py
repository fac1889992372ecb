"""Writes ORDERS.

The control number stands in UNB and, with it, in every message's own acknowledgement. BGM, NAD, LIN, QTY+21, RFF+ON
and the release character: ISO 9735 and the EANCOM documents; FTX+DEL, TDT for the service, and which RFF holds which
of our numbers, are our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from tieout.connectors.files.edi.fitting import (
    Letters,
    country_code,
    exact,
    file_name,
    fitted,
    in_charset,
    one_line,
    unit_code,
    wrapped,
)
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import figure
from tieout.domain.commands.warehouse import (
    REFERENCE_LETTERS,
    CancelShipmentRequest,
    RequestLine,
    SendShipmentRequest,
)
from tieout.domain.documents.address import PostalAddress
from tieout.ports.errors import Refused

CONTROL_MAX = 999_999_999
NEW, CANCELLED = "9", "1"
_RELEASED = str.maketrans({letter: f"?{letter}" for letter in "?+:'"})
_ENCODINGS = {"UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOY": "utf-8"}
_VERSIONS = {"UNOA": "3", "UNOB": "3", "UNOC": "3", "UNOY": "4"}
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/='+:?!\"%&*;<>")
"""What UNOA takes (ISO 9735, level A, with what it allows by agreement)."""

Element = str | tuple[str, ...]


def letters_of(charset: str) -> Letters:
    """What makes texts fit a character set."""
    return _capitals if charset == "UNOA" else partial(in_charset, charset=_ENCODINGS[charset])


def _capitals(text: str) -> str:
    raised = in_charset(text, "ascii").upper()
    return one_line("".join(letter if letter in _CAPITALS else "." for letter in raised))


def order(command: SendShipmentRequest, control: int, settings: EdiSettings, now: datetime) -> tuple[str, bytes]:
    """The ORDERS of a request, and its file name; Refused when something cannot be written without being changed."""
    body = list(_order_segments(command, settings, now))
    return (
        file_name("ORDERS", control, command.reference, "edi"),
        enveloped([("ORDERS", settings.edifact_release, body)], control, settings, now),
    )


def cancel(command: CancelShipmentRequest, control: int, settings: EdiSettings, now: datetime) -> tuple[str, bytes]:
    """The ORDERS with function 1 that cancels a request, and its file name."""
    letters = letters_of(settings.edifact_charset)
    body = [
        *_opening(command.reference, command.order_number, CANCELLED, settings, now),
        segment("NAD", "SU", (fitted(settings.our_id.strip(), "Our id", 35, letters), "", "92")),
        segment("UNS", "S"),
    ]
    return (
        file_name("ORDERS_cancel", control, command.reference, "edi"),
        enveloped([("ORDERS", settings.edifact_release, body)], control, settings, now),
    )


def segment(tag: str, *elements: Element) -> str:
    """One segment without its end; empty elements and components at an end are left out."""
    written = [_element(each) for each in elements]
    while written and not written[-1]:
        written.pop()
    return "+".join((tag, *written))


def _element(element: Element) -> str:
    parts = [element] if isinstance(element, str) else list(element)
    while parts and not parts[-1]:
        parts.pop()
    return ":".join(part.translate(_RELEASED) for part in parts)


def enveloped(messages: list[tuple[str, str, list[str]]], control: int, settings: EdiSettings, now: datetime) -> bytes:
    """Messages (kind, release, segments) in one interchange."""
    if not 0 < control <= CONTROL_MAX:
        raise Refused(f"The control number {control} does not lie between 1 and {CONTROL_MAX}.")
    charset = settings.edifact_charset
    local = now.astimezone(settings.clock)
    day = f"{local:%Y%m%d}" if _VERSIONS[charset] == "4" else f"{local:%y%m%d}"
    header = segment(
        "UNB",
        (charset, _VERSIONS[charset]),
        (settings.our_id.strip(), settings.our_qualifier),
        (settings.partner_id.strip(), settings.partner_qualifier),
        (day, f"{local:%H%M}"),
        str(control),
        *("", "", "", "", "", "1" if settings.is_test else ""),
    )
    lines = [header]
    for number, (kind, release, body) in enumerate(messages, 1):
        opening = segment("UNH", str(number), (kind, *release.split(":")))
        lines += [opening, *body, segment("UNT", str(len(body) + 2), str(number))]
    lines.append(segment("UNZ", str(len(messages)), str(control)))
    text = "UNA:+.? '\r\n" + "'\r\n".join(lines) + "'\r\n"
    return text.encode(_ENCODINGS[charset])


def _opening(reference: str, order_number: str, function: str, settings: EdiSettings, now: datetime) -> Iterator[str]:
    letters = letters_of(settings.edifact_charset)
    written = exact(reference, "The reference", REFERENCE_LETTERS, letters)
    yield segment("BGM", "220", written, function)
    yield segment("DTM", ("137", f"{now.astimezone(settings.clock):%Y%m%d%H%M}", "203"))
    yield segment("RFF", ("ON", written))
    yield segment("RFF", ("VN", exact(order_number, "The order's number", 35, letters)))


def _order_segments(command: SendShipmentRequest, settings: EdiSettings, now: datetime) -> Iterator[str]:
    letters = letters_of(settings.edifact_charset)
    opening = list(_opening(command.reference, command.order_number, NEW, settings, now))
    yield from opening[:2]
    yield segment("DTM", ("4", _day(command.ordered_on.isoformat()), "102"))
    if command.required_on is not None:
        yield segment("DTM", ("2", _day(command.required_on.isoformat()), "102"))
    for text in wrapped([command.instructions], "The instructions", 70, 40, letters):
        yield segment("FTX", "DEL", "", "", (text,))
    yield from opening[2:]
    if command.channel_reference:
        yield segment("RFF", ("CR", fitted(command.channel_reference, "The shop's reference", 70, letters)))
    if command.customer:
        yield segment("NAD", "BY", (exact(command.customer, "The customer's account", 35, letters), "", "92"))
    yield segment("NAD", "SU", (fitted(settings.our_id.strip(), "Our id", 35, letters), "", "92"))
    if command.site:
        yield segment("NAD", "WH", (exact(command.site, "The site", 35, letters), "", "92"))
    yield from _deliver_to(command.deliver_to, letters)
    yield segment("CUX", ("2", command.currency, "9"))
    if command.service:
        yield segment("TDT", "20", "", "", "", ("", "", "", exact(command.service, "The service", 35, letters)))
    for line in command.lines:
        yield from _item(line, settings, letters)
    yield segment("UNS", "S")
    yield segment("CNT", ("2", str(len(command.lines))))


def _deliver_to(address: PostalAddress, letters: Letters) -> Iterator[str]:
    yield segment(
        "NAD",
        "DP",
        "",
        "",
        tuple(wrapped([address.name], "The name", 35, 5, letters)),
        tuple(wrapped(address.lines, "The address", 35, 4, letters)),
        fitted(address.city, "The city", 35, letters),
        ("", "", "", fitted(address.county, "The county", 70, letters)),
        fitted(address.postcode, "The postcode", 17, letters),
        country_code(address.country),
    )
    contact = fitted(address.contact, "The contact", 35, letters)
    phone = fitted(address.telephone, "The telephone number", 512, letters)
    email = fitted(address.email, "The e-mail address", 512, letters)
    if contact or phone or email:
        yield segment("CTA", "IC", ("", contact))
    if phone:
        yield segment("COM", (phone, "TE"))
    if "@" in email:
        # Capitals alone have no such letter, and another in its place would be another address.
        yield segment("COM", (email, "EM"))


def _item(line: RequestLine, settings: EdiSettings, letters: Letters) -> Iterator[str]:
    if line.quantity <= 0:
        raise Refused(f"The quantity of {line.sku} is {line.quantity:f}: only what is to be sent can be written.")
    unit = unit_code(line.unit, dict(settings.units), settings.edifact_unit, 3)
    yield segment("LIN", str(line.number))
    yield segment("PIA", "5", (exact(line.sku, "The stock code", 35, letters), settings.edifact_products[0]))
    if letters(line.description):
        # For people only; 70 letters are what IMD has.
        text = letters(line.description)[:70].strip()
        yield segment("IMD", "F", "", ("", "", "", text[:35], text[35:]))
    yield segment("QTY", ("21", figure(line.quantity), unit))
    if line.unit_value is not None:
        yield segment("PRI", ("AAA", line.unit_value.text()))
        if line.unit_value.currency:
            yield segment("CUX", ("2", line.unit_value.currency, "9"))
    yield segment("RFF", (settings.line_qualifier, exact(line.line, "The line's id", 70, letters)))


def _day(iso: str) -> str:
    return iso.replace("-", "")
