"""Mappings at the console: rows, proposals with what they would do, decisions, files, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from tests.console.browser import Browser, Page
from tests.console.conftest import Clock, add_person
from tests.processes.conftest import control, house, open_house
from tests.processes.mapping_people import ANN, BEA, COMPANY

from tieout.console.parts import Console
from tieout.console.wording import NO_FIGURE, money
from tieout.domain.people import Role
from tieout.domain.rules.tables import TABLES
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.deciding import approve
from tieout.processes.mapping_desk.proposing import propose
from tieout.store import audit

if TYPE_CHECKING:
    from tests.processes.house import House

__all__ = ["control", "house", "open_house"]

Arrive = Callable[..., Browser]
TODAY = date(2026, 11, 20)
VALUE = {"code": "fit", "account": "4010"}


def put(console: Console, key: str = "Too small", table: str = "reason", **value: str) -> int:
    """A row proposed and approved; the number of its proposal."""
    day = console.clock().date()
    wanted = Wanted(key=key, value=value or VALUE, since=day)
    made = propose(console.desk, ANN, COMPANY, table, [wanted], why="agreed")
    return approve(console.desk, BEA, made.id).proposal.id


def proposed(browser: Browser, table: str, address: str = "", **fields: Any) -> Page:  # noqa: ANN401 - fields of a form
    """A row proposed by the form, looked at first; the proposal's page."""
    form = browser.get(f"/mappings/{table}/propose{address}")
    look = browser.submit(form, f"form[action='/mappings/{table}/propose'][method='post']", button="See what", **fields)
    assert look.status == 200, look.texts(".problems li")
    return browser.submit(look, f"form[action='/mappings/{table}/propose']", button="Propose it")


def test_every_table_is_listed_with_its_owner_and_what_waits(console: Console, visitor: Arrive) -> None:
    put(console)
    finance = visitor(Role.FINANCE)
    proposed(finance, "reason", key="Faulty", f_code="faulty", why="new")
    page = finance.get("/mappings")
    lines = {row[0]: row for row in page.rows()}
    assert set(lines) == {table.title for table in TABLES.values()}
    assert lines["Return reasons"][2:5] == ["finance", "1", "1 proposal"]
    assert "1 proposal waiting" in page.text(".actions")


def test_a_row_is_proposed_looked_at_and_approved_by_somebody_else(visitor: Arrive) -> None:
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    page = proposed(finance, "reason", "?key=Too+small", f_code="fit", f_account="4010", why="new at the portal")
    assert page.text(".flash").startswith("Proposal 1 is written.")
    assert page.text("h1") == "Proposal 1: Return reasons"
    assert page.rows(".before-after tbody tr") == [
        ["Code", NO_FIGURE, "fit New"],
        ["Nominal account", NO_FIGURE, "4010 New"],
    ]
    assert "does not approve" in page.text("aside")
    assert finance.get("/mappings/reason").rows() == []
    page = approver.submit(approver.get("/mappings/proposals/1"), "form[action$='/approve']", why="fine")
    assert page.text(".flash") == "Proposal 1 is approved."
    assert page.text(".status-line").startswith("Approved")
    (row,) = finance.get("/mappings/reason").rows()
    assert row[:3] == ["Too small", "fit", "4010"]
    assert "finance-approver" in row


def test_an_approver_decides_neither_on_their_own_nor_on_what_others_own(visitor: Arrive) -> None:
    approver, operations = visitor(Role.FINANCE_APPROVER), visitor(Role.OPERATIONS)
    page = proposed(approver, "reason", key="Other", f_code="other", why="new")
    assert "somebody else has to decide" in page.text("aside")
    assert page.tree.cssselect("form[action$='/approve']") == []
    for browser, said in ((approver, "You proposed this yourself"), (operations, "choice of finance")):
        for deed in ("approve", "reject"):
            answer = browser.post(f"/mappings/proposals/1/{deed}", {"why": "so"})
            assert answer.status == 422
            assert said in answer.text(".problems")
    assert approver.get("/mappings/reason").rows() == []
    page = approver.submit(page, "form[action$='/withdraw']")
    assert page.text(".flash") == "Proposal 1 is taken back. Nothing changed."


def test_a_rejection_needs_its_reason_and_shows_it(visitor: Arrive) -> None:
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    proposed(finance, "reason", key="Other", f_code="other", why="new")
    page = approver.get("/mappings/proposals/1")
    refused = approver.post("/mappings/proposals/1/reject", {"why": ""})
    assert refused.text(".problems li").startswith("Say why")
    assert page.form("form[action$='/approve']").cssselect("button[formaction$='/reject']")
    approver.post("/mappings/proposals/1/reject", {"why": "use the old one"})
    assert "use the old one" in finance.get("/mappings/proposals/1").text("aside")
    assert finance.get("/mappings/proposals").text(".empty-title") == "No proposal is waiting"
    assert [row[0] for row in finance.get("/mappings/proposals?state=all").rows()] == ["1"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"key": "", "f_code": "fit", "why": "x"}, "key", "write what the row is for"),
        ({"key": "Other", "f_code": "", "why": "x"}, "f_code", "Code is missing"),
        ({"key": "Other", "f_code": "fit", "why": ""}, "why", "Say why"),
        ({"key": "Other", "f_code": "fit", "why": "x", "since": "soon"}, "since", "choose a day"),
        ({"key": "Too small", "f_code": "fit", "f_account": "4010", "why": "x"}, "", "is so already"),
        (
            {"key": "Too small", "f_code": "x", "since": "2026-11-01", "why": "x"},
            "since",
            "is in force from 20 Nov 2026",
        ),
    ],
)
@pytest.mark.parametrize("step", ["look", "propose"])
def test_what_is_wrong_in_the_form_is_said_beside_its_field(
    console: Console, visitor: Arrive, fields: dict[str, str], field: str, sentence: str, step: str
) -> None:
    put(console)
    filled = {"since": TODAY.isoformat(), "company": COMPANY, "step": step} | fields
    page = visitor(Role.FINANCE).post("/mappings/reason/propose", filled)
    assert page.status == 422
    assert sentence in page.text(".problems li")
    assert page.text("title").startswith("Error:")
    if field:
        assert page.links(".problems a") == [f"#{field}"]
        assert page.tree.cssselect(f"#{field}")[0].get("aria-invalid") == "true"
    assert page.tree.cssselect("#f_code")[0].get("value") == fields.get("f_code", "")
    assert visitor(Role.AUDITOR).get("/mappings/proposals").text(".empty-title") == "No proposal is waiting"


def test_the_form_is_filled_in_from_the_address_and_from_the_row_in_force(console: Console, visitor: Arrive) -> None:
    put(console)
    finance = visitor(Role.FINANCE)
    page = finance.get("/mappings/reason/propose?key=too+small&account=4020&case=7")
    values = {name: page.tree.cssselect(f"#{name}")[0].get("value") for name in ("key", "f_code", "f_account", "since")}
    assert values == {"key": "too small", "f_code": "fit", "f_account": "4020", "since": "2026-11-20"}
    assert "/exceptions/7" in page.links("main a")
    look = finance.submit(page, "form[method='post'][action$='/propose']", button="See what", why="4010 is closed")
    assert look.rows(".before-after tbody tr") == [["Code", "fit", "fit"], ["Nominal account", "4010", "4020 Changed"]]
    back = finance.submit(look, "form[action$='/propose']", button="Change it")
    assert back.tree.cssselect("#f_account")[0].get("value") == "4020"
    made = finance.submit(look, "form[action$='/propose']", button="Propose it")
    assert "/exceptions/7" in made.links("aside a")


@pytest.mark.parametrize("table", [name for name, table in TABLES.items() if table.own_rows])
def test_a_rule_of_the_house_is_chosen_first_and_has_its_own_fields(visitor: Arrive, table: str) -> None:
    finance, key = visitor(Role.FINANCE), next(iter(TABLES[table].own_rows))
    page = finance.get(f"/mappings/{table}/propose")
    page = finance.submit(page, "main form[method='get']", key=key)
    names = [name for name in page.form("form[method='post'][action$='/propose']").fields if name.startswith("f_")]
    assert names == [f"f_{field.name}" for field in TABLES[table].fields_of(key)]


def test_every_table_has_its_pages(visitor: Arrive) -> None:
    finance = visitor(Role.FINANCE)
    for name, table in TABLES.items():
        for page in ("", "/coverage", "/propose", "/import"):
            assert finance.get(f"/mappings/{name}{page}").status == 200, f"{name}{page}"
        assert finance.get(f"/mappings/{name}").title == table.title
    assert finance.get("/mappings/colours").status == 404
    assert finance.get("/mappings/reason/history?key=unheard").status == 404
    assert finance.get("/mappings/proposals/99").status == 404


def test_a_row_ends_by_a_proposal(console: Console, visitor: Arrive, clock: Clock) -> None:
    put(console)
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    page = finance.get("/mappings/reason")
    end = next(link for link in page.links("main a") if link.endswith("&end=1"))
    form = finance.get(end)
    assert form.title == "End a row"
    day = (TODAY + timedelta(days=3)).isoformat()
    look = finance.submit(form, "form[method='post'][action$='/propose']", button="See what", since=day, why="not used")
    assert "ends on 23 Nov 2026" in look.text("#change")
    made = finance.submit(look, "form[action$='/propose']", button="Propose it")
    done = approver.post(f"/mappings/proposals/{made.address.rsplit('/', 1)[1]}/approve", {})
    assert done.text(".flash") == "Proposal 2 is approved and counts from 23 Nov 2026."
    assert len(finance.get("/mappings/reason?on=2026-11-22").rows()) == 1
    assert finance.get("/mappings/reason?on=2026-11-23").rows() == []
    clock.pass_by(timedelta(days=3))


def test_rows_are_found_and_told_as_of_a_day(console: Console, visitor: Arrive) -> None:
    put(console)
    put(console, "Faulty", code="faulty")
    finance = visitor(Role.FINANCE)
    assert [row[0] for row in finance.get("/mappings/reason").rows()] == ["Faulty", "Too small"]
    assert [row[0] for row in finance.get("/mappings/reason?q=4010").rows()] == ["Too small"]
    assert finance.get("/mappings/reason?on=2026-11-19").text(".empty-title") == "No row is in force on 19 Nov 2026"
    assert finance.get("/mappings/reason?q=zzz").text(".empty-title") == "No row matches zzz"
    part = finance.part("/mappings/reason?q=fau")
    assert "<html" not in part.body
    assert [row[0] for row in part.rows("tbody tr")] == ["Faulty"]


def test_an_earlier_version_is_proposed_again_from_its_history(console: Console, visitor: Arrive) -> None:
    put(console)
    put(console, code="fit", account="4020")
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    page = finance.get("/mappings/reason/history?key=too+small")
    assert [row[:2] for row in page.rows()] == [["2", "In force"], ["1", "Past"]]
    made = finance.submit(page, "form[action$='/rollback']")
    assert "would bring version 1 back" in made.text(".flash")
    approver.post(f"/mappings/proposals/{made.address.rsplit('/', 1)[1]}/approve", {})
    assert finance.get("/mappings/reason").rows()[0][2] == "4010"


def test_a_whole_proposal_is_undone_by_another(console: Console, visitor: Arrive) -> None:
    number = put(console)
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    made = finance.submit(finance.get(f"/mappings/proposals/{number}"), "form[action$='/undo']", why="too early")
    assert f"would undo proposal {number}" in made.text(".flash")
    approver.post(f"/mappings/proposals/{made.address.rsplit('/', 1)[1]}/approve", {})
    assert finance.get("/mappings/reason").rows() == []
    again = finance.post(f"/mappings/proposals/{number}/undo", {"why": "once more"})
    assert (again.status, "was changed again" in again.text(".problems")) in {(422, True), (422, False)}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_table_is_downloaded_and_uploaded_without_a_change(console: Console, visitor: Arrive, kind: str) -> None:
    put(console)
    finance = visitor(Role.FINANCE)
    file = finance.client.get(f"/mappings/reason/export?kind={kind}")
    assert f"reason-ACME-2026-11-20.{kind}" in file.headers["content-disposition"]
    page = finance.post("/mappings/reason/import", {}, files={"file": (f"reasons.{kind}", file.content)})
    assert page.text(".empty-title") == "Nothing would change"
    if kind == "xlsx":
        assert load_workbook(BytesIO(file.content))["Parameters"]["B5"].value == "Finance"


def test_a_file_is_looked_at_proposed_and_put_in_force_by_one_approval(console: Console, visitor: Arrive) -> None:
    put(console)
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    content = b"Reason,Code,Nominal account\nToo small,size,4010\nNever came,lost,4020\n"
    page = finance.post("/mappings/reason/import", {}, files={"file": ("new.csv", content)})
    assert "2 rows in the file: 0 as they are, 2 changes" in page.text("main .muted")
    assert ["Too small", "changed from 20 Nov 2026", "Code", "fit", "size"] in page.rows()
    refused = finance.submit(page, "form[action$='/import/propose']", why="")
    assert refused.status == 422
    made = finance.submit(page, "form[action$='/import/propose']", why="new season")
    assert "2 rows from a file" in made.text(".status-line")
    approver.post(f"/mappings/proposals/{made.address.rsplit('/', 1)[1]}/approve", {})
    assert [row[:3] for row in finance.get("/mappings/reason").rows()] == [
        ["Never came", "lost", "4020"],
        ["Too small", "size", "4010"],
    ]


def test_a_broken_file_is_refused_with_the_place(visitor: Arrive) -> None:
    finance = visitor(Role.FINANCE)
    page = finance.post("/mappings/reason/import", {}, files={"file": ("r.csv", b"Reason,Code\nToo small,\nx,y\n")})
    assert page.status == 422
    assert page.texts(".problems li") == ["Sheet file, row 2, column Code: Code is missing."]
    assert finance.post("/mappings/reason/import", {}).text(".problems li") == "Choose a file."
    lost = finance.post("/mappings/reason/import/propose", {"rows": "[1]", "why": "x"})
    assert "choose the file again" in lost.text(".problems li")


def test_an_auditor_reads_and_downloads_and_changes_nothing(console: Console, visitor: Arrive) -> None:
    put(console)
    auditor = visitor(Role.AUDITOR)
    page = auditor.get("/mappings/reason")
    assert not [link for link in page.links("main a") if "/propose" in link or "/import" in link]
    assert auditor.client.get("/mappings/reason/export?kind=csv").status_code == 200
    assert auditor.get("/mappings/reason/propose").status == 403
    assert auditor.post("/mappings/proposals/1/approve", {}).status == 403


def test_somebody_of_another_company_sees_neither_rows_nor_proposals(console: Console, visitor: Arrive) -> None:
    number = put(console)
    other = visitor(Role.FINANCE_APPROVER, companies=("BETA",))
    assert other.get("/mappings/reason").rows() == []
    assert other.get("/mappings/reason?company=ACME").status == 403
    assert other.get(f"/mappings/proposals/{number}").status == 404
    assert other.post(f"/mappings/proposals/{number}/undo", {"why": "x"}).status == 404
    made = other.post(
        "/mappings/reason/propose",
        {"company": "ACME", "key": "x", "f_code": "y", "since": "2026-11-20", "why": "z", "step": "propose"},
    )
    assert "BETA" in made.text(".status-line")


def test_a_decision_is_in_the_audit(console: Console, visitor: Arrive) -> None:
    finance, approver = visitor(Role.FINANCE), visitor(Role.FINANCE_APPROVER)
    proposed(finance, "reason", key="Other", f_code="other", why="new")
    approver.post("/mappings/proposals/1/approve", {"why": "fine"})
    with console.store.scope(COMPANY) as c:
        entries = audit.entries(c, subject="reason/Other")
    assert [(entry.who, entry.action) for entry in entries] == [
        ("finance-approver", "mapping.approved"),
        ("finance", "mapping.proposed"),
    ]


@pytest.fixture
def offices(house: House) -> Iterator[tuple[Browser, Browser]]:
    """Finance and its approver before the console of a house with returns."""
    application = house.application
    browsers = []
    for name, role in (("ann", Role.FINANCE), ("bea", Role.FINANCE_APPROVER)):
        add_person(application.store, name, role, at=application.clock())
        browser = Browser(application.console(), base="http://127.0.0.1")
        browser.sign_in(name)
        browsers.append(browser)
    yield browsers[0], browsers[1]
    for browser in browsers:
        browser.close()


def test_an_unmapped_reason_is_filled_in_from_its_case_and_the_returns_tie_out(
    house: House, offices: tuple[Browser, Browser]
) -> None:
    finance, approver = offices
    rmas = [house.authorised(order, ("MUG", 1, "Sent by mistake")) for order in ("W1001", "W1002")]
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    table = finance.get("/mappings/reason")
    assert table.text("#missing") == "1 row that exceptions wait for"
    stake = money(sum(house.document(rma).stake_minor or 0 for rma in rmas))
    assert f"Sent by mistake: 2 open exceptions, {stake} at stake" in table.text(".card.bad li")
    covered = finance.get("/mappings/reason/coverage")
    assert covered.rows()[0][:5] == ["Sent by mistake", "No row", "2", stake, "2 exceptions"]
    case = house.open_cases()[0]
    page = finance.get(f"/exceptions/{case.id}")
    form = finance.get(next(link for link in page.links("main a") if link.startswith("/mappings/reason/propose")))
    assert form.tree.cssselect("#key")[0].get("value") == "Sent by mistake"
    assert "4010" in [option.get("value") for option in form.tree.cssselect("#codes-account option")]
    wrong = finance.submit(
        form, "form[method='post'][action$='/propose']", button="See what", f_code="sound", f_account="4999", why="new"
    )
    assert "Sage had no nominal account 4999" in wrong.text(".suggested")
    look = finance.submit(
        form,
        "form[method='post'][action$='/propose']",
        button="See what",
        f_code="sound",
        f_account="4010",
        f_grade="good",
        why="new at the portal",
    )
    assert "2 of the 2 latest returns" in look.text("#impact + p")
    made = finance.submit(look, "form[action$='/propose']", button="Propose it")
    assert f"/exceptions/{case.id}" in made.links("aside a")
    assert len(house.open_cases()) == 2
    done = approver.submit(approver.get(made.address), "form[action$='/approve']", why="right")
    assert "2 open cases named its rows and are being tried again" in done.text(".flash")
    assert f"/exceptions?cause={case.cause.replace(' ', '%20')}" in done.links("main a")
    house.drain()
    assert house.open_cases() == []
    assert [house.document(rma).state for rma in rmas] == ["done", "done"]
