"""Differences that last: held until a second count confirms them, shown at cost, closed when a later count agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog

from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.warehouse_stock import INVENTORY_DRIFT, SYNC_ILLUSION_STOCK
from tieout.domain.identifiers import compose_key
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.warehouse_stock.parity import Compared, Happening, is_held
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.kinds import STOCK
from tieout.processes.lanes import Floor
from tieout.processes.standing import seen_leg
from tieout.reconciliation.desk import Subject, clear_case, raise_case
from tieout.reconciliation.stock_parity import Break, SiteParity, compare_stock
from tieout.store import cases, sweeps
from tieout.store.legs import SeenLeg
from tieout.store.store import Connection

log = structlog.get_logger()

PARITY: Final = "stock parity"
DIFFERENCES: Final = "stock differences"
"""The sweeps of a site under which its last comparison is kept: how many differ, and what and by how much."""
WORSE: Final = 3
"""So many comparisons in a row must each show more stock codes that differ before that itself is shown."""
SHOWN: Final = 5
UNREAD_SHOWN: Final = 20


def watch_stock(floor: Floor, company: Company) -> int:
    """Compare every count that is new, and open and close cases; returns how many stock codes are on one now."""
    try:
        sites = compare_stock(floor, company)
    except ConnectorError as error:
        log.warning("parity.stopped", company=company.name, reason=str(error))
        return 0
    return sum(_watch(floor, company, site) for site in sites)


def site_of(site: SiteParity) -> str:
    """A site as sweeps and documents name it."""
    return f"{site.account}|{site.site}"


def _watch(floor: Floor, company: Company, site: SiteParity) -> int:
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        last, differed = sweeps.sweep(c, site_of(site), PARITY), sweeps.sweep(c, site_of(site), DIFFERENCES)
        if last is not None and last.high_water >= site.taken_at.isoformat():
            return 0  # this count was compared before: it confirms nothing
        before = dict(json.loads(differed.high_water)) if differed is not None else {}
        held = _report(c, company, site, before, now)
        worse = _worse(last, len(site.breaks))
        _of_the_site(c, company, site, worse, now)
        counted = {"compared": len(site.agreed) + len(site.breaks), "differing": len(site.breaks), "worse": worse}
        sweeps.swept(c, site_of(site), PARITY, high_water=site.taken_at.isoformat(), counted=counted, at=now)
        kept = json.dumps({_name(one.compared): str(one.compared.variance) for one in site.breaks})
        sweeps.swept(c, site_of(site), DIFFERENCES, high_water=kept, counted={"listed": len(site.breaks)}, at=now)
    log.info("parity.done", company=company.name, site=site_of(site), **counted)
    return held


def _name(one: Compared) -> str:
    return one.sku if one.where == "on hand" else f"{one.sku}|{one.where}"


def _report(c: Connection, company: Company, site: SiteParity, before: Mapping[str, str], now: datetime) -> int:
    """A case for every stock code whose difference was there at the count before; one that agrees is closed."""
    held: dict[str, list[Break]] = {}
    for one in site.breaks:
        earlier = Decimal(before.get(_name(one.compared), "0"))
        if is_held(one.compared.variance, earlier):
            held.setdefault(one.compared.sku, []).append(one)
    for sku, breaks in held.items():
        faults = [_fault(site, one) for one in breaks]
        stake = total([one.value for one in breaks if one.value is not None])
        legs = [_leg(company.name, site, one.compared, now) for one in breaks]
        raise_case(c, _subject(company, site, sku), faults, stake, at=now, legs=legs)
    _clear(c, company, site, now)
    return len(held)


def _clear(c: Connection, company: Company, site: SiteParity, now: datetime) -> None:
    """Close what agrees again, or turns out to have no stock in Sage."""
    differing = {one.compared.sku for one in site.breaks}
    open_ones = set(cases.open_with(c, company.name, STOCK, (INVENTORY_DRIFT.code,)))
    agreed: dict[str, list[Compared]] = {sku: [] for sku in site.left_out}
    for each in site.agreed:
        agreed.setdefault(each.sku, []).append(each)
    for sku, parts in agreed.items():
        subject = _subject(company, site, sku)
        if sku not in differing and subject.key in open_ones:
            clear_case(c, subject, at=now, legs=[_leg(company.name, site, each, now) for each in parts])


def _subject(company: Company, site: SiteParity, sku: str) -> Subject:
    where = f"{site.account} {site.site}".strip()
    return Subject(
        company=company.name,
        kind=STOCK,
        key=f"{site_of(site)}|{sku}",
        title=f"Stock of {sku} at {where}",
        lanes=company.lanes,
    )


def _fault(site: SiteParity, one: Break) -> Fault:
    compared = one.compared
    worth = f", {one.value} at cost" if one.value is not None else ""
    saw = (
        f"{_plain(compared.counted)} counted {compared.where} {site.taken_at:%d %b %Y %H:%M} UTC; "
        f"{_plain(compared.variance, is_signed=True)}{worth}"
    )
    explained = "; ".join(_explained(compared.used))
    wanted = f"{_plain(compared.expected)}: {_plain(compared.in_sage)} in Sage's {site.warehouse}"
    at = f"{compared.sku} at {site.account} {site.site}".strip()
    return Fault(
        code=INVENTORY_DRIFT.code, at=at, saw=saw, wanted=f"{wanted}, with {explained}" if explained else wanted
    )


def _explained(used: tuple[Happening, ...]) -> Iterator[str]:
    for one in used[:SHOWN]:
        yield f"{_plain(one.quantity, is_signed=True)} {one.what}"
    if len(used) > SHOWN:
        yield f"{len(used) - SHOWN} more"


def _leg(company: str, site: SiteParity, one: Compared, now: datetime) -> tuple[Leg, SeenLeg]:
    owner = Owner.OPERATIONS.value
    kind = "stock count" if one.where == "on hand" else "stock count of what is set aside"
    ref = compose_key("SK", company, site_of(site), one.sku, one.where)
    differs = any(each.compared is one for each in site.breaks)
    # What is tolerated is no difference.
    expected = one.expected if differs else one.counted
    leg = Leg(
        system="warehouse",
        kind=kind,
        ref=ref,
        amount=None,
        quantity=expected,
        due_by=now,
        owner=owner,
    )
    return leg, seen_leg("warehouse", kind, ref, owner, quantity=one.counted, reference=one.sku)


def _worse(last: sweeps.Sweep | None, differing: int) -> int:
    """How many comparisons in a row each showed more stock codes that differ than the one before."""
    if last is None:
        return 0
    return int(last.counted.get("worse", 0)) + 1 if differing > int(last.counted.get("differing", 0)) else 0


def _of_the_site(c: Connection, company: Company, site: SiteParity, worse: int, now: datetime) -> None:
    """What concerns the whole count: lines that cannot be compared, and a parity that gets worse.

    That there was a comparison says that the runs succeed; and each time more stock codes differ.
    """
    where = f"{site.account} {site.site}".strip()
    title = f"Stock of {where}"
    subject = Subject(company=company.name, kind=STOCK, key=site_of(site), title=title, lanes=company.lanes)
    faults = list(site.unread[:UNREAD_SHOWN])
    if worse >= WORSE:
        saw = f"{len(site.breaks)} stock codes differ, more at each of {worse} counts"
        faults.insert(
            0, Fault(code=SYNC_ILLUSION_STOCK.code, at=where, saw=saw, wanted="fewer, as every run succeeded")
        )
    if faults:
        raise_case(c, subject, faults, value_of(site.breaks), at=now)
    else:
        clear_case(c, subject, at=now)


def _plain(quantity: Decimal, *, is_signed: bool = False) -> str:
    return f"{quantity.normalize():+f}" if is_signed else f"{quantity.normalize():f}"


def value_of(breaks: tuple[Break, ...]) -> Money:
    """What differences are worth at cost, as far as Sage keeps costs."""
    return total([one.value for one in breaks if one.value is not None])
