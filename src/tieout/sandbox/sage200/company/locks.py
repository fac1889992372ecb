"""Who is in which record: named users hold orders, customers, stock items or the whole company for a while."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.sage200.company.refusals import LockedError
from tieout.sandbox.temper import Dice, Temper

DRESSES = ("400", "409", "423", "500", "hang")
USERS = ("JSMITH", "APATEL", "MOWENS", "KDAVIES", "SAGEADMIN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that can be locked; `label` is how a sentence of Sage names it."""

    kind: str
    id: int
    label: str


COMPANY = Record(kind="company", id=0, label="The company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A record held by a named user until a moment."""

    record: Record
    holder: str
    until: datetime
    dress: str


class Locks:
    """The locks in force; the temper's lock rate adds some of its own while `strikes` is true."""

    def __init__(
        self, clock: SandboxClock, temper_source: Callable[[], Temper], rng: random.Random, counts: Counter[str]
    ) -> None:
        self._clock = clock
        self._temper_source = temper_source
        self._rng = rng
        self._dice = Dice(temper_source, rng, counts)
        self.strikes = True
        self._locks: list[Lock] = []
        self._edits: dict[int, tuple[int, str]] = {}
        self._next_edit = 1

    def hold(self, record: Record, holder: str, seconds: float, dress: str) -> Lock:
        """Let a user hold a record for so long."""
        until = self._clock.now() + timedelta(seconds=seconds)
        lock = Lock(record=record, holder=holder, until=until, dress=dress)
        self._locks.append(lock)
        return lock

    def release_all(self) -> int:
        """Clear every lock and say how many there were."""
        count = len(self._locks) + len(self._edits)
        self._locks.clear()
        self._edits.clear()
        return count

    def in_force(self) -> list[Lock]:
        """Return the locks that have not run out."""
        now = self._clock.now()
        self._locks = [lock for lock in self._locks if lock.until > now]
        return list(self._locks)

    def touch(self, *records: Record) -> None:
        """Raise LockedError when somebody else holds one of the records (or the company)."""
        if records:
            self._strike(records)
        wanted = {(r.kind, r.id) for r in (*records, COMPANY)}
        for lock in self.in_force():
            if (lock.record.kind, lock.record.id) in wanted:
                raise LockedError(lock.record.label, lock.holder, lock.dress)

    def edit(self, document_id: int, user: str) -> int:
        """Take the API's own edit lock on a document and return its lock id."""
        self._edits[document_id] = (self._next_edit, user)
        self._next_edit += 1
        return self._edits[document_id][0]

    def may_amend(self, record: Record, lock_id: int | None, *, keep: bool) -> None:
        """Check the edit lock of a document: whoever took it must send its id; it ends unless kept."""
        held = self._edits.get(record.id)
        if held is None:
            return
        if held[0] != lock_id:
            raise LockedError(record.label, held[1], "400")
        if not keep:
            del self._edits[record.id]

    def _strike(self, records: tuple[Record, ...]) -> None:
        """Let a random user walk into one of these records, at the temper's rate."""
        if not self.strikes or not self._dice.roll("lock"):
            return
        record = self._rng.choice(records)
        self.hold(record, self._dice.pick(USERS), self._temper_source().lock_seconds, self._dice.pick(DRESSES[:4]))
