"""Connections: pages with opaque cursors, and the search words of the `query` argument."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from graphql import GraphQLError

PAGE_MAX = 250
_TERM = re.compile(r"""(\w+):(>=|<=|>|<)?('[^']*'|"[^"]*"|\S+)""")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "": lambda a, b: a == b,
}
T = TypeVar("T")
View = dict[str, object]


def page(
    items: Iterable[T],
    view: Callable[[T], View],
    cursor_of: Callable[[T], tuple[object, int]],
    *,
    first: int | None,
    after: str | None,
) -> View:
    """Return one page of items that are already in the order of their cursors.

    A cursor is (sort value, id), so that a page begins after it even when the item has moved or gone.
    """
    if first is None:
        raise GraphQLError("you must provide one of first or last")
    if not 0 <= first <= PAGE_MAX:
        raise GraphQLError(f"first must be between 0 and {PAGE_MAX}")
    found = list(items)
    start = _start(found, cursor_of, after)
    shown = found[start : start + first]
    edges = [{"cursor": _encode(cursor_of(item)), "node": view(item)} for item in shown]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": start + first < len(found),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _start(found: Sequence[T], cursor_of: Callable[[T], tuple[object, int]], after: str | None) -> int:
    if after is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(after.encode()).decode()
    except ValueError as error:
        raise GraphQLError("Invalid cursor for current pagination sort.") from error
    keys = [_plain(cursor_of(item)) for item in found]
    if text in keys:
        return keys.index(text) + 1
    ascending = not keys or keys[0] <= keys[-1]
    return sum(1 for key in keys if (key <= text) == ascending)


def _plain(cursor: tuple[object, int]) -> str:
    value, number = cursor
    text = value.isoformat(timespec="microseconds") if isinstance(value, datetime) else f"{value:>20}"
    return f"{text}|{number:020d}"


def _encode(cursor: tuple[object, int]) -> str:
    return base64.urlsafe_b64encode(_plain(cursor).encode()).decode()


class Term:
    """One word of a search: a field, a comparison and a value."""

    def __init__(self, name: str, comparison: str, value: str) -> None:
        self.name = name
        self.comparison = comparison
        self.value = value

    def holds(self, actual: object) -> bool:
        """Say whether a text or a time satisfies the term; times are compared as moments."""
        if isinstance(actual, datetime):
            return _COMPARISONS[self.comparison](actual.replace(microsecond=0), _moment(self.value))
        return _COMPARISONS[self.comparison](actual, self.value)


def alternatives(query: str | None, known: Sequence[str]) -> list[list[Term]]:
    """Read a search of `field:value` words: any of the parts between OR must hold, with all their words.

    A field that is not served is refused, since ignoring it (as Shopify does, with a warning) would hide a
    client's mistake. No query is one part without words, which everything satisfies.
    """
    text = (query or "").strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return [_words(part, known) for part in re.split(r"\s+OR\s+", text)]


def _words(text: str, known: Sequence[str]) -> list[Term]:
    rest = re.sub(r"\bAND\b", "", _TERM.sub("", text)).strip()
    if rest:
        raise GraphQLError(f"The search {rest!r} is not understood; use field:value words joined by AND or OR.")
    found: list[Term] = []
    for name, comparison, value in _TERM.findall(text):
        if name not in known:
            raise GraphQLError(f"The search field {name!r} is not served; served are {', '.join(known)}.")
        found.append(Term(name, comparison, value.strip("'\"")))
    return found


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise GraphQLError(f"{text!r} is not a time.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
