"""`tieout mapping`: proposals, decisions, history and spreadsheets from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from tests.processes.conftest import control, house, open_house

from tieout.cli import tieout
from tieout.store import people

if TYPE_CHECKING:
    from tests.processes.house import House

__all__ = ["control", "house", "open_house"]


@pytest.fixture
def staff(house: House) -> House:
    """The house with people who sign in to its console."""
    with house.application.store.scope(None) as c:
        for name, role in (("ann", "finance"), ("bea", "finance approver"), ("otto", "operations")):
            people.add_user(
                c,
                name=name,
                display_name=name.title(),
                email="",
                roles=[role],
                companies=(),
                password_hash=None,
                subject=None,
                at=house.application.clock(),
            )
    return house


def said(house: House, *words: str, code: int = 0) -> str:
    found = run(house, *words)
    assert (found.exit_code, found.exception is None) == (code, code == 0), (found.output, found.exception)
    return found.output


def refused(house: House, *words: str) -> str:
    found = run(house, *words)
    assert found.exit_code != 0, found.output
    return str(found.exception)


def run(house: House, *words: str) -> Result:
    return CliRunner().invoke(tieout, ["--config", str(house.config), "--home", str(house.home), "mapping", *words])


def told(house: House, *words: str) -> Any:  # noqa: ANN401 - plain JSON
    return json.loads(said(house, *words, "--json"))


def propose(house: House, *words: str, person: str = "ann") -> Any:  # noqa: ANN401 - plain JSON
    return told(house, "propose", "giftware", *words, "--why", "agreed", "--as", person)


def test_a_row_is_proposed_by_one_and_approved_by_another(staff: House) -> None:
    made = propose(staff, "reason", "Sent by mistake", "code=sound", "account=4010")
    assert (made["owner"], made["state"], made["proposed_by"]) == ("finance", "waiting", "ann")
    assert made["impact"]["how"] == "decided again"
    number = str(made["id"])
    assert "does not approve" in refused(staff, "approve", number, "--as", "ann")
    assert "choice of finance" in refused(staff, "approve", number, "--as", "otto")
    assert "Nobody signs in" in refused(staff, "approve", number, "--as", "zoe")
    assert "Sent by mistake new from" in said(staff, "proposals", "--waiting")
    assert said(staff, "approve", number, "--as", "bea").startswith(f"Proposal {number} is approved, in force from")
    assert told(staff, "proposals", "--waiting") == []
    assert "Sent by mistake" in said(staff, "list", "giftware")


def test_a_version_is_rolled_back_and_a_proposal_undone(staff: House) -> None:
    first = propose(staff, "reason", "Other", "code=sound")
    said(staff, "approve", str(first["id"]), "--as", "bea")
    second = propose(staff, "reason", "Other", "code=faulty")
    said(staff, "approve", str(second["id"]), "--as", "bea")
    rolled = told(staff, "rollback", "giftware", "reason", "Other", "--to", "1", "--why", "wrong", "--as", "ann")
    assert rolled["rows"][0]["after"] == {"code": "sound"}
    said(staff, "approve", str(rolled["id"]), "--as", "bea")
    history = told(staff, "history", "giftware", "reason", "other")
    assert [(row["version"], row["standing"]) for row in history] == [(3, "in force"), (2, "past"), (1, "past")]
    undone = told(staff, "undo", str(rolled["id"]), "--why", "after all", "--as", "ann")
    assert undone["rows"][0]["after"] == {"code": "faulty"}
    assert told(staff, "reject", str(undone["id"]), "--why", "no", "--as", "bea")["state"] == "rejected"


def test_what_is_written_wrongly_is_told_in_one_line(staff: House) -> None:
    assert "Code is missing" in refused(staff, "propose", "giftware", "reason", "x", "account=1", "--why", "y")
    assert "NAME=VALUE" in refused(staff, "propose", "giftware", "reason", "x", "--why", "y")
    assert "no mapping table 'colour'" in refused(staff, "history", "giftware", "colour", "x")
    assert "no company 'acme'" in refused(staff, "coverage", "acme")
    assert "no proposal 99" in refused(staff, "approve", "99")


@pytest.mark.parametrize("name", ["reasons.xlsx", "reasons.csv"])
def test_a_table_goes_out_and_comes_in(staff: House, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert told(staff, "export", "giftware", "reason", str(file))["rows"] == 3
    assert "nothing would change" in refused(staff, "import", "giftware", "reason", str(file), "--why", "x")
    broken = tmp_path / "broken.csv"
    broken.write_text("Reason,Code\nToo small,\n", encoding="utf-8")
    assert "row 2, column Code" in refused(staff, "import", "giftware", "reason", str(broken), "--why", "x")
    broken.write_text("Reason,Code\nToo small,sound\nNew,sound\n", encoding="utf-8")
    (made,) = told(staff, "import", "giftware", "reason", str(broken), "--why", "x", "--as", "ann")
    assert [(row["key"], row["what"]) for row in made["rows"]] == [("Too small", "changed"), ("New", "new")]


def test_coverage_names_what_has_no_row(staff: House) -> None:
    rma = staff.authorised("W1001", ("MUG", 1, "Sent by mistake"))
    staff.drain(rma)
    found = told(staff, "coverage", "giftware", "--table", "reason")
    assert found["documents"] == 1
    (seen,) = found["tables"][0]["seen"]
    assert (seen["key"], seen["is_mapped"], seen["documents"]) == ("Sent by mistake", False, 1)
    assert "Sent by mistake: no row" in said(staff, "coverage", "giftware")
