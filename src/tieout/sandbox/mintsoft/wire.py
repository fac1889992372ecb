"""How Mintsoft is asked and how it answers: names in any case, bare lists, and refusals with a 200."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tieout.sandbox.mintsoft import naive

Json = dict[str, object]
Row = TypeVar("Row")
PAGE = 100


class Fields(Mapping[str, Any]):
    """Named values, the names in any case, as .NET reads them. Unknown names stand there unread."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name.casefold(): value for name, value in given.items()}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # a JSON edge
        return self._given[name.casefold()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def text(self, name: str) -> str:
        """Return a value as text; empty when it is missing or null."""
        value = self.get(name)
        return "" if value is None else str(value).strip()

    def whole(self, name: str) -> int | None:
        """Return a whole number, None when it is missing; 400 for anything that is none, as for 1.5."""
        value = self.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            return int(value)
        raise bad(f"The value '{value}' is not valid for {name}.")

    def number(self, name: str) -> int:
        """Return a whole number, nought when it is missing."""
        return self.whole(name) or 0

    def flag(self, name: str) -> bool:
        """Return whether a value says yes; 400 when it says neither."""
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        if str(value).casefold() not in {"true", "false", ""}:
            raise bad(f"The value '{value}' is not valid for {name}.")
        return str(value).casefold() == "true"

    def moment(self, name: str) -> datetime | None:
        """Return a moment as naive local time; 400 when it is none."""
        value = self.text(name)
        if not value:
            return None
        try:
            return naive.read(value)
        except ValueError as error:
            raise bad(f"The value '{value}' is not valid for {name}.") from error

    def rows(self, name: str) -> list[Fields]:
        """Return a list of objects, empty when it is missing; 400 when it is none."""
        value = self.get(name)
        return [] if value is None else as_rows(value)


def asked(request: Request) -> Fields:
    """Return the query; names that mean nothing are ignored without a word."""
    return Fields(dict(request.query_params))


def bad(message: str) -> HTTPException:
    """Return a 400."""
    return HTTPException(400, message)


def missing(what: str) -> HTTPException:
    """Return a 404."""
    return HTTPException(404, f"{what} not found")


async def body_of(request: Request) -> Any:  # noqa: ANN401  # a JSON edge
    """Return the body; 400 when it is no JSON."""
    try:
        return json.loads(await request.body(), parse_float=Decimal)
    except ValueError as error:
        raise bad("The request is invalid.") from error


async def fields_of(request: Request) -> Fields:
    """Return the body as one object; 400 when it is none."""
    value = await body_of(request)
    if not isinstance(value, dict):
        raise bad("The request is invalid.")
    return Fields(value)


def as_rows(value: object) -> list[Fields]:
    """Return a list of objects; 400 when it is none."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise bad("The request is invalid.")
    return [Fields(row) for row in value]


def page(rows: Sequence[Row], query: Fields, most: int = PAGE) -> list[Row]:
    """Return the page that is asked for; nothing tells how many there are."""
    number = max(query.number("PageNo"), 1)
    limit = query.number("Limit")
    limit = most if not 0 < limit <= most else limit
    return list(rows[(number - 1) * limit : number * limit])


def result(number: int, message: str = "", *, success: bool = True) -> Response:
    """Answer with a ToolkitResult, which is a 200 whether it went well or not."""
    return JSONResponse(
        {
            "ID": number,
            "Success": success,
            "Message": message or None,
            "WarningMessage": None,
            "AllocatedFromReplen": False,
        }
    )


def jsonable(value: object) -> object:
    """Return a value that was given as one that can be written; numbers with a point become floats again."""
    return float(value) if isinstance(value, Decimal) else value
