"""What we send: an order as ShipBob takes it, or one sentence why it cannot be sent. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.commands.base import plain
from tieout.domain.commands.warehouse import RequestLine
from tieout.domain.documents.address import PostalAddress
from tieout.ports.errors import Refused


def order_body(command: c.SendShipmentRequest, settings: ShipBobSettings, location_id: int | None) -> dict[str, Json]:
    """The order for `POST /order`; Refused says what is wrong with the request and what to do."""
    if not command.reference or "," in command.reference:
        raise Refused("The reference holds a comma, by which ShipBob separates references: nothing would find it again")
    numbers = [line.number for line in command.lines]
    if len(set(numbers)) < len(numbers):
        raise Refused("Two lines have the same place on the order, which is all that ShipBob keeps of a line")
    body: dict[str, Json] = {
        "reference_id": command.reference,
        "order_number": command.order_number,
        "purchase_date": datetime.combine(command.ordered_on, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "shipping_method": shipping_method(command.service, settings),
        "type": settings.order_type,
        "recipient": _recipient(command.deliver_to, settings),
        "products": [_product(line, settings.compat) for line in command.lines],
        "tags": _tags(command, settings.compat),
    }
    if location_id is not None:
        body["location_id"] = location_id
    if command.instructions and settings.compat.instructions_as == "gift_message":
        body["gift_message"] = command.instructions
    return body


def shipping_method(service: str, settings: ShipBobSettings) -> str:
    """ShipBob's shipping method for a service: mapped, else the same word; the account's own for an empty one."""
    return settings.shipping_methods.get(service, service) or settings.shipping_method


def _product(line: RequestLine, switches: compat.ShipBobCompat) -> dict[str, Json]:
    product: dict[str, Json] = {
        "reference_id": line.sku,
        "sku": line.sku,
        "name": line.description or line.sku,
        "quantity": _whole(line),
        "external_line_id": line.number,
    }
    if line.unit:
        product["quantity_unit_of_measure_code"] = _unit(line)
    if line.unit_value is not None and switches.sends_unit_prices:
        product["unit_price"] = line.unit_value.decimal()
    return product


def _whole(line: RequestLine) -> int:
    quantity = line.quantity
    if quantity != quantity.to_integral_value() or not 0 < quantity <= compat.WHOLE_MAX:
        raise Refused(
            f"Line {line.number} asks for {plain(quantity)} {line.unit or 'units'} of {line.sku}, and ShipBob ships "
            "whole units only: set a smaller unit for this stock code, or change the quantity on the order"
        )
    return int(quantity)


def _unit(line: RequestLine) -> str:
    code = line.unit.strip().upper()
    if code not in compat.UNITS:
        raise Refused(
            f"Line {line.number} asks for {line.sku} in {line.unit}, and ShipBob knows {', '.join(compat.UNITS)}: "
            "set one of these as the warehouse's unit of this stock code"
        )
    return code


def _tags(command: c.SendShipmentRequest, switches: compat.ShipBobCompat) -> list[Json]:
    """What ShipBob keeps for us and shows to nobody: the ids of the lines, and the factors frozen at release."""
    kept: dict[str, str] = {}
    if switches.keeps_line_ids:
        for line in command.lines:
            kept[f"{compat.LINE_TAG}{line.number}"] = line.line
            if line.factor != 1:
                kept[f"{compat.FACTOR_TAG}{line.number}"] = plain(line.factor)
    if command.instructions and switches.instructions_as == "tag":
        kept[compat.INSTRUCTIONS_TAG] = command.instructions
    return [{"name": name, "value": value} for name, value in kept.items() if value]


def _recipient(address: PostalAddress, settings: ShipBobSettings) -> dict[str, Json]:
    name = address.contact or address.name
    lines = [line for line in address.lines if line.strip()]
    missing = [
        what for what, value in (("a name", name), ("a street", lines), ("a town", address.city.strip())) if not value
    ]
    if missing:
        raise Refused(
            f"ShipBob needs {' and '.join(missing)} in the delivery address: complete it on the order, then try again"
        )
    where: dict[str, Json] = {
        "address1": lines[0],
        "address2": ", ".join(lines[1:]),
        "company_name": address.name if address.contact else "",
        "city": address.city,
        "state": address.county,
        "zip_code": address.postcode,
        "country": address.country or settings.default_country,
    }
    who: dict[str, Json] = {"name": name, "email": address.email, "phone_number": address.telephone}
    return {"address": _filled(where)} | _filled(who)


def _filled(parts: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in parts.items() if value}
