"""Warehouses and 3PLs that exchange files over SFTP: CSV in any declared layout, X12 and EDIFACT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.connectors.files.examining import FilesExamination
from tieout.connectors.files.feed import FilesFeed
from tieout.connectors.files.settings import FilesSettings
from tieout.connectors.files.sftp import SftpPlace
from tieout.connectors.files.warehouse import FilesWarehouse
from tieout.ports.warehouses import FileLedger, KeptShipments

__all__ = [
    "FilesExamination",
    "FilesFeed",
    "FilesSettings",
    "FilesWarehouse",
    "open_examination",
    "open_feed",
    "open_warehouse",
]


def open_examination(settings: FilesSettings, clock: Callable[[], datetime]) -> FilesExamination:
    """The account, to be asked what it allows."""
    return FilesExamination(settings, clock)


def open_warehouse(settings: FilesSettings, told: KeptShipments, clock: Callable[[], datetime]) -> FilesWarehouse:
    """The account as a warehouse; `told` is what its files told us, `clock` says what time it is."""
    return FilesWarehouse(settings, SftpPlace(settings, clock), told, clock)


def open_feed(settings: FilesSettings, ledger: FileLedger, clock: Callable[[], datetime]) -> FilesFeed:
    """The account's directory of dropped files; `ledger` remembers what was read where nothing may be moved."""
    return FilesFeed(settings, SftpPlace(settings, clock), ledger, clock)
