"""The books of one company: a SQLite database, its transactions, its counters and its settings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.sage200.company.locks import NUMBERS, Locks
from tieout.sandbox.sage200.company.profiles import GIFTWARE, Profile
from tieout.sandbox.sage200.company.refusals import NotFoundError
from tieout.sandbox.sage200.company.tables import SCHEMA

API_USER = "TIEOUT"


def precise(moment: datetime) -> str:
    """Write a moment as stored: UTC with three fractional digits and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Books:
    """One company's tables and what every posting needs: the clock, the user, the record locks.

    Changes are made inside `transaction()`; effects noted there reach the journal of the request only when the
    transaction commits.
    """

    def __init__(
        self, clock: SandboxClock, locks: Locks, database: str = ":memory:", profile: Profile = GIFTWARE
    ) -> None:
        self.clock = clock
        self.locks = locks
        self.profile = profile
        self.user = API_USER
        self.request: JournalEntry | None = None
        self.db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = MEMORY")
        self.db.execute("PRAGMA synchronous = OFF")
        self._effects: list[tuple[str, dict[str, str | int]]] = []
        self._backup: sqlite3.Connection | None = None

    @property
    def name(self) -> str:
        """Return the company's name."""
        return self.profile.name

    @property
    def edition(self) -> str:
        """Return Professional or Standard."""
        return self.profile.site.edition

    @property
    def base_currency(self) -> str:
        """Return the ISO code of the currency in which the books are kept."""
        return self.profile.currency.iso

    def create_tables(self) -> bool:
        """Create the tables in an empty database; say whether that was needed."""
        if self.value("SELECT count(*) FROM sqlite_master"):
            return False
        self.db.executescript(SCHEMA)
        return True

    def empty(self) -> None:
        """Drop every table, and the copy that was kept of them."""
        self._backup = None
        for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            self.db.execute(f'DROP TABLE "{row["name"]}"')

    def back_up(self) -> None:
        """Keep a copy of everything, in place of an earlier one; not inside a transaction."""
        self._backup = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.backup(self._backup)

    def restore(self) -> bool:
        """Put everything back as the copy has it; False when there is none. Not inside a transaction."""
        if self._backup is None:
            return False
        self._backup.backup(self.db)
        return True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one change: all of it or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        self._effects = []
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        if self.request is not None:
            for name, fields in self._effects:
                self.request.effect(name, **fields)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Run the block as a part of a change: when it fails only its own rows and effects are taken back."""
        noted = len(self._effects)
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO part")
            del self._effects[noted:]
            raise
        finally:
            self.db.execute("RELEASE part")

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Run the block inside a transaction and take all of it back: for answers about what was never entered."""
        noted = len(self._effects)
        self.db.execute("SAVEPOINT trial")
        try:
            yield
        finally:
            self.db.execute("ROLLBACK TO trial")
            self.db.execute("RELEASE trial")
            del self._effects[noted:]

    def effect(self, name: str, /, **fields: str | int) -> None:
        """Note a change of state; it is told to the journal on commit."""
        self._effects.append((name, fields))

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a query, or nothing."""
        found: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: object) -> Any:  # noqa: ANN401  # a database cell
        """Return the first cell of a query, or nothing."""
        found = self.row(sql, *values)
        return None if found is None else found[0]

    def need(self, table: str, key: object, what: str) -> sqlite3.Row:
        """Return a record by id; NotFoundError with a sentence when there is none."""
        found = self.row(f"SELECT * FROM {table} WHERE id = ?", key)  # noqa: S608  # our own table names
        if found is None:
            raise NotFoundError(f"{what} {key} does not exist.")
        return found

    def run(self, sql: str, *values: object) -> int:
        """Change rows and return how many."""
        return self.db.execute(sql, values).rowcount

    def insert(self, table: str, /, **values: object) -> int:
        """Add a record and return its id."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # our own column names
        return int(self.db.execute(sql, tuple(values.values())).lastrowid or 0)

    def update(self, table: str, key: int, /, **values: object) -> None:
        """Change columns of one record."""
        pairs = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE {table} SET {pairs} WHERE id = ?", (*values.values(), key))  # noqa: S608  # as above

    def number(self, counter: str, count: int = 1) -> int:
        """Take the next number of a series (the first of `count` numbers); LockedError when somebody holds them."""
        self.locks.pass_by(NUMBERS)
        taken = int(self.value("SELECT upcoming FROM counter WHERE name = ?", counter) or 1)
        self.run("INSERT OR REPLACE INTO counter (name, upcoming) VALUES (?, ?)", counter, taken + count)
        return taken

    def setting(self, area: str, name: str) -> Any:  # noqa: ANN401  # a JSON value
        """Return one setting; it must exist."""
        text = self.value("SELECT value FROM setting WHERE area = ? AND name = ?", area, name)
        assert text is not None, f"no setting {area}.{name}"
        return json.loads(text)

    def settings(self, area: str) -> dict[str, Any]:
        """Return all settings of an area."""
        found = self.rows("SELECT name, value FROM setting WHERE area = ? ORDER BY rowid", area)
        return {row["name"]: json.loads(row["value"]) for row in found}

    def set_setting(self, area: str, name: str, value: object) -> None:
        """Store one setting."""
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", area, name, json.dumps(value))

    def control(self, name: str) -> int:
        """Return the id of a control nominal: debtors, vat_output, stock, cost_of_sales and so on."""
        return int(self.setting("control", name))

    def stamp(self) -> str:
        """Return the present moment as stored."""
        return precise(self.clock.now())

    def stamps(self) -> dict[str, str]:
        """Return the two stamps of a new record."""
        now = self.stamp()
        return {"created": now, "updated": now}

    def today(self) -> date:
        """Return the business date."""
        return self.clock.today()
