"""Where goods go, as a warehouse needs it: a whole address with the country's code."""

from __future__ import annotations

from dataclasses import replace

from tieout.domain.documents.address import PostalAddress
from tieout.domain.rules.mapping import MappingTables

_HOME = {
    "GB": ("united kingdom", "great britain", "uk", "england", "scotland", "wales", "northern ireland"),
    "IE": ("ireland", "republic of ireland", "eire"),
}
_KNOWN = {name: code for code, names in _HOME.items() for name in names}
"""What people write in Sage for the countries that nearly every order goes to."""


def country_code(tables: MappingTables, text: str) -> str:
    """The ISO code of a country as people write it; empty when nobody has said what it is.

    A text of two letters is a code already, but for UK, which is none (ISO 3166-1 reserves it for GB).
    """
    named = text.strip()
    mapped = tables.value("country", named, "code") or _KNOWN.get(named.casefold())
    if mapped:
        return mapped.upper()
    return named.upper() if len(named) == 2 and named.isalpha() else ""


def delivery(tables: MappingTables, address: PostalAddress) -> PostalAddress:
    """The address with its country's code in the place of what people wrote; empty where that is not known."""
    return replace(address, country=country_code(tables, address.country))


def lacking(address: PostalAddress) -> tuple[str, ...]:
    """What a warehouse needs and the address has not."""
    parts = (
        ("name", address.name or address.contact),
        ("address", "".join(address.lines)),
        ("postcode", address.postcode),
        ("country", address.country),
    )
    return tuple(name for name, value in parts if not value.strip())
