"""What may come in: texts that the database can keep, numbers that it can hold, money and times as we write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Header, Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, PlainSerializer, StringConstraints

NUMBER_MAX: Final = 2**63 - 1


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


def _sensible(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2200:
        raise ValueError("the year must lie between 2000 and 2200")
    return at.astimezone(UTC)


GivenMoment = Annotated[AwareDatetime, AfterValidator(_sensible)]
"""A point in time that a program sends; with its offset."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A short text on one line."""
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
]
"""What a person would read."""
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A short text that may be empty."""
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
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


def moneys(amounts: dict[str, int] | Any) -> list[MoneyShape]:  # noqa: ANN401 - a mapping of currencies
    """Amounts by currency, as a list in the order of the currencies."""
    return [MoneyShape(minor=minor, currency=currency) for currency, minor in sorted(amounts.items())]
