"""A loopback site that answers as it is told, for answers that the sandbox has no reason to give."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.connectors.transport import Transport
from tieout.ports.systems import TokenRenewal

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Keeper:
    """Keeps tokens in memory, one renewal at a time, as the store's vault does for many processes."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.renewals = 0
        self._turn = threading.Lock()

    def read(self, account: str, name: str) -> str | None:
        return self.kept.get((account, name))

    def renew(self, account: str, name: str, renewal: TokenRenewal) -> str:
        with self._turn:
            self.renewals += 1
            new = renewal(self.kept.get((account, name)))
            self.kept[account, name] = new
            return new


@dataclass
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    silence_seconds: float = 0.0


@dataclass
class Asked:
    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Site:
    """What the site says to each verb and path; the last answer told is given for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[tuple[str, str], list[Answer]] = {}
        self.asked: list[Asked] = []
        self.tokens_given = 0
        self.refresh_token = "refresh-0"

    def says(
        self,
        verb: str,
        path: str,
        body: object = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        silence_seconds: float = 0.0,
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = Answer(status, content, headers or {}, silence_seconds)
        self.answers.setdefault((verb, path), []).append(answer)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        told = self.answers.get((asked.verb, asked.path))
        if told:
            return told.pop(0) if len(told) > 1 else told[0]
        if asked.path == "/oauth/token":
            return self._token(asked)
        return Answer(404, b'{"Message":"No HTTP resource was found"}')

    def _token(self, asked: Asked) -> Answer:
        form = parse_qs(asked.body.decode())
        if form.get("refresh_token") != [self.refresh_token]:
            return Answer(403, b'{"error":"invalid_grant","error_description":"used refresh-0"}')
        self.tokens_given += 1
        self.refresh_token = f"refresh-{self.tokens_given}"
        tokens = {"access_token": f"access-{self.tokens_given}", "refresh_token": self.refresh_token}
        return Answer(200, json.dumps({**tokens, "expires_in": 28800, "token_type": "Bearer"}).encode())

    def sent(self, verb: str, path: str) -> list[Asked]:
        return [asked for asked in self.asked if (asked.verb, asked.path) == (verb, path)]


def _speaker(site: Site) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def speak(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            answer = site.answer(Asked(self.command, address.path, query, dict(self.headers.items()), body))
            time.sleep(answer.silence_seconds)
            if answer.silence_seconds:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = speak  # noqa: N815 - the library names them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Speaker


@pytest.fixture
def site() -> Iterator[Site]:
    told = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(told))
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def settings(site: Site) -> Sage200Settings:
    return Sage200Settings(
        base_url=site.url,
        identity_url=site.url,
        client_id="our-client",
        client_secret=SecretStr("hush-client"),
        refresh_token=SecretStr("refresh-0"),
        site_id="0b3c",
        company_id=3,
        channel="companion",
        companion_url=f"{site.url}/companion",
        companion_key=SecretStr("hush-companion"),
        read_seconds=0.3,
        page_size=3,
    )


@pytest.fixture
def transport(site: Site) -> Iterator[Transport]:
    with Transport("Sage ID", site.url, connect_seconds=1, read_seconds=1) as opened:
        yield opened


@pytest.fixture
def sage(settings: Sage200Settings, keeper: Keeper, clock: Clock) -> Iterator[Sage200]:
    opened = open_ledger(settings, keeper, clock)
    yield opened
    opened.close()
