"""How alerts are told. The address of a channel is a secret: whoever has it can post in our name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tieout.domain.alerts.conditions import CONDITION
from tieout.domain.alerts.routing import EVERYBODY, OWNER, hours_of
from tieout.domain.faults import BY_CODE
from tieout.domain.faults.kinds import Owner

Ladder = tuple[tuple[str, ...], ...]
Kind = Literal["email", "slack", "teams", "webhook"]

SHAPES: Final[Mapping[Kind, tuple[re.Pattern[str], str]]] = {
    "email": (
        re.compile(r"mailtos?://[^\s]+"),
        "mailtos://user:password@smtp.example.co.uk:587?from=tieout@example.co.uk&to=finance@example.co.uk",
    ),
    "slack": (
        re.compile(r"(https://hooks\.slack(-gov)?\.com/services/|slack://)[^\s]+"),
        "the webhook's address as Slack shows it, https://hooks.slack.com/services/T.../B.../...",
    ),
    "teams": (
        re.compile(r"https://[^\s/]+/.*workflows/[^\s]+[?&]sig=[^\s]+|workflows?://[^\s]+"),
        "the workflow's address as Teams shows it, with its sig=...",
    ),
    "webhook": (re.compile(r"https?://[^\s/]+[^\s]*"), "an https:// address"),
}
"""What the address of each kind of channel looks like."""


class ChannelSettings(BaseModel):
    """One way to tell people. The address does not show in its text or repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field(description="How it is told: `email`, `slack`, `teams` or `webhook`.")
    address: SecretStr = Field(
        description="Where to; a secret. Email: mailtos://user:password@smtp.host:587?from=...&to=...; Slack and "
        "Teams: the webhook's address as they show it; webhook: an https:// address that takes a message in JSON."
    )
    serves: tuple[str, ...] = Field(
        default=(),
        description="Whom it reaches: owners (finance, operations, customer experience, retail, integration) and "
        "names of your own that routes and ladders use; `*` is whoever has no channel.",
    )
    base_url: str = Field(default="", description="Only for a stand-in of Slack: where it is instead.")
    read_seconds: float = Field(default=10.0, gt=0, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        """The address has the shape of its kind; the sentence does not show it."""
        shape, example = SHAPES[self.kind]
        if not shape.fullmatch(self.address.get_secret_value().strip()):
            raise ValueError(f"the address of this {self.kind} channel is none; it looks like {example}")
        return self

    @property
    def place(self) -> str:
        """Where it leads, without anything secret: the host alone."""
        parts = urlsplit(self.address.get_secret_value().strip())
        if parts.scheme == "slack":
            return "hooks.slack.com"
        return parts.hostname or self.kind


def _hours(text: str) -> str:
    try:
        hours_of(text)
    except ValueError:
        raise ValueError(f"{text!r} are no hours; write them as 08:00-18:00 Mon-Fri, by the UK clock") from None
    return text


class RouteSettings(BaseModel):
    """Who hears of one type of alert, one owner's or one ladder's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Ladder = Field(
        min_length=1,
        description="The ladder: lists of channels or of whom channels serve, each told when nobody of the step "
        "before took the alert in time. `owner` is the owner of the trouble.",
    )
    hours: str = Field(
        default="", description="When they are told, by the UK clock: 08:00-18:00 Mon-Fri. Empty: at any time."
    )
    least_pounds: int = Field(default=0, ge=0, description="With less money at stake it is listed and nobody is told.")
    escalate_minutes: float = Field(default=0.0, ge=0, description="Time of each step; 0 is that of [alerts].")

    _readable = field_validator("hours")(_hours)


class AlertSettings(BaseModel):
    """Who is told of trouble, when, and who next. Channels and routes have groups of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Ladder = Field(
        default=(("owner",), ("escalation",)),
        description="Ladder of trouble with figures and mappings, where no route says otherwise.",
    )
    technical: Ladder = Field(
        default=(("integration",), ("escalation",)), description="Ladder of trouble with the systems themselves."
    )
    data_hours: str = Field(
        default="08:00-18:00 Mon-Fri", description="When the data ladder is told, by the UK clock; empty: at any time."
    )
    technical_hours: str = Field(default="", description="The same for the technical ladder.")
    wait_minutes: float = Field(
        default=2.0, ge=0, description="How long trouble must stand before anybody is told: much of it heals by itself."
    )
    escalate_minutes: float = Field(default=120.0, gt=0, description="How long each step of a ladder has to take it.")
    clear_minutes: float = Field(
        default=15.0, ge=0, description="How long trouble must be away before its alert is over."
    )
    grow_factor: int = Field(
        default=10, ge=2, description="Told again when an alert stands for so many times as many records as before."
    )
    period_days: int = Field(
        default=3, ge=0, description="In so many last days of a month open financial alerts climb daily; 0: never."
    )
    debt_limit_pounds: int = Field(default=0, ge=0, description="A reconciliation debt above this is told; 0: never.")
    tries_max: int = Field(default=6, ge=1, description="How often a message is tried before the next step is told.")
    channel: Mapping[str, ChannelSettings] = Field(default={}, description="Channels by name.")
    route: Mapping[str, RouteSettings] = Field(default={}, description="Routes by fault code, owner, ladder or `*`.")

    _readable = field_validator("data_hours", "technical_hours")(_hours)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        """Every route is of something, and leads to somebody."""
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        served = {OWNER, EVERYBODY, *self.channel, *(name for one in self.channel.values() for name in one.serves)}
        keys = {*BY_CODE, *CONDITION, *Owner, "technical", "data", EVERYBODY}
        for key, route in self.route.items():
            if key not in keys:
                yield f"[alerts.route.{key}] is of nothing: name a fault code, an owner, technical, data or *"
            unknown = [name for step in route.steps for name in step if name not in served]
            if unknown:
                yield f"[alerts.route.{key}] names {unknown[0]!r}: no [alerts.channel.NAME] is named so or serves it"
