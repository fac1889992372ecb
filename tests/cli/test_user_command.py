"""`tieout user`: the first administrator and everybody after, from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tieout.cli import tieout
from tieout.cli.users import ROLES, user
from tieout.domain.business_dates import uk_date
from tieout.processes.people.signing_in import Lasting, sign_in
from tieout.store import Store, audit, people

Said = Callable[..., Result]
OWN = "a password typed by hand"


@pytest.fixture
def said(address: str, tmp_path: Path) -> Said:
    """The command line of an installation without companies."""
    config = tmp_path / "tieout.toml"
    config.write_text(f'[database]\naddress = "{address}"\n', encoding="utf-8")

    def say(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(
            tieout, ["--config", str(config), "--home", str(tmp_path), "user", *words], input=typed
        )

    return say


def come_in(store: Store, name: str, password: str) -> people.User:
    now = datetime.now(UTC)
    lasting = Lasting(idle=timedelta(hours=1), longest=timedelta(hours=12))
    return sign_in(store, name=name, password=password, address="10.0.0.1", agent="x", lasting=lasting, now=now).user


def test_the_first_administrator_gets_a_password_that_is_printed_once(said: Said, store: Store) -> None:
    made = said("add", "Olive", "--role", "administrator", "--json")
    told = json.loads(made.stdout)
    assert (made.exit_code, told["name"], told["roles"]) == (0, "olive", ["administrator"])
    assert come_in(store, "olive", told["password"]).temporary_until is not None
    with store.scope(None) as c:
        added = audit.entries(c)[-1]
    assert (added.action, added.who.endswith(" (command line)")) == ("user.added", True)
    assert told["password"] not in str(added)
    listed = json.loads(said("list", "--json").stdout)
    assert [one["name"] for one in listed] == ["olive"]
    assert {key for one in listed for key in one if "password" in key or "hash" in key} == set()


def test_a_password_is_asked_for_or_read_from_standard_input_and_not_printed(said: Said, store: Store) -> None:
    asked = said("add", "ann", "--role", "finance", "--ask", typed=f"{OWN}\n{OWN}\n")
    piped = said("add", "ben", "--role", "auditor", "--role", "finance", "--password-stdin", typed=f"{OWN}\n")
    assert (asked.exit_code, piped.exit_code) == (0, 0)
    assert OWN not in asked.stdout + piped.stdout
    assert come_in(store, "ann", OWN).roles == ["finance"]
    assert come_in(store, "ben", OWN).roles == ["auditor", "finance"]


def test_no_option_takes_a_password_where_others_could_read_it(said: Said) -> None:
    for words in (("add", "ann", "--role", "finance"), ("password", "ann")):
        assert said(*words, "--password", OWN).exit_code != 0
    names = {name for command in user.commands.values() for each in command.params for name in each.opts}
    assert "--password" not in names


def test_roles_close_password_and_sessions_do_what_they_say(said: Said, store: Store) -> None:
    said("add", "chief", "--role", "administrator")
    first = json.loads(said("add", "ann", "--role", "finance", "--json").stdout)["password"]
    come_in(store, "ann", first)
    assert len(json.loads(said("sessions", "ann", "--json").stdout)) == 1
    assert "1 ended." in said("sessions", "ann", "--end").stdout
    assert json.loads(said("sessions", "ann", "--json").stdout) == []
    until = (datetime.now(UTC) + timedelta(days=3)).date()
    changed = json.loads(said("roles", "ann", "--role", "support", "--until", str(until), "--json").stdout)
    assert changed["roles"] == ["support"]
    ends = datetime.fromisoformat(changed["expires_at"])
    assert (uk_date(ends - timedelta(seconds=1)), uk_date(ends)) == (until, until + timedelta(days=1))
    second = json.loads(said("password", "ann", "--json").stdout)["password"]
    assert come_in(store, "ann", second).name == "ann"
    assert json.loads(said("close", "ann", "--why", "left", "--json").stdout)["state"] == "closed"
    assert "closed" in said("list").stdout
    assert json.loads(said("close", "ann", "--reopen", "--json").stdout)["state"] == "active"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("close", "olive", "--why", "x"), "last administrator"),
        (("close", "nobody", "--why", "x"), "There is nobody"),
        (("close", "olive"), "Say why"),
        (("add", "olive", "--role", "finance"), "is taken"),
        (("add", "sue", "--role", "support"), "at most 14 days"),
        (("add", "sue", "--role", "finance", "--company", "gone"), "no company 'gone'"),
        (("add", "sue", "--role", "finance", "--password-stdin"), "at least 12 characters"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_without_a_trace(said: Said, words: tuple[str, ...], says: str) -> None:
    said("add", "olive", "--role", "administrator")
    refused = said(*words)
    assert refused.exit_code != 0
    assert says in str(refused.exception)


def test_every_role_can_be_named(said: Said) -> None:
    assert "finance-approver" in ROLES
    assert said("add", "all", *[word for name in ROLES for word in ("--role", name)]).exit_code == 1
