"""A spreadsheet of a mapping table, read as changes: what is in force already stays, one wrong row stops all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tieout.domain.business_dates import uk_date
from tieout.domain.people import Actor
from tieout.domain.rules.fields import Table
from tieout.domain.rules.row_checks import KEY, problems_of, tidied
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk import BadRow
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.files_out import APPROVED, SINCE, UNTIL, VERSION, columns_of
from tieout.processes.mapping_desk.proposing import may_propose, planned_row, propose_by_owner, versions_by_key
from tieout.processes.mapping_desk.rows import known_table, rows_on
from tieout.processes.mapping_desk.sheets_in import Page, read_sheet
from tieout.store.mapping_proposals import Proposal
from tieout.store.store import Connection

FAULTS_SHOWN = 50
_TOLD_ONLY = frozenset({VERSION.casefold(), APPROVED.casefold()})
_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")


class BrokenFile(NotPossible):
    """A file of which nothing is imported; `faults` are sentences, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        more = f" And {len(faults) - 1:,} more." if len(faults) > 1 else ""
        super().__init__(f"Nothing was imported. {faults[0]}{more}")
        self.faults = tuple(faults[:FAULTS_SHOWN])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """One row of the file."""

    line: int
    key: str
    value: dict[str, str]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What a file asks for."""

    rows: int
    same: int
    """Rows that are in force as they stand in the file."""
    wanted: tuple[Wanted, ...]


def read_file(c: Connection, company: str, table: str, name: str, content: bytes, *, today: date) -> FileRead:
    """What a spreadsheet would change in a table; raises BrokenFile, with every place that is wrong."""
    known, page = known_table(table), read_sheet(name, content)
    columns = _columns(known, page)
    given, faults = _given(known, page, columns)
    if faults:
        raise BrokenFile(faults)
    standing = {row.key.casefold(): row for row in rows_on(c, table, today, company=company)}
    wanted, lines = [], {}
    for one in given:
        now = standing.get(one.key.casefold())
        until = now.until if now is not None else None
        if now is not None and _known_fields(known, one.key, now.value) == one.value and one.until in {None, until}:
            continue
        ends = now is not None and one.until is not None and one.until != until
        since = one.until if ends and one.until is not None else max(one.since or today, today)
        wanted.append(Wanted(key=one.key, value=None if ends else one.value, since=since))
        lines[one.key.casefold()] = one.line
        if ends and now is not None and _known_fields(known, one.key, now.value) != one.value:
            faults.append(_at(page, one.line, UNTIL, "a row is either changed or ended, not both at once."))
    faults += _faults_of_days(c, company, known, page, wanted, lines, today)
    if faults:
        raise BrokenFile(faults)
    return FileRead(rows=len(given), same=len(given) - len(wanted), wanted=tuple(wanted))


def import_file(
    desk: Desk, actor: Actor, company: str, table: str, name: str, content: bytes, *, why: str
) -> list[Proposal]:
    """Propose what a spreadsheet changes; raises BrokenFile and NotPossible, and then nothing was proposed."""
    known_table(table)
    may_propose(desk, actor, company)
    with desk.store.scope(company) as c:
        read = read_file(c, company, table, name, content, today=uk_date(desk.clock()))
        if not read.wanted:
            raise NotPossible(f"All {read.rows:,} rows of the file are in force as they are: nothing would change.")
        return propose_by_owner(c, desk, actor, company, table, read.wanted, why=why)


def import_rows(
    desk: Desk, actor: Actor, company: str, table: str, wanted: Sequence[Wanted], *, why: str
) -> list[Proposal]:
    """Propose rows that were read from a file before and looked at; raises as `import_file`."""
    with desk.store.scope(company) as c:
        return propose_by_owner(c, desk, actor, company, table, wanted, why=why)


def _columns(table: Table, page: Page) -> dict[int, str]:
    """What each column of the file is: `key`, a field's name, or a word of ours; BrokenFile for what is not known."""
    names = {table.key_label.casefold(): KEY, KEY: KEY, SINCE.casefold(): SINCE, UNTIL.casefold(): UNTIL}
    for field in columns_of(table):
        names |= {field.label.casefold(): field.name, field.name.casefold(): field.name}
    found: dict[int, str] = {}
    faults = []
    for at, head in enumerate(page.head.cells):
        if not head or head.casefold() in _TOLD_ONLY:
            continue
        name = names.get(head.casefold())
        if name is None:
            faults.append(_at(page, page.head.number, head, f"{table.title} have no such column."))
        elif name in found.values():
            faults.append(_at(page, page.head.number, head, "this column stands there twice."))
        else:
            found[at] = name
    if KEY not in found.values() and not faults:
        faults.append(_at(page, page.head.number, table.key_label, "this column is missing."))
    if faults:
        raise BrokenFile(faults)
    return found


def _given(table: Table, page: Page, columns: Mapping[int, str]) -> tuple[list[_Given], list[str]]:
    """The rows of the file, and everything that is wrong with them."""
    given: list[_Given] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    labels = {field.name: field.label for field in columns_of(table)} | {KEY: table.key_label}
    for line in page.lines:
        cells = {columns[at]: text for at, text in enumerate(line.cells) if at in columns}
        beyond = [text for at, text in enumerate(line.cells) if text and at >= len(page.head.cells)]
        if beyond:
            faults.append(_at(page, line.number, "after the last", f"{beyond[0]!r} has no head."))
        key, value = tidied(table, cells.get(KEY, ""), {n: t for n, t in cells.items() if n not in {KEY, SINCE, UNTIL}})
        faults += [
            _at(page, line.number, labels.get(problem.field, problem.field), problem.text)
            for problem in problems_of(table, key, value)
        ]
        if key and key.casefold() in lines:
            faults.append(
                _at(page, line.number, table.key_label, f"{key!r} stands in row {lines[key.casefold()]}, too.")
            )
        lines.setdefault(key.casefold(), line.number)
        days = {}
        for name in (SINCE, UNTIL):
            days[name] = _day(cells.get(name, ""))
            if cells.get(name) and days[name] is None:
                faults.append(_at(page, line.number, name, f"{cells[name]!r} is no date: write it as 2026-11-30."))
        given.append(_Given(line=line.number, key=key, value=value, since=days[SINCE], until=days[UNTIL]))
    return given, faults


def _faults_of_days(
    c: Connection,
    company: str,
    table: Table,
    page: Page,
    wanted: Sequence[Wanted],
    lines: Mapping[str, int],
    today: date,
) -> Iterator[str]:
    """What keeps single rows from being proposed, with their places."""
    versions = versions_by_key(c, company, table)
    for one in wanted:
        try:
            planned_row(table, one, versions, today)
        except BadRow as error:
            yield _at(page, lines[one.key.casefold()], SINCE, error.problems[0].text)
        except NotPossible as error:
            yield _at(page, lines[one.key.casefold()], table.key_label, str(error))


def _known_fields(table: Table, key: str, value: Mapping[str, str]) -> dict[str, str]:
    names = {field.name for field in table.fields_of(key)}
    return {name: text for name, text in value.items() if name in names and text}


def _at(page: Page, line: int, column: str, text: str) -> str:
    return f"Sheet {page.name}, row {line}, column {column}: {text}"


def _day(text: str) -> date | None:
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
