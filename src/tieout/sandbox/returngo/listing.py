"""Filters, order and pages of the two lists, /rmas and /transactions."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from tieout.sandbox.returngo.books import MoneyMove, Rma

PAGE_MAX = 500
T = TypeVar("T")
COMPARISONS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
}
SORTS: Mapping[str, Callable[[Rma], tuple[object, ...]]] = {
    "rma_created_at": lambda rma: (rma.created_at,),
    "rma_updated_at": lambda rma: (rma.last_updated,),
    "rma_id": lambda rma: (rma.id,),
    "order_name": lambda rma: (rma.order_name,),
    "status": lambda rma: (rma.status,),
}


def rmas_wanted(rmas: Sequence[Rma], params: QueryParams) -> list[Rma]:
    """Return the RMAs that the query asks for, in the order it asks for."""
    found = [
        rma
        for rma in rmas
        if _in(rma.status, params, "status")
        and _in(rma.order_name, params, "order_name")
        and _in(rma.customer.id, params, "customer_ids")
        and _any_in([s.tracking_number for s in rma.shipments], params, "tracking_numbers")
        and _when(rma.created_at, params, "rma_created_at")
        and _when(rma.last_updated, params, "rma_updated_at")
    ]
    for column in reversed([c for c in params.get("sort_by", "").split(",") if c.strip()]):
        name = column.strip().lstrip("+-")
        if name not in SORTS:
            raise HTTPException(400, f"sort_by: unknown column {name}")
        found.sort(key=SORTS[name], reverse=column.strip().startswith("-"))
    return found


def moves_wanted(moves: Sequence[MoneyMove], params: QueryParams) -> list[MoneyMove]:
    """Return the transactions that the query asks for, oldest first."""
    return [
        move
        for move in moves
        if _in(str(move.rma_id), params, "rma_ids")
        and _in(move.order_id, params, "order_ids")
        and _in(move.status, params, "statuses")
        and _in(move.kind, params, "types")
        and _in(move.processor, params, "processors")
        and _in(str(move.id), params, "ids")
        and _when(move.created_at, params, "created_at")
        and _when(move.updated_at, params, "updated_at")
    ]


def page(found: Sequence[T], params: QueryParams, number: Callable[[T], int]) -> tuple[Sequence[T], str | None]:
    """Return one page and the cursor of the next, None at the end; `pagesize` (1 to 500) is required.

    A page begins after the last one shown; if that has left the list, at the place where it stood.
    """
    size = params.get("pagesize", "")
    if not size.isdecimal() or not 1 <= int(size) <= PAGE_MAX:
        raise HTTPException(400, f"pagesize is required, from 1 to {PAGE_MAX}")
    start = _start(found, params.get("cursor", ""), number)
    end = start + int(size)
    shown = found[start:end]
    if end >= len(found):
        return shown, None
    return shown, base64.urlsafe_b64encode(f"{end}:{number(shown[-1])}".encode()).decode()


def _start(found: Sequence[T], cursor: str, number: Callable[[T], int]) -> int:
    if not cursor:
        return 0
    try:
        place, last = base64.urlsafe_b64decode(cursor.encode()).decode().split(":")
        start, last_number = int(place), int(last)
    except ValueError as error:
        raise HTTPException(400, "cursor is not one of ours") from error
    after = [index + 1 for index, item in enumerate(found) if number(item) == last_number]
    return after[0] if after else min(start, len(found))


def _listed(params: QueryParams, name: str) -> list[str]:
    return [part.strip() for part in params.get(name, "").split(",") if part.strip()]


def _in(value: str, params: QueryParams, name: str) -> bool:
    wanted = _listed(params, name)
    return not wanted or value in wanted


def _any_in(values: Sequence[str], params: QueryParams, name: str) -> bool:
    wanted = _listed(params, name)
    return not wanted or any(value in wanted for value in values)


def _when(moment: datetime, params: QueryParams, name: str) -> bool:
    for text in params.getlist(name):
        operator, _, value = text.partition(":")
        try:
            limit = datetime.fromisoformat(value)
        except ValueError as error:
            raise HTTPException(400, f"{name} takes op:YYYY-MM-DDTHH:mm:ss, not {text}") from error
        if operator not in COMPARISONS:
            raise HTTPException(400, f"{name}: unknown operator {operator}")
        limit = limit if limit.tzinfo else limit.replace(tzinfo=UTC)
        if not COMPARISONS[operator](moment.replace(microsecond=0), limit):
            return False
    return True
