"""A program that takes webhooks, on a port of this machine. It checks signatures by the specification's words alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)

    def is_signed_with(self, secret: str, *, now: float | None = None) -> bool:
        """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, behind `v1,`; any of several counts."""
        stamp = self.headers["webhook-timestamp"]
        if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE_SECONDS:
            return False
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.headers['webhook-id']}.{stamp}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(wanted, one) for one in self.headers["webhook-signature"].split(" "))


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came, and what is answered to the next message."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def receiving(*, secure: ssl.SSLContext | None = None, then: Callable[[], None] | None = None) -> Iterator[Receiver]:
    """A receiver that listens on a free port of 127.0.0.1; `then` is called after each message."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.taken.append(Taken(path=self.path, headers=headers, body=body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()
            if then is not None:
                then()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class has it so
            """Say nothing: the tests look at what was taken."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class has it so
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if secure is not None:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if secure else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
