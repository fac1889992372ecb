"""An installation served on a port of this computer as `tieout web` serves it: webhooks taken in, and the console."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.processes.house import House

from tieout.intake import webhooks

START_WAIT_SECONDS = 10.0


class Web:
    """The web process of a house, which is a new one each time that the house is opened anew."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._application = house.application
        self._app = self._made()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the house as it stands open now."""
        if self._application is not self._house.application:
            self._application = self._house.application
            self._app = self._made()
        await self._app(scope, receive, send)

    def _made(self) -> ASGIApp:
        intake = webhooks.routes(self._application.intake)
        return Starlette(routes=[*intake, Mount("/", self._application.console())])


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Give the address without a slash at its end."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="console", daemon=True)
        thread.start()
        deadline = time.monotonic() + START_WAIT_SECONDS
        while not server.started:
            assert thread.is_alive(), "the console ended at once"
            assert time.monotonic() < deadline, "the console did not start"
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_WAIT_SECONDS)
