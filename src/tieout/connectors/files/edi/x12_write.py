"""Writes 940 and 997.

One control number stands in ISA13, GS06 and ST02, so that whatever an acknowledgement names leads to the file. W05,
W01 and the product pairs: published directories; W66, W76, G62 and PER as in published samples, or from memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.fitting import (
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

MARK, PART_MARK, REPEAT_MARK, END = "*", ">", "^", "~"
CONTROL_MAX = 999_999_999
FUNCTIONS = {"940": "OW", "997": "FA"}
_UNSAYABLE = str.maketrans(dict.fromkeys(MARK + PART_MARK + REPEAT_MARK + END, " "))
"""X12 has no way to write its own separators within a text."""


def letters(text: str) -> str:
    """Free text as X12 can carry it."""
    return one_line(in_charset(text, "ascii").translate(_UNSAYABLE))


def order(command: SendShipmentRequest, control: int, settings: EdiSettings, now: datetime) -> tuple[str, bytes]:
    """The 940 of a request, and its file name; Refused when something cannot be written without being changed."""
    body = list(_order_segments(command, settings))
    return (
        file_name("940", control, command.reference, "x12"),
        enveloped("940", [(control, body)], control, settings, now),
    )


def cancel(command: CancelShipmentRequest, control: int, settings: EdiSettings, now: datetime) -> tuple[str, bytes]:
    """The 940 that cancels a request, and its file name."""
    body = [_opening(command.reference, command.order_number, "cancel", settings)]
    return (
        file_name("940_cancel", control, command.reference, "x12"),
        enveloped("940", [(control, body)], control, settings, now),
    )


def segment(tag: str, *elements: str) -> str:
    """One segment, without its end; empty elements at its end are left out."""
    kept = list(elements)
    while kept and not kept[-1]:
        kept.pop()
    return MARK.join((tag, *kept))


def enveloped(
    kind: str, sets: list[tuple[int, list[str]]], control: int, settings: EdiSettings, now: datetime
) -> bytes:
    """Transaction sets in one group and one interchange."""
    if not 0 < control <= CONTROL_MAX:
        raise Refused(f"The control number {control} does not lie between 1 and {CONTROL_MAX}.")
    local = now.astimezone(settings.clock)
    usage = "T" if settings.is_test else "P"
    version = "00501" if settings.x12_release >= "005010" else "00401"
    header = MARK.join(
        (
            *("ISA", "00", " " * 10, "00", " " * 10, settings.our_qualifier, settings.our_id.ljust(15)),
            *(settings.partner_qualifier, settings.partner_id.ljust(15), f"{local:%y%m%d}", f"{local:%H%M}"),
            *(REPEAT_MARK if version == "00501" else "U", version, f"{control:09}", "0", usage, PART_MARK),
        )
    )
    ours, theirs = settings.our_id.strip(), settings.partner_id.strip()
    day, time = f"{local:%Y%m%d}", f"{local:%H%M}"
    lines = [header, segment("GS", FUNCTIONS[kind], ours, theirs, day, time, str(control), "X", settings.x12_release)]
    for number, body in sets:
        lines += [segment("ST", kind, f"{number:04}"), *body, segment("SE", str(len(body) + 2), f"{number:04}")]
    lines += [segment("GE", str(len(sets)), str(control)), segment("IEA", "1", f"{control:09}")]
    return (f"{END}\n".join(lines) + f"{END}\n").encode("ascii")


def _opening(reference: str, order_number: str, action: compat.Action, settings: EdiSettings) -> str:
    return segment(
        "W05",
        settings.order_statuses[action],
        exact(reference, "The reference", REFERENCE_LETTERS, letters),
        exact(order_number, "The order's number", 22, letters),
    )


def _order_segments(command: SendShipmentRequest, settings: EdiSettings) -> Iterator[str]:
    yield _opening(command.reference, command.order_number, "new", settings)
    yield from _ship_to(command.deliver_to)
    if command.customer:
        yield segment("N1", "BY", "", "91", exact(command.customer, "The customer's account", 80, letters))
    yield segment("N1", "DE", "", settings.our_qualifier, settings.our_id.strip())
    if command.site:
        yield segment("N1", "WH", "", "91", exact(command.site, "The site", 80, letters))
    if command.channel_reference:
        yield segment("N9", "CO", fitted(command.channel_reference, "The shop's reference", 50, letters))
    yield segment("G62", compat.ORDERED_ON, _day(command.ordered_on))
    if command.required_on is not None:
        yield segment("G62", compat.DELIVER_ON, _day(command.required_on))
    for text in wrapped([command.instructions], "The instructions", 80, 20, letters):
        yield segment("NTE", "WHI", text)
    if command.service:
        yield segment("W66", "PP", "M", "", "", exact(command.service, "The service", 35, letters))
    for number, line in enumerate(command.lines, 1):
        yield segment("LX", str(number))
        yield from _item(line, settings)
    yield segment("W76", figure(sum((line.quantity for line in command.lines), Decimal(0))))


def _ship_to(address: PostalAddress) -> Iterator[str]:
    yield segment("N1", "ST", fitted(address.name, "The name", 60, letters))
    lines = wrapped(address.lines, "The address", 55, 4, letters)
    for first in range(0, len(lines), 2):
        yield segment("N3", *lines[first : first + 2])
    county = fitted(address.county, "The county", 30, letters)
    yield segment(
        "N4",
        fitted(address.city, "The city", 30, letters),
        "",
        fitted(address.postcode, "The postcode", 15, letters),
        country_code(address.country),
        "SP" if county else "",
        county,
    )
    phone = fitted(address.telephone, "The telephone number", 80, letters)
    email = fitted(address.email, "The e-mail address", 80, letters)
    contact = fitted(address.contact, "The contact", 60, letters)
    if phone or email or contact:
        yield segment("PER", "DC", contact, "TE" if phone else "", phone, "EM" if email else "", email)


def _item(line: RequestLine, settings: EdiSettings) -> Iterator[str]:
    if line.quantity <= 0:
        raise Refused(f"The quantity of {line.sku} is {line.quantity:f}: only what is to be sent can be written.")
    unit = unit_code(line.unit, dict(settings.units), settings.x12_unit, 2)
    sku = exact(line.sku, "The stock code", 48, letters)
    yield segment("W01", figure(line.quantity), unit, "", settings.x12_products[0], sku)
    if letters(line.description):
        # For people only; 45 letters are all that G69 has.
        yield segment("G69", letters(line.description)[:45].strip())
    yield segment("N9", settings.line_qualifier, exact(line.line, "The line's id", 50, letters), str(line.number))


def _day(day: date) -> str:
    return f"{day:%Y%m%d}" if day.year >= 1000 else f"{day.year:04}{day:%m%d}"
