"""What comes from outside stands on every page as the text that it is, and the session is its owner's alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.console.api_filling import EVERYBODY, fill
from tests.console.browser import Browser
from tests.console.conftest import NOW, add_person, browsing
from tests.console.programs import with_telling
from tests.console.test_breaking_addresses import LEAVES, address, routes
from tests.console.test_breaking_companies import FIELDS, entries, tried

from tieout.console.parts import Console
from tieout.domain.alerts.troubles import Alert
from tieout.domain.people import Role
from tieout.processes.desk import acts
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.proposing import propose
from tieout.store import alerts, cases, documents, people
from tieout.store.cases import Trouble

EVIL: Final = """'"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"""
RAW: Final = re.compile(r"<script>alert|<img src=x|''\">")


def alert() -> Alert:
    return Alert(
        id=0,
        company="ACME",
        cause=f"case:{EVIL}",
        kind="case",
        code=EVIL,
        title=EVIL,
        owner="finance",
        ladder="data",
        state="open",
        times=1,
        stake_minor=1,
        currency="GBP",
        records=(),
        first_at=NOW,
        last_at=NOW,
    )


def test_no_page_runs_what_somebody_wrote(console: Console, visitor: Callable[..., Browser]) -> None:
    console = with_telling(console)
    fill(console)
    with console.store.scope("ACME") as c:
        made = documents.touch(c, company="ACME", kind="return", key=EVIL, lane_key=EVIL, lanes=1, due_at=NOW, at=NOW)
        documents.describe(c, made, title=EVIL, stake_minor=1, currency="GBP")
        trouble = Trouble(
            code="PERIOD_CLOSED",
            owner="finance",
            fault_class="data",
            faults=[{"code": EVIL, "at": EVIL, "saw": EVIL, "wanted": EVIL, "row": f"reason/{EVIL}"}],
            stake_minor=1,
            currency="GBP",
            cause=EVIL,
            due_at=NOW,
        )
        cases.open_or_update(c, made, trouble, at=NOW)
        number = next(one.id for one in cases.open_cases(c) if one.document_key == EVIL)
        alerts.raise_alert(c, alert())
    with console.store.scope(None) as c:
        people.change_user(c, "maria", display_name=EVIL, email=EVIL)
    acts.comment(console.desk, EVERYBODY, number, said=EVIL)
    row = Wanted(key=EVIL, value={"code": "x", "account": "4020", "grade": "damaged"}, since=NOW.date())
    propose(console.desk, EVERYBODY, "ACME", "reason", [row], why=EVIL)
    browser, wrong, shown = visitor(*Role), [], 0
    browser.post("/exceptions/views", {"name": EVIL[:60], "query": f"q={EVIL}"})
    for path, _, _ in routes(console, "GET"):
        for one in tried(path):
            page = browser.client.get(f"{one}?q=%22%3E%3Cscript%3Ealert(3)&state=open&key=%3Cimg%20src=x", headers={})
            wrong += [one] if RAW.search(page.text) and "text/html" in page.headers["content-type"] else []
            shown += "&lt;script&gt;alert(1)" in page.text
    assert wrong == []
    assert shown >= 6


def test_a_password_that_another_gave_opens_no_page_but_the_one_where_it_is_replaced(console: Console) -> None:
    with browsing(console) as browser:
        add_person(console.store, "ann", *Role)
        with console.store.scope(None) as c:
            people.change_user(c, "ann", temporary_until=NOW + timedelta(days=1))
        browser.sign_in("ann")
        for method in ("GET", "POST"):
            for path, _, _ in routes(console, method):
                if path.startswith(("/sign-", "/still-here")) or path == "/me/password":
                    continue
                answer = browser.client.request(method, address(path), headers=browser.site, follow_redirects=False)
                assert (answer.status_code, answer.headers["location"]) == (303, "/me/password"), path


READS: Final = {"/exceptions/bulk", "/mappings/{table}/import", "/mappings/{table}/propose"}
"""Forms that show what would be done, and do nothing."""
NOTHING_NEW: Final = {"/me/preferences", "/people/{name}/access", "/me"}
"""Forms that may be sent without a change; each has a test of its own for its entry."""


def test_whatever_a_form_does_leaves_an_entry_in_the_audit(console: Console, visitor: Callable[..., Browser]) -> None:
    console = with_telling(console)
    fill(console)
    browser, silent, done = visitor(*Role), [], set()
    add_person(console.store, "otto", Role.OPERATIONS)
    fields = {
        **FIELDS,
        "company": "ACME",
        "assign_to": "otto",
        "name": "Zoe",
        "role": "auditor",
        "scope": "desk.see",
        "days": "30",
    }
    for path, _, _ in routes(console, "POST"):
        if path in LEAVES | READS | NOTHING_NEW:
            continue
        for one in list(tried(path))[:4]:
            before = entries(console)
            answer = browser.client.post(one, data=fields, headers=browser.site, follow_redirects=False)
            is_done = answer.status_code in {200, 204, 303}
            done |= {path} if is_done else set()
            silent += [one] if is_done and entries(console) == before else []
    assert silent == []
    assert len(done) > 20, sorted(done)
