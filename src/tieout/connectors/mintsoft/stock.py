"""What the account's warehouses hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.compat import Compat
from tieout.connectors.mintsoft.places import Places
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.wire import LevelShape, rows_as
from tieout.domain.documents.warehouse_stock import CountedStock, StockSnapshot

PATH = "/api/Product/StockLevels"


class StockReader:
    """Reads stock levels."""

    def __init__(
        self, settings: MintsoftSettings, client: MintsoftClient, places: Places, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._client = client
        self._places = places
        self._clock = clock

    def snapshots(self) -> tuple[StockSnapshot, ...]:
        """One snapshot of each site. Bundles are left out: they have no stock of their own [doc]."""
        return tuple(self._snapshot(site, number) for site, number in self._places.sites.items())

    def _snapshot(self, site: str, number: int) -> StockSnapshot:
        taken_at = self._clock()
        asked = {"WarehouseId": str(number), "Breakdown": "true"}
        if self._settings.client_id is not None:
            asked["ClientId"] = str(self._settings.client_id)
        rows = rows_as(LevelShape, self._client.read(PATH, asked), "stock levels")
        return StockSnapshot(
            account=self._settings.account,
            site=site,
            taken_at=taken_at,
            taken_text=taken_at.isoformat(),
            lines=tuple(
                counted(row, self._settings.compat)
                for row in rows
                if row.sku and not row.bundle and row.warehouse_id in (0, number) and self._is_ours(row)
            ),
            source=f"{PATH}?WarehouseId={number}",
        )

    def _is_ours(self, row: LevelShape) -> bool:
        wanted = self._settings.client_id
        return wanted is None or row.client_id in ("", str(wanted))


def counted(row: LevelShape, assumed: Compat) -> CountedStock:
    """One stock level: on hand is `Level` [doc]; what the breakdown does not tell is not told."""
    on_hand = row.level if assumed.on_hand_field == "level" else row.totalstocklevel
    quarantine = _share(row, assumed.quarantine_words) if row.breakdown is not None else None
    allocated = _share(row, assumed.allocated_words) if row.breakdown else None
    if quarantine and assumed.on_hand_holds_quarantine:
        on_hand -= quarantine
    return CountedStock(sku=row.sku, on_hand=on_hand, allocated=allocated or None, quarantine=quarantine)


def _share(row: LevelShape, words: Sequence[str]) -> Decimal:
    shares = [
        share.quantity
        for share in row.breakdown or ()
        if any(word.lower() in share.type.lower().replace("-", "") for word in words)
    ]
    return sum(shares, Decimal(0))
