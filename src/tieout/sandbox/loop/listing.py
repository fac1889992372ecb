"""The list of returns: which are wanted, and pages that a cursor leads through, newest first."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tieout.sandbox.loop.books import STATES, LoopReturn

RANGE_MAX = timedelta(days=120)
UNASKED_RANGE = timedelta(hours=24)
UNASKED_STATES = ("open", "closed", "expired")
FILTERS = ("created_at", "updated_at")
PAGE_SIZE = 100
PAGE_SIZE_MAX = 750


class BadQueryError(Exception):
    """A parameter is not as it must be."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the client asked for."""

    start: datetime
    end: datetime
    by: str
    state: str

    def moment(self, ret: LoopReturn) -> datetime:
        """Return the moment that this question goes by, in whole seconds as the cursor keeps it."""
        return (ret.created_at if self.by == "created_at" else ret.updated_at).replace(microsecond=0)

    def holds(self, ret: LoopReturn) -> bool:
        """Say whether the return is wanted."""
        fits = ret.state == self.state if self.state else ret.state in UNASKED_STATES
        return fits and self.start <= self.moment(ret) <= self.end


def wanted_by(query: Mapping[str, str], now: datetime) -> Wanted:
    """Read the question; BadQueryError names the parameter that is wrong."""
    by = query.get("filter") or "created_at"
    if by not in FILTERS:
        raise BadQueryError("filter", "The selected filter is invalid.")
    state = query.get("state") or ""
    if state and state not in STATES:
        raise BadQueryError("state", "The selected state is invalid.")
    start, end = window(query, now)
    return Wanted(start=start, end=end, by=by, state=state)


def window(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """Return the range asked for; the last day when none is."""
    inside = _read(query.get("cursor") or "").get("from")
    end = _moment("to", query.get("to") or "", now)
    start = _moment("from", query.get("from") or str(inside or ""), end - UNASKED_RANGE)
    if start > end:
        raise BadQueryError("to", "The to must be a date after or equal to from.")
    if end - start > RANGE_MAX:
        raise BadQueryError("from", "The date range must not exceed 120 days.")
    return start, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page and the cursors to its neighbours, empty where there is none."""

    shown: Sequence[LoopReturn]
    next_cursor: str
    previous_cursor: str


def page_of(found: Iterable[LoopReturn], wanted: Wanted, query: Mapping[str, str]) -> Page:
    """Return the page that size and cursor of the question point to."""
    size = _size(query.get("pageSize") or str(PAGE_SIZE))
    ordered = in_order(found, wanted)
    cursor = _read(query.get("cursor") or "")
    first = 0
    if cursor:
        mark = (str(cursor.get(wanted.by)), int(str(cursor.get("id") or 0)))
        ahead = [i for i, ret in enumerate(ordered) if _key(ret, wanted) > mark]
        behind = [i for i, ret in enumerate(ordered) if _key(ret, wanted) < mark]
        onwards = bool(cursor.get("_pointsToNextItems"))
        first = (behind[0] if behind else len(ordered)) if onwards else max(len(ahead) - size, 0)
    shown = ordered[first : first + size]
    more = first + size < len(ordered)
    return Page(
        shown=shown,
        next_cursor=_cursor(shown[-1], wanted, onwards=True) if more and shown else "",
        previous_cursor=_cursor(shown[0], wanted, onwards=False) if first and shown else "",
    )


def in_order(found: Iterable[LoopReturn], wanted: Wanted) -> list[LoopReturn]:
    """Return the wanted ones, newest first."""
    return sorted((ret for ret in found if wanted.holds(ret)), key=lambda ret: _key(ret, wanted), reverse=True)


def _key(ret: LoopReturn, wanted: Wanted) -> tuple[str, int]:
    return wanted.moment(ret).strftime("%Y-%m-%d %H:%M:%S"), ret.id


def _cursor(ret: LoopReturn, wanted: Wanted, *, onwards: bool) -> str:
    moment, number = _key(ret, wanted)
    kept = {wanted.by: moment, "id": number, "from": wanted.start.isoformat(), "_pointsToNextItems": onwards}
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode().rstrip("=")


def _read(cursor: str) -> dict[str, object]:
    if not cursor:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadQueryError("cursor", "The cursor is invalid.") from None
    if not isinstance(found, dict):
        raise BadQueryError("cursor", "The cursor is invalid.")
    return found


def _size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= PAGE_SIZE_MAX:
        raise BadQueryError("pageSize", f"The pageSize must be between 1 and {PAGE_SIZE_MAX}.")
    return int(text)


def _moment(name: str, text: str, otherwise: datetime) -> datetime:
    if not text:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQueryError(name, f"The {name} is not a valid date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
