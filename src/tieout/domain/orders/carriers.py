"""What a warehouse calls a carrier, in the words of Sage and of the storefront."""

from __future__ import annotations

from dataclasses import dataclass

from tieout.domain.documents.shipping import Shipment
from tieout.domain.rules.mapping import MappingTables

ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """A carrier as the others call it."""

    courier: str
    """Sage's courier; empty where none is named."""
    storefront: str
    is_known: bool
    """False where only the row for unknown names, or none, serves it: a person should say what it is."""
    told: str
    """The warehouse's own words."""


def courier_of(tables: MappingTables, shipment: Shipment) -> Courier:
    """The carrier of a shipment's first parcel."""
    parcel = next((parcel for parcel in shipment.parcels if parcel.carrier or parcel.service), None)
    if parcel is None:
        return Courier(courier="", storefront="", is_known=True, told="")
    told = f"{parcel.carrier}|{parcel.service}".strip("|")
    for key in (f"{shipment.account}|{parcel.carrier}|{parcel.service}", f"{shipment.account}|{parcel.carrier}"):
        rule = tables.find("carrier", key)
        if rule is not None and rule.key.strip() != ANY:
            return _courier(rule.value.get("courier", ""), rule.value.get("storefront", ""), told, is_known=True)
    usual = tables.find("carrier", ANY)
    if usual is None:
        return _courier("", "", told, is_known=False)
    return _courier(usual.value.get("courier", ""), usual.value.get("storefront", ""), told, is_known=False)


def _courier(courier: str, storefront: str, told: str, *, is_known: bool) -> Courier:
    return Courier(courier=courier, storefront=storefront, is_known=is_known, told=told)
