"""Reading the stock ledger: which products changed, then each product's rows, with orders and returns left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.ledger import Cursor, cursor_of, kind_of, movement_of, once
from tieout.connectors.mintsoft.places import Places
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.times import asked_since, asked_until, moment
from tieout.connectors.mintsoft.wire import FlowShape, LevelShape, ProductShape, read_as, rows_as
from tieout.connectors.transport import Json
from tieout.domain.documents.warehouse_stock import MovementKind, WarehouseMovement
from tieout.ports.errors import BadAnswer

SHORTEST = timedelta(seconds=2)
"""A window is not halved below this: rows that share a second cannot be told apart by time."""

REPEATED = timedelta(hours=2)
"""What a window may reach further back while the clocks repeat an hour: the question goes back by it, and its times
may be taken for the first of both."""


class MovementReader:
    """Reads one account's movements."""

    def __init__(
        self, settings: MintsoftSettings, client: MintsoftClient, places: Places, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._client = client
        self._places = places
        self._clock = clock
        self._overlap = timedelta(minutes=settings.compat.overlap_minutes)
        self._skus: dict[str, str] = {}
        self._read_up_to: tuple[str, datetime] | None = None
        """A cursor and the moment up to which nothing stands behind it that was not told: where movements are rare,
        the windows still need not reach back to the last one."""

    def after(self, cursor: str) -> Iterator[WarehouseMovement]:
        """Movements behind the cursor, oldest first. What happens while it reads is left to the next time."""
        start = self._clock()
        known = cursor_of(cursor) if cursor else Cursor(horizon=self._beginning())
        since = known.horizon
        if self._read_up_to and self._read_up_to[0] == cursor:
            since = max(since, self._read_up_to[1])
        known = Cursor(horizon=since, told=known.told)
        text = cursor
        for at, row, kind in self._new_rows(known, since - self._overlap, start):
            known = known.advanced(at, row.id, self._overlap + REPEATED)
            text = known.text()
            yield movement_of(
                row,
                kind,
                account=self._settings.account,
                site=self._places.site(row.warehouse_id),
                sku=self._sku(row),
                at=at,
                cursor=text,
            )
        self._read_up_to = (text, start)

    def _new_rows(
        self, known: Cursor, since: datetime, start: datetime
    ) -> list[tuple[datetime, FlowShape, MovementKind]]:
        """Every row that was not told and is one for us, oldest first."""
        sites = set(self._places.sites.values())
        found: list[tuple[datetime, FlowShape, MovementKind]] = []
        first = self._moment(asked_since(since, self._settings.zone))
        for product in self._changed_products(since):
            for row in once(self._flows(product, since, start)).values():
                at = self._moment(row.at)
                if not first <= at <= start or known.knows(row.id) or row.warehouse_id not in sites:
                    continue
                kind = kind_of(row, self._settings.compat)
                if kind is not None and row.quantity:
                    found.append((at, row, kind))
        return sorted(found, key=lambda each: (each[0], each[1].id))

    def _moment(self, text: str) -> datetime:
        at = moment(text, self._settings.zone, self._settings.compat.repeated_hour)
        if at is None:
            raise BadAnswer("a row of Mintsoft's stock flow has no time")
        return at

    def _changed_products(self, since: datetime) -> tuple[str, ...]:
        """The numbers of products whose stock changed since: a bare list of them [code]."""
        asked = {"FromDate": asked_since(since, self._settings.zone)}
        answer = self._client.read("/api/Product/StockLevels/UpdatedSince", asked)
        if answer is None:
            return ()
        if not isinstance(answer, list):
            raise BadAnswer("Mintsoft's list of changed stock is no list")
        return tuple(dict.fromkeys(filter(None, map(_product_id, answer))))

    def _flows(self, product: str, since: datetime, until: datetime) -> Iterator[FlowShape]:
        """A product's rows of a window; in halves where an answer may have been cut short, for it has no pages."""
        asked = {
            "FromDate": asked_since(since, self._settings.zone),
            "ToDate": asked_until(until, self._settings.zone),
            "Types": self._settings.compat.flow_types,
            "IncludeOrders": "false",
            "IncludeReturns": "false",
            "IncludeDetails": "true",
        }
        answer = self._client.read(f"/api/Product/{product}/StockFlow/Filtered", asked)
        rows = rows_as(FlowShape, answer, "stock flow")
        yield from rows
        if len(rows) == self._settings.compat.flow_rows_cut and until - since > SHORTEST:
            middle = since + (until - since) / 2
            yield from self._flows(product, since, middle)
            yield from self._flows(product, middle, until)

    def _sku(self, row: FlowShape) -> str:
        """The row's stock code; asked for by its product where the row names none."""
        if row.sku:
            return row.sku
        if row.product_id not in self._skus:
            answer = self._client.read(f"/api/Product/{row.product_id}")
            self._skus[row.product_id] = read_as(ProductShape, answer, "product").sku if answer is not None else ""
        if not self._skus[row.product_id]:
            raise BadAnswer(f"row {row.id} of Mintsoft's stock flow names no stock code")
        return self._skus[row.product_id]

    def _beginning(self) -> datetime:
        first = self._settings.movements_from
        return datetime(first.year, first.month, first.day, tzinfo=self._settings.zone).astimezone(UTC)


def _product_id(row: Json) -> str:
    if isinstance(row, Mapping):
        return read_as(LevelShape, row, "list of changed stock").product_id
    return str(row) if isinstance(row, int | str) and not isinstance(row, bool) else ""
