from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from tieout.connectors.dock import DockSettings, open_desk, open_goods_in, open_inbound
from tieout.domain.documents.rma import Grade
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

NOW, BEFORE = b"the warehouse signs with this one", b"the warehouse signed with that one"
MUGS = {"sku": "MUG", "quantity": 2, "grade": "good"}


def secret(key: bytes) -> SecretStr:
    return SecretStr(f"whsec_{base64.b64encode(key).decode()}")


def told(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return {"receipt_id": "R-1", "rma": "42", "received_at": "2026-11-20T10:15:00Z", "lines": [MUGS]} | changes


def body_of(**changes: Any) -> bytes:  # noqa: ANN401  # any field
    return json.dumps(told(**changes)).encode()


def signed(body: bytes, key: bytes = NOW, name: str = "msg_1", at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    proof = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
    }


def settings(**changes: Any) -> DockSettings:  # noqa: ANN401  # any field
    return DockSettings.model_validate({"account": "dock", "secret": secret(NOW)} | changes)


def opened(**changes: Any) -> Envelope:  # noqa: ANN401  # any field
    return open_desk().open({"webhook-id": "m"}, {}, body_of(**changes))


class Kept:
    """Messages as an inbox gives them back."""

    def __init__(self, bodies: Mapping[tuple[str, str], tuple[bytes, ...]]) -> None:
        self.bodies = bodies

    def of(self, account: str, document_key: str) -> tuple[bytes, ...]:
        return self.bodies.get((account, document_key), ())


def test_a_signed_message_names_its_rma_and_its_receipt() -> None:
    body = body_of()
    envelope = open_inbound(settings()).open(signed(body), {}, body)
    assert (envelope.external_id, envelope.document_kind, envelope.document_key) == ("msg_1", "return", "42")
    assert (envelope.lookup, envelope.unannounced, envelope.reference) == ("", "", "R-1")
    assert envelope.occurred_at == datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def test_these_tests_sign_as_the_specification_s_published_example_does() -> None:
    """Standard Webhooks, reference libraries: message, time, secret and signature of their own tests."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    head = signed(b'{"test": 2432232314}', key, "msg_p5jXN8AQM9LWM0D4loKWxJek", at=1614265330)
    assert head["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("away", [-301, 301])
def test_a_well_signed_message_of_another_time_is_refused(away: int) -> None:
    body = body_of()
    with pytest.raises(SignatureError):
        open_inbound(settings()).open(signed(body, at=time.time() + away), {}, body)


def test_the_secret_before_a_change_counts_until_it_is_taken_out() -> None:
    body = body_of()
    both = open_inbound(settings(previous_secret=secret(BEFORE)))
    assert both.open(signed(body, BEFORE), {}, body).document_key == "42"
    assert both.open(signed(body, NOW), {}, body).document_key == "42"
    with pytest.raises(SignatureError):
        open_inbound(settings()).open(signed(body, BEFORE), {}, body)


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_c2hvcnQ=", "c2lnbmVkLWJ5LXRoZS13YXJlaG91c2U=", "whsec_no base64!"]
)
def test_a_secret_that_signs_nothing_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(secret=SecretStr(text))
    (problem,) = caught.value.errors(include_input=False, include_url=False)
    assert "openssl rand -base64 32" in problem["msg"]
    assert not text or text not in problem["msg"].replace("whsec_ followed", "")
    assert base64.b64encode(NOW).decode() not in repr(settings())


def test_without_an_rma_the_order_or_the_label_finds_it_and_the_goods_are_described() -> None:
    lines = [MUGS, MUGS, {"sku": "BOWL", "quantity": 1, "grade": "damaged"}]
    by_order = opened(rma="", order="W1001", tracking="JD1", lines=lines)
    assert (by_order.document_key, by_order.lookup) == ("", "W1001")
    wanted = "4 x MUG (good), 1 x BOWL (damaged); order W1001; tracking JD1; came in 20 Nov 2026 10:15"
    assert by_order.unannounced == wanted
    assert opened(rma=None, tracking="JD1").lookup == "JD1"


WRONG: dict[str, dict[str, Any]] = {
    "lines.0.grade": {"lines": [MUGS | {"grade": "scratched"}]},
    "lines.1.quantity": {"lines": [MUGS, MUGS | {"quantity": 0}]},
    "lines.0.quantity: send": {"lines": [MUGS | {"quantity": True}]},
    "lines.0.quantity: input": {"lines": [MUGS | {"quantity": 1.5}]},
    "lines.0.sku": {"lines": [MUGS | {"sku": " "}]},
    "lines: ": {"lines": []},
    "receipt_id": {"receipt_id": ""},
    "receipt_id: send plain": {"receipt_id": "R\u0000"},
    "rma: send plain": {"rma": "\ud800"},
    "received_at: input": {"received_at": "2026-11-20T10:15:00"},
    "received_at: send": {"received_at": 1763633700},
    "received_at: the year": {"received_at": "0001-01-01T00:00:00+14:00"},
    "is_final": {"is_final": "perhaps"},
    "note": {"note": "x" * 3000},
    "what the goods belong to": {"rma": " "},
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_field_is_named_with_what_to_send_instead(said: str) -> None:
    with pytest.raises(MalformedError) as caught:
        opened(**WRONG[said])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "; send " in str(caught.value) or "; give " in str(caught.value) or "send rma" in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b"\xff"])
def test_what_is_no_message_at_all_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        open_desk().open({"webhook-id": "m"}, {}, body)


def test_a_message_without_a_name_of_its_own_is_malformed() -> None:
    for name in ("", "x" * 256):
        with pytest.raises(MalformedError, match="webhook-id"):
            open_desk().open({"webhook-id": name}, {}, body_of())


def test_unknown_fields_are_let_pass_and_numbers_may_be_names() -> None:
    envelope = opened(rma=42, receipt_id=7, colour="blue")
    assert (envelope.document_key, envelope.reference) == ("42", "7")


def test_receipts_of_all_warehouses_come_oldest_first_each_once_and_as_last_told() -> None:
    kept = Kept(
        {
            ("dock", "42"): (
                body_of(received_at="2026-11-20T12:00:00+02:00", note=" wet\n box ", by="maria"),
                body_of(receipt_id="R-2", received_at="2026-11-19T10:00:00Z", is_final=False),
                body_of(received_at="2026-11-20T12:00:00+02:00", lines=[MUGS | {"grade": "damaged"}], by="maria"),
            ),
            ("desk", "42"): (body_of(received_at="2026-11-18T10:00:00Z", rma="RMA42"),),
            ("dock", "43"): (body_of(receipt_id="R-9"),),
        }
    )
    first, second, third = open_goods_in(("dock", "desk"), kept).receipts("42")
    assert [(each.account, each.receipt_id) for each in (first, second, third)] == [
        ("desk", "R-1"),
        ("dock", "R-2"),
        ("dock", "R-1"),
    ]
    assert {each.rma_number for each in (first, second, third)} == {"42"}
    assert (third.received_at, third.lines[0].grade) == (datetime(2026, 11, 20, 10, tzinfo=UTC), Grade.DAMAGED)
    assert (third.note, second.is_final) == ("counted by maria", False)


def test_a_kept_message_that_can_no_longer_be_read_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="dock"):
        open_goods_in(("dock",), Kept({("dock", "42"): (b"{}",)})).receipts("42")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.integers(0, 5)), max_size=8))
def test_however_often_and_in_whatever_order_receipts_are_told_each_counts_once(
    tellings: list[tuple[str, int, int]],
) -> None:
    """RET-20: the last telling of each receipt stands; nothing is added up twice."""
    start = datetime(2026, 11, 20, tzinfo=UTC)
    bodies = tuple(
        body_of(
            receipt_id=name, received_at=(start + timedelta(hours=hour)).isoformat(), lines=[MUGS | {"quantity": n}]
        )
        for name, n, hour in tellings
    )
    found = open_goods_in(("dock",), Kept({("dock", "42"): bodies})).receipts("42")
    assert {each.receipt_id: int(each.counted()) for each in found} == {name: n for name, n, _ in tellings}
    assert [each.received_at for each in found] == sorted(each.received_at for each in found)
