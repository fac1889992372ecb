"""One Mintsoft account as a warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from tieout.connectors.mintsoft.bodies import connect_action, new_order
from tieout.connectors.mintsoft.client import MintsoftClient
from tieout.connectors.mintsoft.examining import examined
from tieout.connectors.mintsoft.movements import MovementReader
from tieout.connectors.mintsoft.orders import OrderReader, Part
from tieout.connectors.mintsoft.places import Places
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.stock import StockReader
from tieout.connectors.mintsoft.times import asked_since
from tieout.connectors.mintsoft.translate import (
    ENDED,
    Sent,
    figures_of,
    nothing_can_leave,
    request_of,
    shipment_of,
    stage_of,
    status_of,
    status_word,
)
from tieout.connectors.mintsoft.wire import ConsignmentShape, HeldShape, OrderShape, read_as, rows_as
from tieout.domain import commands as c
from tieout.domain.documents.shipping import Shipment, WarehouseOrder
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.ports.accounts import AccountReport
from tieout.ports.errors import ConnectorError, Refused

PASSES_MAX = 2
"""A list of several pages is read so often: rows move between pages while they are read."""


class MintsoftWarehouse:
    """Implements `Warehouse` and `Examined`. A request is an order, or several once it was split."""

    def __init__(self, settings: MintsoftSettings, client: MintsoftClient, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = client
        self._orders = OrderReader(settings, client)
        self._places = Places(settings, client)
        self._movements = MovementReader(settings, client, self._places, clock)
        self._stock = StockReader(settings, client, self._places, clock)

    def find_request(self, command: c.SendShipmentRequest) -> c.Found | None:
        """What stands there under the reference, over all parts, cancelled or not."""
        parts = self._orders.parts(command.reference)
        return self._found(parts, figures_of(command.reference, parts)) if parts else None

    def send_request(self, command: c.SendShipmentRequest) -> None:
        """Create the order, once (PUT). Refused with Mintsoft's words, or where it could not hold what is asked."""
        warehouse = self._places.number(command.site)
        country = self._places.country(command.deliver_to.country)
        body = new_order(command, self._settings, warehouse, country)
        results = self._client.change("PUT", "/api/Order", body=body)
        self._register(command.reference, [result.order_id for result in results if result.order_id])

    def find_cancelled(self, command: c.CancelShipmentRequest) -> c.Found | None:
        """Found once every part has left or is cancelled, and one is cancelled."""
        parts = self._orders.parts(command.reference)
        if not parts or not nothing_can_leave(parts, self._settings.compat):
            return None
        return self._found(parts, {"reference": command.reference, "status": "cancelled"})

    def cancel_request(self, command: c.CancelShipmentRequest) -> None:
        """Cancel every part that has not left (GET, all or nothing for each); Refused names those that stay."""
        orders = self._orders.orders(command.reference)
        if not orders:
            raise Refused(f"Mintsoft has no order {command.reference}")
        waiting = [order for order in orders if status_of(order, self._settings.compat) not in ENDED]
        if not waiting and not nothing_can_leave(orders, self._settings.compat):
            word = status_word(orders[0], self._places.words(orders))
            raise Refused(f"too late: order {orders[0].id} is {word}")
        refused = [words for order in waiting if (words := self._cancelled(order))]
        if refused:
            raise Refused("; ".join(refused))

    def request(self, reference: str) -> WarehouseOrder | None:
        """The request with every part that it was split into."""
        parts = self._orders.parts(reference)
        if not parts:
            return None
        words = self._places.words(tuple(part.order for part in parts))
        return request_of(reference, parts, words, self._settings)

    def shipments(self, reference: str) -> tuple[Shipment, ...]:
        """Every part that is picked, packed or despatched, each a shipment under the number of its own order."""
        parts = self._orders.parts(reference)
        told = [
            shipment_of(reference, at, parts, self._sent(part.order), self._site(part.order), self._settings)
            for at, part in enumerate(parts)
            if stage_of(part.order, self._settings.compat)
        ]
        return tuple(sorted((each for each in told if each.lines), key=lambda each: each.reached_at))

    def changed(self, since: datetime | None) -> Iterator[str]:
        """The references of orders that changed since, each once; None: of all."""
        asked: dict[str, str] = {}
        assumed = self._settings.compat
        if self._settings.client_id is not None:
            asked["ClientId"] = str(self._settings.client_id)
        if since is not None:
            since -= timedelta(minutes=assumed.overlap_minutes)
            asked[assumed.since_name] = asked_since(since, self._settings.zone)
        if assumed.oldest_first_name:
            asked[assumed.oldest_first_name] = "true"
        told: set[str] = set()
        for _ in range(PASSES_MAX):
            pages = 0
            for page in self._client.pages("/api/Order/List", asked):
                pages += 1
                for row in page:
                    numbers = self._orders.numbers(read_as(OrderShape, row, "list of orders"))
                    yield from (number for number in numbers if number not in told)
                    told.update(numbers)
            if pages <= 1:
                return

    def movements(self, after: str) -> Iterator[WarehouseMovement]:
        """Movements behind the cursor, oldest first, orders' and returns' own left out."""
        return self._movements.after(after)

    def stock(self) -> tuple[StockSnapshot, ...]:
        """What every site holds now."""
        return self._stock.snapshots()

    def examine(self) -> AccountReport:
        """What the account allows and where it is not as configured; asks by reading only."""
        return examined(self._settings, self._client, self._places)

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _found(self, parts: tuple[Part, ...], figures: c.Figures) -> c.Found:
        first = parts[0].order
        return c.Found(
            reference=", ".join(part.order.id for part in parts),
            figures=figures,
            link=self._settings.order_link.replace("{id}", first.id),
        )

    def _cancelled(self, order: OrderShape) -> str:
        """Cancel one order; why it was refused, or nothing."""
        try:
            self._client.change("GET", f"/api/Order/{order.id}/Cancel")
        except Refused as refusal:
            return f"order {order.id}: {refusal.reason}"
        return ""

    def _register(self, reference: str, order_ids: list[str]) -> None:
        """Ask for webhooks. They are hints: an order without them is polled, so a failure here is no failure."""
        if not self._settings.webhook_url:
            return
        for order_id in order_ids:
            body = connect_action(order_id, reference, self._settings)
            with suppress(ConnectorError):
                self._client.change("PUT", f"/api/Order/{order_id}/ConnectActions", body=body)

    def _sent(self, order: OrderShape) -> Sent:
        where = f"/api/Order/{order.id}"
        return Sent(
            consignments=rows_as(ConsignmentShape, self._client.read(f"{where}/Shipments"), "consignments"),
            allocated=rows_as(HeldShape, self._client.read(f"{where}/Allocations"), "allocations"),
            scanned=rows_as(HeldShape, self._client.read(f"{where}/BarcodeVerifiedOrderItems"), "scanned items"),
        )

    def _site(self, order: OrderShape) -> str:
        return self._places.site(order.warehouse_id, order.warehouse_code)
