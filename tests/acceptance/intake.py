"""Tieout's real intake on a port, whatever Tieout a house runs at the moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tieout.intake import webhooks

if TYPE_CHECKING:
    from tests.processes.house import House


@contextmanager
def served_intake(house: House) -> Iterator[str]:
    """The address at which every system reaches the house."""

    async def intake(scope: Scope, receive: Receive, send: Send) -> None:
        await Starlette(routes=webhooks.routes(house.application.intake))(scope, receive, send)

    server = uvicorn.Server(
        uvicorn.Config(intake, port=0, log_level="warning", access_log=False, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
