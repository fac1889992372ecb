"""The account's sites and the lists that rarely change: read once, then remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from tieout.connectors.mintsoft import compat
from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.wire import NamedShape, OrderShape, rows_as
from tieout.connectors.transport import Json
from tieout.ports.errors import Refused


class Places:
    """Names and numbers of warehouses, countries and statuses."""

    def __init__(self, settings: MintsoftSettings, client: MintsoftClient) -> None:
        self._settings = settings
        self._client = client

    @cached_property
    def sites(self) -> Mapping[str, int]:
        """The numbers of the warehouses by site name: those configured, else all that Mintsoft lists."""
        if self._settings.warehouses:
            return dict(self._settings.warehouses)
        return {row.name or row.code: row.id for row in self.listed_warehouses if row.id and row.active is not False}

    @cached_property
    def listed_warehouses(self) -> tuple[NamedShape, ...]:
        """Every warehouse that Mintsoft lists."""
        return rows_as(NamedShape, self._client.read("/api/Warehouse"), "list of warehouses")

    @cached_property
    def countries(self) -> tuple[NamedShape, ...]:
        """Every country that Mintsoft lists."""
        return rows_as(NamedShape, self._client.read("/api/RefData/Countries"), "list of countries")

    @cached_property
    def listed_statuses(self) -> Mapping[int, str]:
        """Mintsoft's words for order statuses by their numbers."""
        rows = rows_as(NamedShape, self._client.read("/api/Order/Statuses"), "list of statuses")
        return {row.id: row.name for row in rows}

    def words(self, orders: tuple[OrderShape, ...]) -> Mapping[int, str]:
        """Words for those statuses that are not in the standard list; asks only where there is one."""
        strange = any(order.status_id not in compat.STATUSES for order in orders)
        return self.listed_statuses if strange else {}

    def number(self, site: str) -> int:
        """The warehouse's number for a request; Refused, with what to do, where it cannot be told."""
        sites = self.sites
        wanted = site or self._settings.default_site
        if wanted in sites:
            return sites[wanted]
        if not wanted and len(sites) == 1:
            return next(iter(sites.values()))
        known = ", ".join(sorted(sites)) or "none"
        if not wanted:
            raise Refused(f"Mintsoft must be told the warehouse: name a site, or set default_site (known: {known})")
        raise Refused(f"Mintsoft has no warehouse for the site {wanted!r}: add it to warehouses (known: {known})")

    def site(self, warehouse_id: int, code: str = "") -> str:
        """The site's name of a warehouse's number; what Mintsoft calls it where the settings do not name it."""
        named = next((name for name, number in self.sites.items() if number == warehouse_id), "")
        return named or code or (str(warehouse_id) if warehouse_id else "")

    def country(self, text: str) -> dict[str, Json]:
        """The field that sends a country; Refused, with what to do, where Mintsoft lists none of that name."""
        word = (text or self._settings.default_country).strip().upper()
        word = self._settings.compat.country_aliases.get(word, word)
        found = next((row for row in self.countries if word in _names(row)), None)
        if found is None:
            raise Refused(f"Mintsoft lists no country {word!r}: correct the address, or add it to country_aliases")
        match self._settings.compat.country_sent_as:
            case "id":
                return {"CountryId": found.id}
            case "code":
                return {"Country": found.code}
            case "name":
                return {"Country": found.name}


def _names(row: NamedShape) -> set[str]:
    return {each.upper() for each in (row.code, row.code3, row.name) if each}
