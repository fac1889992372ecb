"""What the edge takes in and what it refuses, keeps and never says."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.intake.conftest import Edge

TOLD = json.dumps({"eventName": "RMA_STATUS_UPDATED", "rmaId": "4711", "order_name": "W1001"}).encode()
REFUNDED = json.dumps({"id": 1, "order_id": 99}).encode()
EVENTS, DOCUMENTS, JOBS = "events", "documents", "procrastinate_jobs"


def test_a_message_becomes_an_event_a_document_and_its_work_together(edge: Edge) -> None:
    """X-01, RET-20: 202, and everything that must follow is in the database already."""
    answer = edge.portal(TOLD)
    assert (answer.status_code, answer.json()) == (202, {"stored": True})
    assert (edge.count(EVENTS), edge.count(DOCUMENTS, "key = '4711'"), edge.count(JOBS)) == (1, 1, 1)


def test_the_same_delivery_again_is_taken_and_changes_nothing(edge: Edge) -> None:
    """RET-20: duplicates are the rule, not the exception."""
    answers = [edge.portal(TOLD) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202] * 5
    assert [answer.json()["stored"] for answer in answers] == [True, False, False, False, False]
    assert (edge.count(EVENTS), edge.count(JOBS)) == (1, 1)


def test_the_same_delivery_at_the_same_moment_is_stored_once(edge: Edge) -> None:
    """RET-20, X-06: ten at once."""
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(edge.portal(TOLD).status_code)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [202] * 10
    assert (edge.count(EVENTS), edge.count(DOCUMENTS), edge.count(JOBS)) == (1, 1, 1)


def test_a_message_without_the_portal_s_word_is_refused_and_not_kept(edge: Edge) -> None:
    """X-01: unsigned is unheard."""
    words = (None, "", "wrong", "the-portals-worD", "the-portals-word ", "é")
    assert {word: edge.portal(TOLD, secret=word).status_code for word in words} == dict.fromkeys(words, 401)
    assert edge.count(EVENTS) == 0


def test_a_message_whose_signature_is_wrong_is_refused_and_not_kept(edge: Edge) -> None:
    """X-01."""
    for proof in ("", "AAAA", "not base64 at all"):
        assert edge.shop(REFUNDED, **{"X-Shopify-Hmac-Sha256": proof}).status_code == 401
    assert edge.count(EVENTS) == 0


def test_a_signature_that_is_no_ascii_is_refused_like_any_other(edge: Edge) -> None:
    """X-01: a comparison in constant time must not stumble over it."""
    head = [(b"Content-Type", b"application/json"), (b"X-Shopify-Hmac-Sha256", b"\xe9\xe9"), (b"X-Shopify-Topic", b"x")]
    assert edge.http.post("/in/shopify", content=REFUNDED, headers=head).status_code == 401


def test_a_signature_of_another_secret_or_another_body_is_refused(edge: Edge) -> None:
    """X-01: a byte more and it is another message."""
    assert edge.shop(REFUNDED, secret="somebody else's").status_code == 401
    signed = edge.shop(REFUNDED).request.headers["X-Shopify-Hmac-Sha256"]
    assert edge.shop(REFUNDED + b" ", **{"X-Shopify-Hmac-Sha256": signed}).status_code == 401


def test_a_signed_message_is_taken(edge: Edge) -> None:
    """X-01."""
    assert edge.shop(REFUNDED).status_code == 202
    assert edge.count(EVENTS) == 1


def test_an_address_that_is_nobody_s_is_refused_like_a_wrong_word(edge: Edge) -> None:
    """X-01: nobody learns which accounts exist."""
    nobody = edge.http.post("/in/nobody", content=TOLD, headers={"Content-Type": "application/json"})
    assert nobody.status_code == edge.portal(TOLD, secret="wrong").status_code == 401


def test_a_message_too_long_is_refused_before_it_is_read_whole(edge: Edge) -> None:
    """X-01: 413, in one piece or in many."""
    longest = edge.house.application.settings.web.body_bytes_max
    assert edge.portal(b" " * (longest + 1)).status_code == 413

    chunks = (b"x" * 1000 for _ in range(longest))
    with suppress(httpx.TransportError):  # whoever goes on sending may find the line cut before the answer
        answer = edge.http.post("/in/returngo", content=chunks, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
    assert edge.count(EVENTS) == 0


def test_a_message_of_another_type_is_refused(edge: Edge) -> None:
    """X-01: 415; JSON may be written as the rules allow."""
    for content_type in ("text/plain", "application/xml", "multipart/form-data", ""):
        assert edge.portal(TOLD, **{"Content-Type": content_type}).status_code == 415
    assert edge.count(EVENTS) == 0
    for content_type in ("application/json; charset=utf-8", "Application/JSON"):
        assert edge.portal(TOLD, **{"Content-Type": content_type}).status_code == 202


UNREADABLE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"eventName": ""}',
    b'{"rmaId": "1"}',
    b'{"eventName": NaN}',
    b"1" * 5000,
)


def test_messages_that_nobody_can_read_are_kept_and_put_on_a_desk(edge: Edge) -> None:
    """X-01, X-08: MALFORMED_PAYLOAD, each once, however often it comes."""
    for body in UNREADABLE * 2:
        assert edge.portal(body).status_code == 422
    assert edge.count(EVENTS) == len(UNREADABLE)
    cases = edge.house.open_cases()
    assert {(case.code, case.owner) for case in cases} == {("MALFORMED_PAYLOAD", "integration")}
    assert len(cases) == len(UNREADABLE)
    with edge.house.application.store.scope("giftware") as c:
        rows = edge.house.application.store.raw(c).execute("SELECT payload FROM events").fetchall()
    assert {bytes(row[0]) for row in rows} == set(UNREADABLE)


def test_rma_numbers_out_of_nightmares_do_not_break_the_edge_or_the_lanes(edge: Edge) -> None:
    """X-01: an answer of ours, never a 500."""
    for number in ("x" * 5000, "1\x00", "../..", "'; DROP TABLE events; --", "  ", "💥"):
        body = json.dumps({"eventName": "RMA_CREATED", "rmaId": number}).encode()
        assert edge.portal(body).status_code in {202, 422}, number[:20]
    edge.house.drain()


def test_secrets_are_in_no_answer_and_no_log(edge: Edge, capfd: pytest.CaptureFixture[str]) -> None:
    """X-01: neither the word in the address nor what the settings hold."""
    rma = edge.house.authorised("W1001", ("MUG", 1))
    edge.house.receive(rma)
    answers = [
        edge.portal(TOLD),
        edge.portal(b"{"),
        edge.portal(TOLD, secret="wrong-word-9182"),
        edge.shop(REFUNDED),
        edge.shop(b"{"),
        edge.http.get("/in/returngo"),
        edge.http.get("/health/ready"),
    ]
    edge.house.control.temper("sage200", expired_token=0.3, error_before=0.2, seed=3)
    edge.house.drain(rma)
    out, err = capfd.readouterr()
    told = "\n".join([out, err, *(answer.text for answer in answers), repr(edge.house.application.settings)])
    secrets = ["the-portals-word", "sandbox-client-secret", "shpat_sandbox", "returngo-sandbox-key"]
    secrets += ["companion-sandbox-key", "sandbox-secret", edge.house._tokens["refresh_token"], "wrong-word-9182"]
    assert [secret for secret in secrets if secret in told] == []


def test_a_webhook_and_a_sweep_at_the_same_moment_book_the_return_once(edge: Edge) -> None:
    """RGO-09, RET-20: told and found at once, worked on by two."""
    house = edge.house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    body = json.dumps({"eventName": "SHIPMENT_STATUS_UPDATED", "rmaId": rma.number}).encode()
    threads = [threading.Thread(target=one) for one in (lambda: edge.portal(body), house.sweep, house.work, house.work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.drain()
    assert house.document(rma).state == "done"
    assert set(house.control.deeds().values()) == {1}
    house.control.prove()


def test_webhooks_of_the_shop_find_the_return_by_its_order(edge: Edge) -> None:
    """RGO-09: a refund by the portal wakes the RMA that it belongs to."""
    house = edge.house
    house.control.post("/shopify/webhooks", {"topic": "refunds/create", "url": f"{edge.url}/in/shopify"})
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "refund")
    house.control.post("/shopify/drain")
    house.receive(rma)
    house.drain()
    case = house.case(rma)
    assert case is not None
    assert case.code == "REFUND_BEFORE_CREDIT"


def test_the_portal_s_own_webhooks_carry_a_return_from_end_to_end(edge: Edge) -> None:
    """RET-02: nobody is told by hand; duplicates and disorder on the way."""
    house = edge.house
    for name in ("RMA_CREATED", "RMA_STATUS_UPDATED", "SHIPMENT_STATUS_UPDATED"):
        url = f"{edge.url}/in/returngo?secret=the-portals-word"
        house.control.post("/returngo/webhooks", {"eventName": name, "url": url})
    house.control.temper("returngo", duplicate_webhook=0.5, reorder_webhook=0.5, seed=1)
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.control.post("/returngo/drain")
    house.drain()
    assert house.document(rma).state == "done"
    assert set(house.control.deeds().values()) == {1}


def test_ready_means_that_the_database_answers(edge: Edge) -> None:
    """Probes: live is not ready."""
    assert edge.http.get("/health/live").json() == {"status": "live"}
    assert edge.http.get("/health/ready").json() == {"status": "ready"}
