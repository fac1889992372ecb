"""Posts one message, signed after the Standard Webhooks specification, to an address that people gave."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final

import httpx
from standardwebhooks import Webhook

from tieout.connectors.webhook.addresses import Doorman
from tieout.ports.errors import Unavailable

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0


class SignedPost:
    """Posts messages; nothing is kept open between two, so every address is looked at anew."""

    def __init__(self, doorman: Doorman, *, trusted: ssl.SSLContext | None = None) -> None:
        self._doorman = doorman
        self._trusted = trusted

    def check(self, url: str) -> None:
        """Raise Refused, in a sentence for whoever gave the address, when nothing may be posted to it."""
        self._doorman.check(url)

    def post(self, url: str, *, message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> str:
        """Post one message, signed with every secret, and return what was answered.

        Refused when nothing may go to the address; Unavailable when it was not taken, or no answer came.
        """
        door = self._doorman.open(url)
        text, moment = body.decode(), at.astimezone(UTC)
        signatures = [Webhook(secret).sign(message_id, moment, text) for secret in secrets]
        headers = {
            "host": door.host_header,
            "content-type": "application/json",
            "user-agent": "Tieout",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        began = time.monotonic()
        status = self._status(door.pinned_url, door.name, headers, body)
        took = round((time.monotonic() - began) * 1000)
        if not 200 <= status < 300:
            raise Unavailable(f"HTTP {status} in {took} ms")
        return f"HTTP {status} in {took} ms"

    def _status(self, url: str, name: str, headers: dict[str, str], body: bytes) -> int:
        """Only the status is read: a receiver has nothing to tell us, and a long answer would hold us up."""
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            with (
                httpx.Client(
                    verify=self._trusted or _usual(), timeout=timeout, trust_env=False, follow_redirects=False
                ) as client,
                client.stream("POST", url, headers=headers, content=body, extensions={"sni_hostname": name}) as answer,
            ):
                return answer.status_code
        except httpx.TransportError as failure:
            raise Unavailable(f"No answer ({type(failure).__name__})") from None


@cache
def _usual() -> ssl.SSLContext:
    """The certificates that we trust, read once, when the first message goes out."""
    return httpx.create_ssl_context()
