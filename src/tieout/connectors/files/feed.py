"""Where one partner drops files for us: found when whole, claimed, read, and moved to where the partner finds them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tieout.connectors.files import edi, papers
from tieout.connectors.files.reading import KIND_WORDS, is_edi, read_file
from tieout.connectors.files.settings import FilesSettings
from tieout.connectors.files.sftp import SftpPlace
from tieout.ports.errors import BadAnswer
from tieout.ports.warehouses import FileContent, FileLedger, WaitingFile

_CLAIMED = re.compile(r"([0-9]{8}T[0-9]{12}Z)_(.+)")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """A file in the directory of files being read. Its name says when it was claimed: moving it keeps its time."""

    stands: str
    name: str
    at: datetime
    file: WaitingFile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A file that this reader took."""

    file: WaitingFile
    stands: str
    digest: str


class FilesFeed:
    """One account's directory of dropped files."""

    def __init__(
        self, settings: FilesSettings, place: SftpPlace, ledger: FileLedger, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._directories = settings.directories
        self._place = place
        self._ledger = ledger
        self._clock = clock
        self._first_seen: dict[WaitingFile, datetime] = {}
        self._taken: dict[str, _Taken] = {}

    def waiting(self) -> tuple[WaitingFile, ...]:
        """Every file that is ready, oldest first: first those that a reader claimed and did not finish."""
        left = self._left_behind()
        names_left = {file.name for file in left}
        fresh = [
            file
            for file in self._place.listing(self._directories.drop)
            if not file.name.casefold().endswith(self._settings.unfinished_endings)
        ]
        self._note_seen(fresh)
        ready = [file for file in fresh if file.name not in names_left and self._is_whole(file)]
        if not self._settings.may_move:
            ready = [file for file in ready if not self._was_read(file)]
        ordered = sorted([*left, *ready], key=lambda file: (file.changed_at, file.name))
        return tuple(ordered[: self._settings.files_max])

    def take(self, file: WaitingFile) -> bytes:
        """Claim it and read it whole; BadAnswer when it changed meanwhile or another reader has it.

        MalformedError when it is larger than the account allows: it is then to be rejected.
        """
        directory, stands = self._claim(file) if self._settings.may_move else (self._directories.drop, file.name)
        before = self._place.look(directory, stands)
        body = None if before is None else self._place.fetch(directory, stands)
        after = self._place.look(directory, stands)
        if before is None or body is None or after is None:
            raise BadAnswer(f"{file.name} is not there any more: another reader has it")
        sizes = {file.size, before.size, after.size, len(body)}
        if len(sizes) > 1 or {before.changed_at, after.changed_at} != {file.changed_at}:
            if self._settings.may_move:
                self._give_back(stands, file.name)
            raise BadAnswer(f"{file.name} changed while it was read: it is still being written")
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self._taken[file.name] = _Taken(file=file, stands=stands, digest=digest)
        return body

    def read(self, name: str, body: bytes) -> FileContent:
        """What the file says; MalformedError when it cannot be read at all."""
        return read_file(name, body, self._settings, self._clock())

    def acknowledge(self, name: str, content: FileContent) -> None:
        """Put an acknowledgement beside the orders, under a name that follows from the file's; once per file.

        Nothing is said of an acknowledgement, nor where the account wants none.
        """
        to = self._directories.acknowledgements
        body = self._body_of(name)
        if body is None:
            return
        if is_edi(body):
            ending, answer = ".edi", edi.write_acknowledgement(body, content, self._settings.edi, self._clock())
        elif self._settings.acknowledges and not content.described.startswith(KIND_WORDS["ack"]):
            ending, answer = ".csv", papers.write_acknowledgement(name, content, self._settings)
        else:
            return
        target = f"ack_{name.rpartition('.')[0] or name}_{hashlib.sha256(body).hexdigest()[:8]}{ending}"
        if answer is None or any(self._place.look(at, target) for at in (to, *self._directories.orders_taken)):
            return
        self._place.put(to, target, answer)

    def keep(self, name: str) -> None:
        """Move it to the files that were read, or remember it as read where nothing may be moved."""
        self._settle(name, self._directories.archive)

    def reject(self, name: str, why: str) -> None:
        """Move it to the files that could not be read, and put the reason beside it."""
        stands = self._settle(name, self._directories.error)
        if stands:
            self._place.put(self._directories.error, f"{stands}.why.txt", f"{why}\r\n".encode())

    def close(self) -> None:
        """Drop the idle connection."""
        self._place.close()

    def _settle(self, name: str, directory: str) -> str:
        """Move a file to where it belongs; the name that it has there, empty where it was not moved."""
        if not self._settings.may_move:
            if name in self._taken:
                taken = self._taken.pop(name)
                self._ledger.note_read(self._settings.account, name, taken.digest)
                self._ledger.note_read(self._settings.account, name, _as_listed(taken.file))
            else:
                self._note_too_large(name)
            return ""
        stands = self._claim_of(name)
        self._taken.pop(name, None)
        if not stands:
            return ""
        to = name
        if self._place.look(directory, name) is not None:
            to = f"{self._clock().astimezone(UTC):{_STAMP}}_{name}"
        is_moved = self._place.move(self._directories.processing, stands, directory, to)
        return to if is_moved else ""

    def _note_too_large(self, name: str) -> None:
        """Such a file was never fetched, so that its state in the list is all there is to remember."""
        file = self._place.look(self._directories.drop, name)
        if file is not None and file.size > self._settings.file_bytes_max:
            self._ledger.note_read(self._settings.account, name, _as_listed(file))

    def _claim(self, file: WaitingFile) -> tuple[str, str]:
        """Where the file stands once it is ours. Moving is what one reader alone succeeds in."""
        stands = f"{self._clock().astimezone(UTC):{_STAMP}}_{file.name}"
        left = [one for one in self._claims_of(file.name) if self._is_abandoned(one)]
        source = (self._directories.processing, left[0].stands) if left else (self._directories.drop, file.name)
        if not left:
            now = self._place.look(*source)
            if now is not None and (now.size, now.changed_at) != (file.size, file.changed_at):
                raise BadAnswer(f"{file.name} changed since it was listed: it is still being written")
        if not self._place.move(*source, self._directories.processing, stands):
            raise BadAnswer(f"{file.name} is not there any more: another reader has it")
        return self._directories.processing, stands

    def _give_back(self, stands: str, name: str) -> None:
        """Put a file that is still growing where it was, unless a new one has come there."""
        if self._place.look(self._directories.drop, name) is None:
            self._place.move(self._directories.processing, stands, self._directories.drop, name)

    def _claims(self) -> list[_Claimed]:
        claims = []
        for file in self._place.listing(self._directories.processing):
            if parts := _CLAIMED.fullmatch(file.name):
                at = datetime.strptime(parts[1], _STAMP).replace(tzinfo=UTC)
                claims.append(_Claimed(stands=file.name, name=parts[2], at=at, file=file))
        return sorted(claims, key=lambda one: one.at)

    def _claims_of(self, name: str) -> list[_Claimed]:
        return [one for one in self._claims() if one.name == name]

    def _claim_of(self, name: str) -> str:
        """Where a claimed file stands: our own claim, else the only one there is; empty where nobody can say which.

        What is left alone then is ready again later.
        """
        if name in self._taken:
            return self._taken[name].stands
        claims = self._claims_of(name)
        return claims[0].stands if len(claims) == 1 else ""

    def _is_abandoned(self, one: _Claimed) -> bool:
        return self._clock() - one.at >= timedelta(minutes=self._settings.claim_minutes)

    def _left_behind(self) -> list[WaitingFile]:
        if not self._settings.may_move:
            return []
        left: dict[str, WaitingFile] = {}
        for one in self._claims():
            if self._is_abandoned(one) and one.name not in left:
                left[one.name] = WaitingFile(name=one.name, size=one.file.size, changed_at=one.file.changed_at)
        return list(left.values())

    def _note_seen(self, files: list[WaitingFile]) -> None:
        """Since when each file was seen just as it is."""
        now = self._clock()
        self._first_seen = {file: self._first_seen.get(file, now) for file in files}

    def _is_whole(self, file: WaitingFile) -> bool:
        """Whether it has stopped growing: seen unchanged for long enough, or last written long enough ago."""
        if self._settings.sender_renames:
            return True
        now = self._clock()
        seen_for = now - self._first_seen[file]
        return seen_for >= timedelta(seconds=self._settings.stable_seconds) or now - file.changed_at >= timedelta(
            seconds=self._settings.settled_seconds
        )

    def _was_read(self, file: WaitingFile) -> bool:
        return self._ledger.is_read(self._settings.account, file.name, _as_listed(file))

    def _body_of(self, name: str) -> bytes | None:
        """The file again, wherever it stands by now."""
        if self._settings.may_move:
            if stands := self._claim_of(name):
                return self._place.fetch(self._directories.processing, stands)
            return self._place.fetch(self._directories.archive, name)
        return self._place.fetch(self._directories.drop, name)


def _as_listed(file: WaitingFile) -> str:
    return f"listed:{file.size}:{file.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
