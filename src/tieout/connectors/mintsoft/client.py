"""HTTP with Mintsoft: the key, reads apart from changes, paging without totals, failures named for what to do next.

Mintsoft's verbs say nothing of what a call does: PUT creates, POST updates, and many changes of state are GET [code].
So a call is a read or a change by the method of this class that makes it, and only reads are ever tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

from tieout.connectors.mintsoft.keys import Keys
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.wire import ResultShape, read_as, rows_as
from tieout.connectors.transport import Json, Reply, Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, ConnectorError, OutcomeUnknown, Refused, Unauthorised
from tieout.ports.systems import TokenKeeper

MESSAGE_LENGTH_MAX = 300
PAGES_MAX = 10_000
NOT_THERE = frozenset({404})


class MintsoftClient:
    """One account's API. Safe to share between threads."""

    def __init__(self, settings: MintsoftSettings, keeper: TokenKeeper, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = Transport(
            "Mintsoft",
            settings.base_url,
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            headers={"accept": "application/json"},
            reads_tried=settings.reads_tried,
        )
        self._keys = Keys(settings, keeper, clock, self._transport)

    def read(
        self, path: str, params: Mapping[str, str] | None = None, missing: frozenset[int] = NOT_THERE
    ) -> Json | None:
        """What stands at the path; None when Mintsoft answers that it is not there (a status of `missing`)."""
        reply = self._call("GET", path, params=params, writing=False)
        if reply.status in missing:
            return None
        if not reply.is_success:
            raise self._failure(reply, writing=False)
        answer = reply.json()
        if isinstance(answer, Mapping) and words_of_refusal(answer) is not None:
            raise BadAnswer(f"Mintsoft answered {path} with: {self._safe(words_of_refusal(answer) or 'no success')}")
        return answer

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[tuple[Json, ...]]:
        """The pages of a list. There is no total: a short or empty page is the last [doc].

        BadAnswer when a full page comes twice in a row: then PageNo is not heard, and rows would be lost in silence.
        """
        limit = self._settings.page_limit
        before: tuple[Json, ...] = ()
        for number in range(1, PAGES_MAX + 1):
            answer = self.read(path, {**params, "PageNo": str(number), "Limit": str(limit)})
            page = _rows(answer, path)
            if page and page == before:
                if len(page) < limit:
                    return
                raise BadAnswer(f"Mintsoft gives the same page of {path} twice: it does not count the pages")
            if page:
                yield page
            is_short = len(page) < limit and self._settings.compat.stops_on_short_page
            if not page or is_short:
                return
            before = page
        raise BadAnswer(f"Mintsoft's list {path} has no end")

    def change(
        self,
        method: Literal["GET", "PUT", "POST"],
        path: str,
        params: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> tuple[ResultShape, ...]:
        """Have Mintsoft do something, once; what came of it.

        Refused with Mintsoft's words, also where they come with HTTP 200; OutcomeUnknown when its answer is lost,
        cannot be read, or takes one part and refuses another.
        """
        reply = self._call(method, path, params=params, body=body, writing=True)
        if not reply.is_success:
            raise self._failure(reply, writing=True)
        results = self._results(reply)
        refused = [result for result in results if result.success is False]
        words = self._safe("; ".join(dict.fromkeys(filter(None, (result.message for result in refused)))))
        if refused and len(refused) == len(results):
            raise Refused(words or "Mintsoft refused and gave no reason")
        if refused:
            taken = ", ".join(result.order_id for result in results if result.success is not False)
            raise OutcomeUnknown(f"Mintsoft took a part (order {taken}) and refused another: {words}")
        if not results or any(result.success is None and not result.order_id for result in results):
            raise OutcomeUnknown("Mintsoft did not say whether it did as asked")
        return results

    def now(self) -> datetime:
        """What time it is."""
        return self._clock()

    def check(self) -> None:
        """Raise Unauthorised when Mintsoft lets the account's user in no more."""
        self._keys.key()

    def close(self) -> None:
        """Drop the idle connections."""
        self._transport.close()

    def _results(self, reply: Reply) -> tuple[ResultShape, ...]:
        """Results of a write: a list of them, one alone, or a bare true."""
        try:
            answer = reply.json()
            if isinstance(answer, bool):
                return (ResultShape(success=answer),)
            if isinstance(answer, Mapping):
                return (read_as(ResultShape, answer, "result"),)
            return rows_as(ResultShape, answer, "results")
        except BadAnswer as unreadable:
            raise OutcomeUnknown(f"Mintsoft's answer to a change cannot be read: {unreadable}") from None

    def _call(
        self,
        method: str,
        path: str,
        *,
        writing: bool,
        params: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> Reply:
        """One call; where the key has ended nothing was done, so that it is made again with a new one, once."""
        key = self._keys.key()
        reply = self._send(method, path, key, writing=writing, params=params, body=body)
        if reply.status == 401 and not self._keys.is_lasting:
            reply = self._send(method, path, self._keys.key(rejected=key), writing=writing, params=params, body=body)
        return reply

    def _send(
        self, method: str, path: str, key: str, *, writing: bool, params: Mapping[str, str] | None, body: Json
    ) -> Reply:
        headers = {"ms-apikey": key}
        if body is not None:
            headers["content-type"] = "application/json"
        return self._transport.send(
            method,
            path,
            writing=writing,
            params=params,
            headers=headers,
            content=write_json(body) if body is not None else None,
        )

    def _failure(self, reply: Reply, *, writing: bool) -> ConnectorError:
        kind = error_for(reply.status, writing=writing)
        text = f"Mintsoft answered {reply.status}"
        if kind is Busy:
            otherwise = timedelta(seconds=self._settings.busy_seconds)
            return Busy(text, wait_asked(reply.headers, now=self._clock(), otherwise=otherwise))
        if kind is Unauthorised:
            return Unauthorised(f"{text}: {_what_to_do(reply.status, is_lasting=self._keys.is_lasting)}")
        words = self._words(reply)
        if kind is Refused:
            return Refused(words or text)
        return kind(f"{text}: {words}" if words else text)

    def _words(self, reply: Reply) -> str:
        try:
            answer = reply.json()
        except BadAnswer:
            return ""
        return self._safe(answer if isinstance(answer, str) else words_in(answer))

    def _safe(self, words: str) -> str:
        for secret in self._keys.secrets():
            words = words.replace(secret, "***")
        return words[:MESSAGE_LENGTH_MAX]


def words_of_refusal(answer: Mapping[str, Json]) -> str | None:
    """The message of a result that says `Success: false`; None when it is none."""
    plain = {key.lower(): value for key, value in answer.items()}
    return words_in(answer) if plain.get("success") is False else None


def words_in(answer: Json) -> str:
    """What an answer says in words: its Message, else what its ModelState holds."""
    if isinstance(answer, list) and answer:
        return words_in(answer[0])
    if not isinstance(answer, Mapping):
        return ""
    plain = {key.lower(): value for key, value in answer.items()}
    parts = [value for value in (plain.get("message"), plain.get("warningmessage")) if isinstance(value, str) and value]
    state = plain.get("modelstate")
    if isinstance(state, Mapping):
        lists = [value for value in state.values() if isinstance(value, list)]
        parts += [each for value in lists for each in value if isinstance(each, str)]
    return " ".join(parts)


def _rows(answer: Json, path: str) -> tuple[Json, ...]:
    if answer is None:
        return ()
    if not isinstance(answer, list):
        raise BadAnswer(f"Mintsoft's {path} is no list")
    return tuple(answer)


def _what_to_do(status: int, *, is_lasting: bool) -> str:
    if status == 403:
        return "the user lacks the right; an administrator of Mintsoft gives it"
    if is_lasting:
        return "the key is not accepted; have an administrator give a new one that never ends"
    return "the key is not accepted although it was just given; check the user's rights"
