"""Waits once for a browser that is sent to an address of this machine at the end of a sign-in."""

from __future__ import annotations

import ipaddress
import socket
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

from tieout.cli.shared import UserError

PAGE = (
    b"<!doctype html><meta charset=utf-8><title>Tieout</title>"
    b"<p>Tieout has the answer. Close this window and go back to the terminal."
)
HTTP_PORT = 80
BROWSER_SECONDS = 5.0
"""How long a browser that has connected may take to ask."""


def can_be_heard(address: str) -> bool:
    """Whether the address leads to this machine, unencrypted, so that we can listen on it."""
    parts = urlsplit(address)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


class Redirect:
    """Listens on a loopback address from when it is entered."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self._heard: list[str] = []
        try:
            self._server = _server(self._parts, self._heard)
        except OSError as error:
            raise UserError(
                f"Nobody can listen on {self._parts.netloc} ({error.strerror}): stop what listens there, "
                "or use --paste and paste the address that the browser ends at."
            ) from None

    def wait(self, seconds: float) -> str:
        """The whole address that the browser was sent to; UserError when it does not come in time."""
        until = time.monotonic() + seconds
        while not self._heard:
            left = until - time.monotonic()
            if left <= 0:
                raise UserError(
                    f"Nobody came to {self._parts.netloc} within {seconds:.0f} seconds. If Sage showed an error page, "
                    "redirect_uri or client_id is not as registered with Sage; correct it and start again."
                )
            self._server.timeout = left
            self._server.handle_request()
        return f"{self._parts.scheme}://{self._parts.netloc}{self._heard[0]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()


def _server(parts: SplitResult, heard: list[str]) -> HTTPServer:
    class Ear(BaseHTTPRequestHandler):
        timeout = BROWSER_SECONDS

        def do_GET(self) -> None:  # the library names it
            is_ours = urlsplit(self.path).path == (parts.path or "/") and "state=" in self.path
            self.send_response(200 if is_ours else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE) if is_ours else 0))
            self.end_headers()
            if is_ours:
                self.wfile.write(PAGE)
                heard.append(self.path)

        def log_message(self, *_: object) -> None:
            """Say nothing: the address holds a code."""

    class Server(HTTPServer):
        address_family = socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET
        allow_reuse_address = False

    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    return Server((host, parts.port or HTTP_PORT), Ear)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
