"""The pages of webhooks: made with a secret that is shown once, looked after, closed and opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.console.browser import Browser, Page
from tests.console.programs import with_telling
from tests.receiver import Receiver, receiving

from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes.telling import delivering
from tieout.store import audit, documents

NEW = "form[action='/webhooks']"


@pytest.fixture
def console(console: Console) -> Console:
    """A console that may tell programs on this machine."""
    return with_telling(console)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def made(browser: Browser, receiver: Receiver, **fields: Any) -> tuple[str, str]:  # noqa: ANN401 - any field
    """Address of a new webhook's page, and its secret."""
    chosen: dict[str, Any] = {"url": receiver.url, "event": ["document.tied_out"], **fields}
    page = browser.submit(browser.get("/webhooks/new"), NEW, **chosen)
    assert page.title == "Keep this secret now", page.text("main")
    return page.links(".shown-once ~ p a")[0], page.text(".shown-once code")


def deliver(console: Console, address: str) -> None:
    job = LaneJob(company="*", lane=int(address.rsplit("/", 1)[1]), deadline=Deadline(30.0, threading.Event()))
    delivering.deliver(console.others, job)


def finish_a_document(console: Console, key: str = "RMA1") -> None:
    with console.store.scope("ACME") as c:
        now = console.clock()
        made = documents.touch(c, company="ACME", kind="return", key=key, lane_key=key, lanes=1, due_at=now, at=now)
        documents.settle(c, made, state="done", due_at=None, at=now, troubled_since=None)


def test_a_program_is_told_and_its_page_shows_how_it_took_it(
    console: Console, visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    address, secret = made(browser, receiver)
    assert browser.get(address).text(".empty-title") == "No message yet"
    finish_a_document(console)
    assert browser.get(address).rows()[0][2] == "Waiting"
    deliver(console, address)
    ((_, _, state, tries, answer, _),) = browser.get(address).rows()
    assert (state, tries) == ("Delivered", "1")
    assert answer.startswith("HTTP 200 in ")
    assert receiver.taken[0].is_signed_with(secret, now=console.clock().timestamp())
    assert secret not in browser.get(address).body
    assert browser.get("/webhooks").rows()[0][-2:] == ["1", "0"]


def test_a_message_is_sent_again_under_its_id(
    console: Console, visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    address, _ = made(browser, receiver)
    finish_a_document(console)
    deliver(console, address)
    page = browser.submit(browser.get(address), "form[action$='/again']")
    assert page.text(".flash") == "The message is on its way again, under the same id."
    deliver(console, address)
    first, again = receiver.taken
    assert first.headers["webhook-id"] == again.headers["webhook-id"]


def test_a_test_message_tells_of_nothing(console: Console, visitor: Callable[..., Browser], receiver: Receiver) -> None:
    browser = visitor(Role.ADMINISTRATOR)
    address, _ = made(browser, receiver)
    browser.submit(browser.get(address), "form[action$='/test']")
    deliver(console, address)
    assert receiver.taken[0].event["type"] == "test"
    assert receiver.taken[0].event["data"] == {"company": "*"}


def test_a_changed_secret_is_shown_once_and_the_old_one_counts_for_a_day(
    console: Console, visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    address, old = made(browser, receiver)
    page = browser.submit(browser.get(address), "form[action$='/secret']")
    new = page.text(".shown-once code")
    assert new != old
    assert "For 24 hours" in page.text(".suggested")
    finish_a_document(console)
    deliver(console, address)
    moment = console.clock().timestamp()
    assert receiver.taken[0].is_signed_with(old, now=moment)
    assert receiver.taken[0].is_signed_with(new, now=moment)


def test_a_closed_webhook_is_told_nothing_and_can_be_opened(
    console: Console, visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    address, _ = made(browser, receiver)
    page = browser.submit(browser.get(address), "form[action$='/close']")
    assert page.text("main .pill") == "Closed"
    finish_a_document(console)
    assert browser.get(address).text(".empty-title") == "No message yet"
    browser.submit(page, "form[action$='/open']")
    finish_a_document(console, "RMA2")
    assert len(browser.get(address).rows()) == 1
    with console.store.scope(None) as c:
        actions = [entry.action for entry in audit.entries(c) if entry.subject.startswith("webhook ")]
    assert actions == ["webhook.opened", "webhook.closed", "webhook.made"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"url": "http://hooks.example.co.uk/"}, "Give an address that begins with https://."),
        ({"url": "https://10.0.0.1/"}, "The address leads into a private network; webhooks go to public"),
        ({"url": ""}, "Give a whole address, as in https://hooks.example.co.uk/tieout."),
        ({"event": []}, "Choose at least one event of these:"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(
    visitor: Callable[..., Browser], receiver: Receiver, fields: dict[str, object], problem: str
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    typed = {"url": receiver.url, "company": "ACME", "event": ["case.opened"], **fields}
    page: Page = browser.post("/webhooks", typed)
    assert page.status == 422
    assert page.text(".problems li").startswith(problem)
    assert page.tree.cssselect("select[name=company] option[selected]")[0].get("value") == "ACME"


def test_somebody_of_one_company_neither_sees_nor_touches_webhooks_of_others(
    visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    of_all, _ = made(visitor(Role.INTEGRATION_OPERATOR), receiver)
    limited = visitor(Role.INTEGRATION_OPERATOR, name="bea", companies=("BETA",))
    assert limited.get("/webhooks").rows() == []
    assert limited.get(of_all).status == 404
    assert limited.post(f"{of_all}/close", {}).status == 404
    offered = [one.get("value") for one in limited.get("/webhooks/new").tree.cssselect("select[name=company] option")]
    assert offered == ["BETA"]


def test_the_table_of_messages_is_the_same_alone_and_in_the_page(
    console: Console, visitor: Callable[..., Browser], receiver: Receiver
) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    address, _ = made(browser, receiver)
    for number in range(55):
        finish_a_document(console, f"RMA{number}")
    whole, part = browser.get(address), browser.part(address)
    assert part.text("table") == whole.text("#rows table") != ""
    assert len(whole.rows()) == 50
    older = browser.get(address + whole.links("a[rel=next]")[0].removeprefix(address))
    assert len(older.rows()) == 5
    assert browser.get(f"{address}?state=delivered").text(".empty-title") == "No message is delivered"
