"""The exceptions list: the address is its state, its files hold what it shows, its views are kept."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW

from tieout.console.case_query import case_filter, in_words
from tieout.domain.people import Role
from tieout.store import Store, audit, cases, documents
from tieout.store.cases import Case, Trouble

FINANCE = "?state=open&owner=finance&sort=due"


def open_case(  # what differs between cases
    store: Store,
    key: str,
    *,
    code: str = "VAT_CODE_MISSING",
    owner: str = "finance",
    stake: int | None = 1_250,
    company: str = "ACME",
    due_in: timedelta | None = timedelta(hours=4),
    cause: str = "VAT_CODE_MISSING t9",
) -> Case:
    """An open case of a return."""
    with store.scope(company) as c:
        document = documents.touch(
            c, company=company, kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW
        )
        trouble = Trouble(
            code=code,
            owner=owner,
            fault_class="data",
            faults=[],
            stake_minor=stake,
            currency="GBP",
            cause=cause,
            due_at=None if due_in is None else NOW + due_in,
        )
        return cases.open_or_update(c, document, trouble, at=NOW - timedelta(days=2))


def test_a_role_begins_with_its_own_exceptions(store: Store, visitor: Callable[..., Browser]) -> None:
    mine = open_case(store, "R-1")
    open_case(store, "R-2", code="BIN_UNMAPPED", owner="operations")
    page = visitor(Role.FINANCE).get("/exceptions")
    assert page.address.endswith("/exceptions?state=open&owner=finance&sort=due")
    assert page.links("#list tbody td.slack a") == [f"/exceptions/{mine.id}"]
    assert page.text("[data-say]") == "1 open exception, £12.50 at stake"


def test_filters_stand_in_the_address_without_empty_ones_and_can_be_taken_off(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    for number in range(3):
        open_case(store, f"R-{number}", stake=1_000 * (number + 1))
    browser = visitor(Role.FINANCE)
    page = browser.submit(browser.get("/exceptions"), "form.filters", due="today", stake_min="15.00")
    assert "due=today" in page.address
    assert "=&" not in page.address
    assert page.text("[data-say]") == "2 open exceptions, £50.00 at stake"
    assert page.texts(".chips a")[:2] == ["Due today ✕", "At least £15.00 ✕"]
    without = browser.get(page.links(".chips a")[1])
    assert without.text("[data-say]") == "3 open exceptions, £60.00 at stake"


@pytest.mark.parametrize(
    ("sort", "keys"),
    [("due", ["R-1", "R-2", "R-3"]), ("-stake", ["R-3", "R-1", "R-2"]), ("stake", ["R-2", "R-1", "R-3"])],
)
def test_the_list_is_ordered_as_the_address_says(
    store: Store, visitor: Callable[..., Browser], sort: str, keys: list[str]
) -> None:
    for number, stake in ((1, 200), (2, 100), (3, 300)):
        open_case(store, f"R-{number}", stake=stake, due_in=timedelta(hours=number))
    page = visitor(Role.FINANCE).get(f"/exceptions?state=open&sort={sort}")
    assert page.texts("#list tbody td:nth-child(3)") == [f"return {key}" for key in keys]


def test_pages_show_every_exception_once_forward_and_back(store: Store, visitor: Callable[..., Browser]) -> None:
    made = {f"/exceptions/{open_case(store, f'R-{number:02}').id}" for number in range(60)}
    browser = visitor(Role.FINANCE)
    page = browser.get("/exceptions?state=open&size=25")
    seen = page.links("#list td.slack a")
    while page.links("a[rel=next]"):
        page = browser.follow(page, "a[rel=next]")
        seen += page.links("#list td.slack a")
    assert sorted(seen) == sorted(made)
    back = browser.follow(page, "a[rel=prev]")
    assert back.links("#list td.slack a") == seen[25:50]


def test_a_place_in_the_list_that_never_was_is_a_plain_error(visitor: Callable[..., Browser]) -> None:
    assert visitor(Role.FINANCE).get("/exceptions?state=open&after=nonsense").status == 400


def test_one_line_for_each_cause_leads_to_its_exceptions(store: Store, visitor: Callable[..., Browser]) -> None:
    for number in range(4):
        open_case(store, f"R-{number}")
    open_case(store, "R-9", cause="VAT_CODE_MISSING t1")
    browser = visitor(Role.FINANCE)
    page = browser.get("/exceptions?state=open&by=cause")
    assert [row[3:] for row in page.rows("#list tbody tr")] == [["4", "£50.00"], ["1", "£12.50"]]
    assert browser.get(page.links("#list tbody a")[0]).text("[data-say]").startswith("4 open exceptions")


def test_a_view_is_kept_for_oneself_and_for_a_role_and_forgotten(store: Store, visitor: Callable[..., Browser]) -> None:
    open_case(store, "R-1")
    ann, ben = visitor(Role.FINANCE, name="ann"), visitor(Role.FINANCE, name="ben")
    large = ann.get("/exceptions?state=open&stake_min=1000")
    ann.submit(large, "#save-view", name="Large")
    shared = ann.submit(large, "#save-view", name="Large of finance", role="finance")
    assert shared.text(".flash") == "The view “Large of finance” is saved."
    assert {"Large", "Large of finance"} <= set(shared.texts(".tabs a"))
    of_ben = ben.get("/exceptions")
    assert "Large of finance" in of_ben.texts(".tabs a")
    assert "Large" not in of_ben.texts(".tabs a")
    button = shared.tree.cssselect("button[aria-label='Forget the view Large']")[0]
    gone = ann.post(button.getparent().get("action"), {})
    assert "Large" not in gone.texts(".tabs a")


def test_csv_and_excel_hold_all_that_the_filters_show_and_the_audit_says_who_took_them(
    store: Store, visitor: Callable[..., Browser]
) -> None:
    for number in range(60):
        open_case(store, f"=R-{number}" if number == 0 else f"R-{number}")
    open_case(store, "O-1", code="BIN_UNMAPPED", owner="operations")
    browser = visitor(Role.AUDITOR)
    body = browser.get(f"/exceptions.csv{FINANCE}").answer.content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(body)))
    assert len(rows) == 61
    assert rows[1][3] == "'=R-0", "a text that a spreadsheet would calculate stays a text"
    assert rows[1][8:10] == ["12.50", "GBP"]
    book = openpyxl.load_workbook(BytesIO(browser.get(f"/exceptions.xlsx{FINANCE}").answer.content))
    assert book["Exceptions"].max_row == 61
    told = {row[0]: row[1] for row in book["Parameters"].iter_rows(values_only=True)}
    assert (told["Exported by"], told["Owner"]) == ("Auditor", "finance")
    with store.scope(None) as c:
        taken = [entry for entry in audit.entries(c) if entry.action == "list.exported"]
    assert [entry.who for entry in taken] == ["auditor", "auditor"]


def test_who_may_not_export_is_not_offered_it(store: Store, visitor: Callable[..., Browser]) -> None:
    open_case(store, "R-1", owner="operations")
    browser = visitor(Role.WAREHOUSE)
    page = browser.get("/exceptions")
    assert page.links("a[download]") == []
    assert browser.get("/exceptions.csv").status == 403


def test_somebody_of_one_company_sees_and_exports_no_other(store: Store, visitor: Callable[..., Browser]) -> None:
    open_case(store, "R-1", company="ACME")
    open_case(store, "R-2", company="BETA")
    browser = visitor(Role.FINANCE, companies=("BETA",))
    assert browser.get("/exceptions?state=open").text("[data-say]").startswith("1 open exception")
    body = browser.get("/exceptions.csv?state=open").body
    assert "R-2" in body
    assert "R-1" not in body


def test_nothing_open_is_said_as_good_news(visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE)
    assert browser.get("/exceptions?state=open").text(".empty-title") == "No open exceptions"
    assert browser.get(f"/exceptions{FINANCE}").text(".empty-title") == "No exception matches these filters"


def test_htmx_gets_the_list_alone(store: Store, visitor: Callable[..., Browser]) -> None:
    open_case(store, "R-1")
    browser = visitor(Role.FINANCE)
    part = browser.part(f"/exceptions{FINANCE}")
    assert "<html" not in part.body
    assert part.text("[data-say]") == "1 open exception, £12.50 at stake"


@pytest.mark.parametrize(
    "address",
    [
        {"stake_min": "a lot", "older": "-1", "due": "one day", "class": "none", "owner": "nobody", "state": "lost"},
        {"stake_min": "1e99999", "stake_max": "NaN", "older": "9" * 40, "sleep": "deep"},
    ],
)
def test_filters_that_cannot_be_are_left_out(address: dict[str, str]) -> None:
    assert in_words(case_filter(address, me="ann")) in ([], [("stake_max", "")])
