"""Who ships what: Sage's warehouses and the sites of warehouses and 3PLs."""

from __future__ import annotations

from dataclasses import dataclass

from tieout.domain.rules.mapping import MappingTables


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Node:
    """One site of one warehouse account."""

    account: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in Sage a site's goods stand."""

    warehouse: str
    bin: str
    quarantine_warehouse: str
    quarantine_bin: str
    trigger: str
    """How far goods must have come there to count as gone; empty for the rule of the house."""


def node_of(tables: MappingTables, warehouse: str, country: str) -> Node | None:
    """Who ships from a warehouse of Sage to a country; None when nobody does by rule."""
    rule = tables.find("warehouse_node", f"{warehouse}|{country}") or tables.find("warehouse_node", warehouse)
    if rule is None or not rule.value.get("account"):
        return None
    return Node(account=rule.value["account"], site=rule.value.get("site", ""))


def place_of(tables: MappingTables, account: str, site: str) -> Place | None:
    """Where in Sage a site stands; None when nobody has said."""
    rule = tables.find("warehouse_site", f"{account}|{site}" if site else account)
    rule = rule or (tables.find("warehouse_site", account) if not site else None)
    if rule is None or not rule.value.get("warehouse"):
        return None
    value = rule.value
    return Place(
        warehouse=value["warehouse"],
        bin=value.get("bin", ""),
        quarantine_warehouse=value.get("quarantine_warehouse", "") or value["warehouse"],
        quarantine_bin=value.get("quarantine_bin", ""),
        trigger=value.get("trigger", ""),
    )


def site_row(account: str, site: str) -> str:
    """The mapping row that says where a site stands, as a fault names it."""
    return f"warehouse_site/{account}|{site}" if site else f"warehouse_site/{account}"
