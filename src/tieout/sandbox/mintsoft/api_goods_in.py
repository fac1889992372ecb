"""Notices and returns over the API: counted and booked are two figures, and booking in is a GET."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tieout.sandbox.journal import journal_of
from tieout.sandbox.mintsoft.api import Endpoint
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.goods_in import ASN_STATUSES, GOODS_IN_TYPES, REASONS, GoodsIn
from tieout.sandbox.mintsoft.goods_in_views import (
    NOTICE_KEPT,
    asn_status_view,
    notice_view,
    return_item_view,
    return_view,
)
from tieout.sandbox.mintsoft.listening import Listening, listener
from tieout.sandbox.mintsoft.naive import local
from tieout.sandbox.mintsoft.reading import client_of, product_of, warehouse_of
from tieout.sandbox.mintsoft.rows import Notice, RefusedError, Return
from tieout.sandbox.mintsoft.wire import (
    Fields,
    as_rows,
    asked,
    bad,
    body_of,
    fields_of,
    jsonable,
    missing,
    page,
    result,
)


class GoodsInApi:
    """Serves /api/ASN and /api/Return."""

    def __init__(self, books: Books, goods_in: GoodsIn, listening: Listening) -> None:
        self._books = books
        self._goods_in = goods_in
        self._listening = listening

    def room(self) -> Sequence[tuple[str, str, Endpoint]]:
        """Return the paths; those with words come before those with numbers."""
        notice, back = "ASN/{id:int}", "Return/{id:int}"
        return [
            ("PUT", "ASN", self._advise),
            ("GET", "ASN/List", self._list),
            ("GET", "ASN/Statuses", self._statuses),
            ("GET", "ASN/GoodsInTypes", self._types),
            ("GET", notice, self._get),
            ("POST", f"{notice}/Items/Receive", self._receive),
            ("GET", f"{notice}/BookIn", self._book_in),
            ("GET", f"{notice}/BookInPartial", self._book_in),
            ("PUT", f"{notice}/ConnectActions", self._listen),
            ("GET", "Return/Reasons", self._reasons),
            ("GET", "Return/SearchByDate", self._returns_on),
            ("POST", "Return/CreateReturn/{id:int}", self._open_return),
            ("POST", "Return/CreateExternalReturn", self._open_external),
            ("GET", back, self._get_return),
            ("GET", f"{back}/Items", self._return_items),
            ("POST", f"{back}/AddItem", self._add_item),
            ("POST", f"{back}/AllocateItemLocation", self._put_away),
            ("POST", f"{back}/Confirm", self._confirm),
        ]

    async def _advise(self, request: Request) -> Response:
        given = await fields_of(request)
        client, warehouse = client_of(self._books, given), warehouse_of(self._books, given)
        lines = [
            (
                product_of(self._books, client, row),
                row.number("Quantity"),
                row.text("SourceLineId"),
                row.text("SSCCNumber"),
            )
            for row in given.rows("Items")
        ]
        more = {name: jsonable(given.get(name)) for name in (*NOTICE_KEPT, "Quantity", "ProductSupplierId")}
        notice = self._goods_in.advise(client.id, warehouse.id, lines, more, journal_of(request))
        return result(notice.id)

    async def _list(self, request: Request) -> Response:
        query = asked(request)
        found = [notice for notice in self._books.notices.values() if _wanted(notice, query)]
        items = query.flag("IncludeASNItems")
        return JSONResponse([notice_view(self._books, n, items=items) for n in page(found[::-1], query)])

    async def _get(self, request: Request) -> Response:
        return JSONResponse(notice_view(self._books, self._notice(request), items=True))

    async def _statuses(self, _: Request) -> Response:
        return JSONResponse([asn_status_view(number) for number in ASN_STATUSES])

    async def _types(self, _: Request) -> Response:
        return JSONResponse([{"ID": number, "Name": name} for number, name in enumerate(GOODS_IN_TYPES, 1)])

    async def _receive(self, request: Request) -> Response:
        notice, body = self._notice(request), await body_of(request)
        items = {item.id: item for item in notice.items}
        for row in as_rows(body if isinstance(body, list) else [body]):
            number = row.number("ASNItemId") or row.number("ID")
            if number not in items:
                raise RefusedError("ASN Item not found")
            self._goods_in.count_in(notice, items[number], row.number("Quantity"), journal_of(request))
        return result(notice.id)

    async def _book_in(self, request: Request) -> Response:
        notice = self._notice(request)
        self._goods_in.book_all(notice, journal_of(request), whole=request.url.path.endswith("/BookIn"))
        self._listening.tell_booked(notice)
        return result(notice.id)

    async def _listen(self, request: Request) -> Response:
        notice = self._notice(request)
        action = listener(self._books, await fields_of(request))
        notice.actions.append(action)
        journal_of(request).effect("connect_action.created", id=action.id, asn=notice.id)
        return result(action.id)

    async def _reasons(self, _: Request) -> Response:
        return JSONResponse([{"ID": number, "Name": name} for number, name in REASONS.items()])

    async def _returns_on(self, request: Request) -> Response:
        day = asked(request).moment("Date")
        if day is None:
            raise bad("Date is required.")
        found = [back for back in self._books.returns.values() if local(back.at).date() == day.date()]
        return JSONResponse([return_view(self._books, back) for back in found])

    async def _open_return(self, request: Request) -> Response:
        order = self._books.orders.get(request.path_params["id"])
        if order is None:
            raise missing("Order")
        back = self._goods_in.open_return(order.id, order.client_id, "", journal_of(request))
        return result(back.id)

    async def _open_external(self, request: Request) -> Response:
        given = await fields_of(request)
        client = client_of(self._books, given)
        back = self._goods_in.open_return(0, client.id, given.text("Reference"), journal_of(request))
        return result(back.id)

    async def _get_return(self, request: Request) -> Response:
        return JSONResponse(return_view(self._books, self._return(request)))

    async def _return_items(self, request: Request) -> Response:
        back = self._return(request)
        return JSONResponse([return_item_view(self._books, back, item) for item in back.items])

    async def _add_item(self, request: Request) -> Response:
        back, given = self._return(request), await fields_of(request)
        product = product_of(self._books, self._books.clients[back.client_id], given)
        more = given.text("Action"), given.text("Comments")
        reason, units = given.number("ReturnReasonId"), given.number("Quantity")
        item = self._goods_in.add_to_return(back, product, units, reason, more, journal_of(request))
        return result(item.id)

    async def _put_away(self, request: Request) -> Response:
        back, query = self._return(request), asked(request)
        items = {item.id: item for item in back.items}
        item = items.get(query.number("returnItemId"))
        location = self._books.locations.get(query.number("locationId"))
        if item is None or location is None:
            raise RefusedError("Return Item or Location not found")
        self._goods_in.put_away(back, item, query.number("quantity"), location, journal_of(request))
        return result(item.id)

    async def _confirm(self, request: Request) -> Response:
        back = self._return(request)
        self._goods_in.confirm_return(back, journal_of(request))
        return result(back.id)

    def _notice(self, request: Request) -> Notice:
        notice = self._books.notices.get(request.path_params["id"])
        if notice is None:
            raise missing("ASN")
        return notice

    def _return(self, request: Request) -> Return:
        back = self._books.returns.get(request.path_params["id"])
        if back is None:
            raise missing("Return")
        return back


def _wanted(notice: Notice, query: Fields) -> bool:
    statuses = {part.strip() for part in query.text("ASNStatusId").split(";")} - {""}
    since = query.moment("SinceLastUpdated")
    return (
        (not statuses or str(notice.status) in statuses)
        and query.number("ClientId") in {0, notice.client_id}
        and query.number("WarehouseId") in {0, notice.warehouse_id}
        and (since is None or local(notice.updated_at) >= since)
    )
