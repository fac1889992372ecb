"""Each import contract is proved able to fail: one wrong import per contract, in a copy of the source."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """An import that must not be, in a new module of its own."""

    contract: str
    module: str
    imported: str


WRONGS = (
    Wrong(contract="rooms", module="domain.upward", imported="tieout.store.rows"),
    Wrong(contract="rooms", module="store.sideways", imported="tieout.durable.stopping"),
    Wrong(contract="rooms", module="processes.outward", imported="tieout.intake"),
    Wrong(
        contract="connectors-apart", module="connectors.shopify.neighbour", imported="tieout.connectors.returngo.wire"
    ),
    Wrong(contract="connectors-apart", module="connectors.transport_of", imported="tieout.connectors.sage200.wire"),
    Wrong(contract="connectors-behind-bootstrap", module="processes.direct", imported="tieout.connectors.shopify.wire"),
    Wrong(contract="sandbox-shares-nothing", module="sandbox.borrowed", imported="tieout.domain.money"),
    Wrong(contract="sandbox-behind-cli", module="connectors.sage200.stand_in", imported="tieout.sandbox.clock"),
    Wrong(contract="stand-ins-apart", module="sandbox.shopify.ledger", imported="tieout.sandbox.sage200.system"),
    Wrong(contract="pure", module="domain.validated", imported="pydantic"),
    Wrong(contract="pure", module="ports.logged", imported="structlog"),
    Wrong(contract="one-engine", module="processes.queued", imported="procrastinate"),
    Wrong(contract="one-database-library", module="processes.tabled", imported="sqlalchemy"),
    Wrong(contract="one-database-driver", module="processes.driven", imported="psycopg"),
    Wrong(contract="calling-out", module="processes.calling", imported="httpx"),
    Wrong(contract="answering", module="processes.answering", imported="starlette"),
    Wrong(contract="pages", module="processes.paged", imported="jinja2"),
    Wrong(contract="rooms", module="console.outward", imported="tieout.intake"),
    Wrong(contract="signing-in", module="intake.signing", imported="authlib"),
    Wrong(contract="messages-to-people", module="processes.messaging", imported="apprise"),
    Wrong(contract="likeness", module="domain.alike", imported="rapidfuzz"),
    Wrong(contract="column-files", module="store.columnar", imported="duckdb"),
    Wrong(contract="files-over-ssh", module="intake.fetching", imported="paramiko"),
    Wrong(contract="files-server", module="cli.serving", imported="asyncssh"),
)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter reports on a copy with every wrong import in it, by the contract's name."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src" / "tieout", copy / "tieout", ignore=shutil.ignore_patterns("__pycache__", "*.parquet"))
    for wrong in WRONGS:
        target = copy / "tieout" / (wrong.module.replace(".", "/") + ".py")
        assert not target.exists(), f"{wrong.module} is taken"
        target.write_text(f"import {wrong.imported}\n")
    (copy / "tieout" / "stranger").mkdir()
    (copy / "tieout" / "stranger" / "__init__.py").write_text("")
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    ran = subprocess.run(
        [sys.executable, "-c", lint, "--config", str(ROOT / ".importlinter"), "--no-cache", "--no-logo"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    report = ran.stdout[ran.stdout.index("Broken contracts") :]
    sections = re.split(r"\n(?=\S[^\n]*\n-{10,}\n)", report)
    return {section.splitlines()[0]: section for section in sections}


def contracts() -> dict[str, str]:
    """The contracts' names by their ids."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name]["name"] for name in parser.sections() if name.startswith(prefix)}


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: f"{wrong.contract} {wrong.module}")
def test_a_wrong_import_breaks_its_contract(broken: dict[str, str], wrong: Wrong) -> None:
    section = broken[contracts()[wrong.contract]]
    assert f"tieout.{wrong.module} -> {wrong.imported}" in section


def test_a_room_that_nobody_placed_breaks_the_contract_of_the_rooms(broken: dict[str, str]) -> None:
    assert "- tieout.stranger" in broken[contracts()["rooms"]]


def test_every_contract_is_proved_by_a_wrong_import() -> None:
    assert set(contracts()) == {wrong.contract for wrong in WRONGS}
