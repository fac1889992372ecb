"""Somebody who sees one company reads nothing of another's on any page, and changes nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select
from tests.console.api_filling import fill
from tests.console.browser import Browser
from tests.console.conftest import NOW
from tests.console.programs import make_token, program, with_telling
from tests.console.test_breaking_addresses import LEAVES, address, routes

from tieout.console.api.problems import is_of_api
from tieout.console.app import application
from tieout.console.parts import Console
from tieout.domain.alerts.troubles import Alert
from tieout.domain.people import Actor, Role
from tieout.processes.desk import acts
from tieout.processes.desk.bulk import Order, bulk
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.proposing import propose
from tieout.processes.telling import choosing
from tieout.store import alerts, cases, documents, tables
from tieout.store.cases import Trouble

HUSH: Final = "hushhush"
"""Stands in everything that the other company has, and nowhere else."""
OWNER: Final = Actor(name="bo", display_name="Bo", roles=tuple(Role), companies=("BETA",))
NUMBERS: Final = range(1, 17)
"""Every record that the house has is of one of these numbers."""
NOT_THERE: Final = 404
FIELDS: Final = {
    "company": "BETA",
    "why": "because",
    "said": "a word",
    "assign_to": "maria",
    "snooze_until": "2026-11-25",
    "snooze_why": "because",
    "override_why": "because",
    "second_why": "because",
    "answer": "agree",
    "resolve_where": "sage",
    "resolve_why": "because",
    "how_long": "hour",
    "act": "assign",
    "to": "maria",
    "ids": ",".join(map(str, NUMBERS)),
    "key": "k",
    "step": "propose",
    "f_code": "x",
    "f_account": "4020",
    "f_grade": "good",
    "since": "2026-11-21",
    "version": "1",
    "event": "case.opened",
    "url": "http://127.0.0.1:9/x",
    "rows": '[["x",{"code":"x","account":"4020","grade":"good"},"2026-12-01"]]',
}
_NUMBERED: Final = re.compile(r"\{(\w+_id|number)\}")


@pytest.fixture
def console(console: Console) -> Console:
    """Two companies with something of everything; the other one's gives itself away."""
    console = with_telling(console)
    fill(console)
    key = f"RMA-{HUSH}"
    with console.store.scope("BETA") as c:
        made = documents.touch(c, company="BETA", kind="return", key=key, lane_key=key, lanes=1, due_at=NOW, at=NOW)
        documents.describe(c, made, title=f"Return {HUSH}", stake_minor=1000, currency="GBP")
        trouble = Trouble(
            code="PERIOD_CLOSED",
            owner="finance",
            fault_class="data",
            faults=[{"code": "PERIOD_CLOSED", "at": HUSH, "saw": HUSH, "wanted": HUSH}],
            stake_minor=1000,
            currency="GBP",
            cause=HUSH,
            due_at=NOW,
        )
        cases.open_or_update(c, made, trouble, at=NOW)
        number = next(one.id for one in cases.open_cases(c) if one.document_key == key)
        alerts.raise_alert(c, _alert())
    acts.comment(console.desk, OWNER, number, said=f"about {HUSH}")
    bulk(console.desk, OWNER, Order(action="assign", why=HUSH), [number], key="form")
    row = Wanted(key=HUSH, value={"code": HUSH, "account": "4020", "grade": "damaged"}, since=NOW.date())
    propose(console.desk, OWNER, "BETA", "reason", [row], why=HUSH)
    choosing.make(
        console.others, OWNER, company="BETA", url=f"http://127.0.0.1:9/{HUSH}", events=["case.opened", "alert.raised"]
    )
    return console


def _alert() -> Alert:
    return Alert(
        id=0,
        company="BETA",
        cause=f"case:{HUSH}",
        kind="case",
        code="MALFORMED_PAYLOAD",
        title=f"A message of {HUSH}",
        owner="integration",
        ladder="technical",
        state="open",
        times=1,
        stake_minor=1,
        currency="GBP",
        records=(),
        first_at=NOW,
        last_at=NOW,
    )


def entries(console: Console, company: str | None = None) -> int:
    with console.store.scope(company) as c:
        return int(c.execute(select(func.count()).select_from(tables.audit)).scalar_one())


def tried(path: str) -> Iterator[str]:
    """Every address of a route that might lead to a record of the other company."""
    names = _NUMBERED.findall(path)
    if "{company}" in path:
        yield address(path, company="BETA", key=f"RMA-{HUSH}")
    else:
        yield from (address(path, **dict.fromkeys(names, str(number))) for number in (NUMBERS if names else (1,)))


def test_no_page_shows_anything_of_a_company_that_one_does_not_see(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    browser, everybody = visitor(*Role, companies=("ACME",)), visitor(*Role, name="everybody")
    told, seen = [], set()
    for path, _, _ in routes(console, "GET"):
        for one in tried(path):
            for query in ("", "?company=*", "?company=BETA", "?chain=BETA&row=1")[: 1 if "{" in path else 4]:
                answer = browser.client.get(one + query)
                is_theirs = HUSH in answer.text if HUSH not in one else answer.status_code != NOT_THERE
                told += [one + query] if is_theirs else []
            seen |= {path} if HUSH in everybody.client.get(one).text else set()
    assert told == []
    assert {"/exceptions", "/alerts", "/audit", "/documents", "/mappings/proposals", "/webhooks"} <= seen
    assert {"/exceptions/{case_id}", "/alerts/{alert_id}", "/mappings/proposals/{number}"} <= seen
    assert {"/exceptions/bulk/{act_id}", "/webhooks/{webhook_id}", "/documents/{company}/{kind}/{key:path}"} <= seen


def test_no_form_changes_anything_of_a_company_that_one_does_not_see(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    browser, before, wrong = visitor(*Role, companies=("ACME",)), entries(console, "BETA"), []
    for path, _, _ in routes(console, "POST"):
        for one in tried(path) if path not in LEAVES else ():
            browser.client.post(one, data=FIELDS, headers=browser.site, follow_redirects=False)
            after = entries(console, "BETA")
            wrong += [one] if after != before else []
            before = after
    assert wrong == []
    everybody = visitor(*Role, name="everybody")
    for one in ("/exceptions/{case_id}/comment", "/mappings/proposals/{number}/reject", "/alerts/{alert_id}/release"):
        for each in tried(one):
            everybody.client.post(each, data=FIELDS, headers=everybody.site, follow_redirects=False)
    assert entries(console, "BETA") > before


def test_no_program_reads_or_changes_anything_of_a_company_that_it_does_not_see(console: Console) -> None:
    token, before, told = make_token(console, name="limited", companies=("ACME",)), entries(console, "BETA"), []
    headers = {"Authorization": f"Bearer {token}"}
    with program(console, token) as asker:
        for method, path in endpoints(console):
            for one in tried(path):
                for query in ("", "?company=BETA")[: 1 if "{" in path else 2]:
                    sent = None if method == "GET" else bodies(path)
                    answer = asker.client.request(method, one + query, headers=headers, json=sent)
                    told += [(method, one + query)] if HUSH in answer.text else []
    assert told == []
    assert entries(console, "BETA") == before


def endpoints(console: Console) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API."""
    for context in iter_route_contexts(application(console).routes):
        route = context.original_route
        if isinstance(route, APIRoute) and is_of_api(route.path):
            yield from ((method, str(context.path)) for method in route.methods or ())


def bodies(path: str) -> dict[str, Any]:
    """What a program would send there."""
    by_end: dict[str, dict[str, Any]] = {
        "comments": {"said": "x"},
        "assignee": {"to": "maria"},
        "sleep": {"until": None},
        "override": {"why": "x"},
        "second": {"why": "x", "agrees": True},
        "resolve": {"why": "x", "where": "sage"},
        "events": {"events": ["case.opened"]},
        "bulk-acts": {"action": "assign", "cases": list(NUMBERS)},
        "webhooks": {"company": "BETA", "url": "http://127.0.0.1:9/x", "events": ["case.opened"]},
        "proposals": {"company": "BETA", "why": "x", "rows": [{"key": "x", "value": None, "since": "2026-12-01"}]},
    }
    return by_end.get(path.rsplit("/", 1)[1], {})
