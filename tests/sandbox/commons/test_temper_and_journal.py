from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.temper import Temper

if TYPE_CHECKING:
    from .conftest import Bench


def set_temper(bench: Bench, **values: object) -> None:
    bench.control.put("/tally/temper", json=values).raise_for_status()


@pytest.mark.parametrize(("form", "status"), [("504", 504), ("500", 500), ("silence", 504)])
def test_a_lost_reply_acts_exactly_once_and_is_journaled_with_its_effect(bench: Bench, form: str, status: int) -> None:
    set_temper(bench, lost_reply=1, lost_reply_as=form, silence_seconds=0.05)
    assert bench.vendor.post("/count").status_code == status
    assert bench.tally.value == 1
    entry = bench.control.get("/tally/journal", params={"effects_only": 1}).json()["entries"][0]
    assert (entry["status"], entry["acted_status"], entry["temper"]) == (status, 200, "lost_reply")
    assert entry["effects"] == [{"name": "tally.raised", "fields": {"value": 1}}]


def test_a_late_commit_acts_after_the_answer(bench: Bench) -> None:
    set_temper(bench, late_commit=1, late_commit_seconds=0.15)
    assert bench.vendor.post("/count").status_code == 504
    assert bench.vendor.get("/count").json() == {"value": 0}
    deadline = time.monotonic() + 3
    while bench.tally.value == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert bench.vendor.get("/count").json() == {"value": 1}
    assert bench.tally.journal.entries(effects_only=True)[0].status == 504


def test_an_error_before_acting_changes_nothing(bench: Bench) -> None:
    set_temper(bench, error_before=1)
    assert bench.vendor.post("/count").status_code in {502, 503}
    assert bench.tally.value == 0


def test_a_busy_system_says_how_long_to_wait(bench: Bench) -> None:
    set_temper(bench, busy=1, busy_seconds=7)
    answer = bench.vendor.get("/count")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_good_token_may_be_called_expired(bench: Bench) -> None:
    set_temper(bench, expired_token=1)
    assert bench.vendor.get("/count").status_code == 401


def test_a_stale_read_gives_the_answer_of_an_earlier_read(bench: Bench) -> None:
    assert bench.vendor.get("/count").json() == {"value": 0}
    bench.vendor.post("/count")
    set_temper(bench, stale_read=1)
    assert bench.vendor.get("/count").json() == {"value": 0}
    set_temper(bench)
    assert bench.vendor.get("/count").json() == {"value": 1}


def test_an_unknown_field_joins_the_answer(bench: Bench) -> None:
    set_temper(bench, unknown_fields=1)
    assert set(bench.vendor.get("/count").json()) == {"value", "fieldOfTheNextRelease"}


def test_a_limit_strikes_exactly_the_next_request(bench: Bench) -> None:
    set_temper(bench, error_before=1, limit=1)
    statuses = [bench.vendor.post("/count").status_code for _ in range(3)]
    assert statuses[0] in {502, 503}
    assert statuses[1:] == [200, 200]
    assert bench.control.get("/tally/").json()["injected"] == {"error_before": 1}


def test_faults_may_be_limited_to_a_path(bench: Bench) -> None:
    set_temper(bench, error_before=1, path_contains="/elsewhere")
    assert bench.vendor.post("/count").status_code == 200


def test_the_same_seed_gives_the_same_faults(bench: Bench) -> None:
    runs = []
    for _ in range(2):
        set_temper(bench, error_before=0.5, lost_reply=0.3, lost_reply_as="500", seed=42)
        runs.append([bench.vendor.post("/count").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 2


def test_the_control_surface_is_never_struck(bench: Bench) -> None:
    set_temper(bench, error_before=1, busy=1, expired_token=1)
    assert bench.control.get("/tally/").status_code == 200


@pytest.mark.parametrize(
    ("values", "word"),
    [({"lost_reply": 2}, "rate"), ({"gremlins": 1}, "gremlins"), ({"busy": "often"}, "busy")],
)
def test_a_temper_that_makes_no_sense_is_refused_in_a_sentence(
    bench: Bench, values: dict[str, object], word: str
) -> None:
    answer = bench.control.put("/tally/temper", json=values)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_a_temper_survives_the_way_through_json() -> None:
    temper = Temper(lost_reply=0.25, seed=3, lost_reply_as="500")
    assert Temper.from_json(temper.to_json()) == temper


def test_the_journal_can_be_read_from_where_one_left_off(bench: Bench) -> None:
    for _ in range(3):
        bench.vendor.get("/count", params={"a": 1})
    entries = bench.control.get("/tally/journal", params={"since": 2}).json()["entries"]
    assert [(e["seq"], e["path"], e["query"]) for e in entries] == [(3, "/count", "a=1")]


def test_the_clock_of_the_estate_can_be_moved(bench: Bench) -> None:
    bench.control.put("/clock", json={"offset_seconds": 86400}).raise_for_status()
    assert bench.clock.offset == timedelta(days=1)
    bench.clock.shift(timedelta(days=1))
    assert bench.control.get("/clock").json()["offset_seconds"] == 172800
    assert bench.control.put("/clock", json={"offset_seconds": "x"}).status_code == 400


def test_today_is_the_date_in_london() -> None:
    clock = SandboxClock()
    assert abs((clock.today() - clock.now().date()).days) <= 1


def test_the_estate_names_its_systems(bench: Bench) -> None:
    assert bench.control.get("/").json()["systems"] == {"tally": {"value": 0}}
