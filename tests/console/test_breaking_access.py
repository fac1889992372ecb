"""Nobody gets at what is not theirs: other companies' acts and tokens, a second word of one's own, others' data."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from tests.console.api_filling import fill
from tests.console.browser import Browser
from tests.console.conftest import NOW, add_person
from tests.console.programs import make_token, program

from tieout.connectors.webhook import Doorman
from tieout.console.parts import LASTING, Console
from tieout.domain.people import Actor, Permission, Role
from tieout.ports.errors import Refused
from tieout.processes.alerting import acting
from tieout.processes.desk import NotPossible, bulk
from tieout.processes.desk.bulk import Order
from tieout.processes.mapping_desk import sheets_in
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.deciding import approve
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.people import api_tokens, signing_in
from tieout.processes.people.signing_in_elsewhere import GroupRules, Known, sign_in_elsewhere
from tieout.processes.tables_out import Sheet, write_excel
from tieout.store import Store, alerts, audit, bulk_acts, cases, people

FINANCE: Final = Role.FINANCE
WANTED: Final = Wanted(key="Faulty", value={"code": "faulty", "account": "4020", "grade": "damaged"}, since=NOW.date())


def actor(name: str, *roles: Role, companies: tuple[str, ...] = ()) -> Actor:
    return Actor(name=name, display_name=name.title(), roles=roles, companies=companies)


def first_case(console: Console, company: str) -> int:
    with console.store.scope(company) as c:
        return cases.open_cases(c)[0].id


class Died(BaseException):
    """The process is gone; nothing of ours catches it."""


def test_an_auditor_of_one_company_reads_nothing_of_what_others_did_to_many(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    fill(console)
    beta = actor("beth", FINANCE, companies=("BETA",))
    number = bulk.bulk(console.desk, beta, Order(action="assign"), [first_case(console, "BETA")], key="form")
    approver = visitor(Role.FINANCE_APPROVER, companies=("ACME",))
    assert approver.get(f"/exceptions/bulk/{number}").status == 404
    token = make_token(console, roles=(Role.FINANCE_APPROVER, Role.INTEGRATION_OPERATOR), companies=("ACME",))
    with program(console, token) as asker:
        asker.get(f"/bulk-acts/{number}", status=404)
    assert visitor(Role.FINANCE_APPROVER, name="all", companies=()).get(f"/exceptions/bulk/{number}").status == 200


def test_a_bulk_act_goes_on_only_in_the_companies_that_its_maker_still_sees(console: Console) -> None:
    fill(console)
    add_person(console.store, "ann", FINANCE)
    mine, theirs = first_case(console, "ACME"), first_case(console, "BETA")
    with console.store.scope(None) as c:
        kept = {"name": "Ann", "roles": ["finance"], "companies": [], "scopes": None}
        act, _ = bulk_acts.begin(
            c,
            company=None,
            key="form",
            who="ann",
            action="assign",
            arguments={"why": "", "to": "maria", "until": "", "actor": kept},
            wanted={"ids": [mine, theirs]},
            asked=2,
            at=NOW,
        )
        people.change_user(c, "ann", companies=["ACME"])
    bulk.work_through(console.desk, act.id, lambda: False)
    with console.store.scope(None) as c:
        done = bulk_acts.act(c, act.id)
        assert done is not None
        assert (done.done, [one["case"] for one in done.refused]) == (1, [theirs])


def test_an_act_over_few_that_died_with_its_process_goes_on_when_the_form_is_sent_again(console: Console) -> None:
    fill(console)
    ann, ids = actor("ann", FINANCE), [first_case(console, "ACME"), first_case(console, "BETA")]
    add_person(console.store, "ann", FINANCE)
    calls = iter(range(100))

    def dying() -> object:
        if next(calls) == 3:
            raise Died
        return NOW

    mortal = replace(console.desk, clock=dying)  # type: ignore[arg-type]  # times until it dies
    with pytest.raises(Died):
        bulk.bulk(mortal, ann, Order(action="assign", to="maria"), ids, key="form")
    number = bulk.bulk(console.desk, ann, Order(action="assign", to="maria"), ids, key="form")
    act = bulk.found_act(console.desk, ann, number)
    assert act is not None
    assert (act.state, act.done) == ("done", 2)
    with console.store.scope(None) as c:
        assigned = [one for one in audit.entries(c) if one.action == "case.assign"]
    assert len(assigned) == len(ids)


@pytest.mark.parametrize("name", ["Ann", "ANN", " ann "])
def test_nobody_approves_their_own_rows_by_writing_their_name_otherwise(console: Console, name: str) -> None:
    made = propose(console.desk, actor("ann", Role.FINANCE_APPROVER), "ACME", "reason", [WANTED], why="new")
    with pytest.raises(NotPossible, match="yourself"):
        approve(console.desk, actor(name, Role.FINANCE_APPROVER), made.id)


def test_an_administrator_of_one_company_neither_sees_nor_ends_the_tokens_of_others(console: Console) -> None:
    make_token(console, Permission.DESK_SEE, name="robot")
    make_token(console, Permission.DESK_SEE, name="beta-robot", companies=("BETA",))
    make_token(console, Permission.DESK_SEE, name="acme-robot", companies=("ACME",))
    chief = actor("chief", Role.ADMINISTRATOR, companies=("ACME",))
    assert [one.user_name for one in api_tokens.listed(console.store, chief)] == ["acme-robot"]
    for one in api_tokens.listed(console.store, actor("boss", Role.ADMINISTRATOR)):
        if one.user_name != "acme-robot":
            with pytest.raises(NotPossible, match="no such token"):
                api_tokens.revoke(console.store, chief, one.id, now=NOW)
        else:
            assert api_tokens.revoke(console.store, chief, one.id, now=NOW).revoked_by == "chief"


def test_guesses_that_come_all_at_once_are_no_more_than_those_one_after_the_other(console: Console) -> None:
    add_person(console.store, "ann", FINANCE)

    def guess(number: int) -> type[Exception]:
        try:
            signing_in.sign_in(
                console.store,
                name="ann",
                password=f"guess number {number}",
                address=f"192.0.2.{number}",
                agent="",
                lasting=LASTING,
                now=NOW,
            )
        except signing_in.NotSignedIn as error:
            return type(error)
        raise AssertionError("no guess is right")

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(guess, range(16)))
    assert said.count(signing_in.NotSignedIn) == signing_in.GUESSES_BY_NAME


def test_somebody_whom_the_provider_calls_by_a_word_of_ours_has_a_page(console: Console) -> None:
    known = Known(issuer="https://id", subject="1", name="New", display_name="", email="", groups=("g",))
    began = sign_in_elsewhere(
        console.store,
        known,
        GroupRules(roles_of={"g": FINANCE}, companies_of={}),
        companies=console.companies,
        address="",
        agent="",
        lasting=LASTING,
        now=NOW,
    )
    assert began.user.name == "new-elsewhere"


def test_an_error_of_the_database_quotes_nothing_that_was_to_be_kept(store: Store) -> None:
    with pytest.raises(DBAPIError) as caught, store.scope(None) as c:
        c.execute(select(text("1 / :nought")), {"nought": 0, "who": "jane@example.com"})
    assert "nought': 0" not in str(caught.value)
    assert "jane" not in str(caught.value)


def test_the_audit_keeps_no_address_of_a_person_that_an_export_was_filtered_by(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(Role.FINANCE_APPROVER)
    assert browser.get("/documents.csv?q=jane%40example.com&state=done").status == 200
    with console.store.scope(None) as c:
        (kept,) = [one.after for one in audit.entries(c) if one.action == "list.exported"]
    assert kept == {"form": "csv", "query": "q=[masked: email]&state=done"}


def test_the_audit_of_an_alert_names_no_address_that_a_customer_is_known_by(console: Console) -> None:
    fill(console)
    with console.store.scope("ACME") as c:
        (known,) = alerts.listed(c, limit=5)
        about = replace(known, code="CUSTOMER_UNMAPPED", cause="case:CUSTOMER_UNMAPPED customer/jane@example.com")
        alerts.save(c, about)
    acting.acknowledge(console.store, actor("ian", Role.INTEGRATION_OPERATOR), known.id, now=NOW)
    with console.store.scope(None) as c:
        (kept,) = [one for one in audit.entries(c) if one.action == "alert.acknowledged"]
    assert kept.subject == f"alert {known.id} case:CUSTOMER_UNMAPPED [masked: email]"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_taking_a_mapping_table_away_is_on_the_record(
    console: Console, visitor: Callable[..., Browser], kind: str
) -> None:
    fill(console)
    assert visitor(FINANCE).get(f"/mappings/reason/export?kind={kind}&company=ACME").status == 200
    with console.store.scope("ACME") as c:
        (entry,) = audit.entries(c, subject="mappings reason")
    assert (entry.who, entry.action) == ("finance", "list.exported")
    assert entry.after == {"form": kind, "on": "2026-11-20", "rows": 1}


@pytest.mark.parametrize("host", ["[fec0::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "2130706433", "0"])
def test_no_webhook_goes_to_a_private_address_however_it_is_written(host: str) -> None:
    with pytest.raises(Refused):
        Doorman().check(f"https://{host}/hook")


def test_a_spoiled_spreadsheet_is_refused_in_a_sentence_wherever_it_is_spoiled() -> None:
    rows = [("Too small", "fit", date(2026, 11, 20)), ("Too large", "fit", date(2026, 11, 20))]
    good = write_excel([Sheet(name="Reasons", heads=("Reason", "Code", "Since"), rows=rows)], {})
    chance = random.Random(20261120)
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            bad[chance.randrange(4, len(bad))] = chance.randrange(256)
        try:
            sheets_in.read_sheet("reasons.xlsx", bytes(bad))
        except NotPossible:
            continue


@pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>",
    ],
)
def test_a_spreadsheet_with_a_part_that_is_none_is_refused_in_a_sentence(part: str, content: bytes) -> None:
    good = write_excel([Sheet(name="Reasons", heads=("Reason", "Code"), rows=[("a", "fit")])], {})
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as parts, zipfile.ZipFile(file, "w") as spoiled:
        for name in parts.namelist():
            spoiled.writestr(name, content if name == part else parts.read(name))
    with pytest.raises(NotPossible):
        sheets_in.read_sheet("reasons.xlsx", file.getvalue())
