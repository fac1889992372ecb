"""The stand-ins alone: what `tieout sandbox` prints is enough to open every account."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from tieout.cli import tieout
from tieout.settings import load

if TYPE_CHECKING:
    from tests.processes.estate import Json

LAST = {"sage200": "sage_outlet", "shopify": "sandbox-client-secret"}
"""The last part that is printed, by the system that is named last."""


@contextmanager
def stand_ins(*words: str, until: str) -> Iterator[list[str]]:
    """What the command prints, up to the settings of the last account."""
    command = [sys.executable, "-u", "-m", "tieout", "sandbox", *words, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        lines = [served.stdout.readline()]
        while until not in lines[-1]:
            lines.append(served.stdout.readline())
        while lines[-1].strip():
            lines.append(served.stdout.readline())
        try:
            yield lines
        finally:
            served.terminate()


def address(lines: list[str]) -> str:
    return lines[0].split(" at ")[1].split(";")[0]


def test_the_stand_ins_print_settings_that_open_every_account(tmp_path: Path) -> None:
    temper, config = tmp_path / "temper.json", tmp_path / "tieout.toml"
    temper.write_text('{"shopify": {"slow": 0.5}}', encoding="utf-8")
    with stand_ins("--temper", str(temper), until=LAST["sage200"]) as lines:
        config.write_text("".join(lines), encoding="utf-8")
        settings = load(config, {})
        portals, ships = ["loop", "returngo", "shopify"], ["mintsoft", "shipbob", "files"]
        assert sorted(settings.account) == sorted([*portals, *ships, "sage", "sage_ireland", "sage_outlet"])
        assert list(settings.company) == ["sandbox"]
        assert list(settings.company["sandbox"].warehouses) == ships
        shown = httpx.get(f"{address(lines)}/_sandbox/shopify/temper", timeout=10).json()
        assert shown["slow"] == 0.5


@pytest.fixture
def sage_alone(tmp_path: Path) -> Iterator[Path]:
    """Settings as they are printed when only Sage is served."""
    config = tmp_path / "tieout.toml"
    with stand_ins("sage200", until=LAST["sage200"]) as lines:
        config.write_text("".join(lines), encoding="utf-8")
        yield config


def asked(config: Path, address: str, account: str) -> Json:
    """What the doctor says of one account, with the printed settings and a database of this test."""
    database = f'[database]\naddress = "{address}"\n'
    whole = config.with_name("whole.toml")
    whole.write_text(database + config.read_text(encoding="utf-8"), encoding="utf-8")
    words = ["--config", str(whole), "--home", str(config.parent), "doctor", account, "--json"]
    said = CliRunner().invoke(tieout, words)
    assert said.exit_code == 0, said.output
    (row,) = json.loads(said.output)["accounts"]
    return row


def test_the_doctor_is_content_with_every_company_as_it_is_printed(sage_alone: Path, address: str) -> None:
    for account, company, edition, by_hand in (
        ("sage", "Tieout Giftware Ltd", "Professional", "companion"),
        ("sage_ireland", "Tieout Giftware Ireland DAC", "Professional", "companion"),
        ("sage_outlet", "Tieout Outlet Ltd", "Standard", "manual"),
    ):
        row = asked(sage_alone, address, account)
        said = {finding["subject"]: finding["says"] for finding in row["findings"]}
        channels = {capability["command"]: capability["channel"] for capability in row["commands"]}
        assert company in said["company"]
        assert said["edition"] == edition
        assert said["currency"].endswith("EUR" if account == "sage_ireland" else "GBP")
        assert channels["receive_return"] == by_hand


def test_the_doctor_is_content_with_every_warehouse_as_it_is_printed(tmp_path: Path, address: str) -> None:
    config = tmp_path / "tieout.toml"
    with stand_ins("mintsoft", "shipbob", "files", until="account.files.directories") as lines:
        config.write_text("".join(lines), encoding="utf-8")
        rows = {account: asked(config, address, account) for account in ("mintsoft", "shipbob", "files")}
        for account, row in rows.items():
            assert row["well"], (account, row["findings"])
        words = ["--config", str(config.with_name("whole.toml")), "--home", str(tmp_path), "accounts", "list"]
        listed = CliRunner().invoke(tieout, words)
        assert listed.exit_code == 0, listed.output
        assert [line.split()[0] for line in listed.output.splitlines()[1:4]] == list(rows)
    said = {finding["subject"]: finding["says"] for finding in rows["files"]["findings"]}
    assert "shows the agreed key" in said["server"]
    assert said["directory orders/in"] == "our orders go here; 0 files"


def test_books_in_a_folder_are_filled_and_told(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "tieout", "sandbox", "returngo", "sage200", "--port", "0"]
    command += ["--books", str(tmp_path / "books"), "--bulk-posted", "61", "--bulk-orders", "20"]
    for _ in ("first", "again"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            told = [served.stdout.readline() for _ in range(3)]
            served.terminate()
        assert "20 orders" in told[1]
        assert "61 posted" in told[1]
        assert " at http://" in told[2]
    assert "company-3.sqlite" in {path.name for path in (tmp_path / "books").iterdir()}
