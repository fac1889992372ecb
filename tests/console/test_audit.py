"""The audit: found again by anybody who may look, taken away by auditors, and known to be whole."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.console.browser import Browser
from tests.console.conftest import Clock

from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.store import audit
from tieout.store.audit_search import PAGE

Visitor = Callable[..., Browser]


def write(console: Console, count: int = 1, *, company: str | None = "ACME", **cells: Any) -> None:  # noqa: ANN401
    """Entries a minute apart, the last of them now."""
    usual = {"who": "ann", "action": "case.closed", "subject": "case 12 return RMA-7", "before": {"state": "open"}}
    with console.store.scope(company) as c:
        for number in range(count):
            at = console.clock() - timedelta(minutes=count - 1 - number)
            entry = {**usual, "after": {"state": "closed", "number": number}, "at": at, **cells}
            audit.append(c, company=company, **entry)


def shown(browser: Browser, query: str) -> list[list[str]]:
    return browser.get(f"/audit?{query}").rows("#rows tbody tr")


@pytest.fixture
def auditor(visitor: Visitor) -> Browser:
    return visitor(Role.AUDITOR)


def test_entries_are_found_by_who_what_when_and_about_what(console: Console, auditor: Browser, clock: Clock) -> None:
    write(console)
    write(console, who="ben", action="mapping.set", subject="tax/GB-20", before=None, after="T1", company="BETA")
    clock.pass_by(timedelta(minutes=1))
    for query, wanted in {
        "who=ann": ["case 12 return RMA-7"],
        "action=mapping": ["tax/GB-20"],
        "action=map_ing": [],
        "about=rma-7": ["case 12 return RMA-7"],
        "about=100%25": [],
        "subject=tax/GB-20": ["tax/GB-20"],
        "company=BETA": ["tax/GB-20"],
        "since=2026-11-21": [],
        "until=2026-11-19": [],
        "since=2026-11-20&until=2026-11-20&who=ben": ["tax/GB-20"],
    }.items():
        assert [row[3] for row in shown(auditor, query)] == wanted, query
    assert [row[2] for row in shown(auditor, "")] == ["mapping set", "case closed", "session began"]


def test_the_days_of_a_filter_are_uk_days(console: Console, auditor: Browser, clock: Clock) -> None:
    clock.now = clock.now.replace(month=7, day=1, hour=23, minute=30)
    write(console)
    assert len(shown(auditor, "who=ann&since=2026-07-02&until=2026-07-02")) == 1
    assert shown(auditor, "who=ann&until=2026-07-01") == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_beside_its_field(auditor: Browser, day: str) -> None:
    page = auditor.get(f"/audit?until={day}")
    assert page.text("#until-problem") == "Write the day as in 2026-11-20."
    assert auditor.get(f"/audit/export?until={day}").status == 400


def test_pages_follow_one_another_and_show_every_entry_once(console: Console, auditor: Browser) -> None:
    write(console, PAGE * 2 + 5)
    page, numbers = auditor.get("/audit?who=ann"), []
    while True:
        numbers += [int(row[4].split("number:")[1].strip(" →")) for row in page.rows("#rows tbody tr")]
        further = page.links("a[rel='next']")
        if not further:
            break
        page = auditor.get("/audit" + further[0])
        assert "who=ann" in page.address
    assert numbers == list(reversed(range(PAGE * 2 + 5)))
    back = auditor.get("/audit" + page.links("a[rel='prev']")[0])
    assert len(back.rows("#rows tbody tr")) == PAGE
    assert auditor.get("/audit?after=nonsense").status == 400


def test_an_entry_shows_its_values_side_by_side_what_changed_first(console: Console, auditor: Browser) -> None:
    write(console, before={"roles": ["finance"], "name": "Ann"}, after={"roles": ["finance", "auditor"], "name": "Ann"})
    page = auditor.get("/audit" + auditor.get("/audit?who=ann").links("#rows tbody a")[0].removeprefix("/audit"))
    assert page.rows() == [["roles changed", "finance", "finance, auditor"], ["name", "Ann", "Ann"]]
    assert page.title == "Case closed: case 12 return RMA-7"
    for wrong in ("chain=ACME&row=99", "chain=GONE&row=1", "chain=ACME&row=0", f"chain=ACME&row={2**80}"):
        assert auditor.get(f"/audit/entry?{wrong}").status == 404, wrong


def test_values_of_an_entry_run_nothing(console: Console, auditor: Browser) -> None:
    write(console, subject="<script>alert(1)</script>", after={"<b>": "<i>x</i>"}, before=None)
    page = auditor.get("/audit")
    assert page.tree.cssselect("main script, main b, main i") == []
    assert "<script>alert(1)</script>" in page.text("#rows")


def hashes(rows: list[dict[str, str]]) -> list[str]:
    """Each row's hash worked out again from the file alone, as an auditor would."""
    found = []
    for row in rows:
        before, after = (json.loads(row[name]) if row[name] else None for name in ("Before", "After"))
        cells = [int(row["Row"]), row["At (UTC)"], row["Who"], row["Chain"], row["Did"], row["To what"]]
        spelled = json.dumps([*cells, before, after, row["Previous hash"]], sort_keys=True, separators=(",", ":"))
        found.append(hashlib.sha256(spelled.encode()).hexdigest())
    return found


def test_an_export_can_be_checked_from_the_file_alone_and_is_noted(console: Console, auditor: Browser) -> None:
    write(console, 3, after={"to": "Zoë", "list": [1, 2]})
    with console.store.scope(None) as c:
        head = audit.entries(c, subject="case 12 return RMA-7")[0].hash
    answer = auditor.get("/audit/export?who=ann")
    rows = list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff"))))
    assert 'filename="audit-all-' in answer.headers["content-disposition"]
    assert [row["Row"] for row in rows] == ["3", "2", "1"]
    assert hashes(rows) == [row["Hash"] for row in rows]
    assert rows[0]["Hash"] == head
    assert [row["Previous hash"] for row in rows] == [*[row["Hash"] for row in rows[1:]], ""]
    with console.store.scope(None) as c:
        noted = audit.entries(c, subject="audit")[0]
    assert (noted.who, noted.action) == ("auditor", "audit.exported")
    assert isinstance(noted.after, dict)
    assert (noted.after["who"], noted.after["ends"]["ACME"]) == ("ann", head)


def test_an_excel_export_carries_the_ends_of_the_chains(console: Console, auditor: Browser) -> None:
    write(console, 2, subject="=1+1")
    book = openpyxl.load_workbook(io.BytesIO(auditor.get("/audit/export?as=excel&who=ann").answer.content))
    with console.store.scope(None) as c:
        head = audit.entries(c, subject="=1+1")[0].hash
    assert [cell.value for cell in book["Audit"]["F"]] == ["To what", "=1+1", "=1+1"]
    assert {cell.data_type for cell in book["Audit"]["F"]} == {"s"}
    facts = {row[0].value: row[1].value for row in book["Parameters"].iter_rows()}
    assert facts["Chain ACME ends at row 2 with"] == head
    assert facts["Filter: who"] == "ann"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR])
def test_who_sees_the_audit_and_does_not_export_is_told_so(console: Console, visitor: Visitor, role: Role) -> None:
    browser = visitor(role)
    assert browser.get("/audit").links("a[href*='export']") == []
    for way in ("csv", "excel"):
        refused = browser.get(f"/audit/export?as={way}")
        assert (refused.status, "ask an auditor" in refused.text("main")) == (409, True)
    with console.store.scope(None) as c:
        assert audit.entries(c, subject="audit") == []


def test_somebody_of_one_company_sees_and_takes_only_its_chain(console: Console, visitor: Visitor) -> None:
    write(console)
    write(console, company="BETA", subject="secret of BETA")
    write(console, company=None, subject="of the installation")
    browser = visitor(Role.AUDITOR, companies=("ACME",))
    assert [row[5] for row in browser.get("/audit").rows("#rows tbody tr")] == ["ACME"]
    for address in ("/audit", "/audit/export", "/audit?about=secret"):
        assert "secret of BETA" not in browser.get(address).body
    assert browser.get("/audit/entry?chain=BETA&row=1").status == 404
    assert browser.get("/audit?company=BETA").status == 403
    assert [row[0] for row in browser.post("/audit/check", {}).rows()] == ["ACME"]


def test_a_whole_audit_is_said_to_be_whole(console: Console, auditor: Browser) -> None:
    write(console, 5)
    page = auditor.submit(auditor.get("/audit"), "form[action='/audit/check']")
    assert page.title == "The audit is whole"
    assert [row[:3] for row in page.rows()] == [["The whole installation", "1", "Whole"], ["ACME", "5", "Whole"]]


@pytest.mark.parametrize(
    ("harm", "says", "row"),
    [
        ("UPDATE audit SET who = 'eve' WHERE company = 'ACME' AND seq = 3", "was changed after it was written", 3),
        ("DELETE FROM audit WHERE company = 'ACME' AND seq = 2", "Row 2 of the audit is missing", 2),
        ("DELETE FROM audit WHERE company = 'ACME' AND seq = 5", "ends at row 4, but more was written", 5),
    ],
)
def test_a_broken_chain_is_found_with_its_first_broken_entry(
    console: Console, auditor: Browser, address: str, harm: str, says: str, row: int
) -> None:
    write(console, 5)
    with psycopg.connect(address.replace("//tieout@", "//postgres@"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(harm)
    page = auditor.submit(auditor.get("/audit"), "form[action='/audit/check']")
    assert page.title == "The audit is broken"
    assert says in page.text("tbody tr:last-child")
    assert page.links("tbody a") == [f"/audit/entry?chain=ACME&row={row}"]
    with console.store.scope(None) as c:
        assert audit.entries(c, subject="audit")[0].after == {"chains": 2, "broken": {"ACME": row}}
