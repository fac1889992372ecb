"""HTTP with Loop: the key, the pace, paging, and failures named for what to do next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tieout.connectors.loop import compat
from tieout.connectors.loop.answers import refusal_in
from tieout.connectors.loop.pacing import Pacer
from tieout.connectors.loop.settings import LoopSettings
from tieout.connectors.loop.wire import HeadShape, PageShape, ReturnShape, read_as
from tieout.connectors.transport import Json, Reply, Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, Refused

DETAILS = "/warehouse/return/details"
LIST = "/warehouse/return/list"


class LoopClient:
    """One shop's API. Safe to share between threads."""

    def __init__(
        self,
        settings: LoopSettings,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pause = pause
        self._pacer = Pacer(settings.calls_per_minute)
        self._transport = Transport(
            "Loop",
            settings.base_url,
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            headers={"x-authorization": settings.api_key.get_secret_value(), "accept": "application/json"},
        )

    def details(self, return_id: str) -> ReturnShape | None:
        """The return in detail, in the shop's currency; None when Loop has none of that id."""
        return next(iter(self._details("return_id", return_id)), None)

    def details_of_order(self, order_id: str) -> tuple[ReturnShape, ...]:
        """What Loop answers for a storefront order: its documents promise one return, and we take a list too."""
        return self._details("order_id", order_id)

    def heads(self, since: datetime, until: datetime, state: str) -> Iterator[HeadShape]:
        """Returns raised between the two moments, page by page; without a state: open, closed and expired ones."""
        asked = {
            "from": _stamp(since),
            "to": _stamp(until),
            "filter": "created_at",
            "paginate": "true",
            "pageSize": str(self._settings.page_size),
        } | ({"state": state} if state else {})
        used: set[str] = set()
        while True:
            page = self._page(asked)
            yield from page.returns
            if not page.next_url:
                return
            cursor = _cursor(page.next_url)
            if not cursor or cursor in used:
                raise BadAnswer("Loop's list of returns names no next page, or one that was read already")
            used.add(cursor)
            asked["cursor"] = cursor

    def act(self, return_id: str, action: str, body: Mapping[str, Json] | None = None) -> None:
        """Have Loop do something with the return; Refused with Loop's own words, also where they come with HTTP 200."""
        reply = self._call("POST", f"/warehouse/return/{return_id}/{action}", body=body, writing=True)
        if not reply.is_success:
            raise self._failure(reply, writing=True)
        try:
            words = refusal_in(reply.json())
        except BadAnswer:
            return
        if words:
            raise Refused(self._safe(words))

    def close(self) -> None:
        """Drop the idle connections."""
        self._transport.close()

    def _details(self, key: str, value: str) -> tuple[ReturnShape, ...]:
        reply = self._call("GET", DETAILS, params={key: value, "currency_type": "shop"})
        if reply.status == 404:
            return ()
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        answer = reply.json()
        if words := refusal_in(answer):
            if compat.says_not_found(words):
                return ()
            raise BadAnswer(f"Loop answered the detail of a return with: {self._safe(words)}")
        if isinstance(answer, list):
            return tuple(read_as(ReturnShape, row, "detail of a return") for row in answer)
        return (read_as(ReturnShape, answer, "detail of a return"),) if answer else ()

    def _page(self, asked: Mapping[str, str]) -> PageShape:
        reply = self._call("GET", LIST, params=asked)
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        answer = reply.json()
        if words := refusal_in(answer):
            raise BadAnswer(f"Loop answered the list of returns with: {self._safe(words)}")
        return read_as(PageShape, {"returns": answer} if isinstance(answer, list) else answer, "list of returns")

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
        return self._transport.send(
            method,
            path,
            writing=writing,
            params=params,
            headers={"content-type": "application/json"} if body is not None else None,
            content=write_json(body) if body is not None else None,
        )

    def _wait_for_turn(self) -> None:
        patience = self._settings.pause_seconds_max
        while wait := self._pacer.take():
            if wait > patience:
                text = f"the {self._settings.calls_per_minute:,} calls that Loop allows in a minute are used up"
                raise Busy(text, timedelta(seconds=wait))
            patience -= wait
            self._pause(wait)

    def _failure(self, reply: Reply, *, writing: bool) -> ConnectorError:
        kind = error_for(reply.status, writing=writing)
        text = f"Loop answered {reply.status}"
        if kind is Busy:
            otherwise = timedelta(seconds=self._settings.busy_seconds)
            return Busy(text, wait_asked(reply.headers, now=self._clock(), otherwise=otherwise))
        words = self._words(reply)
        if kind is Refused:
            return Refused(words or text)
        return kind(f"{text}: {words}" if words else text)

    def _words(self, reply: Reply) -> str:
        try:
            return self._safe(refusal_in(reply.json()))
        except BadAnswer:
            return ""

    def _safe(self, words: str) -> str:
        return words.replace(self._settings.api_key.get_secret_value(), "***")


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _cursor(url: str) -> str:
    return next(iter(parse_qs(urlsplit(url).query).get("cursor", ())), "")
