"""Serves an estate on a port of this computer, for tests, the demonstration and the command line."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn

from tieout.sandbox.estate import Estate

START_WAIT_SECONDS = 10.0
STOP_WAIT_SECONDS = 10.0


class _Server(uvicorn.Server):
    """Looks every hundredth of a second whether it shall end; tests start and end many."""

    async def main_loop(self) -> None:
        """Run until told to end."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            await asyncio.sleep(0.01)


class ServedEstate:
    """Context manager: the estate answers at `url` inside the block, and the port is free again after it.

    Port 0 takes any free port. Only this computer is served unless another `host` is named. A system that is itself
    a context manager, because it listens on a port of its own, is entered and left with the estate.
    """

    def __init__(self, estate: Estate, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.estate = estate
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._entered = contextlib.ExitStack()
        config = uvicorn.Config(
            estate.app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)

    @property
    def url(self) -> str:
        """Return the base address without a slash at the end."""
        assert self._socket is not None, "the estate is not being served"
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        assert self._thread is None, "an estate is served once"
        for system in self.estate.systems:
            if isinstance(system, contextlib.AbstractContextManager):
                self._entered.enter_context(system)
        # TCP is named outright: only then does the event loop switch off Nagle's delay of 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self._host, self._port))
        self._socket = listener
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + START_WAIT_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self._close()
                raise RuntimeError("the sandbox did not start; the reason is in the log above")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def wait(self) -> None:
        """Block until the server ends; for the command line."""
        assert self._thread is not None, "the estate is not being served"
        self._thread.join()

    def _close(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_WAIT_SECONDS)
        if self._socket is not None:
            self._socket.close()
        self._entered.close()
