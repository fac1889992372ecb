"""GET: any declared resource as a bare JSON array or a single object, with $select, $filter, $expand and paging."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.reading.access import visible
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.odata import limit, ordered, where
from tieout.sandbox.sage200.reading.resources import Child, Field, Resource, conversion

Json = dict[str, Any]
BATCH = 500
SORTED_MAX = 20_000
COLUMN = re.compile(r"\b([a-z])\.[a-z_]+")
KNOWN_EXPANDS = frozenset({"is_to_lock", "available_document_discount", "nominal_codes", "units", "sop_status"})


class Selection:
    """What $select and $expand ask for of one resource; an empty $select asks for everything."""

    def __init__(self, resource: Resource, select: str, expand: Sequence[str], asked: Sequence[str] = ()) -> None:
        words = [word.strip() for word in select.split(",") if word.strip()]
        own = [word for word in words if "." not in word]
        self.children = list(expand)
        self.child_select: dict[str, list[str]] = {}
        for word in words:
            child, dot, name = word.partition(".")
            if dot:
                self.child_select.setdefault(child, []).append(name)
                if child not in self.children:
                    raise RefusedError(f"The property {word} needs $expand={child}.")
        plain = [word for word in own if word not in resource.children]
        for name in plain:
            if resource.field(name) is None:
                raise RefusedError(f"Could not find a property named '{name}' on type '{resource.name}'.")
        waiting = {name for name, word in resource.upon.items() if word not in asked}
        self.fields = [
            f for f in resource.fields if f.kind != "h" and f.name not in waiting and (not words or f.name in plain)
        ]


def read_list(
    books: Books, resource: Resource, params: dict[str, str], *, under: Sequence[tuple[str, int]] = ()
) -> list[Json] | int:
    """Answer a list; `under` narrows a nested path (fields and ids). $count=true answers a number (assumed)."""
    resource = visible(books, resource.prepare(books, params) if resource.prepare else resource)
    conditions = [
        *([_unindexed(resource, resource.order.partition(".")[0])] if resource.where else []),
        *_narrowing(resource, under),
    ]
    values: list[object] = [key for _, key in under]
    if resource.veil and "is_draft" not in params.get("$filter", ""):
        conditions.append(resource.veil)
    if params.get("$filter"):
        found = where(resource, params["$filter"])
        conditions.append(found.sql)
        values += found.values
    top, skip = limit(params)
    order = ordered(resource, params["$orderby"]) if params.get("$orderby") else resource.order
    tail = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if params.get("$count") == "true":
        return int(books.value(f"SELECT count(*) FROM {resource.source}{tail}", *values))  # noqa: S608  # declared
    selection = Selection(resource, params.get("$select", ""), _expands(resource, params), _asked(params))
    if "(" not in order and _is_small(books, resource, params.get("$filter", ""), tail, values):
        order = ", ".join(f"+{part.strip()}" for part in order.split(","))
        always = [_unindexed(resource, "")] if resource.where else []
        tail = f" WHERE {' AND '.join([*always, *conditions[len(always) :]])}"
    sql_tail = f"{tail} ORDER BY {order} LIMIT {top} OFFSET {skip}"
    return _fetch(books, resource, selection, sql_tail, values)


def _unindexed(resource: Resource, first: str) -> str:
    """Return what always holds of a list, so that SQLite finds no rows by it, unless in the table called `first`.

    Found by "all orders" a view would be read whole and sorted; walked in its order it gives 500 rows at once.
    """
    plain = COLUMN.sub(lambda found: found[0] if found[1] == first else f"+{found[0]}", resource.where)
    return plain if plain == resource.where else f"likely({plain})"


def _is_small(books: Books, resource: Resource, asked: str, tail: str, values: Sequence[object]) -> bool:
    """Say whether a filter by a moment or a day finds few rows: then they are found by it and sorted afterwards.

    SQLite cannot know how many rows are newer than a moment, and would walk the whole table in the order asked for.
    """
    if not any(f.kind in {"t", "d"} and f.name in asked for f in resource.fields):
        return False
    probe = f"SELECT count(*) FROM (SELECT 1 FROM {resource.source}{tail} LIMIT {SORTED_MAX + 1})"  # noqa: S608  # declared
    return int(books.value(probe, *values)) <= SORTED_MAX


def _narrowing(resource: Resource, under: Sequence[tuple[str, int]]) -> list[str]:
    """Return the conditions that hang a list below its parents."""
    found = [(name, resource.field(name)) for name, _ in under]
    assert all(field is not None for _, field in found), f"{resource.name} lacks one of {under}"
    return [f"{field.sql} = ?" for _, field in found if field is not None]


def read_one(
    books: Books,
    resource: Resource,
    key: int,
    params: dict[str, str] | None = None,
    *,
    under: Sequence[tuple[str, int]] = (),
) -> Json:
    """Answer a single object with the children that a single read carries; NotFoundError when there is none."""
    params, resource = params or {}, visible(books, resource)
    expands = list(dict.fromkeys([*resource.inline, *_expands(resource, params)]))
    selection = Selection(resource, params.get("$select", ""), expands, _asked(params))
    conditions = [f"{resource.fields[0].sql} = ?", *([resource.where] if resource.where else [])]
    conditions += _narrowing(resource, under)
    found = _fetch(books, resource, selection, f" WHERE {' AND '.join(conditions)}", [key, *(v for _, v in under)])
    if not found:
        raise NotFoundError(f"The {resource.name} record {key} does not exist.")
    return found[0]


def describe(resource: Resource) -> list[Json]:
    """Answer $metadata: name and type of each field."""
    first = resource.order.split(",")[0]
    return [
        {
            "name": f.name,
            "type": f.kind,
            "sort_order": int(first.startswith(f.sql)),
            "sort_direction": "desc" if first.lower().endswith("desc") else "asc",
        }
        for f in resource.fields
        if f.kind != "h"
    ]


def _asked(params: dict[str, str]) -> list[str]:
    return [word.strip() for word in params.get("$expand", "").split(",") if word.strip()]


def _expands(resource: Resource, params: dict[str, str]) -> list[str]:
    wanted = _asked(params)
    for word in wanted:
        if word not in resource.children and word not in KNOWN_EXPANDS:
            raise RefusedError(f"The property '{word}' of '{resource.name}' cannot be expanded.")
    return [word for word in wanted if word in resource.children]


def _fetch(books: Books, resource: Resource, selection: Selection, tail: str, values: Sequence[object]) -> list[Json]:
    """Read rows, shape them, and hang their children on them."""
    links = {resource.children[name].mine for name in selection.children}
    shown = selection.fields
    extra = [f for f in resource.fields if f.name in links and f not in shown]
    columns = ", ".join(f"{f.sql} AS {f.name}" for f in [*shown, *extra]) or "1"
    sql = f"SELECT {columns} FROM {resource.source}{tail}"  # noqa: S608  # declared resources only
    rows = books.db.execute(sql, tuple(values)).fetchall()
    readers = [(f.name, f.kind, conversion(f.kind)) for f in shown]
    answers = [_shape(row, readers) for row in rows]
    for name in selection.children:
        child = resource.children[name]
        _hang(books, name, child, [row[child.mine] for row in rows], answers, selection.child_select.get(name, []))
    return [_stamps_last(answer) for answer in answers]


def _shape(row: Any, readers: Sequence[tuple[str, str, Any]]) -> Json:  # noqa: ANN401  # a database row
    """Return a row as JSON: values that are null are left out, foreign keys that are missing are 0."""
    answer: Json = {}
    for index, (name, kind, read) in enumerate(readers):
        cell = row[index]
        if cell is not None:
            answer[name] = read(cell)
        elif kind == "k":
            answer[name] = 0
    return answer


def _stamps_last(answer: Json) -> Json:
    for name in ("date_time_created", "date_time_updated"):
        if name in answer:
            answer[name] = answer.pop(name)
    return answer


def _hang(  # one child of many rows
    books: Books, name: str, child: Child, keys: Sequence[Any], answers: Sequence[Json], select: Sequence[str]
) -> None:
    """Read the children of all rows at once and put each where it belongs."""
    wanted = sorted({key for key in keys if key})
    found = _found(books, child, wanted, select) if wanted else {}
    for key, answer in zip(keys, answers, strict=True):
        children = found.get(key, [])
        if child.many:
            answer[name] = children
        elif children:
            answer[name] = children[0]


def _found(books: Books, child: Child, wanted: Sequence[Any], select: Sequence[str]) -> dict[Any, list[Json]]:
    """Return the children of these keys, with their own inline children when the child is deep."""
    resource = visible(books, RESOURCES[child.resource])
    link = RESOURCES[child.resource].field(child.theirs)
    assert link is not None, f"{resource.name} has no {child.theirs}"
    found: dict[Any, list[Json]] = {}
    selection = Selection(resource, ",".join(select), [])
    for start in range(0, len(wanted), BATCH):
        rows = _children(books, resource, link, selection, wanted[start : start + BATCH])
        for name in resource.inline if child.deep and not select else ():
            below = resource.children[name]
            _hang(books, name, below, [row[below.mine] for _, row in rows], [row for _, row in rows], [])
        for key, answer in rows:
            found.setdefault(key, []).append(_stamps_last(answer))
    return found


def _children(
    books: Books, resource: Resource, link: Field, selection: Selection, keys: Sequence[Any]
) -> list[tuple[Any, Json]]:
    marks = ", ".join("?" * len(keys))
    condition = f"{link.sql} IN ({marks})" + (f" AND {resource.where}" if resource.where else "")
    columns = ", ".join(f"{f.sql} AS {f.name}" for f in selection.fields)
    sql = (
        f"SELECT {columns}, {link.sql} AS linked_to FROM {resource.source} WHERE {condition} ORDER BY {resource.order}"  # noqa: S608  # declared resources only
    )
    readers = [(f.name, f.kind, conversion(f.kind)) for f in selection.fields]
    rows = books.db.execute(sql, tuple(keys)).fetchall()
    return [(row["linked_to"], _shape(row, readers)) for row in rows]


def wire(value: object) -> str:
    """Write JSON with decimals as numbers."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{wire(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(wire(v) for v in value) + "]"
        case _:
            return json.dumps(value)
