"""A loopback server that answers as it is told, for what the sandbox has no reason to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from tieout.connectors.loop import LoopPortal, LoopSettings, open_portal

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Teller:
    url: str
    told: list[tuple[int, bytes, Mapping[str, str]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def says(self, status: int, body: object = None, headers: Mapping[str, str] | None = None) -> None:
        """Answer this next; the last answer told is given for ever. No status hangs up."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.told.append((status, content, headers or {}))


def _speaker(teller: Teller) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        def speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            teller.asked.append(Asked(self.command, self.path, names, body))
            status, content, headers = teller.told.pop(0) if len(teller.told) > 1 else teller.told[0]
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = speak  # noqa: N815 - the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    return Speaker


@pytest.fixture
def teller() -> Iterator[Teller]:
    told = Teller(url="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(told))
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def noon() -> Callable[[], datetime]:
    return lambda: NOON


@pytest.fixture
def settings(teller: Teller) -> LoopSettings:
    return LoopSettings(
        account="loop",
        base_url=teller.url,
        api_key=SecretStr("key-nobody-may-see"),
        webhook_secret=SecretStr("secret-nobody-may-see"),
        read_seconds=0.5,
        pause_seconds_max=0,
    )


@pytest.fixture
def portal(settings: LoopSettings, noon: Callable[[], datetime]) -> Iterator[LoopPortal]:
    opened = open_portal(settings, noon)
    yield opened
    opened.close()
