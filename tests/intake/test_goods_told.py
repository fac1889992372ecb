"""A warehouse tells what came in: signed, kept, found by its RMA, and on a desk while nobody knows the RMA."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.intake.conftest import signed
from tests.processes.house import COMPANY, DOCK_SECRET, House

from tieout.processes.goods_in import KIND as GOODS
from tieout.store import cases, documents

if TYPE_CHECKING:
    from tests.intake.conftest import Edge

    from tieout.domain.documents.goods_in import GoodsReceipt

ONE_MUG = {"sku": "MUG", "quantity": 1, "grade": "good"}


def told(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return {"receipt_id": "R-1", "received_at": "2011-01-20T13:30:00+01:00", "lines": [ONE_MUG]} | changes


def receipts(house: House, rma: str) -> tuple[GoodsReceipt, ...]:
    told_to = house.application.companies[COMPANY].goods_in
    assert told_to is not None
    return told_to.receipts(rma)


def goods(edge: Edge, key: str = "dock R-1") -> documents.Document:
    with edge.house.application.store.scope(COMPANY) as c:
        found = documents.document(c, COMPANY, GOODS, key)
    assert found is not None
    return found


def saw(case: cases.Case) -> str:
    (fault,) = case.faults
    assert isinstance(fault, Mapping)
    return str(fault["saw"])


def closed(edge: Edge, key: str = "dock R-1") -> list[str | None]:
    with edge.house.application.store.scope(COMPANY) as c:
        return [case.closed_how for case in cases.cases_of(c, COMPANY, GOODS, key)]


def test_goods_told_for_an_rma_wake_it_and_are_found_under_its_number(docked: Edge) -> None:
    """RET-49: 202, an event, the return due, and the receipt as it was told."""
    rma = docked.house.authorised("W1001", ("MUG", 2))
    answer = docked.dock(told(rma=rma.number, is_final=False, note="box is wet"))
    assert (answer.status_code, answer.json()) == (202, {"stored": True})
    assert docked.count("documents", f"key = '{rma.number}' AND due_at IS NOT NULL") == 1
    (receipt,) = receipts(docked.house, rma.number)
    assert (receipt.account, receipt.receipt_id, receipt.rma_number) == ("dock", "R-1", rma.number)
    assert (receipt.received_at.isoformat(), receipt.is_final) == ("2011-01-20T12:30:00+00:00", False)
    assert [(line.sku, line.quantity, line.grade.value) for line in receipt.lines] == [("MUG", 1, "good")]
    assert docked.house.open_cases() == []


def test_an_rma_written_as_people_write_it_is_the_portal_s_own_and_no_second_return(docked: Edge) -> None:
    """RET-49: RMA4711 and 4711 are one document."""
    rma = docked.house.authorised("W1001", ("MUG", 1))
    docked.house.drain(rma)
    assert docked.dock(told(rma=f"RMA{rma.number}")).status_code == 202
    assert len(receipts(docked.house, rma.number)) == 1
    assert docked.count("documents", "kind = 'return'") == 1


def test_the_same_delivery_counts_once_and_another_telling_of_the_receipt_replaces_it(docked: Edge) -> None:
    """RET-20: delivered twice is one; counted wrongly is told again under the same number."""
    rma = docked.house.authorised("W1001", ("MUG", 3))
    body = json.dumps(told(rma=rma.number)).encode()
    head = {"Content-Type": "application/json", **signed(body)}
    answers = [docked.http.post("/in/dock", content=body, headers=head).json()["stored"] for _ in range(3)]
    assert answers == [True, False, False]
    assert docked.dock(told(rma=rma.number, lines=[ONE_MUG | {"quantity": 3}])).json() == {"stored": True}
    assert [receipt.counted() for receipt in receipts(docked.house, rma.number)] == [3]
    docked.dock(told(rma=rma.number, receipt_id="R-0", received_at="2011-01-19T09:00:00Z"))
    assert [receipt.receipt_id for receipt in receipts(docked.house, rma.number)] == ["R-0", "R-1"]


def test_unsigned_stale_and_wrongly_signed_goods_are_refused_and_not_kept(docked: Edge) -> None:
    """X-01: the specification's own replay window of five minutes, both ways."""
    body, now = json.dumps(told(rma="1")).encode(), time.time()
    wrongs: list[dict[str, str]] = [
        {},
        signed(body, at=now - 400),
        signed(body, at=now + 400),
        signed(body + b" "),
        signed(body, secret="whsec_c29tZWJvZHktZWxzZSdzLXNlY3JldC1vZi10ZXN0cw=="),
        signed(body) | {"webhook-id": "another"},
        signed(body) | {"webhook-signature": "v1"},
        signed(body) | {"webhook-signature": "v1,not base64"},
        signed(body) | {"webhook-signature": "v1a,AAAA"},
        signed(body) | {"webhook-timestamp": "nan"},
    ]
    head = {"Content-Type": "application/json"}
    statuses = [docked.http.post("/in/dock", content=body, headers=head | wrong).status_code for wrong in wrongs]
    assert statuses == [401] * len(wrongs)
    not_text = b'{"receipt_id": "\xff"}'
    assert docked.http.post("/in/dock", content=not_text, headers=head | signed(b"")).status_code == 401
    assert docked.count("events") == 0


def test_one_of_several_signatures_is_enough(docked: Edge) -> None:
    """X-01: a sender that is changing its secret signs with both."""
    body = json.dumps(told(rma="1")).encode()
    head = signed(body)
    head["webhook-signature"] = f"v1,AAAA {head['webhook-signature']}"
    assert docked.dock(body, headers=head).status_code == 202


def test_a_message_that_makes_no_sense_is_refused_with_what_to_send_instead(docked: Edge) -> None:
    """X-08: the sender's programmer reads this sentence; the message is kept and on a desk."""
    wrongs = {
        "grade": told(rma="1", lines=[ONE_MUG | {"grade": "scratched"}]),
        "quantity": told(rma="1", lines=[ONE_MUG | {"quantity": 0}]),
        "at least one": told(rma="1", lines=[]),
        "does not say what the goods belong to": told(),
        "offset": told(rma="1", received_at="2011-01-20T12:00:00"),
    }
    for said, message in wrongs.items():
        answer = docked.dock(message)
        assert answer.status_code == 422
        assert said in answer.json()["title"]
    cases_open = docked.house.open_cases()
    assert {case.code for case in cases_open} == {"MALFORMED_PAYLOAD"}
    assert len(cases_open) == len(wrongs)


def test_goods_of_a_known_order_go_to_its_only_rma(docked: Edge) -> None:
    """RET-49: a sender that only has the order's number."""
    rma = docked.house.authorised("W1001", ("MUG", 1))
    docked.house.drain(rma)
    assert docked.dock(told(order="W1001", tracking="JD001")).status_code == 202
    assert docked.count("documents", f"key = '{rma.number}' AND due_at IS NOT NULL") == 1
    (receipt,) = receipts(docked.house, rma.number)
    assert (receipt.order_name, receipt.tracking) == ("W1001", "JD001")
    assert docked.house.open_cases() == []


def test_goods_that_nobody_announced_are_on_a_desk_once(docked: Edge) -> None:
    """RET-49: the goods, the label and the order, for the people at goods in."""
    for _ in range(2):
        assert docked.dock(told(order="W9999", tracking="JD001", note="no letter")).status_code == 202
    (case,) = docked.house.open_cases()
    assert (case.code, case.owner) == ("UNANNOUNCED_GOODS", "operations")
    assert saw(case) == "1 x MUG (good); order W9999; tracking JD001; note: no letter; came in 20 Jan 2011 12:30"
    assert goods(docked).title == "Goods nobody announced (receipt R-1 of dock)"
    assert (goods(docked).state, goods(docked).due_at) == ("blocked", None)
    assert docked.count("documents", "kind = 'return'") == 0


def test_goods_of_an_order_with_several_rmas_wake_all_and_ask_a_person(docked: Edge) -> None:
    """RET-49: a guess would credit the wrong return."""
    first, second = (docked.house.authorised("W1001", ("MUG", 1)) for _ in range(2))
    docked.house.drain(first, second)
    assert docked.dock(told(order="W1001")).status_code == 202
    assert docked.count("documents", "kind = 'return' AND due_at IS NOT NULL") == 2
    assert receipts(docked.house, first.number) == receipts(docked.house, second.number) == ()
    (case,) = docked.house.open_cases()
    assert all(number in saw(case) for number in (first.number, second.number))


def test_told_again_with_the_rma_the_goods_leave_the_desk(docked: Edge) -> None:
    """RET-49: what the case asks for closes it."""
    docked.dock(told(tracking="JD001"))
    rma = docked.house.authorised("W1001", ("MUG", 1))
    assert docked.dock(told(tracking="JD001", rma=rma.number)).status_code == 202
    assert docked.house.open_cases() == []
    assert closed(docked) == [f"the goods belong to RMA {rma.number}"]
    assert goods(docked).state == "done"
    assert len(receipts(docked.house, rma.number)) == 1


def test_an_rma_raised_after_its_goods_came_finds_them_by_its_order(docked: Edge) -> None:
    """RET-49: told once, under an order that no RMA was known for."""
    docked.dock(told(order="W1001"))
    rma = docked.house.authorised("W1001", ("MUG", 1))
    docked.house.drain(rma)
    assert [receipt.receipt_id for receipt in receipts(docked.house, rma.number)] == ["R-1"]
    assert docked.house.open_cases() == []
    assert goods(docked).state == "done"
    later = docked.house.authorised("W1001", ("MUG", 1))
    docked.house.drain(later)
    assert (len(receipts(docked.house, rma.number)), len(receipts(docked.house, later.number))) == (1, 0)


def test_goods_that_a_person_settled_are_claimed_by_no_rma(docked: Edge) -> None:
    """RET-49: sent back to the customer is settled."""
    docked.dock(told(order="W1001"))
    (case,) = docked.house.open_cases()
    application = docked.house.application
    with application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="maria", how="sent back", at=application.clock())
    rma = docked.house.authorised("W1001", ("MUG", 1))
    docked.house.drain(rma)
    assert receipts(docked.house, rma.number) == ()
    docked.dock(told(order="W1001", receipt_id="R-1", tracking="x"))
    assert closed(docked) == ["sent back"]


def test_a_receipt_is_of_one_rma_only(docked: Edge) -> None:
    """RET-49: the same parcel credited on two returns would be paid twice."""
    assert docked.dock(told(rma="11")).status_code == 202
    answer: httpx.Response = docked.dock(told(rma="12"))
    assert answer.status_code == 422
    assert "receipt R-1 was told for RMA 11 already" in answer.json()["title"]
    assert (len(receipts(docked.house, "11")), receipts(docked.house, "12")) == (1, ())
    assert docked.count("documents", "kind = 'return' AND key = '12'") == 0


def test_an_rma_that_the_portal_does_not_know_ends_on_a_desk(docked: Edge) -> None:
    """RET-49."""
    docked.dock(told(rma="999999"))
    docked.house.drain()
    assert [case.code for case in docked.house.open_cases()] == ["UNKNOWN_RECORD"]


def test_the_warehouse_s_secret_is_in_no_answer_and_no_log(docked: Edge, capfd: pytest.CaptureFixture[str]) -> None:
    """X-01."""
    answers = [docked.dock(told(rma="1")), docked.dock(b"{"), docked.dock(told(), headers={"webhook-signature": "v1,"})]
    out, err = capfd.readouterr()
    shown = "\n".join([out, err, *(each.text for each in answers), repr(docked.house.application.settings)])
    assert DOCK_SECRET.removeprefix("whsec_") not in shown
