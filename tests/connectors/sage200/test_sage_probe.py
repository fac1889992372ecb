"""What a probed site means: edition, release, findings and the way of every command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest

from tieout.connectors.sage200.site.capabilities import NEEDS, capabilities, capability_of, sage_commands
from tieout.connectors.sage200.site.facts import (
    CONFIRM_DESPATCH,
    NATIVE_LISTS,
    PROFESSIONAL_LISTS,
    CompanionFacts,
    SiteFacts,
    edition_of,
    release_of,
)
from tieout.connectors.sage200.site.findings import findings
from tieout.connectors.sage200.site.wire_probe import LedgerRules, SopRights, SystemRules
from tieout.connectors.sage200.wire import SopSettings
from tieout.domain import commands as c
from tieout.ports.accounts import Channel, SeenCompany

if TYPE_CHECKING:
    from tieout.connectors.sage200 import Sage200, Sage200Settings

    from .conftest import Site

HERE = SeenCompany(site_id="0b3c", site="Leeds", company_id=3, company="Giftware")
NO = "not_possible"
ON_SITE = frozenset(
    {"receive_return", "post_sop_credit_note", "post_sop_invoice", "write_on", "write_off", "issue", "journal"}
)
FACTS = SiteFacts(
    companies=(HERE,),
    latency=timedelta(milliseconds=80),
    lists=dict.fromkeys((*NATIVE_LISTS, CONFIRM_DESPATCH), "there"),
    order_fields=frozenset({"id", "despatch_receipt_status", "analysis_code_6"}),
    rights=SopRights(override_prices_discounts=True),
    companion=CompanionFacts(contract=1, version="1.0", sage_release="2025 R1", commands=ON_SITE),
)
"""A Professional site on which everything is possible."""


def without(*paths: str) -> SiteFacts:
    return replace(FACTS, lists={**FACTS.lists, **dict.fromkeys(paths, "missing")})


def poor(facts: SiteFacts, settings: Sage200Settings) -> dict[str, str]:
    return {finding.subject: finding.says for finding in findings(facts, settings) if not finding.is_well}


def test_every_command_that_concerns_sage_is_answered_for_and_no_other() -> None:
    elsewhere = {*get_args(c.ShopCommand), *get_args(c.PortalCommand), *get_args(c.WarehouseCommand)}
    of_sage = [command for command in get_args(c.AnyCommand) if command not in elsewhere]
    kinds = {command.__dataclass_fields__["kind"].default for command in of_sage}
    assert set(sage_commands()) == kinds == set(NEEDS)


def test_where_everything_is_possible_every_command_has_a_way(settings: Sage200Settings) -> None:
    answered = capabilities(FACTS, settings)
    assert {capability.command for capability in answered} == set(NEEDS)
    assert {capability.channel for capability in answered} == {"native", "companion"}
    assert all(capability.why for capability in answered)
    assert poor(FACTS, settings) == {}


def test_what_the_api_cannot_do_is_a_persons_without_a_companion(settings: Sage200Settings) -> None:
    manual = settings.model_copy(update={"channel": "manual"})
    by_hand = {x.command for x in capabilities(replace(FACTS, companion=None), manual) if x.channel == "manual"}
    assert by_hand == {kind for kind, need in NEEDS.items() if type(need).__name__ == "OnSite"}


def changed_companion(**changes: Any) -> SiteFacts:  # noqa: ANN401 - any field
    assert FACTS.companion is not None
    return replace(FACTS, companion=replace(FACTS.companion, **changes))


@pytest.mark.parametrize(
    ("kind", "facts", "channel", "says"),
    [
        ("raise_return", without("/sop_returns"), "not_possible", "2025 R1"),
        ("despatch", without(CONFIRM_DESPATCH), "not_possible", "August 2022"),
        ("move_stock", without("/stocktakes"), "not_possible", "transfer stock in Sage"),
        ("enter_order", without("/sop_orders"), "not_possible", "base_url"),
        ("post_bank_entry", replace(FACTS, lists={**FACTS.lists, "/banks": "forbidden"}), "no_right", "Cash Book"),
        ("raise_return", replace(FACTS, rights=SopRights(override_prices_discounts=False)), "no_right", "prices"),
        ("raise_invoice", replace(FACTS, lists={}), "native", "could not be asked for"),
        ("post_journal", changed_companion(commands=ON_SITE - {"journal"}), "not_possible", "update the companion"),
        ("issue_stock", changed_companion(contract=2), "not_possible", "contract 2"),
        ("write_on", changed_companion(trouble="it is away"), "companion", "it is away"),
        ("open_customer", replace(FACTS, ledger=LedgerRules(auto_generate_account_numbers=True)), NO, "by hand"),
        ("enter_order", replace(FACTS, sop=SopSettings(auto_generate_order_return_numbers=False)), NO, "switch on"),
        ("enter_order", replace(FACTS, sop=SopSettings(amend_header_analysis_codes=False)), NO, "the key"),
    ],
)
def test_what_a_command_cannot_be_done_by_is_said_with_what_to_do(
    settings: Sage200Settings, kind: str, facts: SiteFacts, channel: Channel, says: str
) -> None:
    found = capability_of(kind, facts, settings)
    assert found.channel == channel, found
    assert says in found.why


def test_nothing_is_said_of_commands_while_the_site_cannot_be_asked(settings: Sage200Settings) -> None:
    assert capabilities(SiteFacts(trouble="it is away"), settings) == ()
    assert poor(SiteFacts(trouble="it is away"), settings) == {"site": "it is away"}
    apart = settings.model_copy(update={"site_id": ""})
    assert capabilities(FACTS, apart) == ()
    assert "no company is chosen yet" in poor(FACTS, apart)["company"]


@pytest.mark.parametrize(
    ("missing", "fields", "release"),
    [
        ((), set[str](), "2025 R1"),
        (("/sop_returns",), {"use_header_requested_date", "despatch_receipt_status"}, "2024 R2"),
        (("/sop_returns",), {"despatch_receipt_status"}, "2024 R1"),
        (("/sop_returns",), {"id"}, "August 2022"),
        (("/sop_returns", CONFIRM_DESPATCH), {"id"}, "September 2020"),
        (("/sop_returns", CONFIRM_DESPATCH, "/stocktakes"), {"id"}, ""),
    ],
)
def test_the_release_shows_by_what_is_there(missing: tuple[str, ...], fields: set[str], release: str) -> None:
    assert release_of(replace(without(*missing), order_fields=frozenset(fields))) == release


EXTRA = "https://api.columbus.sage.com/uk/sage200extra/accounts/v1"
STANDARD = "https://api.columbus.sage.com/uk/sage200/accounts/v1"
SMALL = replace(without(*PROFESSIONAL_LISTS), order_fields=frozenset({"id", "analysis_code_5"}))
"""A site without anything that only Professional has."""


@pytest.mark.parametrize(
    ("facts", "address", "edition"),
    [
        (FACTS, "https://elsewhere.example", "Professional"),
        (SMALL, "https://elsewhere.example", "Standard"),
        (replace(SMALL, order_fields=None), EXTRA, "Professional"),
        (replace(SMALL, order_fields=None), STANDARD, "Standard"),
        (replace(SMALL, order_fields=None), "https://elsewhere.example", ""),
        (replace(SMALL, order_fields=frozenset({"analysis_code_20"})), STANDARD, "Professional"),
    ],
)
def test_the_edition_shows_by_what_answers_and_else_by_the_address(
    facts: SiteFacts, address: str, edition: str
) -> None:
    assert edition_of(facts, address) == edition


def test_the_address_of_the_other_edition_is_found_out(settings: Sage200Settings) -> None:
    assert "correct base_url" in poor(FACTS, settings.model_copy(update={"base_url": STANDARD}))["edition"]


def test_standard_bears_neither_a_companion_nor_a_sixth_analysis_code(settings: Sage200Settings) -> None:
    found = poor(SMALL, settings.model_copy(update={"reason_slot": 6}))
    assert "manual" in found["companion"]
    assert "from 1 to 5" in found["analysis codes"]


@pytest.mark.parametrize(
    ("facts", "subject", "says"),
    [
        (replace(FACTS, companies=()), "company", "tunnel"),
        (replace(FACTS, companies=(replace(HERE, company_id=9),)), "company", "not this one"),
        (replace(FACTS, latency=timedelta(seconds=30)), "speed", "30.00 s"),
        (replace(FACTS, ahead=timedelta(minutes=9)), "clock", "9 minutes"),
        (replace(FACTS, credit_sign=1), "credit notes", "positive"),
        (replace(FACTS, lists={**FACTS.lists, "/banks": "forbidden"}), "rights", "/banks"),
        (replace(FACTS, troubles={"/banks": "answered 500"}), "/banks", "answered 500"),
        (replace(FACTS, sop=SopSettings(auto_generate_order_return_numbers=False)), "order numbers", "automatic"),
        (replace(FACTS, sop=SopSettings(amend_nominal_codes=False)), "nominals on lines", "stock item"),
        (replace(FACTS, sop=SopSettings(amend_header_analysis_codes=False)), "analysis codes", "keys stand there"),
        (replace(FACTS, sop=SopSettings(add_invoice_credit_note_to_sales_ledger=False)), "SOP postings", "pending"),
        (
            replace(
                FACTS,
                system=SystemRules.model_validate(
                    {"transaction_date_validation": {"transaction_date_validation_type": "None"}}
                ),
            ),
            "date validation",
            "closed period",
        ),
        (changed_companion(commands=frozenset[str]()), "companion", "receive_return"),
    ],
)
def test_what_needs_a_person_is_said_once_and_in_words(
    settings: Sage200Settings, facts: SiteFacts, subject: str, says: str
) -> None:
    found = poor(facts, settings)
    assert set(found) == {subject}
    assert says in found[subject]


def test_the_probe_reads_and_never_writes(site: Site, sage: Sage200) -> None:
    site.says("GET", "/sites", [{"site_id": "0b3c", "company_id": 3, "company_name": "Giftware"}])
    site.says("GET", "/banks", {"Message": "no right"}, status=403)
    site.says("GET", "/sop_orders", [{"id": 7, "date_time_updated": "2026-11-20T12:20:00Z"}])
    site.says("GET", "/tax_codes", {"Message": "it broke"}, status=500)
    report = sage.probe.examine()
    assert {asked.verb for asked in site.asked if asked.path != "/oauth/token"} == {"GET"}
    said = {finding.subject: finding for finding in report.findings}
    assert "20 minutes" in said["clock"].says
    assert "/banks" in said["rights"].says
    assert not said["/tax_codes"].is_well
    confirming = site.sent("GET", CONFIRM_DESPATCH)
    assert [asked.query["$filter"] for asked in confirming] == ["document_no eq 'TIEOUT-PROBE'"]


def test_no_company_is_named_when_asking_for_the_companies(site: Site, sage: Sage200) -> None:
    site.says("GET", "/sites", [{"site_id": "0b3c", "company_id": 3, "site_name": "Leeds", "company_name": "Giftware"}])
    assert sage.sign_in.companies() == (HERE,)
    (asked,) = site.sent("GET", "/sites")
    assert {name.lower() for name in asked.headers} & {"x-site", "x-company"} == set()


def test_a_site_that_is_away_is_asked_one_thing_only(site: Site, sage: Sage200) -> None:
    site.says("GET", "/sites", {"Message": "no tunnel"}, status=504)
    report = sage.probe.examine()
    assert report.capabilities == ()
    assert {asked.path for asked in site.asked} == {"/oauth/token", "/sites", "/companion/v1/about"}


def test_an_address_where_no_sage_answers_is_told_from_a_tunnel_that_is_down(site: Site, sage: Sage200) -> None:
    (finding, *_) = sage.probe.findings()
    assert "base_url" in finding.says
    site.says("GET", "/sites", [])
    (finding, *_) = sage.probe.findings()
    assert "tunnel" in finding.says
