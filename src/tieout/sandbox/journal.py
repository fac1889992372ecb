"""The record of what each stand-in was asked and what it really did, kept even when the reply was lost.

A test proves "exactly once" from here: effects are written by the code that changes the state, so an effect
that appears twice happened twice, whatever the client was told.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.clock import SandboxClock

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change of state; `name` is noun.verbed, fields are flat."""

    name: str
    fields: dict[str, str | int]


@dataclass(slots=True, kw_only=True)
class JournalEntry:
    """One request; `status` is what the client was told, `acted_status` what the system answered in truth.

    `acted_status` is 0 while (or when) the system never acted; `temper` names the misbehaviour, or is empty.
    """

    seq: int
    at: datetime
    method: str
    path: str
    query: str
    body_digest: str
    status: int = 0
    acted_status: int = 0
    temper: str = ""
    effects: list[Effect] = field(default_factory=list)

    def effect(self, name: str, /, **fields: str | int) -> None:
        """Note one change of state that this request has made."""
        assert "." in name, f"an effect is named noun.verbed, not {name!r}"
        self.effects.append(Effect(name=name, fields=fields))

    def to_json(self) -> dict[str, object]:
        """Return the entry as plain JSON values."""
        return {**asdict(self), "at": self.at.isoformat()}


class Journal:
    """Every request that one system received, oldest first, numbered from 1."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._entries: list[JournalEntry] = []

    def begin(self, method: str, path: str, query: str = "", body_digest: str = "") -> JournalEntry:
        """Open the entry of a request that has just arrived."""
        entry = JournalEntry(
            seq=len(self._entries) + 1,
            at=self._clock.now(),
            method=method,
            path=path,
            query=query,
            body_digest=body_digest,
        )
        self._entries.append(entry)
        return entry

    def entries(self, *, effects_only: bool = False, since: int = 0) -> list[JournalEntry]:
        """Return the entries after number `since`, on request only those that changed something."""
        return [e for e in self._entries[max(since, 0) :] if e.effects or not effects_only]

    def effects(self, name: str = "") -> list[Effect]:
        """Return all effects of this name (or of every name), in the order they were noted per request."""
        return [f for e in self._entries for f in e.effects if not name or f.name == name]


def journal_of(request: Request) -> JournalEntry:
    """Return the entry of the request being served; the temper middleware has put it there."""
    entry = request.state.journal
    assert isinstance(entry, JournalEntry), "no journal entry: the app is not behind TemperMiddleware"
    return entry
