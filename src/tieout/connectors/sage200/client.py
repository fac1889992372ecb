"""HTTP to the Sage 200 API: headers, pages, one renewal of the token; nothing of the trade."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from pydantic import ValidationError

from tieout.connectors.sage200.errors import Reading, sentence_of
from tieout.connectors.sage200.limits import refuse_wide
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.auth import SageId
from tieout.connectors.sage200.wire import Shape
from tieout.connectors.transport import Json, Reply, Transport, write_json
from tieout.ports.errors import BadAnswer

S = TypeVar("S", bound=Shape)
Standing = Literal["there", "missing", "forbidden"]

MISSING = 404
FORBIDDEN = 403
SITES = "/sites"
"""The one list that is asked for no company (1.4)."""
THIN_PAGE = 5000
"""The largest $top (2.1)."""


class Client:
    """One company of one site; safe to share between threads."""

    def __init__(
        self,
        settings: Sage200Settings,
        sage_id: SageId,
        transport: Transport,
        clock: Callable[[], datetime],
        lock_words: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._page_size = settings.page_size
        self._refuses_wide_text = settings.compat.wide_text == "refuse"
        self._sage_id = sage_id
        self._transport = transport
        self._clock = clock
        company = {"X-Site": settings.site_id, "X-Company": str(settings.company_id)}
        self._company = company if settings.is_connected else {}
        self._reading = Reading(
            patterns=lambda: (*settings.lock_patterns, *lock_words()),
            busy=timedelta(seconds=settings.busy_seconds),
            secrets=settings.secrets(),
        )

    def rows(
        self,
        path: str,
        shape: type[S],
        *,
        where: str = "",
        expand: Sequence[str] = (),
        select: Sequence[str] = (),
        key: str = "id",
    ) -> Iterator[S]:
        """Every row, page by page behind the last key seen, so that rows added meanwhile shift nothing (2.2).

        Rows of a few selected fields come in the largest pages that Sage gives.
        """
        last, size = 0, THIN_PAGE if select else self._page_size
        query = {"$top": str(size), "$orderby": key, "$expand": ",".join(expand), "$select": ",".join(select)}
        while True:
            page = self._page(path, query, where, f"{key} gt {last}" if last else "")
            yield from (read(shape, row, path) for row in page)
            if len(page) < size:
                return
            last = _key_of(page[-1], key, path, last)

    def page(self, path: str, shape: type[S], query: Mapping[str, str]) -> list[S]:
        """One page of a list, as asked; empty parameters are left out."""
        return [read(shape, row, path) for row in self._page(path, query, query.get("$filter", ""), "")]

    def every(
        self,
        path: str,
        shape: type[S],
        *,
        where: str = "",
        expand: Sequence[str] = (),
        key: str = "id",
    ) -> tuple[S, ...]:
        """Every row at once."""
        return tuple(self.rows(path, shape, where=where, expand=expand, key=key))

    def one(self, path: str, shape: type[S]) -> S | None:
        """The object at a path, the first of a list, or None when there is none."""
        reply = self._send("GET", path, writing=False)
        if reply.status == MISSING:
            return None
        found = self._checked(reply, f"GET {path}", writing=False).json()
        if isinstance(found, list):
            return read(shape, found[0], path) if found else None
        return read(shape, found, path)

    def taken(self, path: str, shape: type[S]) -> S | None:
        """As `one`, where the reading takes a lock for the write that follows: held by somebody else it is Locked."""
        reply = self._send("GET", path, writing=False)
        if reply.status == MISSING:
            return None
        return read(shape, self._checked(reply, f"GET {path}", writing=self._says_no(reply)).json(), path)

    def plain_list(self, path: str, shape: type[S], *, is_step: bool = False) -> tuple[S, ...]:
        """The rows of a list that has no key to page by, such as /sites; none where the site has no such list.

        Where it `is_step` of a write, what it says no to is the write's: Locked or Refused.
        """
        reply = self._send("GET", path, writing=False)
        if reply.status == MISSING:
            return ()
        said = self._checked(reply, f"GET {path}", writing=is_step and self._says_no(reply)).json()
        return tuple(read(shape, row, path) for row in list_of(said, path))

    def standing(self, path: str, *, where: str = "") -> Standing:
        """Whether a list is there for us, missing at this site's release or edition, or beyond our rights (2.5)."""
        params = {"$top": "1", **({"$filter": where} if where else {})}
        reply = self._send("GET", path, writing=False, params=params)
        if reply.status in (MISSING, FORBIDDEN):
            return "missing" if reply.status == MISSING else "forbidden"
        self._checked(reply, f"GET {path}", writing=False)
        return "there"

    def fields(self, path: str) -> frozenset[str]:
        """The names of the fields that a list knows (`$metadata`, 2.1)."""
        reply = self._checked(
            self._send("GET", path, writing=False, params={"$metadata": "true"}), f"GET {path}", writing=False
        )
        rows = list_of(reply.json(), path)
        return frozenset(name for row in rows if isinstance(row, dict) and isinstance(name := row.get("name"), str))

    def newest(self, path: str, shape: type[S], *, by: str, where: str = "") -> S | None:
        """The row with the largest value of a field; None when there is no row."""
        query = {"$top": "1", "$orderby": f"{by} desc"}
        rows = self._page(path, query, where, "")
        return read(shape, rows[0], path) if rows else None

    def has(self, path: str) -> bool:
        """Whether this site's release knows the resource: an endpoint newer than the site is 404 (4.6)."""
        reply = self._send("GET", path, writing=False, params={"$top": "1"})
        if reply.status == MISSING:
            return False
        self._checked(reply, f"GET {path}", writing=False)
        return True

    def ask(self, path: str, body: Json, shape: type[S], *, is_step: bool = False) -> S:
        """A POST that changes nothing, such as a validation; `is_step` as in `plain_list`."""
        reply = self._send("POST", path, writing=False, body=body)
        said = self._checked(reply, f"POST {path}", writing=is_step and self._says_no(reply)).json()
        return read(shape, said, path)

    def write(self, verb: str, path: str, body: Json) -> Reply:
        """A write that Sage accepted; what it answered is no proof of anything (section 0, item 5)."""
        self.refuse_wide_text(body)
        return self._checked(self._send(verb, path, writing=True, body=body), f"{verb} {path}", writing=True)

    def refuse_wide_text(self, body: Json) -> None:
        """Refused when the site may not keep a text of the body; asked before the first step of a write of several."""
        if self._refuses_wide_text:
            refuse_wide(body)

    def write_for(self, path: str, body: Json, shape: type[S]) -> S:
        """What a POST answered that is a step of a write: a refusal of it is the write's refusal."""
        return read(shape, self.write("POST", path, body).json(), path)

    def _page(self, path: str, query: Mapping[str, str], where: str, after: str) -> list[Json]:
        both = f"({where}) and {after}" if where and after else where or after
        params = {name: value for name, value in {"$filter": both, **query}.items() if value}
        reply = self._send("GET", path, writing=False, params=params)
        return list_of(self._checked(reply, f"GET {path}", writing=False).json(), path)

    def _says_no(self, reply: Reply) -> bool:
        return 400 <= reply.status < 500 or self._reading.is_lock(reply.status, sentence_of(reply.body))

    def _checked(self, reply: Reply, place: str, *, writing: bool) -> Reply:
        if reply.is_success:
            return reply
        raise self._reading.failure(
            reply, f"Sage 200: {place}", writing=writing, now=self._clock(), secrets=self._sage_id.secrets()
        )

    def _send(
        self,
        verb: str,
        path: str,
        *,
        writing: bool,
        params: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> Reply:
        bearer = self._sage_id.bearer()
        reply = self._exchange(verb, path, bearer, writing=writing, params=params, body=body)
        if reply.status != 401:
            return reply
        renewed = self._sage_id.bearer(rejected=bearer)
        return self._exchange(verb, path, renewed, writing=writing, params=params, body=body)

    def _exchange(
        self,
        verb: str,
        path: str,
        bearer: str,
        *,
        writing: bool,
        params: Mapping[str, str] | None,
        body: Json,
    ) -> Reply:
        company = {} if path == SITES else self._company
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json", **company}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._transport.send(
            verb,
            path,
            writing=writing,
            params=params,
            headers=headers,
            content=None if body is None else write_json(body),
        )


def read(shape: type[S], row: Json, path: str) -> S:
    """One object in our shape; BadAnswer names the fields that are missing or wrong, never their content."""
    try:
        return shape.model_validate(row)
    except ValidationError as wrong:
        fields = sorted({".".join(map(str, error["loc"])) or "the whole" for error in wrong.errors()})
        raise BadAnswer(f"Sage 200: {path} answered a {shape.__name__} with wrong {', '.join(fields)}") from None


def list_of(said: Json, path: str) -> list[Json]:
    """The rows of a list answer: a bare array, or one wrapped in `value` (2.2)."""
    if isinstance(said, dict):
        said = said.get("value")
    if not isinstance(said, list):
        raise BadAnswer(f"Sage 200: {path} answered no list")
    return said


def quoted(text: str) -> str:
    """A text as a literal of $filter, quotes doubled (2.1)."""
    return "'" + text.replace("'", "''") + "'"


def either(field: str, literals: Sequence[str]) -> str:
    """A filter that the field is one of the literals."""
    return "(" + " or ".join(f"{field} eq {literal}" for literal in literals) + ")"


def _key_of(row: Json, key: str, path: str, last: int) -> int:
    found = row.get(key) if isinstance(row, dict) else None
    if not isinstance(found, int) or found <= last:
        raise BadAnswer(f"Sage 200: {path} answered rows out of the order of {key}")
    return found
