"""Posts one message, signed after the Standard Webhooks specification, to an address that people gave."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import httpx
from standardwebhooks import Webhook

from tieout.connectors.webhook.addresses import Door, Doorman
from tieout.ports.errors import Unavailable

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 20.0
"""For everything together: a receiver that sends a letter now and then would keep a worker for hours."""


class _NotReached(Unavailable):
    """Not a byte has left."""


class SignedPost:
    """Posts messages; nothing is kept open between two, so every address is looked at anew."""

    def __init__(
        self, doorman: Doorman, *, trusted: ssl.SSLContext | None = None, whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        self._doorman = doorman
        self._trusted = trusted
        self._whole_seconds = whole_seconds

    def check(self, url: str) -> None:
        """Raise Refused, in a sentence for whoever gave the address, when nothing may be posted to it."""
        self._doorman.check(url)

    def post(self, url: str, *, message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> str:
        """Post one message, signed with every secret, and return what was answered.

        Refused when nothing may go to the address; Unavailable when it was not taken, or no answer came.
        """
        doors = self._doorman.doors(url)
        text, moment = body.decode(), at.astimezone(UTC)
        signatures = [Webhook(secret).sign(message_id, moment, text) for secret in secrets]
        headers = {
            "host": doors[0].host_header,
            "content-type": "application/json",
            "user-agent": "Tieout",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        began = time.monotonic()
        status = self._first_status(doors, headers, body)
        took = round((time.monotonic() - began) * 1000)
        if not 200 <= status < 300:
            raise Unavailable(f"HTTP {status} in {took} ms")
        return f"HTTP {status} in {took} ms"

    def _first_status(self, doors: Sequence[Door], headers: dict[str, str], body: bytes) -> int:
        """The status of the first machine that can be reached: some addresses of a name may lead nowhere."""
        for door in doors[:-1]:
            with suppress(_NotReached):
                return self._status(door.pinned_url, door.name, headers, body)
        return self._status(doors[-1].pinned_url, doors[-1].name, headers, body)

    def _status(self, url: str, name: str, headers: dict[str, str], body: bytes) -> int:
        """Only the status is read: a receiver has nothing to tell us, and a long answer would hold us up."""
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        cut = _Cut()
        timer = threading.Timer(self._whole_seconds, cut.now)
        timer.daemon = True
        timer.start()
        extensions = {"sni_hostname": name, "trace": cut.trace}
        try:
            with (
                httpx.Client(
                    verify=self._trusted or _usual(), timeout=timeout, trust_env=False, follow_redirects=False
                ) as client,
                client.stream("POST", url, headers=headers, content=body, extensions=extensions) as answer,
            ):
                return answer.status_code
        except (httpx.ConnectError, httpx.ConnectTimeout) as failure:
            raise _NotReached(f"No answer ({type(failure).__name__})") from None
        except (httpx.TransportError, OSError) as failure:
            raise Unavailable(f"No answer ({type(failure).__name__})") from None
        finally:
            timer.cancel()


class _Cut:
    """Ends an exchange that a receiver draws out: every read of it is in time, and the whole never ends."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """Note the connection when there is one, and the encrypted one in its place."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = told["return_value"].get_extra_info("socket")

    def now(self) -> None:
        """Shut the connection down; whoever reads from it finds its end."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


@cache
def _usual() -> ssl.SSLContext:
    """The certificates that we trust, read once, when the first message goes out."""
    return httpx.create_ssl_context()
