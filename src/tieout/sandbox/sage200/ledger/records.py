"""Simple records that the API keeps: entered, amended and deleted one by one, or many at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.reads import read_one

Body = dict[str, Any]
Writer = Callable[[Books, int, Body], object]
Writes = dict[tuple[str, str, bool], Writer]
ROWS = "records"
"""Under this name a writer finds the list that a caller sent as the whole body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One sort of record: where it is kept, what may be said of it, and what keeps it from being deleted.

    `spec` is that of entering (`bodies.py`); amending takes the same, nothing being required. `columns` names the
    column of a property where it is another. `fixed` cannot be changed, `unique` no two may share, of `sole` (true or
    false) only one record holds true. `used` are queries that find a use of the record's `used_by` column.
    """

    resource: str
    table: str
    what: str
    spec: str
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fixed: str = ""
    unique: str = ""
    sole: str = ""
    used: Sequence[str] = ()
    used_by: str = "id"
    user_column: str = ""


def enter(kept: Kept, books: Books, body: Body) -> int:
    """Enter a record and return its id."""
    fields = _checked(kept, kept.spec, body)
    if kept.unique:
        _check_unique(kept, books, fields)
    _settle_sole(kept, books, fields)
    user = {kept.user_column: books.user} if kept.user_column else {}
    key = books.insert(kept.table, **_columns(kept, fields), **user, **books.stamps())
    books.effect(f"{kept.table}.entered", id=key)
    return key


def amend(kept: Kept, books: Books, key: int, body: Body) -> None:
    """Change a record; RefusedError when a fixed property is to change."""
    row = books.need(kept.table, key, kept.what)
    fields = _checked(kept, kept.spec.replace("!", ""), body)
    if kept.fixed and fields.get(kept.fixed, row[kept.fixed]) != row[kept.fixed]:
        raise RefusedError(f"The {kept.fixed} of a {kept.what.lower()} cannot be changed.")
    _settle_sole(kept, books, fields)
    books.update(kept.table, key, **_columns(kept, fields), updated=books.stamp())
    books.effect(f"{kept.table}.amended", id=key)


def delete(kept: Kept, books: Books, key: int) -> None:
    """Delete a record; RefusedError when it is used."""
    row = books.need(kept.table, key, kept.what)
    if any(books.row(query, row[kept.used_by]) is not None for query in kept.used):
        raise RefusedError(f"The {kept.what.lower()} is in use and cannot be deleted.")
    books.run(f"DELETE FROM {kept.table} WHERE id = ?", key)  # noqa: S608  # our own tables
    books.effect(f"{kept.table}.deleted", id=key)


def plain_record(
    name: str,
    create: Callable[[Books, Body], int] | None,
    amend: Callable[[Books, int, Body], None] | None,
    delete: Callable[[Books, int], None] | None,
    *,
    put_deletes: bool = False,
) -> Writes:
    """Return the writes of a plain record: POST and PUT answer it as it is then, DELETE answers nothing.

    With `put_deletes` a PUT may say is_to_delete, and then answers nothing either.
    """
    found: Writes = {}
    if create is not None:
        found["POST", name, False] = lambda books, _, body: read_one(books, RESOURCES[name], create(books, body))
    if amend is not None:

        def change(books: Books, key: int, body: Body) -> object:
            amend(books, key, body)
            gone = put_deletes and bool(body.get("is_to_delete"))
            return None if gone else read_one(books, RESOURCES[name], key)

        found["PUT", name, True] = change
    if delete is not None:
        found["DELETE", name, True] = lambda books, key, _: delete(books, key)
    return found


def writes_of(kept: Kept, *, many: bool = False) -> Writes:
    """Return the writes of a sort of record; with `many` also the PUT of a list."""
    name = kept.resource
    writes = plain_record(name, partial(enter, kept), partial(amend, kept), partial(delete, kept))
    if many:
        writes["PUT", name, False] = each(
            writes["POST", name, False], writes["PUT", name, True], writes["DELETE", name, True]
        )
    return writes


def each(create: Writer, change: Writer, drop: Writer) -> Writer:
    """Return the PUT of a list: a row with an id is amended, or deleted when it says so; one without is entered."""

    def put(books: Books, _: int, body: Body) -> object:
        rows = checked(body, f"{ROWS}:l!")[ROWS]
        answers = []
        for row in rows:
            said = checked(row, "id:i is_to_delete:b")
            if "id" not in said:
                answers.append(create(books, 0, row))
            elif said.get("is_to_delete"):
                drop(books, said["id"], row)
            else:
                answers.append(change(books, said["id"], row))
        return answers

    return put


def _checked(kept: Kept, spec: str, body: Body) -> Fields:
    fields = checked(body, spec)
    for name in re.findall(r"(\w+):s\d+!", kept.spec):
        if fields.get(name) == "":
            raise RefusedError(f"The field {name} is required.")
    for name, allowed in kept.values.items():
        if name in fields and fields[name] not in allowed:
            raise RefusedError(f"The value of {name} is not valid.")
    return fields


def _check_unique(kept: Kept, books: Books, fields: Fields) -> None:
    value = fields[kept.unique]
    found = books.row(f"SELECT id FROM {kept.table} WHERE {kept.unique} = ?", value)  # noqa: S608  # our own tables
    if found is not None:
        raise RefusedError(f"A {kept.what.lower()} with the {kept.unique} {value} already exists.")


def _settle_sole(kept: Kept, books: Books, fields: Fields) -> None:
    if kept.sole and fields.get(kept.sole):
        books.run(f"UPDATE {kept.table} SET {kept.sole} = 0")  # noqa: S608  # our own tables


def _columns(kept: Kept, fields: Fields) -> Fields:
    return {
        kept.columns.get(name, name): int(value) if isinstance(value, bool) else value for name, value in fields.items()
    }
