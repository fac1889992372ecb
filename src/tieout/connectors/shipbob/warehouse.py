"""One merchant at ShipBob, with all its fulfilment centres: implements `Warehouse` and `Examined`."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from tieout.connectors.shipbob.bodies import order_body
from tieout.connectors.shipbob.client import DuplicateError, ShipBobClient
from tieout.connectors.shipbob.movements import Telling, event_time, movements_of, positions_in, written
from tieout.connectors.shipbob.probe import examine
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.connectors.shipbob.shipments import shipments_of
from tieout.connectors.shipbob.stock import snapshots
from tieout.connectors.shipbob.translate import can_leave, found_request, is_called_off, warehouse_order, word_of
from tieout.connectors.shipbob.wire import CancelShape, EventShape, OrderShape
from tieout.domain import commands as c
from tieout.domain.documents.shipping import Shipment, WarehouseOrder
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.ports.accounts import AccountReport
from tieout.ports.errors import ConnectorError, OutcomeUnknown, Refused


class ShipBobWarehouse:
    """Orders go out, shipments, movements and stock levels are read back. Safe to share between threads."""

    def __init__(self, settings: ShipBobSettings, client: ShipBobClient, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock

    def find_request(self, command: c.SendShipmentRequest) -> c.Found | None:
        """The order of this reference in our channel, cancelled or not."""
        order = self._client.order(command.reference)
        return found_request(order) if order else None

    def send_request(self, command: c.SendShipmentRequest) -> None:
        """Send the order; what stands there already under its reference is left, to be read back and compared."""
        body = order_body(command, self._settings, self._location(command.site))
        try:
            self._client.create_order(body)
        except DuplicateError as refusal:
            if not self._stands(command.reference):
                raise Refused(refusal.reason) from None

    def find_cancelled(self, command: c.CancelShipmentRequest) -> c.Found | None:
        """Found once something was cancelled and nothing can leave any more; None for what left whole."""
        order = self._client.order(command.reference)
        if order is None or not is_called_off(order):
            return None
        return c.Found(reference=str(order.id), figures=command.figures())

    def cancel_request(self, command: c.CancelShipmentRequest) -> None:
        """Cancel every shipment that can be; Refused names those that cannot, and says what was cancelled."""
        order = self._client.order(command.reference)
        if order is None:
            raise Refused(f"ShipBob has no order of the reference {command.reference}")
        if order.shipments and not any(can_leave(shipment) for shipment in order.shipments):
            raise Refused("Too late: everything of this order has left or was cancelled already")
        self._refuse_rest(order, self._client.cancel_order(order.id))

    def request(self, reference: str) -> WarehouseOrder | None:
        """How the order stands; None when ShipBob has none of this reference."""
        order = self._client.order(reference)
        return warehouse_order(order) if order else None

    def shipments(self, reference: str) -> tuple[Shipment, ...]:
        """Every shipment that is picked, packed or has left; one order often is several, at several places."""
        order = self._client.order(reference)
        if order is None:
            return ()
        return shipments_of(order, self._settings.account, self._configured_names(), self._settings.compat)

    def changed(self, since: datetime | None) -> Iterator[str]:
        """The references of orders changed since, reaching back a little further; each once."""
        start = since - timedelta(seconds=self._settings.compat.overlap_seconds) if since else None
        told: set[str] = set()
        for order in self._client.changed_orders(start):
            reference = order.reference_id or order.order_number or f"order {order.id}"
            if reference not in told:
                told.add(reference)
                yield reference

    def movements(self, after: str) -> Iterator[WarehouseMovement]:
        """Stock events of every place, oldest first; 90 days of them for an empty cursor."""
        positions = positions_in(after)
        names = self._site_names()
        telling = Telling(
            account=self._settings.account,
            site_names=names,
            sku_of_item=self._sku_reader(),
            switches=self._settings.compat,
        )
        now = self._clock()
        # A place that ShipBob no longer lists is read on: the list names only those that take goods in.
        places = sorted({*names, *positions})
        streams = [self._timed(place, positions.get(place, 0), now) for place in places]
        told: set[str] = set()
        for _, place, event in heapq.merge(*streams, key=lambda each: each[:2]):
            positions[place] = event.id
            for movement in movements_of(event, place, written(positions), telling):
                # A transfer stands in the lists of both its places.
                if movement.movement_id not in told:
                    told.add(movement.movement_id)
                    yield movement

    def stock(self) -> tuple[StockSnapshot, ...]:
        """What every place holds, by ShipBob's two lists: one by place, one with what is in exception."""
        asked_at = self._clock()
        return snapshots(
            tuple(self._client.site_levels()),
            self._client.levels(),
            self._configured_names(),
            account=self._settings.account,
            asked_at=asked_at,
            switches=self._settings.compat,
        )

    def examine(self) -> AccountReport:
        """What the account allows, asked by reading only."""
        return examine(self._settings, self._client, self._clock())

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _stands(self, reference: str) -> bool:
        try:
            return self._client.order(reference) is not None
        except ConnectorError as error:
            text = f"ShipBob refused the order and could not be asked whether it stands there already: {error}"
            raise OutcomeUnknown(text) from None

    def _refuse_rest(self, order: OrderShape, answer: CancelShape) -> None:
        """Refused when a shipment that may still leave was not cancelled, or nothing was at all."""
        gone = {str(shipment.id) for shipment in order.shipments if word_of(shipment) in {"left", "cancelled"}}
        kept = [each for each in answer.results if not each.is_success and each.shipment_id not in gone]
        done = [each.shipment_id for each in answer.results if each.is_success]
        if kept:
            words = "; ".join(f"shipment {each.shipment_id}: {each.reason or 'no reason given'}" for each in kept)
            also = f" (cancelled: {', '.join(done)})" if done else ""
            raise Refused(f"{words}{also}")
        if answer.status == "Failure" and not done:
            raise Refused("ShipBob did not cancel the order, and gave no reason")

    def _location(self, site: str) -> int | None:
        """The id of the place to ship from; None leaves the choice to ShipBob; Refused for one that is not known."""
        if not site:
            return None
        if site in self._settings.sites:
            return self._settings.sites[site]
        known = self._site_names()
        ids = [place for place, name in known.items() if site in {name, str(place)}]
        if len(ids) == 1:
            return ids[0]
        names = ", ".join(sorted(known.values())) or "none"
        raise Refused(f"ShipBob has no fulfilment centre {site}; it has: {names}. Correct the mapping of warehouses")

    def _configured_names(self) -> Mapping[int, str]:
        return {place: name for name, place in self._settings.sites.items()}

    def _site_names(self) -> dict[int, str]:
        """The names of the places used: as configured, else as ShipBob lists them."""
        configured = dict(self._configured_names())
        return configured or {centre.id: centre.name or str(centre.id) for centre in self._client.centres()}

    def _sku_reader(self) -> Callable[[int], str]:
        known: dict[int, str] = {}

        def read(item_id: int) -> str:
            if item_id not in known:
                known[item_id] = self._client.item_sku(item_id)
            return known[item_id]

        return read

    def _timed(self, place: int, after: int, now: datetime) -> Iterator[tuple[datetime, int, EventShape]]:
        return ((event_time(event), place, event) for event in self._client.events(place, after, now))
