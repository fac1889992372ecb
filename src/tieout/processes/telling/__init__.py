"""Telling other programs what happened here: signed messages, sent until they are taken or long past use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tieout.ports.notices import WebhookPost
from tieout.store import Store


class Sealer(Protocol):
    """Keeps secrets: the vault."""

    def seal(self, value: str) -> bytes:
        """The value encrypted with the key of this installation."""

    def unseal(self, sealed: bytes) -> str:
        """The value again; raises when it was encrypted with another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What telling needs: the database, the keeper of secrets, a way to post, the time, and the companies there are."""

    store: Store
    sealer: Sealer
    post: WebhookPost
    clock: Callable[[], datetime]
    companies: tuple[str, ...]
