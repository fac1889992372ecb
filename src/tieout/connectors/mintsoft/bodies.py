"""What Mintsoft is sent. Pure."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from tieout.connectors.mintsoft import compat
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.ports.errors import Refused

ADDRESS_LINES = 3
EVENTS = {"ExtraCode1": "despatched", "ExtraCode2": "cancelled", "ExtraCode3": "delivered", "ExtraCode5": "split"}
"""Where each webhook address of an order stands [doc: Order Webhooks]."""


def new_order(
    command: c.SendShipmentRequest, settings: MintsoftSettings, warehouse: int, country: dict[str, Json]
) -> dict[str, Json]:
    """The body of a new order; Refused, before anything is sent, where Mintsoft could not hold it."""
    body: dict[str, Json] = {
        "OrderNumber": command.reference,
        "ExternalOrderReference": command.reference,
        "WarehouseId": warehouse,
        "Currency": command.currency,
        **_addressee(command.deliver_to),
        **country,
        **_courier(command.service or settings.courier_service),
        "OrderItems": [_item(line) for line in command.lines],
        "OrderNameValues": _pairs(
            {compat.ORDER_NAME: command.order_number, compat.CHANNEL_NAME: command.channel_reference}
        ),
    }
    if settings.client_id is not None:
        body["ClientId"] = settings.client_id
    if command.required_on is not None:
        body[settings.compat.required_field] = f"{command.required_on:%Y-%m-%d}T00:00:00"
    if command.instructions:
        body[settings.compat.instructions_field] = command.instructions
    return body


def connect_action(order_id: str, reference: str, settings: MintsoftSettings) -> dict[str, Json]:
    """The body that registers an order's webhooks: each address carries the reference and the order's own secret."""
    body: dict[str, Json] = {
        "Type": "API",
        "SourceOrderId": int(order_id) if order_id.isdigit() else order_id,
        "Complete": False,
    }
    secret = order_secret(reference, settings.inbound_secret.get_secret_value())
    joint = "&" if "?" in settings.webhook_url else "?"
    for field, event in EVENTS.items():
        query = urlencode({"secret": secret, "event": event, "reference": reference})
        body[field] = f"{settings.webhook_url}{joint}{query}"
    return body


def order_secret(reference: str, secret: str) -> str:
    """The secret of one order's addresses: who learns it can tell nothing of another order."""
    return hmac.new(secret.encode(), reference.encode(), hashlib.sha256).hexdigest()


def _item(line: c.RequestLine) -> dict[str, Json]:
    if line.quantity != line.quantity.to_integral_value() or line.quantity <= 0:
        raise Refused(
            f"Mintsoft takes whole units only and line {line.number} asks for {c.plain(line.quantity)} of {line.sku}: "
            "release a whole number, or map the item to a smaller unit"
        )
    if not line.sku:
        raise Refused(f"line {line.number} has no stock code at Mintsoft: map {line.stock_sku or 'the item'} to one")
    item: dict[str, Json] = {
        "SKU": line.sku,
        "Quantity": int(line.quantity),
        "OrderItemNameValues": _pairs({compat.LINE_NAME: line.line}),
    }
    if line.description:
        item["Details"] = line.description
    if line.unit_value is not None:
        item["UnitPrice"] = line.unit_value.decimal()
    return item


def _addressee(address: PostalAddress) -> dict[str, Json]:
    """Name and place; where a contact is named too, the name is the company's."""
    person = address.contact or address.name
    first, _, last = person.strip().rpartition(" ")
    lines = [line for line in address.lines if line]
    told = [*lines[: ADDRESS_LINES - 1], ", ".join(lines[ADDRESS_LINES - 1 :])]
    fields = {
        "CompanyName": address.name if address.contact and address.contact != address.name else "",
        "FirstName": first,
        "LastName": last,
        **{f"Address{number}": line for number, line in enumerate(told, start=1)},
        "Town": address.city,
        "County": address.county,
        "PostCode": address.postcode,
        "Phone": address.telephone,
        "Email": address.email,
    }
    return {name: text for name, text in fields.items() if text}


def _courier(name: str) -> dict[str, Json]:
    return {"CourierServiceId": int(name)} if name.isdigit() else {"CourierService": name}


def _pairs(values: dict[str, str]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in values.items() if value]
