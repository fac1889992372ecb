"""What a customer is told of an order: only what left, with whom, and what comes next."""

from __future__ import annotations

from datetime import date

import pytest

from tieout.domain.faults.kinds import Owner
from tieout.domain.for_customers.orders import OrderProgress, SentParcel, order_story
from tieout.domain.for_customers.progress import LookedInto

TODAY = date(2026, 3, 12)
FIRST = SentParcel(left_on=date(2026, 3, 10), items=2, carrier="DPD", tracking=("TRK1",))
REST = SentParcel(left_on=date(2026, 3, 11), items=1, carrier="DPD", tracking=("TRK2", "TRK3"))
TROUBLE = LookedInto(owner=Owner.OPERATIONS, by=date(2026, 3, 13))


def progress(*parcels: SentParcel, **more: object) -> OrderProgress:
    given: dict[str, object] = {"ordered_on": date(2026, 3, 9), "items": 3, "is_at_warehouse": True} | more
    return OrderProgress(is_read=True, parcels=parcels, **given)  # type: ignore[arg-type]  # fields by their names


@pytest.mark.parametrize(
    ("come", "status"),
    [
        (OrderProgress(), "Just heard of"),
        (progress(is_at_warehouse=False), "Not ready to leave yet"),
        (progress(), "Being packed"),
        (progress(trouble=TROUBLE), "Being looked into"),
        (progress(FIRST), "Partly sent"),
        (progress(FIRST, trouble=TROUBLE), "Partly sent"),
        (progress(FIRST, REST), "Sent"),
        (progress(FIRST, is_done=True), "Sent"),
        (progress(is_cancelled=True, is_done=True), "Cancelled"),
    ],
)
def test_the_status_says_whether_it_has_left(come: OrderProgress, status: str) -> None:
    assert order_story(come, TODAY).status == status


def test_every_parcel_is_told_with_its_carrier_and_tracking_numbers() -> None:
    story = order_story(progress(FIRST, REST), TODAY)
    assert story.sentences == (
        "You ordered 3 items on 9 March.",
        "2 items left on 10 March with DPD (tracking number TRK1).",
        "1 item left on 11 March with DPD (tracking numbers TRK2, TRK3).",
    )
    assert story.next == "The carrier delivers it to you. You can follow the parcel with the carrier."


def test_what_is_missing_is_said_and_who_sends_it() -> None:
    story = order_story(progress(FIRST), TODAY)
    assert story.sentences[-1] == "1 item has not left yet."
    assert (story.next, story.team) == ("Our warehouse team packs the rest and sends it to you.", "our warehouse team")


def test_a_parcel_whose_content_nobody_can_say_is_told_without_a_count() -> None:
    unknown = SentParcel(left_on=date(2026, 3, 10), items=None, carrier="DPD", tracking=("TRK1",))
    story = order_story(progress(unknown, trouble=TROUBLE), TODAY)
    assert story.status == "Parcel sent"
    assert "A parcel left on 10 March with DPD (tracking number TRK1)." in story.sentences
    assert not any("not left yet" in sentence for sentence in story.sentences)
    assert (story.by, story.is_late) == (date(2026, 3, 13), False)


def test_a_trouble_that_is_over_time_is_late() -> None:
    assert order_story(progress(trouble=TROUBLE), date(2026, 3, 14)).is_late


def test_a_whole_order_in_one_parcel_is_called_it() -> None:
    whole = SentParcel(left_on=date(2026, 3, 10), items=3)
    assert order_story(progress(whole), TODAY).sentences[1] == "It left on 10 March."


def test_the_rest_of_a_cancelled_order_is_not_promised() -> None:
    story = order_story(progress(FIRST, is_cancelled=True), TODAY)
    assert story.sentences[-1] == "The rest of the order was cancelled."
    assert story.next == "Nothing more has to happen."
