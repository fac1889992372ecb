"""What ShipBob holds, place by place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from tieout.connectors.shipbob.compat import ShipBobCompat
from tieout.connectors.shipbob.wire import LevelShape, SiteLevelShape
from tieout.domain.documents.warehouse_stock import CountedStock, StockSnapshot

NOTHING = Decimal(0)

_Held = Mapping[int, Mapping[str, tuple[Decimal, Decimal]]]
"""On hand and committed, by place and stock code."""


def snapshots(
    by_site: Iterable[SiteLevelShape],
    overall: Iterable[LevelShape],
    site_names: Mapping[int, str],
    *,
    account: str,
    asked_at: datetime,
    switches: ShipBobCompat,
) -> tuple[StockSnapshot, ...]:
    """One snapshot of each place that is used or holds anything.

    Goods in exception are told over all places only: they are those of the one place that holds the item, and of an
    item at several places nothing is said of them.
    """
    names = dict(site_names)
    held: dict[int, dict[str, tuple[Decimal, Decimal]]] = {site: {} for site in site_names}
    for item in by_site:
        sku = _code(item)
        for place in item.sites:
            names.setdefault(place.id, place.name or str(place.id))
            at = held.setdefault(place.id, {})
            on_hand, committed = at.get(sku, (NOTHING, NOTHING))
            at[sku] = (on_hand + place.on_hand, committed + place.committed)
    exceptions: dict[str, Decimal] = {}
    for level in overall:
        exceptions[_code(level)] = exceptions.get(_code(level), NOTHING) + level.exception
    taken_at = asked_at - timedelta(seconds=switches.level_lag_seconds)
    return tuple(
        StockSnapshot(
            account=account,
            site=names[site],
            taken_at=taken_at,
            taken_text="",
            lines=tuple(
                _counted(sku, on_hand, committed, _apart(site, sku, held, exceptions, switches), switches)
                for sku, (on_hand, committed) in sorted(lines.items())
            ),
            source=f"ShipBob stock levels, fulfilment centre {site}",
        )
        for site, lines in sorted(held.items())
    )


def _apart(
    site: int, sku: str, held: _Held, exceptions: Mapping[str, Decimal], switches: ShipBobCompat
) -> Decimal | None:
    """Units in exception at a place that lists the stock code; None where nobody says at which place they are."""
    total = exceptions.get(sku)
    if not total or switches.exception_stock == "ignored":
        return total if switches.exception_stock != "ignored" else None
    places = {each: lines[sku][0] for each, lines in held.items() if sku in lines}
    if switches.exception_stock == "in_on_hand":
        places = {each: on_hand for each, on_hand in places.items() if on_hand > 0}
        if site not in places:
            return NOTHING
    return total if len(places) == 1 else None


def _counted(
    sku: str, on_hand: Decimal, committed: Decimal, apart: Decimal | None, switches: ShipBobCompat
) -> CountedStock:
    is_in = switches.exception_stock == "in_on_hand"
    return CountedStock(
        sku=sku,
        on_hand=on_hand - (apart or NOTHING) if is_in else on_hand,
        allocated=committed,
        quarantine=apart,
    )


def _code(item: SiteLevelShape | LevelShape) -> str:
    return item.sku or item.name or f"inventory item {item.id}"
