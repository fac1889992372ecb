"""The command line: help with an example everywhere, one JSON document, the right exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House

from tieout.cli import tieout
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import Rma


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """Every command, groups too, as it is typed."""
    yield before
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


@pytest.mark.parametrize("words", list(commands(tieout)), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    """Front door: nobody needs the source."""
    said = CliRunner().invoke(tieout, [*words, "--help"])
    assert said.exit_code == 0
    assert "Example: tieout" in " ".join(said.output.split())


@pytest.fixture
def house(address: str, tmp_path: Path) -> Iterator[House]:
    """A house with a return on a case and one that is done."""
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        control.fill()
        house = House(control, tmp_path, address, Choices())
        house.set_rules()
        yield house
        house.close()
        control.close()


@pytest.fixture
def done(house: House) -> Rma:
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    return rma


@pytest.fixture
def stuck(house: House) -> Rma:
    rma = house.authorised("W1003", ("LAMP", 1, "Bored with it"))
    house.receive(rma)
    house.drain(rma)
    return rma


def run(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    """One command as a person runs it."""
    call = [sys.executable, "-m", "tieout", "--config", str(house.config), "--home", str(house.home), *words]
    return subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)


def document(answer: subprocess.CompletedProcess[str]) -> Json:
    """The one JSON document on stdout."""
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_json_prints_one_document_and_nothing_else(house: House, done: Rma, stuck: Rma) -> None:
    """X-01: programs read it."""
    (case,) = document(run(house, "cases", "--json"))
    assert (case["code"], case["owner"], case["document"]) == (
        "REASON_UNMAPPED",
        "operations",
        f"return {stuck.number}",
    )
    assert document(run(house, "case", "show", str(case["id"]), "--json"))["id"] == case["id"]
    (shown,) = document(run(house, "show", done.number, "--json"))
    assert shown["state"] == "done"
    assert {leg["state"] for leg in shown["legs"]} == {"agreed"}
    assert {row["table"] for row in document(run(house, "mapping", "list", "giftware", "--json"))} >= {
        "reason",
        "policy",
    }
    assert document(run(house, "db", "upgrade", "--json")) == {"upgraded": True}


def test_a_case_is_put_right_and_retried_from_a_terminal(house: House, stuck: Rma) -> None:
    """RET-02: the whole way of a person at a desk."""
    (case,) = house.open_cases()
    set_rule = ("mapping", "set", "giftware", "reason", "Bored with it", "code=sound", "account=4010", "grade=good")
    assert run(house, *set_rule).returncode == 0
    assert run(house, "case", "retry", str(case.id)).returncode == 0
    house.drain()
    assert house.document(stuck).state == "done"
    again = run(house, "case", "retry", str(case.id))
    assert again.returncode == 1
    assert "closed" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cases", "--nonsense"), 2),
        (("nonsense",), 2),
        (("case", "show", "first"), 2),
        (("case", "accept", "1"), 2),
        (("mapping", "set", "giftware", "reason", "x", "novalue"), 2),
        (("mapping", "set", "nobody", "reason", "x", "code=a"), 2),
        (("case", "show", "99"), 1),
        (("show", "nobody knows this"), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_wrong_usage_exits_2_and_what_is_not_there_exits_1(house: House, words: tuple[str, ...], code: int) -> None:
    """Front door: scripts see the difference; nobody sees a traceback."""
    answer = run(house, *words)
    assert answer.returncode == code, answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[nonsense]\nx = 1", "nonsense"),
        ("[web]\nport = 'high'", "web.port"),
        ("not toml at all", "not valid TOML"),
        (
            "[company.a]\ncredit_route='both'\nrefund_mode='gate'\nledger='x'\nportal='y'\nstorefront='z'",
            "credit_route",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Front door: which setting, and what to do."""
    config = tmp_path / "tieout.toml"
    config.write_text(text)
    call = [sys.executable, "-m", "tieout", "--config", str(config), "--home", str(tmp_path), "cases"]
    answer = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_init_writes_settings_that_load_and_never_overwrites(tmp_path: Path) -> None:
    """Front door."""
    target = tmp_path / "fresh.toml"
    call = [sys.executable, "-m", "tieout", "init", "--to", str(target)]
    assert subprocess.run(call, capture_output=True, text=True, check=False).returncode == 0
    assert subprocess.run(call, capture_output=True, text=True, check=False).returncode == 2
