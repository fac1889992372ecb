"""A worker as a process of its own: drains lanes and writes down in `work_log` what it did."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from sqlalchemy import Connection

from tieout.durable import Engine, EngineSettings, LaneJob, Process, stop_on_signals
from tieout.store import Store, documents

PROCESS = "returns.settle/1"
SETTINGS = EngineSettings(
    lane_seconds=5,
    polling_seconds=0.1,
    heartbeat_seconds=0.3,
    stalled_after_seconds=1.5,
    rescue_every_seconds=0.3,
    tick_seconds=0.2,
    retry_waits=(0.2, 0.4),
)


def main(address: str, name: str, seconds_each: float) -> None:
    store = Store(address, pool_size=5)

    def drain(job: LaneJob) -> None:
        while not job.deadline.passed():
            now = datetime.now(UTC)
            with store.scope(job.company) as c:
                due = documents.next_due(c, job.company, job.lane, now)
            if due is None:
                return
            with store.holding(due.company, due.kind, due.key) as held:
                if held is None:
                    time.sleep(0.05)
                    continue
                with held.begin() as c:
                    write(c, "began", due.key, due.touches)
                time.sleep(seconds_each)
                with held.begin() as c:
                    write(c, "ended", due.key, due.touches)
                    documents.settle(c, due, state="done", due_at=None, at=now, troubled_since=None)

    def write(c: Connection, what: str, key: str, touches: int) -> None:
        raw = store.raw(c)
        raw.execute(
            "INSERT INTO work_log (worker, what, key, touches) VALUES (%s, %s, %s, %s)", [name, what, key, touches]
        )

    engine = Engine(address, [Process(name=PROCESS, run=drain)], SETTINGS)

    def tick() -> None:
        with store.scope(None) as c:
            for company, lane in documents.due_lanes(c, datetime.now(UTC)):
                engine.start(store.raw(c), PROCESS, company, lane)

    stop = stop_on_signals()
    print("ready", flush=True)  # noqa: T201  # the test waits for it
    engine.work(concurrency=2, stop=stop, tick=tick)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
