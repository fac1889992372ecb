"""Whether the warehouses and bins that rows name are still in Sage: found before the next booking there fails."""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import Bin
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import LOCATION_MAP_BROKEN
from tieout.domain.money import Money
from tieout.domain.rules.mapping import MappingRule
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.kinds import SITE
from tieout.processes.lanes import Floor
from tieout.processes.rules import rules_on
from tieout.reconciliation.desk import Subject, clear_case, raise_case
from tieout.store import cases

log = structlog.get_logger()

SITES, NODES = "warehouse_site", "warehouse_node"


def check_places(floor: Floor, company: Company) -> int:
    """Open a case for every row that names a place Sage does not have, close those of rows that are right again.

    Returns how many rows are wrong; nothing is concluded while Sage's list of bins cannot be read.
    """
    try:
        bins = company.books.bins()
    except ConnectorError as error:
        log.warning("places.stopped", company=company.name, reason=str(error))
        return 0
    now = floor.clock()
    wrong = 0
    with floor.store.scope(company.name) as c:
        rows = {f"{row.table}/{row.key}": row for row in rules_on(c, company.name, uk_date(now)).rules}
        rows = {name: row for name, row in rows.items() if row.table in (SITES, NODES)}
        was_open = cases.open_with(c, company.name, SITE, (LOCATION_MAP_BROKEN.code,))
        for name in dict.fromkeys((*rows, *was_open)):
            faults = tuple(_faults(name, rows[name], bins)) if name in rows else ()
            subject = Subject(company=company.name, kind=SITE, key=name, title=f"Mapping {name}", lanes=company.lanes)
            if faults:
                wrong += 1
                raise_case(c, subject, faults, Money(0), at=now)
            elif name in was_open:
                clear_case(c, subject, at=now)
    return wrong


def _faults(name: str, row: MappingRule, bins: tuple[Bin, ...]) -> Iterator[Fault]:
    known: dict[str, set[str]] = {}
    for each in bins:
        known.setdefault(each.warehouse, set()).add(each.name)
    value = row.value
    places = [(row.key.partition("|")[0], "")] if row.table == NODES else []
    if row.table == SITES:
        house = value.get("warehouse", "")
        places = [(house, value.get("bin", ""))]
        if value.get("quarantine_bin") or value.get("quarantine_warehouse"):
            places.append((value.get("quarantine_warehouse") or house, value.get("quarantine_bin", "")))
    for warehouse, bin_name in places:
        if warehouse not in known:
            wanted = ", ".join(sorted(known))
            yield Fault(code=LOCATION_MAP_BROKEN.code, at=name, saw=f"warehouse {warehouse}", wanted=wanted, row=name)
        elif bin_name and bin_name not in known[warehouse]:
            wanted = ", ".join(sorted(known[warehouse]))
            saw = f"bin {bin_name} of {warehouse}"
            yield Fault(code=LOCATION_MAP_BROKEN.code, at=name, saw=saw, wanted=wanted, row=name)
