"""The ways in which ShipBob pages: by number and limit, by links, and what its filters mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from tieout.sandbox.shipbob.refusing import of_fields
from tieout.sandbox.shipbob.views import Json

T = TypeVar("T")
LIMIT, LIMIT_MAX = 50, 250


def numbered(request: Request, rows: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Return one page by Page and Limit, with the headers that lead on."""
    query = request.query_params
    page, limit = whole(query, "Page", 1), min(whole(query, "Limit", LIMIT), LIMIT_MAX)
    pages = max(-(-len(rows) // limit), 1)
    headers = {"total-count": str(len(rows)), "total-pages": str(pages), "page": str(page)}
    if page < pages:
        headers["next-page"] = linked_url(request, {"Page": str(page + 1)})
    return rows[(page - 1) * limit : page * limit], headers


def linked(request: Request, rows: Sequence[T], size: int, cursor: str = "PageToken") -> tuple[Sequence[T], Json]:
    """Return one page of this size and the links beside it; a link to where one already is is null."""
    number = whole(request.query_params, cursor, 1)
    pages = max(-(-len(rows) // size), 1)

    def link(target: int) -> str | None:
        usable = target != number and 1 <= target <= pages
        return linked_url(request, {cursor: str(target)}) if usable else None

    links: Json = {"first": link(1), "prev": link(number - 1), "next": link(number + 1), "last": link(pages)}
    return rows[(number - 1) * size : number * size], links


def linked_url(request: Request, changed: Mapping[str, str]) -> str:
    """Return the address of the same question with these values."""
    return str(request.url.replace(query=urlencode({**request.query_params, **changed})))


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """Return a number of at least 1 that was asked for; RefusedError when it is none."""
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise of_fields({name: [f"The value '{text}' is not valid for {name}."]}, 400)
    return int(text)


def texts(query: Mapping[str, str], name: str) -> frozenset[str] | None:
    """Return the values of a list parted by commas; None when it is not asked for."""
    given = query.get(name, "")
    return frozenset(part.strip() for part in given.split(",")) if given else None


def flag(query: Mapping[str, str], name: str) -> bool | None:
    """Return a yes or no; None when it is not asked for."""
    given = query.get(name, "").lower()
    if given not in {"", "true", "false"}:
        raise of_fields({name: [f"The value '{given}' is not valid for {name}."]}, 400)
    return given == "true" if given else None


def between(query: Mapping[str, str], start: str, end: str, at: datetime | None) -> bool:
    """Say whether a moment lies in the span that was asked for; no moment lies in none."""
    first, last = instant(query.get(start, ""), start), instant(query.get(end, ""), end)
    if at is None:
        return first is None and last is None
    return (first is None or at >= first) and (last is None or at <= last)


def instant(text: str, name: str) -> datetime | None:
    """Read a moment, taken as UTC when it has no offset; None for an empty text, RefusedError for no moment."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise of_fields({name: [f"The value '{text}' is not valid for {name}."]}, 400) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
