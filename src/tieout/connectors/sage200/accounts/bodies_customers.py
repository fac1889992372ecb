"""Customer accounts, delivery addresses and notes into Sage's bodies (A.1, A.4), and notes back. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused

STREET_LINES_MAX = 4


def customer_body(command: c.OpenCustomer, *, country_id: int | None, tax_id: int | None) -> Json:
    """`POST /customers`; what is left out is Sage's default."""
    place, nominal = command.address, command.nominal
    body: dict[str, Json] = {
        "reference": command.reference,
        "name": command.name,
        "short_name": command.short_name,
        "vat_number": command.vat_number,
        "country_code_id": country_id,
        "default_tax_code_id": tax_id,
    }
    if nominal:
        body["default_nominal_code_reference"] = nominal.account
        body["default_nominal_code_cost_centre"] = nominal.cost_centre
        body["default_nominal_code_department"] = nominal.department
    if place:
        body["main_address"] = given({**street(place), "address_country_code_id": country_id})
        contact = _contact(place)
        body["contacts"] = [contact] if contact else None
    return given(body)


def delivery_address_body(command: c.AddDeliveryAddress, *, country_id: int | None, tax_id: int) -> Json:
    """`POST /customer_delivery_addresses`: the description ends with the key."""
    place = command.address
    return given(
        {
            "customer_id": int(command.customer_id),
            "description": f"{place.name} {command.key}".strip(),
            "postal_name": place.name,
            **street(place),
            "address_country_code_id": country_id,
            "contact": place.contact,
            "telephone": place.telephone,
            "email": place.email,
            "tax_code_id": tax_id,
        }
    )


def noted(command: c.WriteMemo) -> str:
    """The note as it is written: the key stands at its end."""
    return f"{command.note} {command.key}"


def text_of(note: str, key: str) -> str | None:
    """The text of a note that ends with the key, without it; None when it is not under the key."""
    note = note.replace("\r\n", "\n").rstrip()
    return note.removesuffix(f" {key}") if note.endswith(f" {key}") else None


def street(place: c.PostalAddress) -> dict[str, Json]:
    """The address as Sage divides it; Refused when it has more lines than Sage keeps."""
    if len(place.lines) > STREET_LINES_MAX:
        raise Refused(f"an address has {len(place.lines)} lines and Sage 200 keeps {STREET_LINES_MAX}")
    lines = {f"address_{number}": line for number, line in enumerate(place.lines, 1)}
    return {**lines, "city": place.city, "county": place.county, "postcode": place.postcode}


def given(body: Mapping[str, Json]) -> dict[str, Json]:
    """The body without what is not known: Sage refuses nulls (2.2)."""
    return {name: value for name, value in body.items() if value is not None and value != ""}


def _contact(place: c.PostalAddress) -> Mapping[str, Json]:
    telephones: list[Json] | None = (
        [{"subscriber_number": place.telephone, "is_default": True}] if place.telephone else None
    )
    emails: list[Json] | None = [{"email": place.email, "is_default": True}] if place.email else None
    contact = given({"last_name": place.contact, "telephones": telephones, "emails": emails})
    return {"last_name": place.name, **contact} if contact else {}
