"""The tie-out of the orders as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.cli.demo.floors import MINTSOFT, THREEPL
from tieout.cli.demo.orders_report import OrdersTieOut, RiddenOut, Units
from tieout.domain.faults import BY_CODE

TITLES = {MINTSOFT: "Mintsoft, by its API", THREEPL: "3PL, by files over SFTP"}


def order_lines(result: OrdersTieOut) -> Iterator[str]:
    """The section on orders; nothing where none were played."""
    if not result.orders:
        return
    yield ""
    yield "  Orders: sent to two warehouses, and what left told to Sage"
    yield f"    {'':36}{'orders':>6}{'asked':>10}{'shipped':>11}{'in Sage':>10}{'on a case':>10}"
    for account, units in result.by_warehouse.items():
        yield _units(TITLES.get(account, account), units)
    yield "    units: asked and shipped by the warehouses' own ledgers, in Sage by its order lines"
    yield ""
    ended = f"{result.tied_out} tied out, {result.on_case} on a case, {len(result.waiting)} waiting"
    yield f"    {result.orders} orders: {ended}"
    yield f"    {result.lines} order lines: {len(result.doubled)} doubled, {len(result.lost)} lost"
    yield f"    {result.told_storefront} orders of the shop, which was told what left"
    yield from (f"    order {number} waits for {why}" for number, why in result.waiting.items())
    for counted in (result.cases, result.stray_cases):
        for code, count in counted.most_common():
            yield f"    {count:>5}  {BY_CODE[code].title}  ({BY_CODE[code].owner.value})"
    if result.ridden_out is not None:
        yield from _ridden_out(result.ridden_out)
    yield from (f"    doubled: {line}" for line in result.doubled[:10])
    yield from (f"    lost: {line}" for line in result.lost[:10])


def _units(title: str, units: Units) -> str:
    counts = f"{units.orders:>6}{units.asked:>10,}{units.shipped:>11,}{units.despatched:>10,}{units.on_case:>10,}"
    return f"    {title:<36}{counts}"


def _ridden_out(one: RiddenOut) -> Iterator[str]:
    who = ", ".join(one.holders) or "somebody"
    yield ""
    yield f"    Order {one.number} was open in Sage ({who}) for {one.open_seconds:.0f} s while its goods left:"
    times = "once" if one.times == 1 else f"{one.times} times"
    if one.is_right:
        yield f"    found in use {times}, ridden out over {one.seconds:.0f} s, then despatched once"
    else:
        yield f"    found in use {times}, {one.despatches} despatches in Sage: NOT AS EXPECTED"
