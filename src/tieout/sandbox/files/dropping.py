"""How the 3PL puts files where the depositor looks for them, well or badly, and the ledger of every file written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tieout.sandbox.files.formats import Envelope
from tieout.sandbox.files.manners import FILE_SLIPS, ROW_SLIPS, Slips
from tieout.sandbox.journal import JournalEntry

Make = Callable[[Envelope], bytes]
CUT = 0.6
AHEAD = timedelta(days=3)
WRONG = {"truncated", "blank_tracking", "wrong_counts", "latin1", "excel_numbers"}
"""Slips after which the right file is owed, until somebody asks for it."""


@dataclass(slots=True, kw_only=True)
class Written:
    """One file that the 3PL wrote; a half-written one is complete later."""

    seq: int
    at: datetime
    path: str
    kind: str
    file_id: str
    body: bytes
    slips: tuple[str, ...]
    is_complete: bool = True

    @property
    def sha256(self) -> str:
        """The digest of the whole file."""
        return hashlib.sha256(self.body).hexdigest()

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values, without its text."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "path": self.path,
            "kind": self.kind,
            "file_id": self.file_id,
            "size": len(self.body),
            "sha256": self.sha256,
            "slips": list(self.slips),
            "is_complete": self.is_complete,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One file to be written: its kind, who makes its bytes, its number, and what goes wrong."""

    kind: str
    make: Make
    number: int
    folder: str
    ending: str
    slips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    at: datetime
    act: Callable[[JournalEntry], None] = field(compare=False)


class Dropper:
    """Writes the files of one depositor, below its folder."""

    def __init__(self, root: Path, depositor: str, slips: Slips, now: Callable[[], datetime]) -> None:
        self.root = root
        self.depositor = depositor
        self.zone = ZoneInfo("Europe/London")
        self.written: list[Written] = []
        self._slips = slips
        self._now = now
        self._numbers = 0
        self._owed: list[_Job] = []
        self._due: list[_Due] = []

    def send(  # what a file is, and what its format can get wrong
        self,
        kind: str,
        make: Make,
        entry: JournalEntry,
        *,
        folder: str,
        ending: str,
        makes: tuple[str, ...],
    ) -> None:
        """Write a file of this kind, with the slips that the dice say; `makes` are those that its format can make."""
        inside = self._slips.roll(ROW_SLIPS, partner=self.depositor, kind=kind, among=makes)
        around = self._slips.roll(FILE_SLIPS, partner=self.depositor, kind=kind)
        slips = frozenset(inside | around)
        job = _Job(kind=kind, make=make, number=self._number(), folder=folder, ending=ending, slips=slips)
        if kind == "ack" and self._slips.roll(("late_ack",), partner=self.depositor):
            self._later(lambda later: self._do(job, later))
        else:
            self._do(job, entry)

    def resend(self, entry: JournalEntry) -> int:
        """Write the right files in place of those that went wrong; return how many."""
        owed, self._owed = self._owed, []
        for job in owed:
            self._put(job, self._made(job), entry, mark="again")
        return len(owed)

    def finish(self, entry: JournalEntry, *, everything: bool = False) -> int:
        """Do what is due: late acknowledgements, the rest of half-written files; return how many."""
        now = self._now()
        due = [one for one in self._due if everything or one.at <= now]
        self._due = [one for one in self._due if one not in due]
        for one in due:
            one.act(entry)
        return len(due)

    def waiting(self) -> dict[str, int]:
        """Return how many files are owed, and how many acts wait for their time."""
        return {"owed": len(self._owed), "due": len(self._due)}

    def copy(self, seq: int, entry: JournalEntry) -> Written:
        """Write the bytes of an earlier file again under another name; IndexError when there is none."""
        if not 0 < seq <= len(self.written):
            raise IndexError(f"there is no file {seq}")
        one = self.written[seq - 1]
        folder, _, name = one.path.rpartition("/")
        job = _Job(
            kind=one.kind, make=lambda _: one.body, number=self._number(), folder=folder, ending=name.rpartition(".")[2]
        )
        return self._put(job, one.body, entry, file_id=one.file_id)

    def _do(self, job: _Job, entry: JournalEntry) -> None:
        body = self._made(job)
        wrong = job.slips & WRONG
        if "empty_file" in job.slips:
            self._put(replace(job, number=self._number()), b"", entry)
        if "header_only" in job.slips and job.ending == "csv":
            self._put(replace(job, number=self._number()), body.partition(b"\n")[0] + b"\n", entry)
        if "truncated" in job.slips:
            self._put(job, body[: int(len(body) * CUT)], entry)
        elif "half_written" in job.slips:
            self._write_half(job, body, entry)
        elif "late_rename" in job.slips:
            self._rename_late(job, body, entry)
        else:
            self._put(job, body, entry)
        if wrong:
            self._owed.append(replace(job, slips=frozenset()))
        if "same_file_again" in job.slips:
            self._put(replace(job, number=self._number()), body, entry, file_id=_file_id(job))
        if "same_rows_again" in job.slips:
            again = replace(job, number=self._number())
            self._put(again, self._made(again), entry)

    def _write_half(self, job: _Job, body: bytes, entry: JournalEntry) -> None:
        """Let the first half lie under the final name until its time has come."""
        one = self._note(job, body, entry)
        one.is_complete = False
        path, half = self.root / one.path, body[: len(body) // 2]
        path.write_bytes(half)
        inode = path.stat().st_ino

        def complete(later: JournalEntry) -> None:
            """Write the rest into the same file, as an open one gets it, wherever it has been moved to meanwhile."""
            one.is_complete = True
            for found in self.root.rglob("*"):
                # The number of a deleted file may be given to another, which is left alone.
                if found.is_file() and found.stat().st_ino == inode and found.read_bytes() == half:
                    found.write_bytes(body)
            if not path.exists():
                self._owed.append(replace(job, slips=frozenset()))
            later.effect("file.completed", path=one.path)

        self._later(complete)

    def _rename_late(self, job: _Job, body: bytes, entry: JournalEntry) -> None:
        """Let the whole file lie under its temporary name until its time has come."""
        one = self._note(job, body, entry)
        one.is_complete = False
        path = self.root / one.path
        first = path.with_name(f"{path.name}.tmp")
        first.write_bytes(body)

        def complete(later: JournalEntry) -> None:
            one.is_complete = True
            if first.exists():
                first.replace(path)
            later.effect("file.completed", path=one.path)

        self._later(complete)

    def _put(self, job: _Job, body: bytes, entry: JournalEntry, *, mark: str = "", file_id: str = "") -> Written:
        """Write a file: under a name that ends in .tmp, then renamed, unless the 3PL cannot rename."""
        one = self._note(job, body, entry, mark=mark, file_id=file_id)
        path = self.root / one.path
        first = path.with_name(f"{path.name}.tmp") if self._slips.manners.writer_renames else path
        first.write_bytes(body)
        moment = (self._now() + (AHEAD if "future_dated" in job.slips else timedelta(0))).timestamp()
        os.utime(first, (moment, moment))
        first.replace(path)
        return one

    def _note(self, job: _Job, body: bytes, entry: JournalEntry, *, mark: str = "", file_id: str = "") -> Written:
        stamp = self._now().astimezone(self.zone).strftime("%Y%m%d%H%M%S")
        name = "-".join(filter(None, (job.kind, f"{job.number:08d}", mark, stamp)))
        one = Written(
            seq=len(self.written) + 1,
            at=self._now(),
            path=f"{job.folder}/{name}.{job.ending}",
            kind=job.kind,
            file_id=file_id or _file_id(job),
            body=body,
            slips=tuple(sorted(job.slips)),
        )
        self.written.append(one)
        entry.effect("file.written", path=f"{self.depositor}/{one.path}", kind=one.kind, sha256=one.sha256)
        return one

    def _made(self, job: _Job) -> bytes:
        envelope = Envelope(
            number=job.number,
            written_at=self._now().astimezone(self.zone),
            depositor=self.depositor,
            slips=job.slips,
        )
        return job.make(envelope)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _later(self, act: Callable[[JournalEntry], None]) -> None:
        wait = timedelta(seconds=self._slips.manners.late_seconds)
        self._due.append(_Due(at=self._now() + wait, act=act))


def _file_id(job: _Job) -> str:
    return f"F{job.number:08d}"
