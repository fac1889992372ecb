"""HTTP with ReturnGO: both headers, the daily budget, paging, and failures named for what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.connectors.returngo.wire import (
    CursorShape,
    PageShape,
    RmaShape,
    SummaryShape,
    TransactionShape,
    TransactionsPageShape,
    read_as,
)
from tieout.connectors.transport import Json, Reply, Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, Refused
from tieout.ports.systems import CallBudget

MESSAGE_LENGTH_MAX = 300


class ReturnGoClient:
    """One store's API; every call takes one from the day's allowance first. Safe to share between threads."""

    def __init__(self, settings: ReturnGoSettings, budget: CallBudget, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._transport = Transport(
            "ReturnGO",
            settings.base_url,
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            headers={
                "x-api-key": settings.api_key.get_secret_value(),
                "x-shop-name": settings.shop_name,
                "accept": "application/json",
            },
        )

    def rma(self, number: str) -> RmaShape | None:
        """The RMA in detail; None when ReturnGO has none of that number."""
        reply = self._call("GET", f"/rma/{quote(number, safe='')}")
        if reply.status == 404:
            return None
        return read_as(RmaShape, self._read(reply), f"RMA {number}")

    def summaries(self, since: datetime | None) -> Iterator[SummaryShape]:
        """Every RMA created at or after `since`, page by page; BadAnswer when the paging goes in circles."""
        asked: dict[str, str] = {"pagesize": str(self._settings.page_size)}
        if since is not None:
            asked[compat.CREATED_FILTER] = f"gte:{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        for answer in self._pages("/rmas", asked, "list of RMAs"):
            yield from read_as(PageShape, answer, "list of RMAs").rmas

    def transactions(self, order_id: str) -> Iterator[TransactionShape]:
        """Every movement of money on a storefront order, each once, page by page; BadAnswer as in `summaries`."""
        asked = {"pagesize": str(self._settings.page_size), "order_ids": order_id}
        seen: set[str] = set()
        for answer in self._pages("/transactions", asked, "list of transactions"):
            for row in read_as(TransactionsPageShape, answer, "list of transactions").transactions:
                if row.transaction_id and row.transaction_id in seen:
                    continue
                seen.add(row.transaction_id)
                yield row

    def set_shipment(self, shipment_id: str, body: Mapping[str, Json]) -> None:
        """Change the shipment; Refused with ReturnGO's own words when it says no."""
        reply = self._call("PUT", f"/shipment/{quote(shipment_id, safe='')}", body=body)
        if not reply.is_success:
            raise self._failure(reply, writing=True)

    def set_status(self, number: str, body: Mapping[str, Json]) -> None:
        """Set the RMA's status; Refused with ReturnGO's own words when it says no."""
        reply = self._call("PUT", f"/rma/{quote(number, safe='')}/status", body=body)
        if not reply.is_success:
            raise self._failure(reply, writing=True)

    def close(self) -> None:
        """Drop the idle connections."""
        self._transport.close()

    def _pages(self, path: str, asked: dict[str, str], what: str) -> Iterator[Json]:
        """Every page as it comes; BadAnswer when the paging goes in circles."""
        used: set[str] = set()
        while True:
            answer = self._read(self._call("GET", path, params=asked))
            yield answer
            cursor = read_as(CursorShape, answer, what).next_cursor
            if not cursor:
                return
            if cursor in used:
                raise BadAnswer(f"ReturnGO's {what} repeats a cursor and would never end")
            used.add(cursor)
            asked = {**asked, "cursor": cursor}

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Json] | None = None,
    ) -> Reply:
        self._spend()
        return self._transport.send(
            method,
            path,
            writing=body is not None,
            params=params,
            headers={"content-type": "application/json"} if body is not None else None,
            content=write_json(body) if body is not None else None,
        )

    def _spend(self) -> None:
        allowance = self._settings.calls_per_day
        if not self._budget.spend(self._settings.account, allowance):
            text = f"the {allowance:,} calls to ReturnGO of this day (UTC) are used up"
            raise Busy(text, until_next_utc_day(self._clock()))

    def _read(self, reply: Reply) -> Json:
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        return reply.json()

    def _failure(self, reply: Reply, *, writing: bool) -> ConnectorError:
        kind = error_for(reply.status, writing=writing)
        text = f"ReturnGO answered {reply.status}{self._trace(reply)}"
        if kind is Busy:
            wait = wait_asked(
                reply.headers,
                now=self._clock(),
                otherwise=timedelta(seconds=self._settings.busy_seconds),
            )
            return Busy(text, wait)
        if kind is Refused:
            return Refused(self._message(reply) or text)
        return kind(text)

    def _trace(self, reply: Reply) -> str:
        """ReturnGO's support asks for the request's id at their gateway."""
        trace = reply.headers.get("x-amzn-requestid", "")
        return f" (x-amzn-requestid {trace})" if trace else ""

    def _message(self, reply: Reply) -> str:
        try:
            body = reply.json()
        except BadAnswer:
            return ""
        if not isinstance(body, Mapping):
            return ""
        words = next((w for key in ("message", "error", "errors") if isinstance(w := body.get(key), str)), "")
        return words.replace(self._settings.api_key.get_secret_value(), "***")[:MESSAGE_LENGTH_MAX]


def until_next_utc_day(now: datetime) -> timedelta:
    """How long until the day's allowance starts anew, at midnight UTC."""
    today = now.astimezone(UTC)
    midnight = (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - today
