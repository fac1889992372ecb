"""A read-only audit: every seeded defect is found, the dearest first, and nothing is written anywhere."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from tests.processes.estate import HOME_MARKET, Line, _shop_order
from tests.processes.house import COMPANY
from tests.processes.reported import keyed_by_hand

from tieout.cli import tieout
from tieout.store import documents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.processes.estate import Json
    from tests.processes.house import House

_numbers = itertools.count(6800)


def asked(house: House, *words: str) -> Result:
    """The command on this house."""
    head = ["--config", str(house.config), "--home", str(house.home)]
    return CliRunner().invoke(tieout, [*head, "audit", "returns", *words])


def audited(house: House, *words: str) -> Json:
    """The audit as a program reads it."""
    shown = asked(house, "--json", *words)
    assert shown.stdout, shown.exception
    return json.loads(shown.stdout)


def found(made: Json) -> dict[str, Json]:
    """The findings by code."""
    return {finding["code"]: finding for finding in made["findings"]}


def only_in_the_shop(house: House) -> str:
    """A sale that never reached Sage."""
    name = f"W{next(_numbers)}"
    order = _shop_order(name, "2011-01-12", (Line("MUG", 2, "10.00"),), HOME_MARKET)
    house.control.shop_ids |= house.control.post("/shopify/load", {"orders": [order]})["orders"]
    return name


def journals(house: House) -> list[int]:
    """How many changes each system has made, whoever asked for them."""
    return [len(list(system.journal.entries(effects_only=True))) for system in house.control.estate.systems]


def seed(house: House) -> dict[str, int]:
    """Defects of every kind; returns what is at stake by code, where one figure says it."""
    house.authorised(only_in_the_shop(house), ("MUG", 1))
    house.authorised("W1003", ("LAMP", 1, "Wrong colour"))
    house.authorised("W1004", ("BOWL", 1, "x" * 70))
    house.authorised("W1002", ("LAMP", 1))
    early = house.authorised("W1001", ("BOOK", 1))
    house.act(early, "refund")
    house.authorised("W1001", ("MUG", 2))
    house.authorised("W1001", ("MUG", 2))
    for _ in range(2):
        house.control.post("/shopify/refunds", {"order": "W1003", "amount": "6.00", "lines": [], "note": "sorry"})
        house.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(house))
    house.rule("disposition", "any|good", warehouse="QUARANTINE", bin="Q1")
    house.rule("reason", "Faulty", code="faulty", account="4999", grade="damaged")
    house.control.put("/sage200/company", {"tax_codes": {"9": {"removed": True}}})
    house.control.put("/sage200/company", {"nominals": {"4010": {"hidden": True}}})
    house.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Closed"})
    return {
        "REFUND_OUTSIDE_WORKFLOW": 1200,
        "REFUNDED_TWICE": 600,
        "UNLINKED_CREDIT": 1200,
        "CREDITED_TWICE": 600,
        "REFUND_AT_AUTHORISATION": 455,
        "RETURNED_TWICE": 1200,
        "ORDER_NOT_FOUND": 1200,
    }


EVERY_DEFECT = {
    "REASON_UNMAPPED",
    "TEXT_TOO_LONG",
    "VAT_CODE_MISSING",
    "RESTOCK_NOT_ATP",
    "NOMINAL_CLOSED",
    "NOMINAL_MISSING",
    "PERIOD_CLOSED",
}


def test_every_seeded_defect_is_found_ranked_by_money_and_nothing_is_written(house: House) -> None:
    """RGO-04, RGO-05, RGO-62: both sides read, the rules applied, no system and no record of ours changed."""
    stakes = seed(house)
    before = journals(house)
    made = audited(house)
    findings = found(made)
    assert set(stakes) | EVERY_DEFECT <= set(findings)
    assert {code: findings[code]["minor"] for code in stakes} == stakes
    amounts = [finding["minor"] for finding in made["findings"]]
    assert amounts == sorted(amounts, reverse=True)
    assert all(finding["owner"] and finding["do"] and finding["evidence"] for finding in made["findings"])
    assert (made["returns"], made["matched"], made["matched_percent"]) == (7, 6, "85.7")
    assert journals(house) == before, "no system was changed"
    with house.application.store.scope(COMPANY) as c:
        assert documents.documents_in(c, limit=100) == [], "nothing was taken into the workflow"
    shown = asked(house)
    assert shown.exit_code == 1
    assert "nothing was written" in shown.stdout


def test_a_house_in_order_has_no_findings_also_after_its_returns_were_settled(either_house: House) -> None:
    """RGO-04: no false alarm."""
    house = either_house
    assert found(audited(house)) == {}
    assert asked(house).exit_code == 0
    rma, coming = house.authorised("W1001", ("MUG", 2)), house.authorised("W1004", ("BOWL", 1))
    house.receive(rma)
    house.drain(rma, coming)
    made = audited(house)
    assert found(made) == {}
    assert (made["returns"], made["credit_notes"], made["refunds"]) == (2, 1, 1)


@pytest.mark.long
def test_the_next_audit_says_what_is_new_and_what_was_put_right(house: House, tmp_path: Path) -> None:
    """RGO-05: findings are followed from one audit to the next."""
    house.authorised("W1003", ("LAMP", 1, "Wrong colour"))
    kept = tmp_path / "audit.json"
    kept.write_text(asked(house, "--json").stdout, encoding="utf-8")
    house.rule("reason", "Wrong colour", code="sound", account="4010", grade="good")
    house.control.post("/shopify/refunds", {"order": "W1004", "amount": "3.00", "lines": [], "note": "sorry"})
    made = audited(house, "--against", str(kept))
    assert [name.split("|")[0] for name in made["new"]] == ["REFUND_OUTSIDE_WORKFLOW"]
    assert {name.split("|")[0] for name in made["closed"]} >= {"REASON_UNMAPPED"}
    assert "put right REASON_UNMAPPED" in asked(house, "--against", str(kept)).stdout
    kept.write_text("[]", encoding="utf-8")
    assert "make one with" in str(asked(house, "--against", str(kept)).exception)
