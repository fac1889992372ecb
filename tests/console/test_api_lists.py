"""Lists, records and errors of the API: what programs get, page by page, and nothing of other companies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.console.api_filling import KEYS, fill
from tests.console.programs import Program, make_token, program, with_telling

from tieout.console.api.document import PATH, described, written
from tieout.console.api.problems import DETAILS, PROBLEM_TYPE
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Permission, Role


@pytest.fixture
def full(console: Console) -> Console:
    """A console with something of everything in two companies."""
    made = with_telling(console)
    fill(made)
    return made


@pytest.fixture
def asker(full: Console) -> Iterator[Program]:
    """A program that may do everything."""
    with program(full, make_token(full)) as running:
        yield running


def pages(asker: Program, path: str, limit: int, **params: Any) -> list[list[Any]]:  # noqa: ANN401 - any parameter
    """Every page of a list."""
    found: list[list[Any]] = []
    cursor = ""
    while True:
        answer = asker.get(path, limit=limit, cursor=cursor, **params)
        found.append(answer["items"])
        if answer["next"] is None:
            return found
        cursor = answer["next"]


@pytest.mark.parametrize(
    ("path", "params", "total"),
    [
        ("/documents", {"sort": "stake"}, 14),
        ("/documents", {"company": "ACME"}, 7),
        ("/cases", {}, 14),
        ("/cases", {"sort": "-stake", "owner": "finance"}, 8),
        ("/alerts", {}, 2),
        ("/proposals", {}, 2),
        ("/audit", {"company": "ACME"}, 2),
    ],
)
def test_a_list_goes_on_page_by_page_until_all_was_shown_once(
    asker: Program, path: str, params: dict[str, Any], total: int
) -> None:
    whole = asker.get(path, limit=200, **params)
    assert whole["next"] is None
    assert len(whole["items"]) == total
    by_page = pages(asker, path, 1, **params)
    assert [item for page in by_page for item in page] == whole["items"]
    assert len(by_page) == total


def test_a_cursor_counts_only_as_it_was_given_for_its_list_and_its_token(full: Console, asker: Program) -> None:
    cursor = asker.get("/documents", limit=1)["next"]
    assert asker.get("/documents", limit=1, cursor=cursor)["items"]
    middle = len(cursor) // 2
    other = "A" if cursor[middle] != "A" else "B"
    for wrong in (cursor[1:], cursor[:-1], cursor[:middle] + other + cursor[middle + 1 :], "x", "\N{POUND SIGN}", "{}"):
        refused = asker.get("/documents", status=422, cursor=wrong)
        assert refused["detail"].startswith("The cursor is not one that this list gave")
    asker.get("/cases", status=422, cursor=cursor)
    stranger = replace(asker, token=make_token(full, name="stranger"))
    stranger.get("/documents", status=422, cursor=cursor)


def test_money_is_whole_minor_units_and_times_are_utc(asker: Program) -> None:
    (first,) = asker.get("/documents", company="ACME", limit=1)["items"]
    assert first["stake"] == {"minor": 1000, "currency": "GBP"}
    assert first["opened_at"] == "2026-11-20T09:05:00.000000Z"
    debt = asker.get("/debt", company="ACME")
    assert debt["counted_at"] == "2026-11-20T09:05:00.000000Z"
    assert all(line["debt"]["currency"] == "GBP" for line in debt["items"])
    total = sum(line["debt"]["minor"] for line in debt["items"])
    (day,) = asker.get("/debt/days", company="ACME")["items"]
    assert day["debt"] == {"minor": total, "currency": "GBP"}
    assert total > 0


@pytest.mark.parametrize("key", KEYS)
def test_a_document_is_found_by_its_key_whatever_letters_it_has(asker: Program, key: str) -> None:
    path = f"ACME/return/{quote(key, safe='')}"
    found = asker.get(f"/documents/{path}")
    assert (found["company"], found["kind"], found["key"]) == ("ACME", "return", key)
    (leg,) = found["legs"]
    assert leg["expected"] == {"money": {"minor": 1200, "currency": "GBP"}, "quantity": "2"}
    assert found["names"]
    assert asker.get(f"/timelines/{path}")["items"]


def test_a_document_is_found_by_any_name(asker: Program) -> None:
    found = asker.get("/documents/search", text="#103", company="BETA")["items"]
    assert [(one["document"]["key"], one["system"]) for one in found] == [(KEYS[3], "storefront")]


@pytest.mark.parametrize("path", ["/documents/ACME/return/RMA1", "/timelines/ACME/return/RMA1", "/cases/{case}"])
def test_records_of_other_companies_are_not_there(full: Console, asker: Program, path: str) -> None:
    (case,) = asker.get("/cases", company="ACME", limit=1)["items"]
    address = path.replace("{case}", str(case["id"]))
    asker.get(address)
    token = make_token(full, name="bea", roles=(Role.FINANCE,), companies=("BETA",))
    limited = replace(asker, token=token)
    limited.get(address, status=404)
    assert {one["document"]["company"] for one in limited.get("/cases")["items"]} == {"BETA"}
    limited.get("/cases", status=403, company="ACME")
    limited.get("/cases", status=403, company="NOWHERE")
    limited.post(f"/cases/{case['id']}/retry", status=404)


def test_a_token_that_sees_some_companies_names_the_one_it_asks_for(full: Console, asker: Program) -> None:
    limited = replace(asker, token=make_token(full, name="both", companies=("ACME", "BETA")))
    assert "several companies" in limited.get("/documents", status=422)["detail"]
    assert len(limited.get("/documents", company="BETA")["items"]) == 7


def test_a_case_is_worked_on_by_the_acts_of_the_desk(asker: Program) -> None:
    case = asker.get("/cases", company="ACME", owner="finance", limit=1)["items"][0]
    address = f"/cases/{case['id']}"
    asker.ask("PUT", f"{address}/assignee", json={"to": "maria"})
    asker.post(f"{address}/comments", {"said": "looked at it"}, Idempotency_Key="one")
    asker.post(f"{address}/comments", {"said": "looked at it"}, Idempotency_Key="one")
    late = asker.post(
        f"{address}/resolve", {"where": "source", "why": "put right", "version": case["version"]}, status=409
    )
    assert "changed by somebody else" in late["detail"]
    now = asker.get(address)
    assert (now["assignee"], now["document"]["key"]) == ("maria", case["document"]["key"])
    done = asker.post(f"{address}/resolve", {"where": "source", "why": "put right", "version": now["version"]})
    assert done == {"said": f"Exception {case['id']} is closed.", "waits_for_second": False}
    assert asker.get(address)["closed_by"] == "robot"
    asker.post(f"{address}/resolve", {"where": "source", "why": "again"}, status=409)
    told = asker.get(f"/timelines/ACME/return/{quote(case['document']['key'])}")["items"]
    assert sum("looked at it" in json.dumps(one) for one in told) == 1


def test_an_act_over_many_cases_needs_a_key_and_is_one_act_by_it(asker: Program) -> None:
    numbers = [case["id"] for case in asker.get("/cases", company="ACME")["items"]]
    order = {"action": "assign", "cases": [*numbers, 999], "to": "maria"}
    missing = asker.post("/bulk-acts", order, status=422)
    assert [one["pointer"] for one in missing["errors"]] == ["header/Idempotency-Key"]
    begun = asker.post("/bulk-acts", order, status=202, Idempotency_Key="k1")
    assert (begun["state"], begun["asked"], begun["done"]) == ("done", len(numbers) + 1, len(numbers))
    assert [one["case"] for one in begun["refused"]] == [999]
    assert asker.post("/bulk-acts", order, status=202, Idempotency_Key="k1") == begun
    assert asker.get(f"/bulk-acts/{begun['id']}") == begun
    asker.get("/bulk-acts/12345", status=404)


def test_rows_are_proposed_and_not_changed(asker: Program) -> None:
    row = {"key": "Arrived late", "value": {"code": "sound", "account": "4010", "grade": "good"}, "since": "2026-12-01"}
    made = asker.post("/mappings/reason/proposals", {"company": "ACME", "rows": [row], "why": "new"}, status=201)
    assert (made["state"], made["owner"], made["proposed_by"]) == ("waiting", "finance", "robot")
    rows = asker.get("/mappings/reason", company="ACME", on="2026-12-02")["items"]
    assert [one["key"] for one in rows] == ["Too small"]
    wrong = asker.post("/mappings/reason/proposals", {"company": "ACME", "rows": [row], "why": "twice"}, status=409)
    assert "waits for a decision already" in wrong["detail"]
    asker.get("/mappings/nothing", status=404)


def test_an_alert_is_taken_once(asker: Program) -> None:
    alert = asker.get("/alerts")["items"][0]
    taken = asker.post(f"/alerts/{alert['id']}/acknowledge")
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "robot")
    asker.post(f"/alerts/{alert['id']}/acknowledge", status=409)
    asker.post("/alerts/999/acknowledge", status=404)


def test_a_change_that_a_program_made_is_audited_with_the_token_and_the_person(asker: Program) -> None:
    alert = asker.get("/alerts", company="ACME")["items"][0]
    asker.post(f"/alerts/{alert['id']}/acknowledge")
    asker.get("/audit", status=422)
    newest = asker.get("/audit", company="ACME", limit=1)["items"][0]
    assert (newest["action"], newest["who"]) == ("alert.acknowledged", "robot")


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/api/v1/nowhere", {}, 404),
        ("GET", "/api/nowhere", {}, 404),
        ("GET", "/api/v1/documents/ACME/return/nothing", {}, 404),
        ("DELETE", "/api/v1/webhooks", {}, 405),
        ("POST", "/api/v1/webhooks", {"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ("POST", "/api/v1/webhooks", {"content": b'"\xff"', "headers": {"content-type": "application/json"}}, 400),
        ("POST", "/api/v1/webhooks", {"content": b"a=b", "headers": {"content-type": "text/plain"}}, 415),
        ("POST", "/api/v1/webhooks", {"json": {}}, 422),
        ("POST", "/api/v1/webhooks", {"content": b"x", "headers": {"content-length": "12000001"}}, 413),
        ("GET", "/api/v1/documents?limit=0", {}, 422),
        ("GET", "/api/v1/documents?limit=201", {}, 422),
        ("GET", "/api/v1/documents?opened_to=0", {}, 422),
        ("GET", "/api/v1/documents?text=%00", {}, 422),
        ("GET", "/api/v1/documents/%00/return/x", {}, 422),
        ("GET", "/api/v1/cases/9223372036854775808", {}, 422),
        ("POST", "/api/v1/webhooks/12345/close", {}, 404),
        ("GET", "/api/v1/alerts", {"headers": {"host": "elsewhere.example"}}, 421),
    ],
)
def test_every_error_is_a_problem_detail(
    asker: Program, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    body = asker.ask(method, path, status=status, **sent)
    assert set(body) == {"type", "title", "status", "detail", "reference", "errors"}


def test_a_wrong_method_is_told_every_right_one(asker: Program) -> None:
    headers = {"Authorization": f"Bearer {asker.token}"}
    answer = asker.client.request("DELETE", "/api/v1/webhooks", headers=headers)
    assert answer.headers["allow"] == "GET, POST"


def test_an_error_points_at_what_was_wrong_and_does_not_repeat_it(asker: Program) -> None:
    sent = {"company": "ACME", "url": "https://user:secret-word@a.example/", "events": ["no.such"], "more": 1}
    body = asker.post("/webhooks", {**sent, "url": "secret word\n"}, status=422)
    assert {one["pointer"] for one in body["errors"]} == {"/url", "/events/0", "/more"}
    assert "secret" not in json.dumps(body)
    assert "secret" not in json.dumps(asker.post("/webhooks", {**sent, "events": ["case.opened"]}, status=422))


def test_a_mistake_of_ours_is_a_problem_with_a_reference_and_tells_nothing_else(full: Console) -> None:
    broken = replace(full, telling=None, accounts=None)  # type: ignore[arg-type]  # what no installation has
    token = make_token(full, Permission.ACCOUNTS_SEE)
    with TestClient(build(broken), base_url="http://testserver", raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM_TYPE)
    assert answer.json()["detail"] == DETAILS[500]
    assert answer.json()["reference"] == answer.headers["x-request-id"]


def test_the_description_is_for_everybody_and_names_every_scope_and_refusal(asker: Program) -> None:
    answer = replace(asker, token="").client.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.text == written()
    known = {one.value for one in Permission}
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            (scopes,) = (each["token"] for each in operation["security"])
            assert set(scopes) <= known
            assert {"401", "403", "422", "429", "500"} <= set(operation["responses"]), (method, path)
            for status, documented in operation["responses"].items():
                kinds = list(documented["content"])
                assert kinds == (["application/json"] if status < "300" else [PROBLEM_TYPE]), (method, path, status)
