"""Workers as processes of their own: shared lanes, order kept, and what a killed one leaves behind."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import TupleRow

from tieout.store import Store, documents, inbox

if TYPE_CHECKING:
    from tests.durable.conftest import Tools

Spawn = Callable[[str, float], subprocess.Popen[str]]
COMPANY = "ACME"
LANES = 3


def receive(
    store: Store, key: str, number: int, *, start: Callable[[psycopg.Connection, int], object] | None = None
) -> None:
    """Store one event of a document, and start its lane in the same transaction."""
    now = datetime.now(UTC)
    event = inbox.NewEvent(
        company=COMPANY,
        account="portal",
        external_id=f"{key}-{number}",
        kind="rma.changed",
        document_kind="return",
        document_key=key,
        occurred_at=now,
        received_at=now,
        payload=b"{}",
        content_type="application/json",
        lanes=LANES,
    )
    with store.scope(COMPANY) as c:
        assert inbox.store_event(c, event, due_at=now)
        if start is not None:
            start(store.raw(c), documents.lane_of(key, LANES))


def done(store: Store) -> int:
    with store.scope(COMPANY) as c:
        return len(documents.documents_in(c, "done", limit=1000))


def log_of(address: str) -> list[TupleRow]:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT worker, what, key, touches FROM work_log ORDER BY id").fetchall()


def assert_one_at_a_time_per_lane(rows: list[TupleRow]) -> None:
    """Within one lane the next document begins only after the one before has ended."""
    for lane in range(LANES):
        mine = [row for row in rows if documents.lane_of(row[2], LANES) == lane]
        assert [row[1] for row in mine] == ["began", "ended"] * (len(mine) // 2)
        assert all(first[2] == second[2] for first, second in list(pairwise(mine))[::2])


def test_an_event_and_the_start_of_its_lane_are_rolled_back_together(address: str, store: Store, tools: Tools) -> None:
    engine = tools.make_engine(address, lambda _job: None)

    def start_and_fail(raw: psycopg.Connection, lane: int) -> None:
        engine.start(raw, tools.process, COMPANY, lane)
        raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        receive(store, "RMA-1", 1, start=start_and_fail)
    with psycopg.connect(address) as connection:
        connection.execute("SELECT set_config('tieout.company', '*', true)")
        for table in ("events", "event_keys", "documents", "procrastinate_jobs"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608  # our names


def test_two_workers_drain_the_lanes_and_keep_their_order(
    address: str, store: Store, tools: Tools, spawn: Spawn
) -> None:
    engine = tools.make_engine(address, lambda _job: None)
    spawn("one", 0.1)
    spawn("two", 0.1)
    for number in (1, 2):
        for document in range(20):
            start = None if document % 2 else (lambda raw, lane: engine.start(raw, tools.process, COMPANY, lane))
            receive(store, f"RMA-{document}", number, start=start)
    tools.until(lambda: done(store) == 20)
    rows = log_of(address)
    assert_one_at_a_time_per_lane(rows)
    assert {row[0] for row in rows} == {"one", "two"}


def test_a_killed_workers_lane_is_taken_over_and_finished(
    address: str, store: Store, tools: Tools, spawn: Spawn
) -> None:
    tools.make_engine(address, lambda _job: None)
    first = spawn("first", 0.5)
    for document in range(6):
        receive(store, f"RMA-{document}", 1)
    tools.until(lambda: any(row[1] == "began" for row in log_of(address)))
    first.send_signal(signal.SIGKILL)
    first.wait()
    unfinished = 6 - done(store)
    assert unfinished
    second = spawn("second", 0.01)
    tools.until(lambda: done(store) == 6, seconds=15)
    with store.scope(COMPANY) as c:
        assert documents.due_lanes(c, datetime.now(UTC) + timedelta(days=1)) == []
    ended = [row[2] for row in log_of(address) if row[1] == "ended"]
    assert sorted(ended) == [f"RMA-{document}" for document in range(6)]
    second.terminate()
    assert second.wait(10) == 0


def test_a_worker_told_to_stop_finishes_its_document(address: str, store: Store, tools: Tools, spawn: Spawn) -> None:
    tools.make_engine(address, lambda _job: None)
    worker = spawn("only", 1.0)
    receive(store, "RMA-1", 1)
    tools.until(lambda: log_of(address))
    worker.terminate()
    assert worker.wait(10) == 0
    assert [row[1] for row in log_of(address)] == ["began", "ended"]
    assert done(store) == 1
