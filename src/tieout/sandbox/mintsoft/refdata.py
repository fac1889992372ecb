"""What hardly ever changes: countries, currencies, statuses."""

from __future__ import annotations

from tieout.sandbox.mintsoft.rows import GONE, Status

LONG_AGO = "2012-05-05T22:16:35.487"
COUNTRIES = {
    1: ("UNITED KINGDOM", "GB", "GBR"),
    2: ("IRELAND", "IE", "IRL"),
    3: ("FRANCE", "FR", "FRA"),
    4: ("GERMANY", "DE", "DEU"),
    5: ("UNITED STATES", "US", "USA"),
    6: ("NETHERLANDS", "NL", "NLD"),
    7: ("SPAIN", "ES", "ESP"),
    8: ("ITALY", "IT", "ITA"),
    9: ("JERSEY", "JE", "JEY"),
    10: ("GUERNSEY", "GG", "GGY"),
}
CURRENCIES = {1: ("United Kingdom Pound", "GBP", "£"), 2: ("Euro", "EUR", "€"), 3: ("US Dollar", "USD", "$")}


def country_view(number: int) -> dict[str, object]:
    """Return a country."""
    name, code, code3 = COUNTRIES[number]
    return {"Name": name, "Code": code, "Code3": code3, "ID": number, **_stamp()}


def country_named(text: str) -> int:
    """Return the id of a country by name or code; nought when there is none."""
    wanted = text.strip().upper()
    aliases = {"UK": "GB", "GREAT BRITAIN": "GB"}
    wanted = aliases.get(wanted, wanted)
    return next((number for number, names in COUNTRIES.items() if wanted in names), 0)


def currency_view(number: int = 1) -> dict[str, object]:
    """Return a currency."""
    name, code, symbol = CURRENCIES[number]
    return {"Name": name, "Code": code, "Symbol": symbol, "ID": number, **_stamp()}


def currency_named(text: str) -> int:
    """Return the id of a currency by its code; nought when there is none."""
    return next((number for number, names in CURRENCIES.items() if names[1] == text.strip().upper()), 0)


def status_view(status: Status) -> dict[str, object]:
    """Return an order status; INVOICED and INVOICEFAILED are DESPATCHED to the outside."""
    outside = "DESPATCHED" if status in GONE else status.name
    return {"Name": status.name, "ExternalName": outside, "ID": int(status), **_stamp()}


def _stamp() -> dict[str, object]:
    return {"LastUpdated": LONG_AGO, "LastUpdatedByUser": "SYSTEM"}
