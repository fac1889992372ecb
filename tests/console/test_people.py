"""People: let in, changed, shut out; and what everybody does under their own name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from tests.console.browser import PASSWORD, Browser, Page
from tests.console.conftest import Clock, add_person, browsing

from tieout.console.app import build
from tieout.console.browsers import browser
from tieout.console.parts import Console
from tieout.domain.people import Actor, Role
from tieout.processes.people.views import save_view
from tieout.store import audit, people
from tieout.store.people import User

OWN = "my very own sentence"


@pytest.fixture
def chief(visitor: Callable[..., Browser]) -> Browser:
    """An administrator, beside whom there is another."""
    return visitor(Role.ADMINISTRATOR, name="olive")


@pytest.fixture
def ann(console: Console) -> Iterator[Browser]:
    """Somebody of finance, signed in."""
    add_person(console.store, "ann", Role.FINANCE, email="ann@example.co.uk", at=console.clock())
    browser = Browser(build(console))
    browser.sign_in("ann")
    yield browser
    browser.close()


def kept(console: Console, name: str) -> User:
    with console.store.scope(None) as c:
        found = people.user(c, name)
    assert found is not None
    return found


def is_in(browser: Browser) -> bool:
    return browser.get("/me", follow=False).status == 200


def let_in(chief: Browser, name: str, **fields: Any) -> Page:  # noqa: ANN401 - texts and lists
    form = chief.get("/people/new")
    filled: dict[str, Any] = {"name": name, "display_name": name.title(), "role": ["finance"], **fields}
    return chief.submit(form, "form[action='/people']", **filled)


def test_somebody_let_in_gets_a_password_once_and_must_choose_their_own(console: Console, chief: Browser) -> None:
    page = let_in(chief, "ben", role=["finance", "auditor"], company=["BETA"], email="ben@example.co.uk")
    password = page.text(".shown-once")
    assert (page.status, page.title) == (200, "Hand over this password now")
    assert page.headers["cache-control"] == "no-store"
    assert password not in chief.get("/people/ben").body
    ben = kept(console, "ben")
    assert (ben.roles, ben.companies, ben.email) == (["finance", "auditor"], ["BETA"], "ben@example.co.uk")
    with browsing(console) as browser:
        browser.sign_in("ben", password)
        for address in ("/", "/accounts", "/me", "/people"):
            assert browser.get(address).title == "Choose your own password", address
        form = browser.get("/me/password")
        assert browser.submit(form, "main form", old=password, new=password, again=password).status == 422
        page = browser.submit(form, "main form", old=password, new=OWN, again=OWN)
        assert "Your password is changed" in page.text(".flash")
        assert browser.get("/accounts").title == "Accounts"
    with browsing(console) as browser:
        browser.sign_in("ben", OWN)
        assert browser.get("/accounts").title == "Accounts"


def test_a_form_that_cannot_be_comes_back_as_it_was_filled_in(chief: Browser) -> None:
    page = let_in(chief, "Not A Name", role=["auditor"], company=["BETA"], email="b@example.co.uk")
    assert (page.status, page.text("title")[:6]) == (422, "Error:")
    assert "Choose a name" in page.text(".problems li")
    form = page.form("form[action='/people']")
    assert dict(form.form_values()) == {
        "name": "Not A Name",
        "display_name": "Not A Name",
        "email": "b@example.co.uk",
        "role": "auditor",
        "company": "BETA",
        "until": "",
    }


@pytest.mark.parametrize("until", ["tomorrow", "9999-12-31", "2026-11-19"])
def test_a_last_day_that_cannot_be_is_said_so(chief: Browser, until: str) -> None:
    assert let_in(chief, "ben", until=until).status == 422


def test_support_is_let_in_until_the_end_of_its_last_uk_day(console: Console, chief: Browser, clock: Clock) -> None:
    let_in(chief, "sue", role=["support"], until="2026-11-25")
    ends = kept(console, "sue").expires_at
    assert ends is not None
    assert ends.isoformat() == "2026-11-26T00:00:00+00:00"
    assert chief.get("/people/sue").form("form[action$='/access']").fields["until"] == "2026-11-25"
    clock.pass_by(timedelta(days=6))
    chief.sign_in("olive")
    assert "Ended" in chief.get("/people?state=closed").text("tbody")


def test_an_administrator_changes_access_and_the_person_is_signed_out(
    console: Console, chief: Browser, ann: Browser
) -> None:
    form = chief.get("/people/ann")
    page = chief.submit(form, "form[action$='/access']", role=["auditor"], company=["ACME"])
    assert "is as you set it" in page.text(".flash")
    assert (kept(console, "ann").roles, kept(console, "ann").companies) == (["auditor"], ["ACME"])
    assert not is_in(ann)
    refused = chief.submit(chief.get("/people/ann"), "form[action$='/access']", role=[], company=["BETA"])
    assert refused.status == 422
    assert "at least one role" in refused.text(".problems li")
    assert kept(console, "ann").companies == ["ACME"]


def test_an_administrator_gives_a_new_password_ends_sessions_closes_and_opens_again(
    console: Console, chief: Browser, ann: Browser
) -> None:
    page = chief.get("/people/ann")
    assert "One session was ended" in chief.submit(page, "form[action$='/sessions'] ", button="End").text(".flash")
    assert not is_in(ann)
    ann.sign_in("ann")
    assert chief.submit(chief.get("/people/ann"), "form[action$='/password']").title == "Hand over this password now"
    assert not is_in(ann)
    page = chief.submit(chief.get("/people/ann"), "form[action$='/close']", why="left")
    assert "cannot sign in any more" in page.text(".flash")
    assert [row[0] for row in chief.get("/people").rows()] == ["Olive"]
    assert "Ann" in chief.get("/people?state=closed").text("tbody")
    assert "can sign in again" in chief.submit(page, "form[action$='/reopen']").text(".flash")
    assert kept(console, "ann").state == "active"


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("access", {"display_name": "Olive", "role": ["administrator", "finance"]}),
        ("password", {}),
        ("close", {"why": "x"}),
        ("reopen", {}),
    ],
)
def test_nobody_changes_their_own_access_and_no_button_offers_it(
    chief: Browser, act: str, fields: dict[str, object]
) -> None:
    page = chief.get("/people/olive")
    assert "Nobody changes their own access" in page.text(".card")
    assert [form.get("action") for form in page.tree.cssselect("main form")] == []
    refused = chief.post(f"/people/olive/{act}", fields)
    assert refused.status in {409, 422}
    assert "Nobody changes their own access" in refused.text("main")


def test_an_auditor_sees_everybody_with_their_history_and_changes_nothing(
    visitor: Callable[..., Browser], ann: Browser
) -> None:
    auditor = visitor(Role.AUDITOR)
    assert [row[0] for row in auditor.get("/people").rows()] == ["Annann@example.co.uk", "Auditor"]
    page = auditor.get("/people/ann")
    assert "Session began" in page.text(".timeline")
    assert page.tree.cssselect("main form") == []
    assert auditor.get("/people/new").status == 403
    assert auditor.get("/people/gone").status == 404
    assert ann.get("/people").status == 403


def test_filters_of_people_are_in_the_address(visitor: Callable[..., Browser]) -> None:
    auditor = visitor(Role.AUDITOR)
    visitor(Role.SUPPORT)
    assert [row[0] for row in auditor.get("/people?role=support").rows()] == ["Support"]
    assert auditor.get("/people?role=retail+manager").rows() == []
    assert auditor.part("/people?role=support").text("tbody").startswith("Support")


def test_the_access_review_names_everybody_and_is_noted(console: Console, visitor: Callable[..., Browser]) -> None:
    auditor = visitor(Role.AUDITOR)
    add_person(console.store, "ann", Role.FINANCE, companies=("ACME",))
    text = auditor.get("/people-review").body.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Name"], row["Roles"], row["Companies"]) for row in rows] == [
        ("ann", "finance", "ACME"),
        ("auditor", "auditor", "all"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(auditor.get("/people-review?as=excel").answer.content))["People"]
    assert [cell.value for cell in sheet["A"]] == ["Name", "ann", "auditor"]
    with console.store.scope(None) as c:
        assert [entry.action for entry in audit.entries(c, subject="users")] == ["people.exported"] * 2


def test_looks_and_shortcuts_are_kept_and_what_is_not_offered_is_not(console: Console, ann: Browser) -> None:
    page = ann.submit(
        ann.get("/me"), "form[action='/me/preferences']", theme="dark", density="compact", shortcuts="off"
    )
    root, body = page.tree.cssselect("html")[0], page.tree.cssselect("body")[0]
    assert (root.get("data-theme"), root.get("data-density"), body.get("data-shortcuts")) == ("dark", "compact", "off")
    ann.post("/me/preferences", {"theme": '"><script>', "density": "huge", "shortcuts": "off", "x": "1"})
    assert kept(console, "ann").preferences == {"theme": "dark", "density": "compact", "shortcuts": "off"}


def test_the_password_is_changed_only_with_the_old_one_and_ends_the_other_sessions(
    console: Console, ann: Browser
) -> None:
    other = Browser(build(console))
    other.sign_in("ann")
    form = ann.get("/me/password")
    wrong = ann.submit(form, "main form", old="not the old one", new=OWN, again=OWN)
    assert (wrong.status, wrong.text("#old-problem")) == (422, "The old password is not right.")
    assert OWN not in wrong.body
    assert ann.submit(form, "main form", old=PASSWORD, new=OWN, again="another one").text("#again-problem")
    assert ann.submit(form, "main form", old=PASSWORD, new="short", again="short").text("#new-problem")
    named = ann.submit(form, "main form", old=PASSWORD, new=PASSWORD, again=PASSWORD)
    assert "choose another" in named.text("#new-problem")
    assert ann.submit(form, "main form", old=PASSWORD, new=OWN, again=OWN).status == 200
    assert (is_in(ann), is_in(other)) == (True, False)
    with console.store.scope(None) as c:
        entry = audit.entries(c, subject="user ann")[0]
    assert (entry.action, entry.after) == ("user.password_changed", {"sessions ended": 1})
    other.close()


def test_the_old_password_is_not_guessed_for_long_at_an_open_console(ann: Browser) -> None:
    form = ann.get("/me/password")
    said = [ann.submit(form, "main form", old=f"guess {n}", new=OWN, again=OWN).text(".problems li") for n in range(11)]
    assert said[-1].startswith("Too many attempts")
    assert ann.submit(form, "main form", old=PASSWORD, new=OWN, again=OWN).status == 422


def test_one_ends_ones_own_sessions_and_nobody_elses(console: Console, ann: Browser, chief: Browser) -> None:
    other = Browser(build(console))
    other.sign_in("ann")
    page = ann.get("/me")
    assert len(page.rows("section table tbody tr")) == 2
    assert "That session is ended" in ann.submit(page, "form[action='/me/sessions']").text(".flash")
    assert (is_in(ann), is_in(other)) == (True, False)
    with console.store.scope(None) as c:
        chiefs = people.sessions_of(c, "olive")[0].id_hash
    assert "had ended already" in ann.post("/me/sessions", {"session": chiefs}).text(".flash")
    assert is_in(chief)
    other.close()


def test_ones_name_and_email_are_ones_own_but_not_of_somebody_who_signs_in_elsewhere(
    console: Console, ann: Browser
) -> None:
    form = "form[action='/me']"
    assert "are kept" in ann.submit(ann.get("/me"), form, display_name="Ann Other", email="").text(".flash")
    assert ann.submit(ann.get("/me"), form, display_name="Ann", email="nonsense").status == 422
    assert (kept(console, "ann").display_name, kept(console, "ann").email) == ("Ann Other", "")
    with console.store.scope(None) as c:
        people.change_user(c, "ann", subject="https://issuer 7")
    assert ann.get("/me").tree.cssselect(form) == []
    assert ann.post("/me", {"display_name": "Ann", "email": ""}).status == 422


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge 150 on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari 19 on iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "not told"),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, said: str) -> None:
    assert browser(agent) == said


def test_saved_views_are_listed_and_dropped(console: Console, ann: Browser) -> None:
    actor = Actor(name="ann", display_name="Ann", roles=(Role.FINANCE,))
    save_view(console.store, actor, page="exceptions", name="Big", query="state=open&sort=-stake", at=console.clock())
    page = ann.get("/me")
    assert "/exceptions?state=open&sort=-stake" in page.links("section a")
    assert "The view Big is dropped" in ann.submit(page, "form[action='/me/views']").text(".flash")
    for number in ("1", "", "x", "9" * 30):
        assert ann.post("/me/views", {"view": number}).status == 409


def test_names_with_signs_are_shown_as_they_are_and_run_nothing(console: Console, chief: Browser) -> None:
    let_in(chief, "ben@example.co.uk", display_name="<b>Ben</b> & Co")
    page = chief.get("/people/ben@example.co.uk")
    assert page.title == "<b>Ben</b> & Co"
    assert page.tree.cssselect("main b") == []
    assert "<b>Ben</b> & Co" in chief.get("/people").text("tbody")
    assert kept(console, "ben@example.co.uk").roles == ["finance"]


def test_a_temporary_password_that_was_not_used_in_time_opens_nothing(
    console: Console, chief: Browser, clock: Clock
) -> None:
    password = let_in(chief, "ben").text(".shown-once")
    clock.pass_by(timedelta(days=3, minutes=1))
    with browsing(console) as browser:
        page = browser.submit(browser.get("/sign-in"), "form", name="ben", password=password)
    assert page.status == 422
    chief.sign_in("olive")
    assert "Password has ended" in chief.get("/people").text("tbody")
