"""`tieout token`: keys of programs, from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.console.conftest import add_person

from tieout.cli import tieout
from tieout.domain.people import Permission, Role
from tieout.processes.people import api_tokens
from tieout.store import Store, audit

Say = Callable[..., Result]
MAKE = ("make", "--for", "maria", "--name", "warehouse", "--scope", "documents.see")


@pytest.fixture
def said(address: str, tmp_path: Path) -> Say:
    """The command line of an installation without companies."""
    config = tmp_path / "tieout.toml"
    config.write_text(f'[database]\naddress = "{address}"\n', encoding="utf-8")

    def say(*words: str) -> Result:
        return CliRunner().invoke(tieout, ["--config", str(config), "--home", str(tmp_path), "token", *words])

    return say


def test_a_token_is_printed_once_and_opens_what_it_was_made_for(said: Say, store: Store) -> None:
    add_person(store, "maria", Role.OPERATIONS)
    made = said(*MAKE, "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["token"].startswith("tieout_")
    found = api_tokens.bearer(store, told["token"], now=datetime.now(UTC))
    assert found is not None
    assert found[1].permissions == {Permission.DOCUMENTS_SEE}
    listed = said("list", "--json").stdout
    assert told["token"] not in listed
    assert [one["name"] for one in json.loads(listed)] == ["warehouse"]
    with store.scope(None) as c:
        entry = audit.entries(c, limit=1)[0]
    assert (entry.action, entry.who.endswith(" (command line)")) == ("token.made", True)
    assert told["token"] not in str(entry)


def test_a_token_that_was_revoked_opens_nothing(said: Say, store: Store) -> None:
    add_person(store, "maria", Role.OPERATIONS)
    told = json.loads(said(*MAKE, "--json").stdout)
    assert said("revoke", str(told["id"])).stdout == f"Token {told['id']} is revoked.\n"
    assert api_tokens.bearer(store, told["token"], now=datetime.now(UTC)) is None
    again = said("revoke", str(told["id"]))
    assert isinstance(again.exception, Exception)
    assert "revoked already" in str(again.exception)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("make", "--for", "nobody", "--name", "x", "--scope", "documents.see"), "Nobody signs in"),
        (("make", "--for", "maria", "--name", "x", "--scope", "audit.see"), "only what you may do yourself"),
        ((*MAKE, "--company", "NOWHERE"), "There is no company NOWHERE"),
    ],
)
def test_a_token_for_more_than_its_person_may_is_refused(
    said: Say, store: Store, words: tuple[str, ...], reason: str
) -> None:
    add_person(store, "maria", Role.OPERATIONS)
    assert reason in str(said(*words).exception)
