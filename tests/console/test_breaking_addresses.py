"""Whatever somebody writes into an address, a form or a header, the console answers: it never breaks."""

from __future__ import annotations

import base64
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from tests.console.api_filling import fill
from tests.console.browser import Browser
from tests.console.conftest import browsing
from tests.console.programs import with_telling

from tieout.console.api.problems import is_of_api
from tieout.console.app import application
from tieout.console.parts import Console
from tieout.domain.people import Role

WHEN: Final = "2026-11-20T09:05:00+00:00"
IN_PATHS: Final = ("a%00b", "%ED%A0%80", "9223372036854775808", "-1", "%D9%A3", "*")
IN_QUERIES: Final = ("%00", "9223372036854775808", "9999-12-31")
IN_FORMS: Final = ("\0", "9223372036854775808", "9999-12-31")
KNOWN: Final = {
    "company": "ACME",
    "kind": "return",
    "key": "RMA1",
    "table": "reason",
    "name": "maria",
    "code": "PERIOD_CLOSED",
}
"""What a part of an address is where it is to lead to a record; every number is 1."""
LEAVES: Final = {"/sign-out", "/me/sessions", "/me/password"}
"""Forms after which the visitor is somebody else or nobody."""
_PART: Final = re.compile(r"\{(\w+)(?::path)?\}")
_ASKED: Final = re.compile(r"(?:asked|address|query_params)(?:\.get\(|\[)\"(\w+)\"")
_POSTED: Final = re.compile(r"fields\.(?:text|texts|file)\(\"(\w+)\"|form\.get\(\"(\w+)\"")


@pytest.fixture
def console(console: Console) -> Console:
    console = with_telling(console)
    fill(console)
    return console


@pytest.fixture
def browser(visitor: Callable[..., Browser]) -> Browser:
    return visitor(*Role)


def routes(console: Console, method: str) -> Iterator[tuple[str, APIRoute, str]]:
    """Path, route and the text of its module, of every page."""
    for context in iter_route_contexts(application(console).routes):
        route = context.original_route
        if isinstance(route, APIRoute) and method in (route.methods or ()) and not is_of_api(route.path):
            yield str(context.path), route, inspect.getsource(sys.modules[route.endpoint.__module__])


def address(path: str, **changes: str) -> str:
    return _PART.sub(lambda part: changes.get(part[1], KNOWN.get(part[1], "1")), path)


def cursor(*cells: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(cells).encode()).decode().rstrip("=")


def broken(browser: Browser, addresses: Iterator[str]) -> list[str]:
    """The addresses that are answered with an error of ours; what the console raises comes out of the client."""
    wrong = []
    for one in addresses:
        try:
            status = browser.client.get(one, follow_redirects=False).status_code
        except Exception as error:  # noqa: BLE001 - every defect is to be named, not only the first
            wrong.append(f"{one}: {type(error).__name__}")
        else:
            wrong += [one] if status >= 500 else []
    return wrong


def test_no_page_breaks_on_any_part_of_its_address(console: Console, browser: Browser) -> None:
    parts = ((path, name) for path, _, _ in routes(console, "GET") for name in _PART.findall(path))
    assert broken(browser, (address(path, **{name: nasty}) for path, name in parts for nasty in IN_PATHS)) == []


def test_no_page_breaks_on_any_parameter(console: Console, browser: Browser) -> None:
    def asked() -> Iterator[str]:
        for path, route, source in routes(console, "GET"):
            names = {*_ASKED.findall(source), *(one.alias for one in route.dependant.query_params), "company"}
            yield from (f"{address(path)}?{name}={nasty}" for name in sorted(names) for nasty in IN_QUERIES)

    assert broken(browser, asked()) == []


@pytest.mark.parametrize("place", ["/audit?", "/exceptions?sort=due&state=open&", "/documents?sort=-opened&"])
def test_no_list_breaks_on_a_place_that_no_row_can_have(browser: Browser, place: str) -> None:
    for name in ("audit", "due", "-opened", "opened"):
        for cell in ("\0", "\ud800"):
            for cells in ((WHEN, cell, 1), (cell, cell, cell), (1, cell, cell, 1), (WHEN, cell, cell, cell)):
                answer = browser.client.get(f"{place}after={cursor(name, *cells)}", follow_redirects=False)
                assert answer.status_code == 400, (name, cells)


def test_no_form_breaks_on_what_its_fields_hold(console: Console, browser: Browser) -> None:
    wrong = []
    for path, _, source in routes(console, "POST"):
        if path in LEAVES:
            continue
        names = {one or other for one, other in _POSTED.findall(source)}
        for sent in ({}, *(dict.fromkeys(names, nasty) for nasty in IN_FORMS)):
            try:
                answer = browser.client.post(address(path), data=sent, headers=browser.site, follow_redirects=False)
            except Exception as error:  # noqa: BLE001 - as above
                wrong.append(f"{path} {sent}: {type(error).__name__}")
            else:
                wrong += [path] if answer.status_code >= 500 else []
    assert wrong == []


def test_a_bulk_act_does_not_break_on_the_filters_that_it_is_given(browser: Browser) -> None:
    for query in ("company=%00", "company=NOWHERE", "company=*&older=99999999999999999999", "code=%00", "q=%00"):
        answer = browser.post("/exceptions/bulk", {"query": query, "all": "1", "act": "retry"})
        assert answer.status in {200, 404, 409}, query


def test_nobody_looks_at_or_writes_about_a_company_that_is_not_there(browser: Browser) -> None:
    for path in ("/", "/exceptions?state=open&", "/exceptions.csv?", "/audit/export?", "/mappings?"):
        query = path if "?" in path else f"{path}?"
        assert browser.client.get(f"{query}company=NOWHERE").status_code == 404, path


def test_a_form_in_other_letters_than_ours_is_refused(browser: Browser) -> None:
    parts = ("first", "name"), ("state", "state=open"), ("query", "\\ud800=-\xff"), ("company", "ACME")
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    for charset in ("punycode", "unicode_escape", "utf-8; charset=utf-7"):
        headers = {**browser.site, "content-type": f"multipart/form-data; boundary=b; charset={charset}"}
        for path in ("/exceptions/views", "/people", "/sign-in"):
            answer = browser.client.post(path, content=f"{body}--b--\r\n".encode("latin-1"), headers=headers)
            assert answer.status_code == 400, path


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF-8"'])
def test_a_form_in_our_letters_is_taken(browser: Browser, charset: str) -> None:
    headers = {**browser.site, "content-type": f"multipart/form-data{charset}; boundary=b"}
    body = '--b\r\nContent-Disposition: form-data; name="theme"\r\n\r\ndark\r\n--b--\r\n'
    answer = browser.client.post("/me/preferences", content=body, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_header_that_names_no_place_is_refused(console: Console) -> None:
    with browsing(console) as browser:
        for value in ("[", "http://[", "http://[::1", "a:b:c", "http://testserver:99999", "\xff"):
            for name in (b"host", b"origin"):
                sent = {name: value.encode("latin-1")}
                answer = browser.client.post("/sign-in", data={"name": "ann"}, headers=sent)
                assert answer.status_code in {403, 421}, (name, value)
