"""What we need from whatever carries a message to people, or to another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """One message to people."""

    number: str
    """The same on every try, so that a receiver that looks can tell a message that came twice."""
    title: str
    text: str
    is_good: bool = False
    """Whether it says that something is over."""


class NoticeChannel(Protocol):
    """One way to reach people, as the settings name it."""

    @property
    def kind(self) -> str:
        """Which kind of channel it is: email, slack, teams or webhook."""

    @property
    def place(self) -> str:
        """Where it leads, without anything secret."""

    def send(self, notice: NoticeText) -> str:
        """Send one message and return what the channel answered.

        Refused: it cannot be sent so, and trying again will not help before the settings change. Unavailable: it
        was not taken, or no answer came; then it may have arrived all the same, and another try may double it.
        """


class WebhookPost(Protocol):
    """Posts signed messages to addresses that people have given."""

    def check(self, url: str) -> None:
        """Raise Refused, in a sentence for whoever gave the address, when nothing may be posted to it."""

    def post(self, url: str, *, message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> str:
        """Post one message, signed with every secret, and return what was answered.

        Refused when nothing may go to the address; Unavailable when it was not taken, or no answer came.
        """
