"""Counts of warehouses compared with Sage, stock code by stock code. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.books import Bin, Product
from tieout.domain.documents.feeds import StockLevel
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.orders import UNKNOWN_LOCATION
from tieout.domain.faults.warehouse_stock import UNKNOWN_STOCK_CODE
from tieout.domain.money import Money, money
from tieout.domain.orders.nodes import Node, place_of, site_row
from tieout.domain.orders.units import stock_code_of
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.warehouse_stock.parity import NOTHING, Compared, Happening, Where, compare
from tieout.domain.warehouse_stock.reading import stock_units
from tieout.ports.directory import Company
from tieout.processes.kinds import MOVEMENT
from tieout.processes.lanes import Floor
from tieout.processes.likely_codes import nearest_codes
from tieout.processes.rules import rules_on
from tieout.processes.told import SNAPSHOT, unpacked
from tieout.reconciliation.under_way import Scope, requests, reread, settled, under_way
from tieout.store import inbox

Shelves = Mapping[tuple[str, Where], Decimal]
"""Stock units by stock code, on hand and set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One stock code that differs beyond what is tolerated, at cost."""

    compared: Compared
    value: Money | None
    """What the difference is worth at cost; None where Sage keeps none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteParity:
    """One count beside Sage."""

    account: str
    site: str
    warehouse: str
    taken_at: datetime
    read_at: datetime
    agreed: tuple[Compared, ...]
    breaks: tuple[Break, ...]
    unread: tuple[Fault, ...]
    """Why lines of the count, or all of it, could not be compared."""
    left_out: tuple[str, ...]
    """Stock codes without stock of their own in Sage: kits, labour, services."""


def compare_stock(floor: Floor, company: Company, as_at: datetime | None = None) -> tuple[SiteParity, ...]:
    """Compare the newest count of every site, up to a time, with Sage; raises the connector errors of the reads.

    Of an earlier time, what Tieout knows to have moved since is taken back; what people did by hand in Sage since
    is not.
    """
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        tables = rules_on(c, company.name, uk_date(now))
        found = []
        for account in company.warehouses:
            for key in inbox.keys_of_account(c, company.name, SNAPSHOT, account):
                body = inbox.newest_before(c, company.name, SNAPSHOT, key, until=as_at or now)
                snapshot = unpacked(SNAPSHOT, body) if body is not None else None
                if isinstance(snapshot, StockSnapshot):
                    found.append(snapshot)
    if not found:
        return ()
    scopes = [_scope(floor, company, tables, snapshot, now) for snapshot in found]
    before = [_under_way(floor, company, scope) for scope in scopes]
    levels = tuple(company.feeds.stock_levels())
    bins = company.books.bins()
    after = [_under_way(floor, company, scope) for scope in scopes]
    made = []
    for snapshot, scope, was, is_now in zip(found, scopes, before, after, strict=True):
        if scope is None:
            made.append(_unplaced(snapshot, now))
        else:
            site = _Site(floor, company, scope, snapshot, shelves_of(tables, scope, bins, levels))
            made.append(site.compared(settled(was, is_now)))
    return tuple(made)


def shelves_of(tables: MappingTables, scope: Scope, bins: Sequence[Bin], levels: Sequence[StockLevel]) -> Shelves:
    """What Sage has at a site: on hand in its bins for sale, set aside in its bin of what is not.

    Where two sites share a warehouse of Sage, each is its own bin; otherwise a site is all of the warehouse.
    """
    place = scope.place
    apart = (place.quarantine_warehouse, place.quarantine_bin)
    shelf = {(each.warehouse, each.name) for each in bins if each.warehouse == place.warehouse and each.is_for_sale}
    if _is_shared(tables, place.warehouse):
        shelf = set()
    shelf = (shelf | {(place.warehouse, place.bin)}) - ({apart} if place.quarantine_bin else set())
    found: dict[tuple[str, Where], Decimal] = {}
    for level in levels:
        spot = (level.warehouse, level.bin)
        where: Where = "set aside" if spot == apart else "on hand"
        if spot in shelf or spot == apart:
            found[level.sku, where] = found.get((level.sku, where), NOTHING) + level.on_hand
    return found


def _is_shared(tables: MappingTables, warehouse: str) -> bool:
    rows = [rule for rule in tables.rules if rule.table == "warehouse_site"]
    return sum(1 for rule in rows if rule.value.get("warehouse", "").casefold() == warehouse.casefold()) > 1


def _scope(
    floor: Floor, company: Company, tables: MappingTables, snapshot: StockSnapshot, now: datetime
) -> Scope | None:
    place = place_of(tables, snapshot.account, snapshot.site)
    if place is None:
        return None
    return Scope(
        company=company.name,
        node=Node(account=snapshot.account, site=snapshot.site),
        place=place,
        tables=tables,
        taken_at=_taken_at(floor, company, snapshot),
        now=now,
    )


def _taken_at(floor: Floor, company: Company, snapshot: StockSnapshot) -> datetime:
    """When it was counted; where it names the newest movement that it holds, and we know that, the time of it."""
    if not snapshot.last_movement:
        return snapshot.taken_at
    key = f"{snapshot.account}|{snapshot.last_movement}"
    with floor.store.scope(company.name) as c:
        told = inbox.events_of(c, company.name, MOVEMENT, key)
    movement = unpacked(MOVEMENT, told[-1].payload) if told else None
    return movement.occurred_at if isinstance(movement, WarehouseMovement) else snapshot.taken_at


def _under_way(floor: Floor, company: Company, scope: Scope | None) -> tuple[Happening, ...]:
    if scope is None:
        return ()
    with floor.store.scope(company.name) as c:
        return under_way(c, scope)


def _unplaced(snapshot: StockSnapshot, now: datetime) -> SiteParity:
    row = site_row(snapshot.account, snapshot.site)
    at = f"count of {snapshot.account} {snapshot.site}".strip()
    fault = Fault(code=UNKNOWN_LOCATION.code, at=at, saw=snapshot.site or snapshot.account, row=row)
    return SiteParity(
        account=snapshot.account,
        site=snapshot.site,
        warehouse="",
        taken_at=snapshot.taken_at,
        read_at=now,
        agreed=(),
        breaks=(),
        unread=(fault,),
        left_out=(),
    )


class _Site:
    """One count and what is needed to compare it."""

    def __init__(self, floor: Floor, company: Company, scope: Scope, snapshot: StockSnapshot, shelves: Shelves) -> None:
        self._floor = floor
        self._company = company
        self._scope = scope
        self._snapshot = snapshot
        self._shelves = shelves
        self._unread: list[Fault] = []
        self._counted = self._count()

    def compared(self, happenings: tuple[Happening, ...]) -> SiteParity:
        """The count beside Sage."""
        tolerance = self._scope.tables.number("parity_tolerance_units", 0)
        found = list(self._all(happenings))
        differing = {one.sku for one in found if abs(one.variance) > tolerance}
        if differing:
            happenings = (*happenings, *self._untold(differing))
            found = list(self._all(happenings))
            differing = {one.sku for one in found if abs(one.variance) > tolerance}
        products = {each.sku: each for each in self._company.books.products(tuple(sorted(differing)))}
        breaks, left_out = self._judged([one for one in found if abs(one.variance) > tolerance], products)
        return SiteParity(
            account=self._snapshot.account,
            site=self._snapshot.site,
            warehouse=self._scope.place.warehouse,
            taken_at=self._snapshot.taken_at,
            read_at=self._scope.now,
            agreed=tuple(one for one in found if abs(one.variance) <= tolerance),
            breaks=tuple(breaks),
            unread=tuple(self._unread),
            left_out=tuple(left_out),
        )

    def _count(self) -> Shelves:
        """What was counted, in stock units; a line that cannot be read is left out with its stock code."""
        account, tables = self._snapshot.account, self._scope.tables
        counted: dict[tuple[str, Where], Decimal] = {}
        spoilt: set[str] = set()
        for line in self._snapshot.lines:
            sku = stock_code_of(tables, account, line.sku)
            shelves: list[tuple[Where, Decimal]] = [("on hand", line.on_hand)]
            if line.quarantine is not None and self._scope.place.quarantine_bin:
                shelves.append(("set aside", line.quarantine))
            for where, quantity in shelves:
                units = stock_units(tables, account, line.sku, quantity, line.unit, f"count of {self._site}")
                if isinstance(units, Fault):
                    spoilt.add(sku)
                    self._unread.append(units)
                    break
                counted[sku, where] = counted.get((sku, where), NOTHING) + units
        self._spoilt = spoilt
        return {place: units for place, units in counted.items() if place[0] not in spoilt}

    @property
    def _site(self) -> str:
        return f"{self._snapshot.account} {self._snapshot.site}".strip()

    def _all(self, happenings: tuple[Happening, ...]) -> Iterator[Compared]:
        wanted: set[tuple[str, Where]] = set(self._counted)
        if self._snapshot.is_whole:
            on_hand: Where = "on hand"
            missing = {sku for (sku, where), units in self._shelves.items() if where == on_hand and units}
            wanted |= {(sku, on_hand) for sku in missing | {one.sku for one in happenings}}
        for sku, where in sorted(wanted):
            if sku not in self._spoilt:
                yield compare(
                    sku,
                    self._counted.get((sku, where), NOTHING),
                    self._shelves.get((sku, where), NOTHING),
                    happenings,
                    self._scope.taken_at,
                    where,
                )

    def _untold(self, skus: set[str]) -> Iterator[Happening]:
        """What the warehouse says now of open requests for stock codes that differ: it may have left since we asked."""
        warehouse = self._company.warehouses[self._snapshot.account]
        with self._floor.store.scope(self._company.name) as c:
            asked = tuple(requests(c, self._scope))
        for request in asked:
            command = request.command
            if any(line.stock_sku in skus for line in command.lines):
                yield from reread(self._scope, request, warehouse.shipments(command.reference))

    def _judged(self, differing: list[Compared], products: Mapping[str, Product]) -> tuple[list[Break], list[str]]:
        breaks: list[Break] = []
        left_out: list[str] = []
        for one in differing:
            product = products.get(one.sku)
            if product is None:
                known = {sku for sku, _ in self._shelves}
                near = ", ".join(nearest_codes(one.sku, known))
                row = f"warehouse_alias/{self._snapshot.account}|{one.sku}"
                at, wanted = f"count of {self._site}", f"perhaps {near}" if near else ""
                self._unread.append(Fault(code=UNKNOWN_STOCK_CODE.code, at=at, saw=one.sku, wanted=wanted, row=row))
            elif not product.is_stock:
                left_out.append(one.sku)
            else:
                cost = product.unit_cost
                value = None if cost is None else abs(money(cost * one.variance))
                breaks.append(Break(compared=one, value=value))
        return breaks, left_out
