"""What a customer is told at every stage, word for word; and what they are never told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from tieout.domain.documents.rma import RmaStatus
from tieout.domain.faults import ALL, Owner
from tieout.domain.for_customers.progress import Given, InExchange, LookedInto, OnItsWay, Progress, Subject, Way
from tieout.domain.for_customers.sentences import Story, story_of
from tieout.domain.money import Money

TODAY = date(2026, 11, 20)
ASKED = Progress(status=RmaStatus.AUTHORISED, asked_on=date(2026, 11, 1), items=2)
PARCEL = OnItsWay(carrier="DHL", tracking="JD0001", delivered_on=None)
HERE = replace(ASKED, received=((date(2026, 11, 3), 2),), parcels=(PARCEL,))
OWED = Given(way=Way.MONEY, amount=Money(2400), is_sent=False, due_on=date(2026, 11, 21))
SENT = Given(way=Way.MONEY, amount=Money(2400), is_sent=True, sent_on=date(2026, 11, 5))
EXCHANGE = InExchange(name="W2001", is_released=False, has_left=False)
DELIVERED = (
    "The carrier says that your parcel (tracking number JD0001) was delivered to us on 3 November; "
    "we have not booked it in yet."
)
UNCONFIRMED = (
    "The refund of £24.00 was sent to the card or account that you paid with on 5 November; "
    "the bank has not confirmed it yet."
)
TROUBLE = LookedInto(owner=Owner.FINANCE, by=date(2026, 11, 24))


def told(progress: Progress) -> Story:
    return story_of(progress, TODAY)


@pytest.mark.parametrize(
    ("progress", "status", "sentences", "following", "by"),
    [
        pytest.param(
            Progress(),
            "Just heard of",
            ["We have just heard of this return, and do not have its details yet."],
            "We read the details; look again in a few minutes.",
            None,
            id="nothing read yet",
        ),
        pytest.param(
            replace(ASKED, status=RmaStatus.REQUESTED),
            "Asked for",
            ["You asked to return 2 items on 1 November. We have not decided on it yet."],
            "Our customer service team decides on it and lets you know.",
            None,
            id="requested",
        ),
        pytest.param(
            ASKED,
            "Waiting for the parcel",
            ["You asked to return 2 items on 1 November, and we agreed."],
            "Please send the items back. When they are here we check them, and then it is settled with you.",
            None,
            id="authorised",
        ),
        pytest.param(
            replace(ASKED, parcels=(PARCEL,)),
            "Waiting for the parcel",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "Your parcel is booked with DHL (tracking number JD0001); it has not come yet.",
            ],
            "When the parcel is here we check it, and then it is settled with you.",
            None,
            id="on its way",
        ),
        pytest.param(
            replace(ASKED, parcels=(replace(PARCEL, delivered_on=date(2026, 11, 3)),)),
            "Delivered to us",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                DELIVERED,
            ],
            "Our warehouse team books in what has come, and then it is settled with you.",
            None,
            id="delivered",
        ),
        pytest.param(
            replace(ASKED, received=((date(2026, 11, 3), 1),)),
            "Partly here",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received 1 item on 3 November; 1 item has not come yet.",
            ],
            "Our warehouse team waits for the rest, and then it is settled with you.",
            None,
            id="partly received",
        ),
        pytest.param(
            HERE,
            "Parcel here",
            ["You asked to return 2 items on 1 November, and we agreed.", "We received your parcel on 3 November."],
            "Our warehouse team checks the items, and then it is settled with you.",
            None,
            id="received",
        ),
        pytest.param(
            replace(HERE, received=((date(2025, 12, 30), 1), (date(2026, 11, 7), 1)), given=(OWED,)),
            "Parcel here",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received 1 item on 30 December 2025 and 1 item on 7 November.",
            ],
            "£24.00 goes back to the card or account that you paid with.",
            date(2026, 11, 21),
            id="refund owed",
        ),
        pytest.param(
            replace(HERE, given=(SENT,)),
            "Refund sent",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "The refund of £24.00 was sent to the card or account that you paid with on 5 November.",
            ],
            "A bank can take a few working days to show it.",
            None,
            id="refund sent",
        ),
        pytest.param(
            replace(HERE, given=(replace(SENT, is_confirmed=False),)),
            "Refund sent",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                UNCONFIRMED,
            ],
            "A bank can take a few working days to show it.",
            None,
            id="refund not confirmed",
        ),
        pytest.param(
            replace(HERE, given=(replace(SENT, has_failed=True),)),
            "Parcel here",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "We tried to give you £24.00 on 5 November, and it did not go through.",
            ],
            "Our accounts team sees to it that you get it another way.",
            None,
            id="refund failed",
        ),
        pytest.param(
            replace(HERE, given=(SENT,), is_done=True),
            "Finished",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "The refund of £24.00 was sent to the card or account that you paid with on 5 November.",
            ],
            "Nothing more has to happen. A bank can take a few working days to show it.",
            None,
            id="done",
        ),
        pytest.param(
            replace(HERE, given=(replace(SENT, way=Way.STORE_CREDIT, amount=Money(123456)),), is_done=True),
            "Finished",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "Store credit of £1,234.56 was given to you on 5 November.",
            ],
            "Nothing more has to happen.",
            None,
            id="store credit",
        ),
        pytest.param(
            replace(ASKED, items=0, kept=1, given=(replace(SENT, way=Way.GIFT_CARD, amount=Money(500, "EUR")),)),
            "Credit given",
            [
                "You asked to return 1 item on 1 November, and we agreed.",
                "You may keep 1 item; nothing has to come back for that.",
                "A gift card of €5.00 was given to you on 5 November.",
            ],
            "We finish our side; you need not do anything.",
            None,
            id="kept, gift card",
        ),
        pytest.param(
            replace(HERE, exchanges=(EXCHANGE,)),
            "Parcel here",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "What you get in exchange (W2001) has not been released yet.",
            ],
            "What you get in exchange is packed and sent to you.",
            None,
            id="exchange not released",
        ),
        pytest.param(
            replace(HERE, exchanges=(replace(EXCHANGE, is_released=True),)),
            "Parcel here",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "What you get in exchange (W2001) is being made ready.",
            ],
            "What you get in exchange is packed and sent to you.",
            None,
            id="exchange being made ready",
        ),
        pytest.param(
            replace(
                HERE,
                exchanges=(replace(EXCHANGE, is_released=True, has_left=True, left_on=date(2026, 11, 6)),),
                is_done=True,
            ),
            "Finished",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "What you get in exchange (W2001) was sent to you on 6 November.",
            ],
            "Nothing more has to happen.",
            None,
            id="exchange sent",
        ),
        pytest.param(
            replace(HERE, trouble=TROUBLE),
            "Being looked into",
            [
                "You asked to return 2 items on 1 November, and we agreed.",
                "We received your parcel on 3 November.",
                "Something has to be checked before we can go on; we are looking into it.",
            ],
            "Our accounts team settles it, and then it goes on.",
            date(2026, 11, 24),
            id="stopped",
        ),
        pytest.param(
            replace(ASKED, status=RmaStatus.REJECTED),
            "Not accepted",
            ["You asked to return 2 items on 1 November, and we could not accept it."],
            "Nothing more has to happen.",
            None,
            id="rejected",
        ),
        pytest.param(
            replace(ASKED, status=RmaStatus.CANCELLED, parcels=(PARCEL,)),
            "Cancelled",
            ["You asked to return 2 items on 1 November, and the return was cancelled."],
            "Nothing more has to happen.",
            None,
            id="cancelled",
        ),
        pytest.param(
            Progress(subject=Subject.REFUND, given=(replace(SENT, sent_on=None),), is_done=True),
            "Finished",
            ["The refund of £24.00 was sent to the card or account that you paid with."],
            "Nothing more has to happen. A bank can take a few working days to show it.",
            None,
            id="a refund without a return",
        ),
        pytest.param(
            Progress(subject=Subject.PARCEL),
            "Parcel here",
            ["A parcel came to us, and we do not know yet which return it belongs to."],
            "Our warehouse team finds out which return the parcel belongs to.",
            None,
            id="a parcel nobody announced",
        ),
    ],
)
def test_every_stage_has_its_words(
    progress: Progress, status: str, sentences: list[str], following: str, by: date | None
) -> None:
    story = told(progress)
    assert (story.status, list(story.sentences), story.next, story.by) == (status, sentences, following, by)


def test_a_day_that_is_over_is_told_as_late_and_never_as_a_promise() -> None:
    assert told(replace(HERE, given=(replace(OWED, due_on=date(2026, 11, 19)),))).is_late
    assert not told(replace(HERE, given=(replace(OWED, due_on=TODAY),))).is_late
    assert not told(HERE).is_late


@pytest.mark.parametrize("owner", Owner)
def test_whoever_has_the_trouble_is_named_as_a_team_of_ours(owner: Owner) -> None:
    story = told(replace(HERE, trouble=LookedInto(owner=owner, by=None)))
    assert story.team.startswith("our ")
    assert story.next.lower().startswith(story.team)


OURS = re.compile(
    r"(?i)\b(sage|shopify|ledger|nominal|leg|credit note|posting|URN|RMA|fault|error|None|[A-Z]+_[A-Z_]+)\b"
)


def test_no_customer_hears_of_ledgers_systems_or_faults_whatever_has_happened() -> None:
    """X-32: over every combination of what may be known, the words stay the customer's."""
    titles = {kind.title for kind in ALL}
    combinations = product(
        Subject,
        [None, *RmaStatus],
        [(), ((date(2026, 11, 3), 1),), ((date(2026, 11, 3), 2),)],
        [(), (OWED,), (SENT,), (replace(SENT, has_failed=True), OWED)],
        [(), (EXCHANGE,)],
        [None, TROUBLE],
        [False, True],
    )
    for subject, status, received, given, exchanges, trouble, is_done in combinations:
        progress = replace(
            ASKED,
            subject=subject,
            status=status,
            received=received,
            given=given,
            exchanges=exchanges,
            trouble=trouble,
            is_done=is_done,
        )
        story = told(progress)
        whole = " ".join((story.status, *story.sentences, story.next, story.team))
        assert OURS.search(whole) is None, whole
        assert not [title for title in titles if title in whole]
        assert story.sentences or subject is Subject.REFUND
        assert all(sentence.endswith(".") for sentence in (*story.sentences, story.next)), whole
