"""One process of an installation that works one lane off, as a worker's jobs do, until nothing is due on it."""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import structlog

from tieout.bootstrap import open_application
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes.lanes import drain
from tieout.processes.returns import RETURNS
from tieout.settings import load
from tieout.store import documents

SOON = timedelta(seconds=30)
"""What is due later is a leg that is looked at again; it counts as open."""


def main(config: str, home: str, company: str, lane: int) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    application = open_application(load(Path(config), {}), Path(home))
    try:
        while True:
            job = LaneJob(company=company, lane=lane, deadline=Deadline(3600, threading.Event()))
            drain(application.floor, job, RETURNS)
            with application.store.scope(company) as c:
                soon = documents.next_due(c, company, lane, application.clock() + SOON)
            if soon is None:
                return
            time.sleep(0.05)
    finally:
        application.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
