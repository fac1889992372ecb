"""`tieout audit check` and `tieout audit export`, from a terminal."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import psycopg
import pytest
from click.testing import CliRunner, Result

from tieout.cli import tieout
from tieout.store import Store, audit


class Terminal:
    """The command line of an installation without companies."""

    def __init__(self, address: str, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "tieout.toml"
        self._config.write_text(f'[database]\naddress = "{address}"\n', encoding="utf-8")

    def say(self, *words: str) -> Result:
        return CliRunner().invoke(tieout, ["--config", str(self._config), "--home", str(self.folder), "audit", *words])


@pytest.fixture
def terminal(address: str, tmp_path: Path, store: Store) -> Terminal:
    with store.scope(None) as c:
        for number in range(3):
            audit.append(
                c,
                company=None,
                who="ann" if number else "ben",
                action="user.changed",
                subject=f"user {number}",
                before=None,
                after={"number": number},
                at=datetime(2026, 11, 18 + number, 12, tzinfo=UTC),
            )
    return Terminal(address, tmp_path)


def test_a_whole_audit_is_checked_and_that_stands_in_it(terminal: Terminal, store: Store) -> None:
    told = terminal.say("check", "--json")
    chain = json.loads(told.stdout)[0]
    assert (told.exit_code, chain["chain"], chain["rows"], chain["broken"]) == (0, "*", 3, None)
    assert "whole" in terminal.say("check").stdout
    with store.scope(None) as c:
        newest = audit.entries(c, subject="audit", limit=1)[0]
    assert (newest.action, newest.who.endswith("(command line)")) == ("audit.checked", True)


def test_a_broken_audit_ends_with_1_and_names_its_row(terminal: Terminal, address: str) -> None:
    with psycopg.connect(address.replace("//tieout@", "//postgres@"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE audit SET who = 'eve' WHERE seq = 2")
    told = terminal.say("check", "--json")
    assert (told.exit_code, json.loads(told.stdout)[0]["broken"]["row"]) == (1, 2)


def test_entries_are_written_as_csv_and_as_excel(terminal: Terminal) -> None:
    out = terminal.folder / "audit.csv"
    assert terminal.say("export", "--out", str(out), "--who", "ann", "--until", "2026-11-19").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [(row["Who"], row["To what"]) for row in rows] == [("ann", "user 1")]
    book = terminal.folder / "audit.xlsx"
    assert terminal.say("export", "--out", str(book), "--since", "2026-11-19", "--action", "user").exit_code == 0
    sheet = openpyxl.load_workbook(book)["Audit"]
    assert [cell.value for cell in sheet["F"]] == ["To what", "user 2", "user 1"]


def test_a_file_of_another_kind_is_refused(terminal: Terminal) -> None:
    refused = terminal.say("export", "--out", str(terminal.folder / "audit.pdf"))
    assert "ends in .csv or .xlsx" in str(refused.exception)
