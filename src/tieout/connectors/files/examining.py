"""What an account at a partner's server allows, asked by reading only: its key, our sign-in, every directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tieout.connectors.files.settings import FilesSettings
from tieout.connectors.files.sftp import SftpPlace
from tieout.ports.accounts import AccountReport, Finding
from tieout.ports.errors import ConnectorError

SERVER = "server"


class FilesExamination:
    """One account, to be asked what it allows; nothing is written or moved."""

    def __init__(self, settings: FilesSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._place = SftpPlace(settings, clock)

    def examine(self) -> AccountReport:
        """Host key and sign-in, then each directory; where nobody is let in, nothing else is asked."""
        settings = self._settings
        try:
            key = self._place.greet()
        except ConnectorError as error:
            return AccountReport(findings=(Finding(subject=SERVER, is_well=False, says=str(error)),))
        where = f"{settings.host}:{settings.port} shows the agreed key {key} and lets {settings.username} in"
        findings = [Finding(subject=SERVER, is_well=True, says=where)]
        findings += [self._directory(*wanted) for wanted in _wanted(settings)]
        return AccountReport(edition=f"{settings.format.upper()} files", findings=(*findings, _untried(settings)))

    def close(self) -> None:
        """Drop the idle connection."""
        self._place.close()

    def _directory(self, setting: str, path: str, use: str, needs_writing: bool) -> Finding:  # noqa: FBT001 - of a row
        subject = f"directory {path}"
        try:
            seen = self._place.directory(path)
        except ConnectorError as error:
            return Finding(subject=subject, is_well=False, says=f"{use}: {error}")
        if seen is None:
            says = f"{use}: it is not there. Ask the partner to make it, or correct directories.{setting}"
            return Finding(subject=subject, is_well=False, says=says)
        files = f"{seen.files:,} {'file' if seen.files == 1 else 'files'}"
        if needs_writing and not seen.may_write:
            says = f"{use}: it may be read only. Ask the partner for the right to write there"
            return Finding(subject=subject, is_well=False, says=says)
        return Finding(subject=subject, is_well=True, says=f"{use}; {files}")


def _wanted(settings: FilesSettings) -> Iterator[tuple[str, str, str, bool]]:
    """Setting, path, what it is for, and whether we write there; a path that serves twice is asked once."""
    places = settings.directories
    rows = [("orders", places.orders, "our orders go here", True)]
    rows += [
        ("orders_taken", path, "orders that were taken are looked for here", False) for path in places.orders_taken
    ]
    if settings.acknowledges:
        rows.append(("acknowledgements", places.acknowledgements, "our acknowledgements go here", True))
    rows.append(("drop", places.drop, "files for us come here", settings.may_move))
    if settings.may_move:
        rows.append(("processing", places.processing, "files are moved here while they are read", True))
        rows.append(("archive", places.archive, "files that were read are moved here", True))
        rows.append(("error", places.error, "files that cannot be read are moved here", True))
    known: set[str] = set()
    for row in rows:
        if row[1] not in known:
            known.add(row[1])
            yield row


def _untried(settings: FilesSettings) -> Finding:
    """Rights that show only when they are used."""
    does = [word for word, may in (("rename", settings.may_rename), ("move", settings.may_move)) if may]
    says = f"not tried; by the settings we may {' and '.join(does)} files" if does else "by the settings we may neither"
    return Finding(subject="renaming and moving", is_well=True, says=says)
