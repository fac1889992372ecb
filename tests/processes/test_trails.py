"""The trail of a document: one return through all its stages, and what each stage leaves on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY

from tieout.domain.business_dates import uk_date
from tieout.domain.legs import LegState
from tieout.domain.people import Actor, Role
from tieout.domain.pseudonyms import looked_up
from tieout.processes.kinds import REFUND, RETURN
from tieout.processes.record import facts_from_json
from tieout.processes.trail.customer_progress import Told, told_of
from tieout.processes.trail.gathering import Trail, trail_of
from tieout.processes.trail.raw import look_at_effect, look_at_event, shown
from tieout.store import attempts, audit, comments, cross_references, documents, inbox
from tieout.store.document_search import find_documents

if TYPE_CHECKING:
    from tests.processes.house import House, Rma

ANN = Actor(name="ann", display_name="Ann", roles=(Role.INTEGRATION_OPERATOR,))


def trail(house: House, rma: Rma) -> Trail:
    with house.application.store.scope(COMPANY) as c:
        document = documents.document(c, COMPANY, RETURN, rma.number)
        assert document is not None
        return trail_of(c, document, house.application.clock())


def tell(house: House, rma: Rma, payload: bytes, at: datetime) -> int:
    """A message about a return comes in, as the portal would post it."""
    event = inbox.NewEvent(
        company=COMPANY,
        account="returngo",
        external_id=f"{rma.number} {at.isoformat()}",
        kind="RMA_APPROVED",
        document_kind=RETURN,
        document_key=rma.number,
        occurred_at=at - timedelta(hours=2),
        received_at=at,
        payload=payload,
        content_type="application/json",
    )
    with house.application.store.scope(COMPANY) as c:
        assert inbox.store_event(c, event, due_at=at)
        return inbox.heads_of(c, COMPANY, RETURN, rma.number, limit=1)[0].id


def test_a_return_leaves_its_trail_stage_by_stage(house: House) -> None:
    """X-25: from the first message to the last leg, in every system, with the references of each."""
    rma = house.authorised("W1001", ("MUG", 2))
    came = house.application.clock()
    event_id = tell(house, rma, b'{"eventName": "RMA_APPROVED"}', came)
    house.drain(rma)

    announced = trail(house, rma)
    assert announced.document.state == "waiting"
    assert announced.steps.waiting_for
    assert [step.command for step in announced.steps.steps] == ["raise_return"]
    assert [row.stage for row in announced.grid.rows] == ["Announced"]
    first = announced.timeline[0]
    assert (first.event_id, first.at, first.there_at) == (event_id, came, came - timedelta(hours=2))

    house.receive(rma)
    house.drain(rma)
    done = trail(house, rma)
    assert done.grid.is_tied_out
    assert done.grid.debts == {}
    assert [row.stage for row in done.grid.rows] == [
        "Announced",
        "Goods back",
        "On offer again",
        "Credited",
        "Given to the customer",
    ]
    given = next(row for row in done.grid.rows if row.stage == "Given to the customer")
    assert {system: [m.leg.seen_minor for m in marks] for system, marks in given.cells.items()} == {
        "storefront": [2400],
        "sage": [2400],
    }
    assert {step.state for step in done.steps.steps} == {"done"}
    credit = next(step for step in done.steps.steps if "credit_note" in step.command)
    assert credit.reference
    assert str(credit.amount) == "GBP 24.00"
    assert [entry.at for entry in done.timeline] == sorted(entry.at for entry in done.timeline)
    assert {"returngo", "sage", "shopify", "portal", "storefront", "Tieout"} <= {e.system for e in done.timeline}
    assert ("storefront", "order name", "W1001") in [(n.system, n.kind, n.value) for n in done.names]


def test_goods_in_two_parcels_stand_in_rows_of_their_own(house: House) -> None:
    rma = house.authorised("W1002", ("MUG", 5))
    house.drain(rma)
    house.receive(rma, *rma.units[:2])
    house.drain(rma)
    house.receive(rma, *rma.units[2:])
    house.drain(rma)
    rows = [row for row in trail(house, rma).grid.rows if row.stage == "Credited"]
    assert [row.batch for row in rows] == [1, 2]
    assert sum(mark.leg.seen_minor or 0 for row in rows for mark in row.cells["sage"]) == 1956


def test_a_stopped_return_says_why_and_its_missing_legs_are_debt(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 2, "No such reason"))
    house.receive(rma)
    house.drain(rma)
    stopped = trail(house, rma)
    assert stopped.case is not None
    assert stopped.steps.stopped_by == ["The return reason has no mapping"]
    assert [entry.title for entry in stopped.timeline if entry.is_trouble and entry.case_id is None] == [
        "Stopped: The return reason has no mapping"
    ]
    assert [entry.case_id for entry in stopped.timeline if entry.case_id] == [stopped.case.id]
    with house.application.store.scope(COMPANY) as c:
        late = trail_of(c, stopped.document, house.application.clock() + timedelta(days=30))
    assert late.grid.debts == {"GBP": 2400}
    assert {mark.state for mark in late.grid.marks} == {LegState.OVERDUE}


def test_attempts_that_end_alike_are_one_entry(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 1, "No such reason"))
    house.receive(rma)
    for _ in range(4):
        house.drain(rma)
    entries = [entry for entry in trail(house, rma).timeline if entry.title.startswith("Stopped")]
    assert [entry.times for entry in entries] == [4]
    assert entries[0].until is not None
    assert entries[0].until > entries[0].at


def test_returns_of_one_order_know_each_other(house: House) -> None:
    first, second = (house.authorised("W1001", ("MUG", 1)) for _ in range(2))
    house.drain(first, second)
    related = trail(house, first).related
    assert [(one.document.key, one.how.partition(" (")[0]) for one in related] == [(second.number, "On the same order")]


def test_what_people_say_and_do_stands_on_the_timeline(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 1, "No such reason"))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    at = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        comments.say(
            c,
            company=COMPANY,
            kind=RETURN,
            key=rma.number,
            case_id=case.id,
            who="ann",
            said="I rang the shop",
            mentions=[],
            at=at,
        )
        subject = f"case {case.id} return {rma.number}"
        audit.append(c, company=COMPANY, who="ann", action="case.assign", subject=subject, before=None, after={}, at=at)
    told = [(entry.title, entry.text) for entry in trail(house, rma).timeline if entry.system == "people"]
    assert told == [("ann: case assign", ""), ("ann wrote", "I rang the shop")]


def test_looking_at_a_message_masks_it_and_is_on_the_record(house: House) -> None:
    """RGO-23: personal data is shown to nobody; who looked is known."""
    rma = house.authorised("W1001", ("MUG", 1))
    told = '{"rma_id": 1, "total": 10.10, "email": "zelda@example.com", "customer": {"name": "Zelda"}, "tags": []}'
    event_id = tell(house, rma, told.encode(), house.application.clock())
    with house.application.store.scope(COMPANY) as c:
        document = documents.document(c, COMPANY, RETURN, rma.number)
        assert document is not None
        message = look_at_event(c, document, event_id, by=ANN, at=house.application.clock())
        assert look_at_event(c, document, event_id + 1000, by=ANN, at=house.application.clock()) is None
        entries = audit.entries(c, subject=f"return {rma.number}")
    assert message is not None
    assert f"ann looked at message {event_id}" in [entry.title for entry in trail(house, rma).timeline]
    ((_, text),) = message.parts
    assert "Zelda" not in text.title()
    assert '"total": 10.10' in text
    assert [(one.who, one.action, one.after) for one in entries] == [
        ("ann", "document.looked_at_raw", {"what": f"message {event_id}"})
    ]


def test_a_request_shows_what_was_asked_and_belongs_to_its_document(house: House) -> None:
    rma, other = house.authorised("W1001", ("MUG", 1)), house.authorised("W1004", ("MUG", 1))
    house.drain(rma, other)
    key = trail(house, rma).effects[0].key
    with house.application.store.scope(COMPANY) as c:
        mine, foreign = (documents.document(c, COMPANY, RETURN, one.number) for one in (rma, other))
        assert mine is not None
        assert foreign is not None
        now = house.application.clock()
        message = look_at_effect(c, mine, key, by=ANN, at=now)
        assert look_at_effect(c, foreign, key, by=ANN, at=now) is None
    assert message is not None
    assert key in message.parts[0][1]


@pytest.mark.parametrize(
    ("body", "media_type", "hidden"),
    [
        (b"email=zelda%40example.com&sku=MUG", "application/x-www-form-urlencoded", "zelda"),
        (b'{"email": "zelda@example.com", "cut', "application/json", "zelda"),
        (b"<a><email>zelda@example.com</email></a>", "text/xml", "zelda"),
        (b"[" * 100_000 + b'"zelda@example.com"', "application/json", "zelda"),
        (b"\x00\x01\xff\xfe zelda", "application/octet-stream", "zelda"),
        (b'{"n": ' + b"9" * 6000 + b', "email": "zelda"}', "application/json", "zelda"),
    ],
)
def test_a_body_of_any_kind_is_shown_without_what_nobody_may_read(body: bytes, media_type: str, hidden: str) -> None:
    text, _ = shown(body, media_type)
    assert hidden not in text
    assert text


def test_a_long_body_is_cut_and_says_so() -> None:
    text, is_cut = shown(b"x" * 300_000, "text/plain")
    assert (len(text), is_cut) == (200_000, True)


def story(house: House, rma: Rma) -> Told:
    with house.application.store.scope(COMPANY) as c:
        document = documents.document(c, COMPANY, RETURN, rma.number)
        assert document is not None
        return told_of(c, document, house.application.clock())


def test_the_customer_is_told_how_far_the_return_is_at_every_stage(house: House) -> None:
    """X-32: from the request to the refund, in words of theirs; figures are what they get."""
    rma = house.raise_rma("W1001", ("MUG", 2))
    house.tell(rma)
    assert story(house, rma).story.status == "Just heard of"
    house.drain(rma)
    assert story(house, rma).story.status == "Asked for"
    house.approve(rma)
    house.drain(rma)
    assert story(house, rma).story.status == "Waiting for the parcel"
    house.receive(rma, rma.units[0])
    house.drain(rma)
    partly = story(house, rma).story
    assert partly.status == "Partly here"
    assert any(sentence.endswith("1 item has not come yet.") for sentence in partly.sentences)
    house.receive(rma, rma.units[1])
    house.drain(rma)
    done = story(house, rma)
    assert done.story.status == "Finished"
    assert done.order_name == "W1001"
    assert [one for one in done.story.sentences if one.startswith("The refund of £12.00 was sent to")] != []
    assert done.story.next.startswith("Nothing more has to happen.")


def test_the_customer_of_a_stopped_return_hears_who_is_on_it_and_by_when(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 2, "No such reason"))
    house.receive(rma)
    house.drain(rma)
    told = story(house, rma)
    case = house.case(rma)
    assert case is not None
    assert case.due_at is not None
    assert (told.story.status, told.story.team) == ("Being looked into", "our warehouse team")
    assert told.story.by == uk_date(case.due_at)
    assert told.case == case


def test_the_customer_of_a_refund_outside_the_workflow_hears_of_the_money_alone(house: House) -> None:
    house.control.post("/shopify/refunds", {"order": "W1001", "amount": "5.00", "lines": []})
    house.sweep()
    with house.application.store.scope(COMPANY) as c:
        (document,) = documents.documents_in(c, kind=REFUND)
        told = told_of(c, document, house.application.clock())
    assert told.story.sentences[0] == "The refund of £5.00 was sent to the card or account that you paid with."


def test_a_customer_is_found_by_their_address_which_is_kept_nowhere_as_a_name(house: House) -> None:
    """RGO-23: only a digest of it is."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.drain(rma)
    with house.application.store.scope(COMPANY) as c:
        attempt = attempts.last_gathered(c, house.document(rma))
        assert attempt is not None
        order = facts_from_json(attempt.facts).shop_order
        assert order is not None
        email = order.customer_email
        assert "@" in email
        names = cross_references.references_of(c, COMPANY, RETURN, rma.number)
        hits = find_documents(c, looked_up(email.upper()))
    assert [hit.document.key for hit in hits] == [rma.number]
    assert not [name for name in names if "@" in name.value]
