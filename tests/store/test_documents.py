"""Documents: due when something happened, in order, and nothing that came in between is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.store import Store, documents
from tieout.store.documents import Document

Open = Callable[..., Document]
MINUTE = timedelta(minutes=1)


def test_the_lane_of_a_key_never_changes() -> None:
    assert [documents.lane_of(key, 7) for key in ("SO-1", "SO-2", "RMA-99", "")] == [5, 2, 4, 1]


def test_the_earliest_due_time_wins(store: Store, opened: Open, now: datetime) -> None:
    opened("RMA-1", due_at=now + 10 * MINUTE)
    assert opened("RMA-1", due_at=now + 5 * MINUTE).due_at == now + 5 * MINUTE
    assert opened("RMA-1", due_at=now + 20 * MINUTE).due_at == now + 5 * MINUTE
    with store.scope("ACME") as c:
        assert documents.next_due(c, "ACME", 0, now) is None
        assert documents.next_due(c, "ACME", 0, now + 5 * MINUTE) is not None


@pytest.mark.parametrize("state", ["done", "blocked"])
def test_a_settled_document_is_woken_by_what_happens_to_it(
    store: Store, opened: Open, now: datetime, state: Literal["done", "blocked"]
) -> None:
    document = opened("RMA-1")
    with store.scope("ACME") as c:
        documents.settle(c, document, state=state, due_at=None, at=now, troubled_since=None)
        assert documents.due_lanes(c, now + 1000 * MINUTE) == []
    woken = opened("RMA-1", at=now + MINUTE)
    assert (woken.state, woken.due_at, woken.settled_at) == ("waiting", now + MINUTE, None)


def test_the_longest_due_document_comes_first_and_only_in_its_lane(store: Store, opened: Open, now: datetime) -> None:
    for minutes, key in ((3, "RMA-C"), (1, "RMA-A"), (2, "RMA-B")):
        opened(key, due_at=now + minutes * MINUTE)
    opened("RMA-X", company="BETA")
    with store.scope(None) as c:
        first = documents.next_due(c, "ACME", 0, now + 5 * MINUTE)
        assert first is not None
        assert first.key == "RMA-A"
        assert documents.next_due(c, "ACME", 1, now + 5 * MINUTE) is None
        assert documents.due_lanes(c, now) == [("BETA", 0)]
        assert documents.due_lanes(c, now + 5 * MINUTE) == [("ACME", 0), ("BETA", 0)]
        assert documents.due_lanes(c, now + 5 * MINUTE, kinds=["order"]) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["touch", "read", "settle"]), min_size=1, max_size=12),
    key=st.uuids().map(str),
)
def test_whatever_the_order_a_touch_that_no_reading_saw_leaves_the_document_due(
    store: Store, opened: Open, now: datetime, steps: list[str], key: str
) -> None:
    document = opened(key)
    unseen = 0
    for step in steps:
        match step:
            case "touch":  # the clock stands still on purpose: times alone cannot tell touches apart
                opened(key)
                unseen += 1
            case "read":
                with store.scope("ACME") as c:
                    found = documents.document(c, "ACME", "return", key)
                assert found is not None
                document, unseen = found, 0
            case _:
                with store.scope("ACME") as c:
                    took = documents.settle(c, document, state="done", due_at=None, at=now, troubled_since=None)
                    found = documents.document(c, "ACME", "return", key)
                assert found is not None
                assert took == (unseen == 0)
                assert (found.due_at is not None) == (unseen > 0)
                assert (found.state == "done") == (unseen == 0)


def test_touches_from_many_threads_during_work_are_not_lost(store: Store, opened: Open, now: datetime) -> None:
    """A drain loop that settles what it read never ends while a touch is unseen."""
    opened("RMA-1")
    touching = threading.Thread(target=lambda: [opened("RMA-1") for _ in range(50)])
    touching.start()
    seen = 0
    while touching.is_alive() or seen < 51:
        with store.scope("ACME") as c:
            due = documents.next_due(c, "ACME", 0, now)
        if due is not None:
            seen = due.touches
            with store.scope("ACME") as c:
                documents.settle(c, due, state="done", due_at=None, at=now, troubled_since=None)
    with store.scope("ACME") as c:
        final = documents.document(c, "ACME", "return", "RMA-1")
    assert final is not None
    assert (final.state, final.touches) == ("done", 51)


def test_documents_are_listed_and_counted_by_state(store: Store, opened: Open, now: datetime) -> None:
    document = opened("RMA-1")
    opened("RMA-2", at=now + MINUTE)
    with store.scope("ACME") as c:
        documents.settle(c, document, state="blocked", due_at=None, at=now, troubled_since=now)
        documents.describe(c, document, title="RMA 1 of Smith", stake_minor=4999, currency="GBP")
        assert [each.key for each in documents.documents_in(c)] == ["RMA-2", "RMA-1"]
        assert [each.title for each in documents.documents_in(c, "blocked")] == ["RMA 1 of Smith"]
        assert documents.counted(c) == {("ACME", "return", "blocked"): 1, ("ACME", "return", "new"): 1}
