"""What may come in: texts that the database can keep, numbers that it can hold, money and times as we write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from fastapi import Header, Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
)

NUMBER_MAX: Final = 2**53 - 1
"""What every language reads from JSON without loss."""


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    PlainSerializer(_written, return_type=str, when_used="json"),
    Field(description="RFC 3339, in UTC", json_schema_extra={"format": "date-time"}),
]
"""A point in time."""


def _is_rfc3339(sent: object) -> object:
    """Only what RFC 3339 has: the library would also take seconds since 1970, and leave out the offset."""
    if not isinstance(sent, str) or _RFC3339.fullmatch(sent) is None:
        raise ValueError("write a time as in 2026-11-20T09:05:00Z")
    return sent


def _is_iso_day(sent: object) -> object:
    if not isinstance(sent, str) or _DAY.fullmatch(sent) is None:
        raise ValueError("write a day as in 2026-11-20")
    return sent


_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
GivenMoment = Annotated[AwareDatetime, BeforeValidator(_is_rfc3339)]
"""A point in time that a program sends, with its offset."""
Day = Annotated[date, BeforeValidator(_is_iso_day)]
"""A UK day that a program sends."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A short text on one line."""
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
]
"""What a person would read."""
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A short text that may be empty."""
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX, examples=[1, 2])]
"""A record's number in an address."""
PathName = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
CompanyName = Annotated[
    Name | None,
    Query(description="One company. May be left out by a token that sees one company, or all of them."),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        description="The same key is the same act: sent again, it is not done again.",
    ),
]

NeededKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key is the same act: sent again, it is not done again.",
    ),
]


class MoneyShape(BaseModel):
    """An amount in whole minor units, for instance pence."""

    minor: int
    currency: str = Field(examples=["GBP"])


def money_or_none(minor: int | None, currency: str | None) -> MoneyShape | None:
    """An amount; null where there is no figure, because no figure is not nought."""
    return None if minor is None else MoneyShape(minor=minor, currency=currency or "GBP")
