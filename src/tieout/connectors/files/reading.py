"""One file that a partner dropped: which kind it is, and what it says."""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from tieout.connectors.files import despatches, edi, papers, stock_files
from tieout.connectors.files.csv_in import Dialect, Table, header_of, read_rows, read_table, told_once
from tieout.connectors.files.layouts import LAYOUTS, CsvLayout, LayoutName
from tieout.connectors.files.settings import FilesSettings, too_large
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import FileContent, RefusedRow

_EDI_BEGINS = (b"ISA", b"UNA", b"UNB", b"STX=")
KIND_WORDS: dict[LayoutName, str] = {
    "despatch_confirmation": "despatch confirmation",
    "stock_snapshot": "stock snapshot",
    "stock_movement": "stock movements",
    "ack": "acknowledgement",
    "charges": "charges",
}
"""What can come in, and what people call it."""


def is_edi(body: bytes) -> bool:
    """Whether a file begins as an EDI interchange does, behind a byte order mark perhaps."""
    return body.removeprefix(BOM_UTF8).lstrip().upper().startswith(_EDI_BEGINS)


def read_file(name: str, body: bytes, settings: FilesSettings, now: datetime) -> FileContent:
    """What the file says; MalformedError when it cannot be read at all."""
    if len(body) > settings.file_bytes_max:
        raise MalformedError(too_large(len(body), settings))
    if is_edi(body):
        return edi.read_edi(settings.account, body, settings.edi)
    kind = _kind(name, body, settings)
    table = read_table(kind, settings.layout(kind), body)
    return _sourced(name, _content(kind, table, body, settings, now))


def _kind(name: str, body: bytes, settings: FilesSettings) -> LayoutName:
    """The layout of a file: by its name where the account says so, else by its header row."""
    for kind, pattern in settings.file_names.items():
        if kind in KIND_WORDS and fnmatchcase(name.casefold(), pattern.casefold()):
            return kind
    fitting: dict[LayoutName, int] = {}
    unreadable: list[MalformedError] = []
    for kind in KIND_WORDS:
        try:
            fitting |= _fit(kind, body, settings.layout(kind))
        except MalformedError as error:
            unreadable.append(error)
    if len(unreadable) == len(KIND_WORDS):
        raise unreadable[0]
    if not fitting:
        besides = f" ({unreadable[0]})" if unreadable else ""
        raise MalformedError(
            f"neither its name nor its header row says what it is: check the account's layouts and file_names{besides}"
        )
    best = max(fitting.values())
    if list(fitting.values()).count(best) > 1:
        raise MalformedError("its header row fits two layouts: say in file_names which files are which")
    return next(kind for kind, count in fitting.items() if count == best)


def _fit(kind: LayoutName, body: bytes, layout: CsvLayout) -> dict[LayoutName, int]:
    """How many columns of a layout the header row names; nothing where it lacks one that is required."""
    if not layout.has_header:
        return {}
    header = header_of(layout, body)
    wanted = {column: layout.theirs(column.name).casefold() for column in LAYOUTS[kind]}
    if any(column.is_required and name not in header for column, name in wanted.items()):
        return {}
    return {kind: len(set(wanted.values()) & header)}


def _content(kind: LayoutName, table: Table, body: bytes, settings: FilesSettings, now: datetime) -> FileContent:
    dialect = Dialect(
        layout=settings.layout(kind),
        zone=ZoneInfo(settings.zone),
        now=now,
        future=timedelta(hours=settings.future_hours),
    )
    empty = FileContent(
        file_id=_file_id(table, body), described=f"{KIND_WORDS[kind]}, {len(table.rows) + len(table.refused):,} rows"
    )
    account = settings.account
    match kind:
        case "despatch_confirmation":
            left, bad = read_rows(table, dialect, despatches.despatch_row)
            keeps_lines = settings.line_numbers == "line"
            made, more = despatches.shipments(account, left, bad, keeps_lines=keeps_lines)
            return replace(empty, shipments=tuple(made), refused=in_order(bad + more))
        case "stock_snapshot":
            includes = settings.on_hand_includes_quarantine
            counted, bad = read_rows(
                table, dialect, lambda cells: stock_files.snapshot_row(cells, on_hand_includes_quarantine=includes)
            )
            return replace(empty, snapshots=stock_files.snapshots(account, counted, bad), refused=in_order(bad))
        case "stock_movement":
            moved, bad = read_rows(table, dialect, lambda cells: stock_files.movement_row(account, cells))
            moved, twice = told_once(moved, "movement_id", lambda one: one.movement_id)
            movements, lone = stock_files.movements(moved)
            return replace(empty, movements=tuple(movements), refused=in_order(bad + twice + lone))
        case "ack":
            answered, bad = read_rows(table, dialect, papers.ack_row)
            return replace(empty, answers=papers.answers(answered), refused=in_order(bad))
        case "charges":
            charged, bad = read_rows(table, dialect, lambda cells: papers.charge_row(account, settings.currency, cells))
            charged, twice = told_once(charged, "charge_id", lambda one: one.charge_id)
            return replace(empty, charges=tuple(one for _, one in charged), refused=in_order(bad + twice))
        case _:
            raise AssertionError(f"{kind} does not come in")


def in_order(refused: Sequence[RefusedRow]) -> tuple[RefusedRow, ...]:
    """Refused rows as they stand in the file."""
    return tuple(sorted(refused, key=lambda row: int(row.where.removeprefix("row "))))


def _sourced(name: str, content: FileContent) -> FileContent:
    """Everything read says which file and rows it stood in."""
    return replace(
        content,
        shipments=tuple(replace(one, source=f"{name}, {one.source}") for one in content.shipments),
        answers=tuple(replace(one, source=f"{name}, {one.source}") for one in content.answers),
        movements=tuple(replace(one, source=f"{name}, {one.source}") for one in content.movements),
        snapshots=tuple(replace(one, source=name) for one in content.snapshots),
        charges=tuple(replace(one, source=f"{name}, {one.source}") for one in content.charges),
    )


def _file_id(table: Table, body: bytes) -> str:
    """The one file_id that its rows name; the digest of the file where they name none, or several."""
    ids = {row.cells.get("file_id", "") for row in table.rows}
    return ids.pop() if len(ids) == 1 and ids != {""} else hashlib.sha256(body).hexdigest()
