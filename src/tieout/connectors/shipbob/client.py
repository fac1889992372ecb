"""HTTP with ShipBob: the token, the pace, its kinds of paging, and failures named for what to do next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.answers import refusal_in
from tieout.connectors.shipbob.pacing import Pacer
from tieout.connectors.shipbob.settings import ShipBobSettings
from tieout.connectors.shipbob.wire import (
    CancelShape,
    EventPage,
    EventShape,
    LevelShape,
    NamedShape,
    OrderShape,
    SiteLevelShape,
    read_as,
)
from tieout.connectors.transport import Json, Reply, Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, Refused

PAGES_MAX = 10_000
"""A list that goes on for longer than this is no list."""

ShapeT = TypeVar("ShapeT", OrderShape, LevelShape, SiteLevelShape, NamedShape)


class ShipBobClient:
    """One merchant's API. Safe to share between threads."""

    def __init__(
        self,
        settings: ShipBobSettings,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pause = pause
        self._pacer = Pacer(settings.calls_per_minute)
        self._transport = Transport(
            "ShipBob",
            f"{settings.base_url.rstrip('/')}/{settings.version}",
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            headers={"authorization": f"Bearer {settings.token.get_secret_value()}", "accept": "application/json"},
        )

    def order(self, reference: str) -> OrderShape | None:
        """The order of exactly this reference in our channel; None when there is none; BadAnswer for several."""
        if not reference or "," in reference:
            return None
        rows = _rows(self._read("/order", {"ReferenceIds": reference}), "list of orders")
        found = [order for row in rows if (order := read_as(OrderShape, row, "order")).reference_id == reference]
        ours = [order for order in found if order.channel is None or order.channel.id in {0, self._settings.channel_id}]
        if len(ours) > 1:
            raise BadAnswer(f"ShipBob lists {len(ours)} orders of the reference {reference}, which it keeps single")
        return ours[0] if ours else None

    def changed_orders(self, since: datetime | None) -> Iterator[OrderShape]:
        """Every order of our channel that changed since, page by page until a page is empty."""
        asked = {"Limit": str(self._settings.page_size)}
        if self._settings.compat.sort_order:
            asked["SortOrder"] = self._settings.compat.sort_order
        if since is not None:
            asked["LastUpdateStartDate"] = _stamp(since)
        first_before: int | None = None
        tells_next = False
        for page in range(1, PAGES_MAX + 1):
            reply = self._reply("/order", asked | {"Page": str(page)})
            orders = [read_as(OrderShape, row, "order") for row in _rows(reply.json(), "list of orders")]
            if not orders:
                return
            if orders[0].id == first_before:
                raise BadAnswer("ShipBob's list of orders gives the same page again and again")
            first_before = orders[0].id
            yield from orders
            has_next = bool(reply.headers.get("next-page", "").strip())
            if tells_next and not has_next:
                return
            tells_next = tells_next or has_next
        raise BadAnswer(f"ShipBob's list of orders goes on after {PAGES_MAX:,} pages")

    def create_order(self, body: Mapping[str, Json]) -> None:
        """Send an order; Refused with ShipBob's words, `DuplicateError` when it may be there already."""
        reply = self._call("POST", "/order", body=body, writing=True)
        if reply.status == compat.DUPLICATE:
            raise DuplicateError(self._words(reply) or "ShipBob refused the order without saying why")
        if not reply.is_success:
            raise self._failure(reply, writing=True)

    def cancel_order(self, order_id: int) -> CancelShape:
        """Cancel what can be cancelled of an order; the answer says what became of each shipment."""
        reply = self._call("POST", f"/order/{order_id}:cancel", writing=True)
        if not reply.is_success:
            raise self._failure(reply, writing=True)
        return read_as(CancelShape, reply.json(), "answer to a cancellation")

    def levels(self) -> Iterator[LevelShape]:
        """Stock of every item over all places."""
        return self._walk("/inventory-level", {"PageSize": str(self._settings.page_size)}, LevelShape, "stock levels")

    def site_levels(self) -> Iterator[SiteLevelShape]:
        """Stock of every item, place by place."""
        asked = {"PageSize": str(self._settings.page_size)}
        return self._walk("/inventory-level/locations", asked, SiteLevelShape, "stock levels by place")

    def events(self, facility_id: int, after: int, until: datetime) -> Iterator[EventShape]:
        """Stock events of one place behind an event id, in their own order, as far back as ShipBob tells."""
        position = after
        for _ in range(PAGES_MAX):
            page = self._event_page(facility_id, position, until)
            told = [event.id for event in page.events]
            if page.next and len(told) > 1 and told == sorted(told, reverse=True):
                raise BadAnswer("ShipBob lists stock events newest first, and its cursor counts upwards")
            fresh = sorted((event for event in page.events if event.id > position), key=lambda event: event.id)
            yield from fresh
            if not fresh:
                if page.next and page.events:
                    raise BadAnswer("ShipBob's list of stock events does not go on behind its cursor")
                return
            position = fresh[-1].id
        raise BadAnswer(f"ShipBob's list of stock events goes on after {PAGES_MAX:,} pages")

    def item_sku(self, item_id: int) -> str:
        """The stock code of an inventory item; empty when it has none."""
        return read_as(LevelShape, self._read(f"/inventory/{item_id}", {}), "inventory item").sku

    def centres(self) -> tuple[NamedShape, ...]:
        """The fulfilment centres that the merchant may use."""
        return tuple(self._walk("/fulfillment-center", {}, NamedShape, "list of fulfilment centres"))

    def channels(self) -> tuple[NamedShape, ...]:
        """The channels that the token reaches, with their scopes."""
        return tuple(self._walk("/channel", {}, NamedShape, "list of channels"))

    def shipping_methods(self) -> tuple[NamedShape, ...]:
        """The merchant's shipping methods."""
        asked = {"Page": "1", "Limit": "250"}
        return tuple(self._walk("/shipping-method", asked, NamedShape, "list of shipping methods"))

    def close(self) -> None:
        """Drop the idle connections."""
        self._transport.close()

    def _event_page(self, facility_id: int, position: int, until: datetime) -> EventPage:
        body: dict[str, Json] = {
            "facility_id": facility_id,
            "start_date": _stamp(until - compat.HISTORY_WINDOW),
            "end_date": _stamp(until),
        }
        # The contract has the cursor in the body and in the query, and does not say which one counts.
        params = {"cursor": str(position)} if position else {}
        body |= {"cursor": position} if position else {}
        reply = self._call("POST", "/inventory/history:query", params=params, body=body)
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        return read_as(EventPage, reply.json(), "list of stock events")

    def _walk(self, path: str, params: Mapping[str, str], shape: type[ShapeT], what: str) -> Iterator[ShapeT]:
        """A list that names its next page; a bare list is a page, too."""
        asked = params
        used: set[str] = set()
        for _ in range(PAGES_MAX):
            answer = self._read(path, asked)
            following = answer.get("next") if isinstance(answer, Mapping) else None
            for row in _rows(answer, what):
                yield read_as(shape, row, what)
            if not isinstance(following, str) or not following.strip():
                return
            if following in used:
                raise BadAnswer(f"ShipBob's {what} names a next page that was read already")
            used.add(following)
            asked = self._query_of(following, what)
        raise BadAnswer(f"ShipBob's {what} goes on after {PAGES_MAX:,} pages")

    def _query_of(self, address: str, what: str) -> Mapping[str, str]:
        """What the next page's address asks for; the address itself is always ours, so that no token leaves."""
        parts, own = urlsplit(address), urlsplit(self._settings.base_url)
        if parts.netloc and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise BadAnswer(f"ShipBob's {what} names a next page at another host")
        return dict(parse_qsl(parts.query))

    def _read(self, path: str, params: Mapping[str, str]) -> Json:
        return self._reply(path, params).json()

    def _reply(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = self._call("GET", path, params=params)
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        return reply

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Json] | None = None,
        *,
        writing: bool = False,
    ) -> Reply:
        self._wait_for_turn()
        headers = {"shipbob_channel_id": str(self._settings.channel_id)}
        return self._transport.send(
            method,
            path,
            writing=writing,
            params=params or None,
            headers=headers | ({"content-type": "application/json"} if body is not None else {}),
            content=write_json(body) if body is not None else None,
        )

    def _wait_for_turn(self) -> None:
        patience = self._settings.pause_seconds_max
        while wait := self._pacer.take():
            if wait > patience:
                text = f"the {self._settings.calls_per_minute:,} calls that ShipBob allows in a minute are used up"
                raise Busy(text, timedelta(seconds=wait))
            patience -= wait
            self._pause(wait)

    def _failure(self, reply: Reply, *, writing: bool) -> ConnectorError:
        kind = error_for(reply.status, writing=writing)
        text = f"ShipBob answered {reply.status}"
        if kind is Busy:
            asked = reply.headers.get("x-retry-after") or reply.headers.get("retry-after") or ""
            otherwise = timedelta(seconds=self._settings.busy_seconds)
            return Busy(text, wait_asked({"retry-after": asked}, now=self._clock(), otherwise=otherwise))
        words = self._words(reply)
        if kind is Refused:
            return Refused(words or text)
        return kind(f"{text}: {words}" if words else text)

    def _words(self, reply: Reply) -> str:
        try:
            words = refusal_in(reply.json())
        except BadAnswer:
            return ""
        return words.replace(self._settings.token.get_secret_value(), "***")


class DuplicateError(Refused):
    """An order was refused as 422: perhaps because its reference is taken, which only looking shows."""


def _rows(answer: Json, what: str) -> Sequence[Json]:
    rows = answer.get("items") if isinstance(answer, Mapping) else answer
    if rows is None and isinstance(answer, Mapping) and "items" in answer:
        return ()
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise BadAnswer(f"ShipBob's {what} is no list")
    return rows


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
