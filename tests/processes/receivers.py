"""Stand-ins of what carries messages to people: a web address (Slack, Teams, webhook) and a mail server (RFC 5321)."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any


@dataclass
class Web:
    """What arrived at a web address, and what it answers."""

    url: str = ""
    status: int = 200
    arrived: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [body for _, body in self.arrived]

    @property
    def titles(self) -> list[str]:
        return [body["title"] for body in self.messages]


@dataclass
class Mail:
    """What arrived at a mail server, and whether it takes mail."""

    port: int = 0
    refuses: str = ""
    """The answer to DATA instead of taking it, for instance `451 later`."""
    arrived: list[EmailMessage] = field(default_factory=list)


@contextmanager
def web(certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[Web]:
    """A web address that records what is posted to it; over TLS with a certificate (its key in the same file)."""
    found = Web()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if found.status < 300:
                found.arrived.append((self.path, json.loads(body)))
            self.send_response(found.status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Answering)
    if certificate is not None:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    found.url = f"{'https' if certificate else 'http'}://{host}:{server.server_port}"
    with _serving(server):
        yield found


@contextmanager
def mail() -> Iterator[Mail]:
    """A mail server that takes every message (RFC 5321, 4.1.1 and 4.2)."""
    found = Mail()

    class Talking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example ready")
            while line := self.rfile.readline():
                word = line.decode("ascii").split()[0].upper() if line.strip() else ""
                if word == "QUIT":
                    return self._say("221 bye")
                if word == "DATA":
                    self._take()
                else:
                    self._say("250 mail.example" if word in {"EHLO", "HELO", "MAIL", "RCPT", "RSET"} else "502 no")
            return None

        def _take(self) -> None:
            if found.refuses:
                return self._say(found.refuses)
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.arrived.append(message)
            return self._say("250 taken")

        def _say(self, answer: str) -> None:
            self.wfile.write(f"{answer}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talking)
    server.daemon_threads = True
    found.port = server.server_address[1]
    with _serving(server):
        yield found


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
