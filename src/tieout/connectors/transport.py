"""One HTTP exchange with a remote system: deadlines, exact figures, and failures named for what to do next.

Knows nothing of any vendor. Texts of errors name the system, the verb and the path, never a
header, a query or a body of ours, so that no secret can slip into a log.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Self, TypeAlias

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_random_exponential,
)

from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

Json: TypeAlias = "bool | int | Decimal | str | Sequence[Json] | Mapping[str, Json] | None"

IDLE_SECONDS_MAX = 2.0
"""Idle connections are dropped before servers drop them (most do after 5 seconds or more)."""

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures that come before a byte of the request has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a remote system answered; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Json:
        """The body as plain values, decimals exact; BadAnswer when it is not JSON."""
        return parse_json(self.body)


class Transport:
    """A connection pool to one base address; safe to share between threads."""

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        connect_seconds: float,
        read_seconds: float,
        headers: Mapping[str, str] | None = None,
        reads_tried: int = 1,
    ) -> None:
        self.system = system
        self._reads_tried = reads_tried
        self._base = base_url.rstrip("/")
        self._client = httpx.Client(
            timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS_MAX),
            headers=dict(headers or {}),
            follow_redirects=False,
            verify=_trusted(),
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        writing: bool,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """One request and whatever was answered, of any status.

        A read that meets a passing failure is tried again at once, a few times; a write never is.
        Raises Unavailable when nothing was sent or nothing could have been done by it, and
        OutcomeUnknown when `writing` and the request may have arrived.
        """

        def once() -> Reply:
            return self._once(method, path, writing=writing, params=params, headers=headers, content=content)

        if writing or self._reads_tried == 1:
            return once()
        patient = Retrying(
            stop=stop_after_attempt(self._reads_tried),
            wait=_wait_between,
            retry=retry_if_exception_type(Unavailable) | retry_if_result(_is_passing),
            retry_error_callback=_last_outcome,
        )
        return patient(once)

    def _once(
        self,
        method: str,
        path: str,
        *,
        writing: bool,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> Reply:
        try:
            answer = self._client.request(method, self._base + path, params=params, headers=headers, content=content)
        except NEVER_SENT as failure:
            raise Unavailable(self._silence(method, path, failure)) from None
        except (httpx.TransportError, httpx.DecodingError) as failure:
            kind = OutcomeUnknown if writing else Unavailable
            raise kind(self._silence(method, path, failure)) from None
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(status=answer.status_code, headers=names, body=answer.content)

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _silence(self, method: str, path: str, failure: Exception) -> str:
        return f"{self.system} did not answer {method} {path} ({type(failure).__name__})"


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that we trust, read once: reading them takes longer than opening everything else."""
    return httpx.create_ssl_context()


PASSING = frozenset({429, 502, 503, 504})
WAIT_AT_ONCE_MAX = 2.0
"""Seconds that a read waits itself; a longer wait is the caller's to plan."""


def _is_passing(reply: Reply) -> bool:
    """Whether a read is worth trying again at once."""
    return reply.status in PASSING and _asked_seconds(reply) <= WAIT_AT_ONCE_MAX


def _asked_seconds(reply: Reply) -> float:
    text = reply.headers.get("retry-after", "").strip()
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0


def _wait_between(state: RetryCallState) -> float:
    """As long as the answer asks for, else a little, growing and jittered."""
    outcome = state.outcome
    asked = 0.0
    if outcome is not None and not outcome.failed:
        asked = _asked_seconds(outcome.result())
    return max(asked, _JITTER(state))


def _last_outcome(state: RetryCallState) -> Reply:
    """Whatever the last try gave: its answer, or its error raised."""
    assert state.outcome is not None
    reply: Reply = state.outcome.result()
    return reply


_JITTER = wait_random_exponential(multiplier=0.1, max=0.5)

RESPONSES: dict[int, type[ConnectorError]] = {401: Unauthorised, 403: Unauthorised, 429: Busy}


def error_for(status: int, *, writing: bool) -> type[ConnectorError]:
    """Name the kind of failure for one answer: a write's 4xx was refused, its 5xx may have been done."""
    if status in RESPONSES:
        return RESPONSES[status]
    if status >= 500 or status == httpx.codes.REQUEST_TIMEOUT:
        return OutcomeUnknown if writing else Unavailable
    return Refused if writing and status >= 400 else BadAnswer


def wait_asked(headers: Mapping[str, str], *, now: datetime, otherwise: timedelta) -> timedelta:
    """How long `Retry-After` (seconds or a date) asks us to wait; `otherwise` when it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.replace(".", "", 1).isdigit():
        return timedelta(seconds=float(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return otherwise
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(until - now, timedelta(0))


def parse_json(body: bytes) -> Json:
    """JSON as plain values with exact decimals; BadAnswer when it is not JSON."""
    try:
        value: Json = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadAnswer(f"the answer is not JSON: {len(body)} bytes") from None
    return value


def write_json(value: Json) -> bytes:
    """JSON with decimals as numbers, digit for digit; floats have no place in it."""
    return _written(value).encode()


def _written(value: Json) -> str:
    match value:
        case Decimal():
            assert value.is_finite(), f"{value} is no figure"
            return f"{value:f}"
        case str() | bool() | int() | None:
            return json.dumps(value)
        case Mapping():
            return "{" + ",".join(f"{json.dumps(k)}:{_written(v)}" for k, v in value.items()) + "}"
        case Sequence():
            return "[" + ",".join(_written(v) for v in value) + "]"
    raise AssertionError(f"{type(value).__name__} cannot be written as JSON")


def _no_number(word: str) -> Json:
    raise ValueError(f"{word} is no figure")
