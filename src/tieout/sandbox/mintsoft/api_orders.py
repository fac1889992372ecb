"""Orders over the API: create is PUT and answers a list, most changes of state are GET."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tieout.sandbox.journal import journal_of
from tieout.sandbox.mintsoft import order_views as views
from tieout.sandbox.mintsoft.api import Endpoint
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.floor import Floor, NewParcel
from tieout.sandbox.mintsoft.listening import listener
from tieout.sandbox.mintsoft.naive import local
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.reading import changes_of, new_order
from tieout.sandbox.mintsoft.refdata import status_view
from tieout.sandbox.mintsoft.rows import Order, RefusedError, Status
from tieout.sandbox.mintsoft.wire import Fields, as_rows, asked, bad, body_of, fields_of, missing, page, result

USER = "api"
TRACKING_PAGE = 500


class OrderApi:
    """Serves /api/Order."""

    def __init__(self, books: Books, desk: OrderDesk, floor: Floor) -> None:
        self._books = books
        self._desk = desk
        self._floor = floor

    def room(self) -> Sequence[tuple[str, str, Endpoint]]:
        """Return the paths; those with words come before those with numbers."""
        one = "Order/{id:int}"
        return [
            ("PUT", "Order", self._create),
            ("GET", "Order/List", self._list),
            ("GET", "Order/Search", self._search),
            ("GET", "Order/Statuses", self._statuses),
            ("GET", "Order/Shipments/TrackingEvents/List", self._tracking),
            ("GET", one, self._get),
            ("POST", one, self._update),
            ("GET", f"{one}/Items", self._items),
            ("GET", f"{one}/Cancel", self._cancel),
            ("GET", f"{one}/MarkDespatched", self._despatch),
            ("GET", f"{one}/MarkPackAndHold", self._hold),
            ("GET", f"{one}/MarkReleasePackAndHold", self._release),
            ("POST", f"{one}/SplitOrderItems", self._split),
            ("GET", f"{one}/Splits", self._splits),
            ("GET", f"{one}/Shipments", self._shipments),
            ("PUT", f"{one}/Shipments", self._add_shipment),
            ("DELETE", f"{one}/Shipments/{{shipment_id:int}}", self._drop_shipment),
            ("GET", f"{one}/Allocations", self._allocations),
            ("GET", f"{one}/BarcodeVerifiedOrderItems", self._verified),
            ("PUT", f"{one}/ConnectActions", self._listen),
        ]

    async def _create(self, request: Request) -> Response:
        given = await fields_of(request)
        try:
            made = self._desk.create(new_order(self._books, given), USER, journal_of(request))
        except RefusedError as error:
            return JSONResponse([views.not_created(given.text("OrderNumber"), str(error))])
        return JSONResponse([views.created_view(self._books, order) for order in made])

    async def _list(self, request: Request) -> Response:
        query = asked(request)
        found = [order for order in self._books.orders.values() if _wanted(order, query)]
        found.sort(key=lambda order: order.id, reverse=not query.flag("SortOldestFirst"))
        items = query.flag("IncludeOrderItems")
        return JSONResponse([views.order_view(self._books, o, items=items) for o in page(found, query)])

    async def _search(self, request: Request) -> Response:
        found = self._books.numbered(asked(request).text("OrderNumber"))
        if not found:
            raise missing("Order")
        return JSONResponse([views.order_view(self._books, order) for order in found])

    async def _statuses(self, _: Request) -> Response:
        return JSONResponse([status_view(status) for status in Status])

    async def _get(self, request: Request) -> Response:
        return JSONResponse(views.order_view(self._books, self._order(request)))

    async def _items(self, request: Request) -> Response:
        order = self._order(request)
        return JSONResponse([views.item_view(self._books, order, item) for item in order.items])

    async def _update(self, request: Request) -> Response:
        order = self._order(request)
        changes = changes_of(self._books, await fields_of(request))
        self._desk.update(order, changes, USER, journal_of(request))
        return result(order.id)

    async def _cancel(self, request: Request) -> Response:
        order = self._order(request)
        try:
            self._desk.cancel(order, USER, journal_of(request))
        except RefusedError as error:
            return result(order.id, str(error), success=False)
        return result(order.id, "Order Cancelled")

    async def _despatch(self, request: Request) -> Response:
        order = self._order(request)
        tracking = asked(request).text("TrackingNumber")
        parcels = [NewParcel(number=tracking)] if tracking else []
        self._floor.despatch(order, USER, journal_of(request), parcels)
        return result(order.id)

    async def _hold(self, request: Request) -> Response:
        order = self._order(request)
        self._floor.move_to(order, Status.PACKANDHOLD, USER, journal_of(request))
        return result(order.id)

    async def _release(self, request: Request) -> Response:
        order = self._order(request)
        if order.status != Status.PACKANDHOLD:
            raise RefusedError("Order is not on Pack and Hold")
        self._floor.move_to(order, Status.PACKED, USER, journal_of(request))
        return result(order.id)

    async def _split(self, request: Request) -> Response:
        order = self._order(request)
        wanted: dict[int, int] = {}
        for row in as_rows(await body_of(request)):
            item_id = row.number("OrderItemId")
            wanted[item_id] = wanted.get(item_id, 0) + row.number("QuantityToDespatch")
        part = self._desk.split(order, wanted, USER, journal_of(request))
        return result(part.id)

    async def _splits(self, request: Request) -> Response:
        order = self._order(request)
        found = [s for s in self._books.splits if order.id in {s.order_id, s.new_id}]
        return JSONResponse([views.split_view(self._books, split) for split in found])

    async def _shipments(self, request: Request) -> Response:
        order = self._order(request)
        return JSONResponse([views.shipment_view(order, shipment) for shipment in order.consignments])

    async def _tracking(self, request: Request) -> Response:
        query = asked(request)
        since, wanted = query.moment("SinceLastUpdated"), query.number("TrackingStatusId")
        found = [
            event
            for event in self._books.tracking
            if _since(since, event.at) and wanted in {0, views.TRACKING_STATUSES[event.stage]}
        ]
        return JSONResponse([views.tracking_view(self._books, e) for e in page(found, query, TRACKING_PAGE)])

    async def _add_shipment(self, request: Request) -> Response:
        order, given = self._order(request), await fields_of(request)
        if not given.text("Number"):
            raise bad("Number is required.")
        (made,) = self._floor.add_parcels(order, [NewParcel(number=given.text("Number"))])
        self._desk.touch(order, USER)
        journal_of(request).effect("shipment.created", id=made.id, order=order.id, number=made.number)
        return result(made.id)

    async def _drop_shipment(self, request: Request) -> Response:
        order, number = self._order(request), request.path_params["shipment_id"]
        if all(shipment.id != number for shipment in order.consignments):
            raise missing("Shipment")
        order.consignments = [shipment for shipment in order.consignments if shipment.id != number]
        self._desk.touch(order, USER)
        journal_of(request).effect("shipment.deleted", id=number, order=order.id)
        return result(number)

    async def _allocations(self, request: Request) -> Response:
        order = self._order(request)
        return JSONResponse([views.allocation_view(order, taken) for taken in order.taken])

    async def _verified(self, request: Request) -> Response:
        order = self._order(request)
        return JSONResponse([views.verified_view(self._books, order, t) for t in order.taken if t.picked])

    async def _listen(self, request: Request) -> Response:
        order = self._order(request)
        action = listener(self._books, await fields_of(request))
        order.actions.append(action)
        journal_of(request).effect("connect_action.created", id=action.id, order=order.id)
        return result(action.id)

    def _order(self, request: Request) -> Order:
        order = self._books.orders.get(request.path_params["id"])
        if order is None:
            raise missing("Order")
        return order


def _wanted(order: Order, query: Fields) -> bool:
    """Say whether an order is in the list; moments are compared as they are written."""
    same = (
        ("OrderStatusId", int(order.status)),
        ("ClientId", order.client_id),
        ("ChannelId", order.more.get("ChannelId") or 9),
        ("CourierServiceId", order.courier_id),
        ("WarehouseId", order.warehouse_id),
    )
    if any(query.number(name) not in {0, value} for name, value in same):
        return False
    tags = set(order.tags.split(",")) - {""}
    include, exclude = (set(query.text(name).split(",")) - {""} for name in ("IncludeTags", "ExcludeTags"))
    if (include and not include & tags) or exclude & tags or query.flag("ShowB2BOnly"):
        return False
    since = (
        ("SinceDate", order.created_at),
        ("SinceLastUpdated", order.updated_at),
        ("SinceDespatchDate", order.despatched_at),
    )
    return all(_since(query.moment(name), moment) for name, moment in since)


def _since(bound: datetime | None, moment: datetime | None) -> bool:
    return bound is None or (moment is not None and local(moment) >= bound)
