"""Who is in which record: named users hold orders, customers, stock items or the whole company for a while."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
NUMBERS = Record(kind="numbers", id=0, label="The number generator")
SYSTEM_USER = "SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A record held by a named user until a moment."""

    record: Record
    holder: str
    until: datetime
    dress: str
    wording: str = "in use"


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
        self.acting = ""
        self._locks: list[Lock] = []
        self._edits: dict[int, tuple[int, str]] = {}
        self._next_edit = 1

    def hold(self, record: Record, holder: str, seconds: float | None, dress: str, wording: str = "in use") -> Lock:
        """Let a user hold a record for so long; without seconds until it is cleared, as a dead session does."""
        until = datetime.max.replace(tzinfo=UTC) if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        lock = Lock(record=record, holder=holder, until=until, dress=dress, wording=wording)
        self._locks.append(lock)
        return lock

    def release_all(self) -> int:
        """Clear every lock and say how many there were."""
        count = len(self._locks) + len(self._edits)
        self._locks.clear()
        self._edits.clear()
        return count

    def release_user(self, holder: str) -> int:
        """Clear what one user's sessions hold, as *User Login Status* does, and say how many there were."""
        kept = [lock for lock in self._locks if lock.holder != holder]
        edits = {key: edit for key, edit in self._edits.items() if edit[1] != holder}
        count = len(self._locks) - len(kept) + len(self._edits) - len(edits)
        self._locks, self._edits = kept, edits
        return count

    def others(self, user: str) -> list[str]:
        """Return the other users who are in some record now, without those who are known to be gone."""
        holders = {lock.holder for lock in self.in_force()} | {edit[1] for edit in self._edits.values()}
        return sorted(holders - {user, SYSTEM_USER})

    def in_force(self) -> list[Lock]:
        """Return the locks that have not run out."""
        now = self._clock.now()
        self._locks = [lock for lock in self._locks if lock.until > now]
        return list(self._locks)

    def touch(self, *records: Record) -> None:
        """Raise LockedError when somebody else holds one of the records (or the company)."""
        if records:
            self._strike(records)
        self.pass_by(*records, COMPANY)

    def pass_by(self, *records: Record) -> None:
        """Raise LockedError when one of just these records is held; nobody new walks into them meanwhile."""
        wanted = {(r.kind, r.id) for r in records}
        for lock in self.in_force() if self._locks else ():
            if (lock.record.kind, lock.record.id) in wanted and lock.holder != self.acting:
                raise LockedError(lock.record.label, lock.holder, lock.dress, lock.wording)

    def edit(self, document_id: int, user: str) -> int:
        """Take the API's own edit lock on a document and return its lock id."""
        self._edits[document_id] = (self._next_edit, user)
        self._next_edit += 1
        return self._edits[document_id][0]

    def may_amend(self, record: Record, lock_id: int | None) -> None:
        """Check the edit lock of a document: whoever took it must send its id."""
        held = self._edits.get(record.id)
        if held is not None and held[0] != lock_id:
            raise LockedError(record.label, held[1], "400")

    def end_edit(self, document_id: int) -> None:
        """Give back the edit lock of a document; nothing happens when there is none."""
        self._edits.pop(document_id, None)

    def _strike(self, records: tuple[Record, ...]) -> None:
        """Let a random user walk into one of these records, at the temper's rate."""
        if not self.strikes or not self._dice.roll("lock"):
            return
        record = self._rng.choice(records)
        self.hold(record, self._dice.pick(USERS), self._temper_source().lock_seconds, self._dice.pick(DRESSES[:4]))
