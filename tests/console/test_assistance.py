"""Suggestions: what people chose before for the likest name, with the reason; never done by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from tests.console.browser import Browser
from tests.console.conftest import NOW, add_person
from tests.processes.telling_house import ANN, TellingHouse

from tieout.connectors.explainer import open_model
from tieout.connectors.explainer.settings import AssistanceSettings
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Actor, Role
from tieout.ports.errors import ConnectorError
from tieout.processes.assistance import Assistance, Suggestion
from tieout.processes.assistance.acting import dismiss, explain, told_of
from tieout.processes.assistance.suggesting import suggestions_for
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.proposing import propose
from tieout.store import Store, attempts, audit, cases, documents, mapping_rules, suggestions
from tieout.store.rows import Json

KEY = "sk-s3cret-word"


@dataclass
class Model:
    """What a model was asked, and what it answers."""

    url: str = ""
    status: int = 200
    says: Any = "The reason is new. Map it."
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def model() -> Iterator[Model]:
    """A stand-in of a model that takes chat completions."""
    found = Model()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found.asked.append(({"path": self.path, "key": self.headers.get("authorization", "")}, body))
            answer = {"choices": [{"message": {"role": "assistant", "content": found.says}}]}
            content = json.dumps(answer).encode()
            self.send_response(found.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def house(store: Store) -> TellingHouse:
    return TellingHouse(store, {})


@pytest.fixture
def helping(store: Store) -> Assistance:
    return Assistance(store=store, clock=lambda: NOW)


def chosen(store: Store, key: str, *, until: date | None = None, at: datetime = NOW, **value: str) -> None:
    """A row that bea proposed and maria approved."""
    with store.scope("ACME") as c:
        rule = mapping_rules.propose(
            c, company="ACME", table_name="reason", key=key, value=value, in_force_from=date(2026, 1, 1),
            owner="finance", proposed_by="bea",
        )  # fmt: skip
        mapping_rules.approve(c, rule.id, by="maria", at=at)
        if until is not None:
            mapping_rules.end(c, rule.id, on=until, at=at)


def reason_case(house: TellingHouse, reason: str) -> cases.Case:
    fault = {"code": "REASON_UNMAPPED", "at": "MUG", "saw": reason, "wanted": "", "row": f"reason/{reason}"}
    (number,) = house.open_cases([f"RMA {reason}"], faults=[fault])
    with house.store.scope("ACME") as c:
        found = cases.case(c, number)
    assert found is not None
    return found


def offered(store: Store, case: cases.Case, assistance: Assistance) -> list[Suggestion]:
    with store.scope("ACME") as c:
        return suggestions_for(c, case, assistance)


def test_a_reason_like_one_that_is_mapped_is_offered_its_row_with_the_evidence(
    store: Store, house: TellingHouse, helping: Assistance
) -> None:
    chosen(store, "Too small", code="fit", account="4010")
    chosen(store, "Faulty", code="faulty", account="4011")
    (one,) = offered(store, reason_case(house, "Size too small"), helping)
    assert one.says == "Map “Size too small” to Code fit, Nominal account 4010."
    assert one.score >= 70
    assert one.evidence[0].startswith("“Too small” is mapped so, and its name is ")
    assert one.evidence[0].endswith(" % alike (approved by maria, 20 Nov 2026).")
    filled = "key=Size+too+small&company=ACME&code=fit&account=4010&case="
    assert one.address.startswith(f"/mappings/reason/propose?{filled}")


def test_what_the_very_key_was_mapped_to_before_comes_first(
    store: Store, house: TellingHouse, helping: Assistance
) -> None:
    chosen(store, "Changed my mind", until=date(2026, 6, 1), code="sound", account="4010")
    chosen(store, "Changed my minds", code="other", account="4012")
    found = offered(store, reason_case(house, "Changed my mind"), helping)
    assert [one.fields["code"] for one in found] == ["sound", "other"]
    assert found[0].score == 100
    assert "itself is mapped so until 1 Jun 2026" in found[0].evidence[0]


def test_rows_that_nobody_approved_and_names_that_are_not_alike_are_no_evidence(
    store: Store, house: TellingHouse, helping: Assistance
) -> None:
    chosen(store, "Faulty", code="faulty", account="4011")
    with store.scope("ACME") as c:
        mapping_rules.propose(
            c, company="ACME", table_name="reason", key="Too big", value={"code": "fit"},
            in_force_from=date(2026, 1, 1), owner="finance", proposed_by="bea",
        )  # fmt: skip
    assert offered(store, reason_case(house, "Too bigg"), helping) == []


def test_an_unknown_product_is_offered_the_items_that_sage_named_of_late(
    store: Store, house: TellingHouse, helping: Assistance
) -> None:
    products: list[Json] = [
        {"sku": "MUG-RED-01", "name": "Red mug", "is_stock": True, "is_active": True},
        {"sku": "MUG-RED-02", "name": "Old red mug", "is_stock": True, "is_active": False},
        {"sku": "BOOK-7", "name": "Book", "is_stock": True, "is_active": True},
    ]
    with store.scope("ACME") as c:
        document = documents.touch(
            c, company="ACME", kind="return", key="RMA0", lane_key="RMA0", lanes=1, due_at=NOW, at=NOW
        )
        attempt = attempts.begin(c, document, process="returns.settle/1", at=NOW)
        attempts.record_decision(c, attempt, facts={"products": products}, decision={})
        documents.settle(c, document, state="done", due_at=None, troubled_since=None, at=NOW)
    fault = {"code": "SKU_UNMAPPED", "at": "MUG-RED-O1", "saw": "unknown", "wanted": "", "row": ""}
    (number,) = house.open_cases(["RMA1"], code="SKU_UNMAPPED", faults=[fault])
    with store.scope("ACME") as c:
        case = cases.case(c, number)
        assert case is not None
        (one,) = suggestions_for(c, case, helping)
    assert one.says == "The product MUG-RED-O1 may be MUG-RED-01, Red mug."
    assert one.address == ""
    assert "90 % alike" in one.evidence[0]


def test_the_same_suggestion_is_kept_once_and_not_shown_again_when_put_away(
    store: Store, house: TellingHouse, helping: Assistance
) -> None:
    chosen(store, "Too small", code="fit", account="4010")
    case = reason_case(house, "Size too small")
    (first,), (again,) = offered(store, case, helping), offered(store, case, helping)
    assert first == again
    dismiss(helping, ANN, first.id)
    assert offered(store, case, helping) == []
    with pytest.raises(NotPossible, match="ann has answered this suggestion already"):
        dismiss(helping, ANN, first.id)
    with store.scope("ACME") as c:
        (kept,) = suggestions.of_case(c, "ACME", case.id)
        assert (kept.answer, kept.answered_by, kept.made_by) == ("dismissed", "ann", "rules")
        assert [entry.action for entry in audit.entries(c)] == ["suggestion.dismissed"]
    other = Actor(name="bob", display_name="Bob", roles=(Role.FINANCE,), companies=("BETA",))
    with pytest.raises(NotPossible, match="a company that you do not see"):
        dismiss(helping, other, first.id)


def test_a_suggestion_that_somebody_used_says_who_did(store: Store, house: TellingHouse, helping: Assistance) -> None:
    chosen(store, "Too small", code="fit", account="4010")
    case = reason_case(house, "Size too small")
    (one,) = offered(store, case, helping)
    desk = Desk(store=store, companies={}, clock=lambda: NOW, start=lambda _c, _company, _lane: None)
    wanted = Wanted(key="Size too small", value=dict(one.fields), since=NOW.date())
    propose(desk, ANN, "ACME", "reason", [wanted], why="as for Too small", case_id=case.id)
    assert offered(store, case, helping) == []
    with store.scope("ACME") as c:
        (kept,) = suggestions.of_case(c, "ACME", case.id)
        assert (kept.answer, kept.answered_by) == ("applied", "ann")
        assert suggestions.counted(c) == {"applied": 1}


def test_switched_off_nothing_is_offered_kept_or_asked(store: Store, house: TellingHouse, helping: Assistance) -> None:
    chosen(store, "Too small", code="fit", account="4010")
    case = reason_case(house, "Size too small")
    off = replace(helping, is_on=False)
    assert offered(store, case, off) == []
    with store.scope("ACME") as c:
        assert suggestions.of_case(c, "ACME", case.id) == []
    with pytest.raises(NotPossible, match="No model is set up"):
        explain(off, ANN, case)
    assert open_model(AssistanceSettings()) is None
    assert open_model(AssistanceSettings(on=False, model_url="http://127.0.0.1:1/v1", model="m")) is None


def asking(helping: Assistance, found: Model) -> Assistance:
    settings = AssistanceSettings(model_url=found.url, model="small-words", model_key=SecretStr(KEY), model_seconds=2.0)
    return replace(helping, explainer=open_model(settings))


def test_a_model_is_told_of_the_fault_and_of_nobody(store: Store, house: TellingHouse, helping: Assistance) -> None:
    faults = [
        {"code": "REASON_UNMAPPED", "at": "MUG", "saw": "ring jo@shop.example on 07700 900123", "wanted": "a reason"},
        {"code": "CUSTOMER_UNMAPPED", "at": "Josephine Bloggs", "saw": "none", "wanted": "an account"},
    ]
    (number,) = house.open_cases(["RMA1"], faults=faults)
    with store.scope("ACME") as c:
        case = cases.case(c, number)
    assert case is not None
    with model() as found:
        found.says = "Map the reason.\nThen ring jo@shop.example."
        assert explain(asking(helping, found), ANN, case).startswith("Map the reason. Then ring [masked")
        ((sent, body),) = found.asked
    assert sent == {"path": "/v1/chat/completions", "key": f"Bearer {KEY}"}
    assert body["model"] == "small-words"
    text = str(body)
    assert "REASON_UNMAPPED" in text
    assert [one for one in ("jo@shop.example", "07700", "Bloggs", "RMA1", KEY) if one in text] == []
    (one,) = offered(store, case, helping)
    assert (one.kind, one.made_by) == ("explanation", "small-words")
    assert "was told: A return is held up." in one.evidence[0]
    with store.scope("ACME") as c:
        assert KEY not in str(audit.entries(c)) + str(suggestions.of_case(c, "ACME", case.id))


@pytest.mark.parametrize(("status", "says"), [(500, "x"), (401, "x"), (429, "x"), (200, ""), (200, None), (302, "x")])
def test_a_model_that_does_not_answer_changes_nothing_and_shows_no_secret(
    store: Store, house: TellingHouse, helping: Assistance, status: int, says: str | None
) -> None:
    case = reason_case(house, "Size too small")
    with model() as found:
        found.status, found.says = status, says
        helped = asking(helping, found)
        assert helped.explainer is not None
        with pytest.raises(NotPossible, match="The model gave no answer"):
            explain(helped, ANN, case)
        with pytest.raises(ConnectorError) as failed:
            helped.explainer.explain("a", "b")
    assert KEY not in repr(failed.value) + str(failed.value) + repr(helped)
    assert offered(store, case, helping) == []


def test_an_address_without_a_model_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValidationError, match="write both, or neither"):
        AssistanceSettings(model_url="https://models.example/v1")


def test_what_a_model_is_told_has_no_key_of_the_document(house: TellingHouse) -> None:
    assert "RMA" not in told_of(reason_case(house, "Size too small"))


def test_a_suggestion_is_put_away_and_a_case_explained_from_the_page(
    console: Console, house: TellingHouse, helping: Assistance
) -> None:
    chosen(console.store, "Too small", code="fit", account="4010")
    case = reason_case(house, "Size too small")
    (one,) = offered(console.store, case, helping)
    add_person(console.store, "ann", Role.FINANCE)
    with model() as found:
        parts = {name: getattr(console, name) for name in console.__dataclass_fields__}
        browser = Browser(build(Console(**parts | {"assistance": asking(helping, found)})))
        browser.sign_in("ann")
        gone = browser.post(f"/exceptions/{case.id}/suggestions/{one.id}/dismiss", {}, follow=False)
        assert (gone.status, gone.headers["location"]) == (303, f"/exceptions/{case.id}")
        assert browser.post(f"/exceptions/{case.id}/suggestions/{one.id}/dismiss", {}).status == 409
        told = browser.post(f"/exceptions/{case.id}/explain", {}, follow=False)
        assert told.status == 303
        assert len(found.asked) == 1
        page = browser.get(f"/exceptions/{case.id}")
        assert "The reason is new. Map it." in page.text(".suggestion")
        assert "Suggested by small-words" in page.text(".suggestion")
        browser.close()
