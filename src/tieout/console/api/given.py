"""What programs send with an act."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tieout.console.api.values import NUMBER_MAX, Day, GivenMoment, Name, Prose, Text
from tieout.processes.desk.acts import WHERE
from tieout.processes.desk.bulk import ACTIONS

Place = Literal["source", "mapping", "sage", "itself"]
Action = Literal["retry", "assign", "snooze", "override"]
assert set(get_args(Place)) == set(WHERE), "the API names every place"
assert set(get_args(Action)) == set(ACTIONS), "the API names every act"
CaseNumber = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Why = Annotated[Prose, Field(max_length=2000, description="Kept for ever")]
Version = Annotated[Text, Field(description="The case's `version` as it was read; empty to act on whatever it says")]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Comment(_Given):
    """A comment."""

    said: Prose


class Assignment(_Given):
    """On whose desk."""

    to: Annotated[Name | None, Field(description="The name they sign in with; null for nobody")]


class Snooze(_Given):
    """Until when it sleeps."""

    until: Annotated[GivenMoment | None, Field(description="At most 92 days from now; null wakes it")]
    why: Annotated[Text, Field(description="Whom or what it waits for")] = ""


class Reason(_Given):
    """Why."""

    why: Why
    version: Version = ""


class Word(_Given):
    """A second person's word."""

    agrees: bool
    why: Why


class Resolution(_Given):
    """How it was settled, and where."""

    where: Place
    why: Why
    version: Version = ""


class BulkOrder(_Given):
    """One act over many cases."""

    action: Action
    cases: Annotated[list[CaseNumber], Field(min_length=1, max_length=10_000)]
    why: Annotated[Text, Field(description="For overrides and snoozes")] = ""
    to: Annotated[Text, Field(description="To whom they are assigned; empty for nobody")] = ""
    until: Annotated[GivenMoment | None, Field(description="Until when they sleep")] = None


_ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
RowFields = Annotated[
    dict[Name, Text],
    Field(max_length=50),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"minLength": 1, "maxLength": 200, "pattern": _ONE_LINE},
            "additionalProperties": {"type": "string", "maxLength": 200, "pattern": _ONE_LINE},
        }
    ),
]


class GivenRow(_Given):
    """One mapping row."""

    key: Name
    value: Annotated[RowFields | None, Field(description="The fields of the row; null ends the row")]
    since: Annotated[Day, Field(description="First day in force")]


class NewProposal(_Given):
    """Rows of one table and one owner, to be approved by somebody else."""

    company: Name
    rows: Annotated[list[GivenRow], Field(min_length=1, max_length=1000)]
    why: Why
