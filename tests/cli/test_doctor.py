"""`tieout doctor`: what is well, what needs a person, and what every command is done by."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.processes.estate import Control, build_estate
from tests.processes.house import Choices, House

from tieout.cli import tieout
from tieout.cli.shared import UserError
from tieout.sandbox.serve import ServedEstate
from tieout.store import probes

if TYPE_CHECKING:
    from tests.processes.estate import Json


@dataclass(frozen=True, slots=True)
class Said:
    """How the doctor ended."""

    code: int
    out: str

    @property
    def view(self) -> Json:
        return json.loads(self.out)

    def account(self, name: str) -> Json:
        return next(account for account in self.view["accounts"] if account["account"] == name)

    def findings(self, name: str) -> dict[str, Json]:
        return {finding["subject"]: finding for finding in self.account(name)["findings"]}


@pytest.fixture(scope="module")
def served() -> Iterator[Control]:
    estate = build_estate()
    with ServedEstate(estate) as served:
        control = Control(served.url, estate)
        control.fill()
        yield control
        control.close()


@pytest.fixture
def house(served: Control, address: str, tmp_path: Path) -> Iterator[House]:
    house = House(served, tmp_path, address, Choices())
    yield house
    served.put("/sage200/permissions", {"override_prices_discounts": True, "denied_features": []})
    served.put("/sage200/release", {"release": "2025 R1"})
    house.close()


def ask(house: House, *words: str, config: Path | None = None) -> Said:
    options = ["--config", str(config or house.config), "--home", str(house.home)]
    said = CliRunner().invoke(tieout, [*options, "doctor", *words], standalone_mode=False)
    if said.exception is not None:
        raise said.exception
    return Said(int(said.return_value or 0), said.stdout)


def changed(house: House, **values: str) -> Path:
    """The house's settings with other values, in a file of their own."""
    text = house.config.read_text(encoding="utf-8")
    for name, value in values.items():
        text, times = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert times, name
    path = house.home / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_account_that_is_well_says_so(house: House) -> None:
    for name in ("sage", "returngo", "shopify"):
        said = ask(house, name, "--json")
        assert said.code == 0, said.out
        assert said.view["well"] is True
    printed = ask(house, "sage").out
    assert "sage: Sage 200" in printed
    assert "All is well." in printed


def test_nothing_is_changed_anywhere_by_asking(house: House) -> None:
    before = house.control.deeds()
    ask(house, "--json")
    assert house.control.deeds() == before


def test_without_a_worker_somebody_is_told_to_start_one(house: House) -> None:
    said = ask(house, "--json")
    assert said.code == 1
    own = {finding["subject"]: finding for finding in said.view["tieout"]}
    assert own["database"]["is_well"]
    assert not own["worker"]["is_well"]
    assert "tieout worker" in own["worker"]["says"]


def test_a_worker_that_lives_is_seen_and_the_shell_is_told(house: House) -> None:
    stop = threading.Event()
    work = threading.Thread(target=lambda: house.application.engine.work(concurrency=1, stop=stop))
    work.start()
    try:
        until = time.monotonic() + 20
        while ask(house).code and time.monotonic() < until:
            time.sleep(0.2)
        command = [sys.executable, "-m", "tieout", "--config", str(house.config), "--home", str(house.home), "doctor"]
        assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
        house.control.put("/sage200/permissions", {"override_prices_discounts": False})
        assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 1
    finally:
        stop.set()
        work.join()


def test_secrets_written_with_another_key_say_so_and_a_new_sign_in_takes_their_place(
    house: House, tmp_path: Path
) -> None:
    assert ask(house, "sage").code == 0
    elsewhere = tmp_path / "elsewhere"
    options = ["--config", str(house.config), "--home", str(elsewhere)]
    said = CliRunner().invoke(tieout, [*options, "doctor", "sage"], standalone_mode=False)
    assert said.return_value == 1
    assert "secret.key" in said.stdout
    listed = CliRunner().invoke(tieout, [*options, "accounts", "list"], standalone_mode=False)
    assert "nobody has signed in yet" in listed.stdout


def test_every_command_that_concerns_sage_has_a_way_and_a_reason(house: House) -> None:
    commands = {row["command"]: row for row in ask(house, "sage", "--json").account("sage")["commands"]}
    assert commands["raise_credit_note"]["channel"] == "native"
    assert commands["receive_return"]["channel"] == "companion"
    assert all(row["why"] for row in commands.values())
    by_hand = ask(house, "sage", "--json", config=changed(house, channel='"manual"')).account("sage")["commands"]
    assert {row["command"]: row for row in by_hand}["receive_return"]["channel"] == "manual"


def test_a_right_that_is_taken_away_shows_as_a_finding_as_a_command_and_as_a_change(house: House) -> None:
    assert ask(house, "sage").code == 0
    house.control.put("/sage200/permissions", {"override_prices_discounts": False})
    said = ask(house, "sage", "--json")
    assert said.code == 1
    assert not said.findings("sage")["price override"]["is_well"]
    rows = {row["command"]: row["channel"] for row in said.account("sage")["commands"]}
    assert rows["raise_return"] == "no_right"
    assert any("raise_return: was native, is no_right" in change for change in said.account("sage")["changed"])
    with house.application.store.scope(None) as c:
        assert len(probes.latest(c, "sage", limit=10)) == 2


def test_an_older_release_cannot_raise_returns_and_its_credits_still_go(house: House) -> None:
    house.control.put("/sage200/release", {"release": "2024 R1"})
    said = ask(house, "sage", "--json")
    rows = {row["command"]: row for row in said.account("sage")["commands"]}
    assert said.account("sage")["release"] == "2024 R1"
    assert rows["raise_return"]["channel"] == "not_possible"
    assert "2025 R1" in rows["raise_return"]["why"]
    assert rows["raise_credit_note"]["channel"] == "native"
    assert said.code == 1
    assert 'credit_route = "sop" needs raise return' in said.findings("sage")["company giftware"]["says"]
    by_ledger = ask(house, "sage", "--json", config=changed(house, credit_route='"ledger"'))
    assert by_ledger.code == 0, by_ledger.out


def test_a_role_without_a_module_names_the_module(house: House) -> None:
    house.control.put("/sage200/permissions", {"denied_features": ["sales_ledger"]})
    said = ask(house, "sage", "--json")
    rows = {row["command"]: row for row in said.account("sage")["commands"]}
    assert said.code == 1
    assert rows["raise_credit_note"]["channel"] == "no_right"
    assert "Sales Ledger" in rows["raise_credit_note"]["why"]


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("sage", {"site_id": '""', "company_id": "0"}, "no company is chosen yet"),
        ("sage", {"company_id": "77"}, "not this one"),
        ("sage", {"base_url": '"http://127.0.0.1:9/"', "read_seconds": "0.2"}, "did not answer"),
        ("sage", {"companion_key": '"wrong"'}, "Companion"),
        ("returngo", {"api_key": '"wrong"'}, "ReturnGO"),
        ("shopify", {"access_token": '"wrong"'}, "Shopify"),
    ],
)
def test_an_account_in_trouble_says_what_it_is(house: House, name: str, values: dict[str, str], says: str) -> None:
    said = ask(house, name, "--json", config=changed(house, **values))
    assert said.code == 1
    assert says in " ".join(finding["says"] for finding in said.account(name)["findings"] if not finding["is_well"])
    assert "wrong" not in said.out.replace("with wrong", "")


def test_a_sign_in_that_was_taken_back_asks_for_a_new_one(house: House) -> None:
    said = ask(house, "sage", "--json", config=changed(house, refresh_token='"v1.taken-back"'))
    assert said.code == 1
    finding = said.findings("sage")["sign-in"]
    assert "sign in to Sage 200 again: `tieout accounts connect sage`" in finding["says"]
    assert "taken-back" not in said.out


def test_a_database_that_nobody_answers_at_is_a_finding_and_no_crash(house: House) -> None:
    config = changed(house, address='"postgresql://tieout@127.0.0.1:9/tieout"')
    said = ask(house, "--json", config=config)
    assert said.code == 1
    (finding,) = said.view["tieout"]
    assert "cannot be reached" in finding["says"]


def test_an_account_that_nobody_configured_is_named_with_those_that_are(house: House) -> None:
    with pytest.raises(UserError, match="there are: sage, returngo, shopify"):
        ask(house, "sagee")
