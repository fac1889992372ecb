"""Every event once, whoever receives it and when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from tieout.store import Store, documents, inbox

Make = Callable[..., inbox.NewEvent]


def test_an_event_received_again_months_later_is_a_duplicate(store: Store, event: Make, now: datetime) -> None:
    later = now + timedelta(days=200)
    with store.scope("ACME") as c:
        assert inbox.store_event(c, event("1"), due_at=now)
        assert not inbox.store_event(c, event("1", at=later), due_at=later)
        stored = inbox.events_of(c, "ACME", "return", "RMA-1")
        document = documents.document(c, "ACME", "return", "RMA-1")
    assert [each.external_id for each in stored] == ["1"]
    assert stored[0].payload == b'{"id": 1}'
    assert document is not None
    assert document.touches == 1


def test_of_many_receivers_at_once_exactly_one_stores_the_event(store: Store, event: Make, now: datetime) -> None:
    answers: list[bool] = []
    barrier = threading.Barrier(8)

    def receive() -> None:
        barrier.wait()
        with store.scope("ACME") as c:
            answers.append(inbox.store_event(c, event("1"), due_at=now))

    threads = [threading.Thread(target=receive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 7 + [True]
    with store.scope("ACME") as c:
        assert len(inbox.events_of(c, "ACME", "return", "RMA-1")) == 1


def test_only_events_that_the_attempt_knew_of_are_marked_handled(store: Store, event: Make, now: datetime) -> None:
    minute = timedelta(minutes=1)
    with store.scope("ACME") as c:
        for number in range(3):
            inbox.store_event(c, event(str(number), at=now + number * minute), due_at=now)
        assert inbox.mark_handled(c, "ACME", "return", "RMA-1", now + minute, now + 5 * minute) == 2
        handled = [each.handled_at for each in inbox.events_of(c, "ACME", "return", "RMA-1")]
    assert handled == [now + 5 * minute, now + 5 * minute, None]


def test_the_payload_is_not_shown_when_an_event_is_printed(event: Make) -> None:
    assert "payload" not in repr(event("1"))
