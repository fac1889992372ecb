"""How one channel is set up. Its address is a secret: whoever has it can post in our name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

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
