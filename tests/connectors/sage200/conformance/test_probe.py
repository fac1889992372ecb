"""The probe against the served stand-in: editions, releases, rights, signs and clocks as a site shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieout.connectors.sage200 import open_ledger
from tieout.connectors.sage200.site.probe import Probe

if TYPE_CHECKING:
    from .conftest import World

MODULES = {
    "sales_orders": "enter_order",
    "sales_ledger": "raise_invoice",
    "stock": "count_stock",
    "cash_book": "transfer_cash",
}


def channels(probe: Probe) -> dict[str, str]:
    return {capability.command: capability.channel for capability in probe.examine().capabilities}


def said(probe: Probe, subject: str) -> str:
    return " ".join(finding.says for finding in probe.findings() if finding.subject == subject)


def test_the_edition_of_every_company_shows(world: World) -> None:
    shared = world._settings.token_account
    for company in world.does("GET", "/companies"):
        opened = world.open(account=shared, site_id=company["site_id"], company_id=company["company_id"])
        assert opened.probe.examine().edition == company["edition"]
        assert company["company_name"] in said(opened.probe, "company")


def test_the_companies_that_a_sign_in_reaches_are_those_of_the_site(world: World) -> None:
    seen = {(row.site_id, row.company_id) for row in world.sage.sign_in.companies()}
    assert seen == {(row["site_id"], row["company_id"]) for row in world.does("GET", "/companies")}


@pytest.mark.parametrize(
    ("release", "shown", "lacking"),
    [
        ("2022 R1", "September 2020", {"raise_return", "cancel_return", "despatch"}),
        ("2023 R2", "August 2022", {"raise_return", "cancel_return"}),
        ("2024 R1", "2024 R1", {"raise_return", "cancel_return"}),
        ("2025 R1", "2025 R1", set[str]()),
    ],
)
def test_a_release_shows_by_what_it_brought(world: World, release: str, shown: str, lacking: set[str]) -> None:
    world.does("PUT", "/release", {"release": release})
    report = world.sage.probe.examine()
    assert report.release == shown
    assert {c.command for c in report.capabilities if c.channel == "not_possible"} == lacking


@pytest.mark.parametrize(("module", "command"), MODULES.items())
def test_a_role_without_a_module_has_no_right_to_its_commands(world: World, module: str, command: str) -> None:
    assert channels(world.sage.probe)[command] == "native"
    world.does("PUT", "/permissions", {"denied_features": [module]})
    assert channels(world.sage.probe)[command] == "no_right"


def test_the_sign_of_a_credit_note_is_looked_at_once_there_is_one(world: World) -> None:
    assert "none is posted yet" in said(world.sage.probe, "credit notes")
    world.sage.ledger.raise_credit_note(world.make.credit_note(world.order))
    assert "negative" in said(world.sage.probe, "credit notes")


def test_a_sage_whose_clock_is_ahead_of_ours_is_noticed(world: World) -> None:
    late = open_ledger(world._settings, world._keeper, lambda: world.clock.now() - timedelta(minutes=10))
    assert "ahead of ours" in said(late.probe, "clock")
    late.close()
    assert "ahead of ours" not in said(world.sage.probe, "clock")


def test_settings_that_change_what_we_may_send_are_read(world: World) -> None:
    world.does("PUT", "/settings", {"sop": {"amend_nominal_codes": False, "are_prices_tax_inclusive": True}})
    assert "Sage chooses" in said(world.sage.probe, "nominals on lines")
    assert "hold VAT" in said(world.sage.probe, "prices")


def test_asking_changes_nothing(world: World) -> None:
    before = [world.does("GET", f"/ledgers/{ledger}") for ledger in ("nominal", "stock", "sales")]
    world.sage.probe.examine()
    assert [world.does("GET", f"/ledgers/{ledger}") for ledger in ("nominal", "stock", "sales")] == before
    assert world.does("GET", "/locks") in ([], {"locks": []})
