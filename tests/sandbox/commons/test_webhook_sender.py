from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Bench


def told(bench: Bench, number: int, **temper: object) -> list[int]:
    bench.control.put("/tally/temper", json=temper).raise_for_status()
    bench.control.post(f"/tally/tell/{number}").raise_for_status()
    bench.control.post("/tally/drain", timeout=20).raise_for_status()
    return bench.tally.heard


def test_calm_deliveries_arrive_once_and_in_order(bench: Bench) -> None:
    assert told(bench, 10) == list(range(10))


def test_duplicates_arrive_twice(bench: Bench) -> None:
    assert told(bench, 3, duplicate_webhook=1) == [0, 0, 1, 1, 2, 2]


def test_dropped_deliveries_never_arrive_and_the_log_says_so(bench: Bench) -> None:
    assert told(bench, 3, drop_webhook=1) == []
    assert {d.outcome for d in bench.tally.sender.log} == {"dropped"}


def test_reordered_deliveries_are_overtaken_but_none_is_lost(bench: Bench) -> None:
    heard = told(bench, 20, reorder_webhook=0.3, seed=4)
    assert heard != sorted(heard)
    assert sorted(heard) == list(range(20))


def test_a_lone_reordered_delivery_still_arrives(bench: Bench) -> None:
    assert told(bench, 1, reorder_webhook=1) == [0]


def test_late_deliveries_arrive_after_those_that_were_sent_later(bench: Bench) -> None:
    heard = told(bench, 4, late_webhook=1, late_webhook_seconds=0.5, limit=1)
    assert heard == [1, 2, 3, 0]


def test_a_refused_delivery_is_tried_again_with_its_original_payload(bench: Bench) -> None:
    bench.tally.refusals = 2
    assert told(bench, 1) == [0]
    assert bench.tally.sender.log[0].statuses == [503, 503, 200]


def test_an_address_that_leads_nowhere_does_not_stop_the_others(bench: Bench) -> None:
    bench.control.post("/tally/astray").raise_for_status()
    assert told(bench, 2) == [0, 1]
    assert [d.outcome for d in bench.tally.sender.log] == ["failed", "delivered", "delivered"]


def test_a_delivery_is_given_up_after_the_last_retry(bench: Bench) -> None:
    bench.tally.refusals = 99
    assert told(bench, 1) == []
    line = bench.tally.sender.log[0]
    assert (line.outcome, line.attempts) == ("failed", 3)
    assert "secret" not in str(line.to_json())
