"""The message that a warehouse sends: one parcel that came in. The sender's programmer reads the refusals."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import MalformedError

NAME_CHARACTERS: Final = 120
QUANTITY_MAX: Final = 100_000
YEARS: Final = range(2000, 2200)


def _as_name(value: object) -> object:
    """Numbers that are names may come as numbers; a missing one is empty."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        raise ValueError("send plain text: it holds a control character")
    return value.strip() if isinstance(value, str) else value


def _as_note(value: object) -> object:
    return _as_name(" ".join(value.split())) if isinstance(value, str) else _as_name(value)


def _as_count(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("send a whole number")  # noqa: TRY004 - pydantic turns only a ValueError into a refusal
    return value


def _as_moment(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("send date and time as text, for example 2026-11-20T10:15:00Z")  # noqa: TRY004 - as above
    return value


def _in_utc(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError("the year cannot be right")
    return value.astimezone(UTC)


Name = Annotated[str, BeforeValidator(_as_name), Field(max_length=NAME_CHARACTERS)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class LineShape(_Shape):
    """So many of one stock code, in one condition."""

    sku: Annotated[Name, Field(min_length=1)]
    quantity: Annotated[int, BeforeValidator(_as_count), Field(ge=1, le=QUANTITY_MAX)]
    grade: Literal["good", "damaged", "ungraded"]
    warehouse: Name = ""


class ReceiptShape(_Shape):
    """One parcel. What it belongs to is named by the RMA; else by the order, or by what stands on the label."""

    receipt_id: Annotated[Name, Field(min_length=1)]
    rma: Name = ""
    order: Name = ""
    tracking: Name = ""
    received_at: Annotated[AwareDatetime, BeforeValidator(_as_moment), AfterValidator(_in_utc)]
    is_final: bool = True
    note: Annotated[str, BeforeValidator(_as_note), Field(max_length=2000)] = ""
    by: Name = ""
    lines: Annotated[tuple[LineShape, ...], Field(min_length=1)]


ADVICE: Final[Mapping[str, str]] = {
    "receipt_id": "give every parcel a number of its own, and the same number when it is told again",
    "received_at": "send when it came in with its offset from UTC, for example 2026-11-20T10:15:00Z",
    "lines": "send one line for each stock code and grade, at least one",
    "sku": "send the stock code as it stands in the ledger",
    "quantity": f"send how many came in as a whole number from 1 to {QUANTITY_MAX}; leave out what did not come",
    "grade": 'send "good", "damaged", or "ungraded" while nobody has looked',
    "is_final": "send true, or false while more is expected of the RMA",
}
"""What to do, by the field that is wrong."""


def receipt_of(body: bytes) -> ReceiptShape:
    """The message in its parts; MalformedError says in one sentence which part is wrong and what to send instead."""
    try:
        content = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if not isinstance(content, Mapping):
        raise MalformedError("the message is not a JSON object")
    return shaped(content)


def shaped(content: Mapping[str, Json]) -> ReceiptShape:
    """The parts of a message that is JSON already."""
    try:
        shape = ReceiptShape.model_validate(content)
    except ValidationError as error:
        raise MalformedError(_first_problem(error)) from None
    if not (shape.rma or shape.order or shape.tracking):
        raise MalformedError(
            "it does not say what the goods belong to: send rma with the number of the RMA, or if that is not "
            "known order with the order number, or tracking with what stands on the label"
        )
    return shape


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    field = next((str(part) for part in reversed(problem["loc"]) if not isinstance(part, int)), "")
    advice = ADVICE.get(field, f"send plain text of at most {NAME_CHARACTERS} characters")
    said = problem["msg"].removeprefix("Value error, ")
    return f"{place}: {said[:1].lower()}{said[1:]}; {advice}"
