"""Seeded misbehaviour: what really goes wrong between a client and a system that is not ours.

`Temper` says how often each thing goes wrong; `TemperMiddleware` stands before the vendor paths of one
system, writes its journal, and does the damage. The endpoints of a system must be `async def`, so that they
run one after the other on the event loop and the state needs no locks.

What a system must see to itself, because only it knows how: `lock` (named users holding records),
`clock_skew_seconds` (use `skewed`), and the webhook rates (see `webhooks.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal, JournalEntry

STALE_ANSWERS_KEPT = 512
LOST_REPLY_FORMS = ("504", "500", "silence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How a system misbehaves: rates between 0 and 1, waits in seconds; the default is calm.

    `seed` restarts the dice when the temper is set (None lets them roll on). `path_contains` limits request
    faults to matching paths, `method` to one HTTP method; `limit` stops all faults after that many (-1 is no
    limit), so that a test can say "exactly the next one". `lost_reply_as` is 504, 500, silence or any.
    """

    seed: int | None = None
    path_contains: str = ""
    method: str = ""
    limit: int = -1
    lost_reply: float = 0.0
    lost_reply_as: str = "any"
    silence_seconds: float = 5.0
    late_commit: float = 0.0
    late_commit_seconds: float = 1.0
    error_before: float = 0.0
    busy: float = 0.0
    busy_seconds: int = 1
    slow: float = 0.0
    slow_seconds: float = 0.5
    expired_token: float = 0.0
    stale_read: float = 0.0
    unknown_fields: float = 0.0
    duplicate_webhook: float = 0.0
    reorder_webhook: float = 0.0
    drop_webhook: float = 0.0
    late_webhook: float = 0.0
    late_webhook_seconds: float = 1.0
    lock: float = 0.0
    lock_seconds: float = 5.0
    clock_skew_seconds: float = 0.0

    def __post_init__(self) -> None:
        for name in RATES:
            rate = getattr(self, name)
            if not 0 <= rate <= 1:
                raise ValueError(f"{name} is a rate from 0 to 1, not {rate}")
        if self.lost_reply_as not in (*LOST_REPLY_FORMS, "any"):
            raise ValueError(f"lost_reply_as is 504, 500, silence or any, not {self.lost_reply_as!r}")

    def to_json(self) -> dict[str, object]:
        """Return the temper as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Temper:
        """Build a temper from calm plus these values; ValueError names a key that does not exist."""
        known = {f.name: f.default for f in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"a temper has no {name!r}; it has {', '.join(known)}")
            wanted = str if isinstance(known[name], str) else (int, float)
            empty_seed = name == "seed" and value is None
            if (not isinstance(value, wanted) or isinstance(value, bool)) and not empty_seed:
                raise ValueError(f"{name} cannot be {value!r}")
        return replace(CALM, **values)  # type: ignore[arg-type]  # checked key by key above


RATES = (
    "lost_reply",
    "late_commit",
    "error_before",
    "busy",
    "slow",
    "expired_token",
    "stale_read",
    "unknown_fields",
    "duplicate_webhook",
    "reorder_webhook",
    "drop_webhook",
    "late_webhook",
    "lock",
)
CALM = Temper()


def skewed(clock: SandboxClock, temper: Temper) -> datetime:
    """Return the time that a system with this temper believes it is."""
    return clock.now() + timedelta(seconds=temper.clock_skew_seconds)


class Dice:
    """Seeded decisions whether a fault happens now; counts those that do."""

    def __init__(self, temper_source: Callable[[], Temper], rng: random.Random, counts: Counter[str]) -> None:
        self._temper_source = temper_source
        self._rng = rng
        self._counts = counts
        self._seen: Temper | None = None
        self._left = -1

    def temper(self) -> Temper:
        """Return the temper in force; a newly set one restarts the dice from its seed."""
        temper = self._temper_source()
        if temper is not self._seen:
            self._seen = temper
            self._left = temper.limit
            if temper.seed is not None:
                self._rng.seed(temper.seed)
        return temper

    def roll(self, kind: str, *, among: bool = True) -> bool:
        """Say whether this kind of fault happens now; `among` false rolls without a fault."""
        rate: float = getattr(self.temper(), kind)
        hit = self._rng.random() < rate and among and self._left != 0
        if hit:
            self._counts[kind] += 1
            self._left -= self._left > 0
        return hit

    def pick(self, choices: tuple[str, ...]) -> str:
        """Choose one of these."""
        return self._rng.choice(choices)


def writes_by_method(method: str, path: str, body: bytes) -> bool:
    """Say that everything but GET and HEAD changes state, which is true of plain REST systems."""
    del path, body
    return method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What a system answered, held back until we know what the client shall see of it."""

    status: int = 500
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """Let the client have it."""
        message: Message = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        if self.status not in {204, 304}:
            MutableHeaders(raw=self.headers)["content-length"] = str(len(self.body))
        await send(message)
        await send({"type": "http.response.body", "body": self.body})


class TemperMiddleware:
    """Stands before one system's vendor paths: writes the journal and misbehaves as its temper says.

    Lost replies and late commits strike only requests that `is_write` calls writes.
    """

    def __init__(
        self,
        app: ASGIApp,
        temper_source: Callable[[], Temper],
        journal: Journal,
        rng: random.Random,
        counts: Counter[str],
        *,
        is_write: Callable[[str, str, bytes], bool] = writes_by_method,
    ) -> None:
        self._app = app
        self._journal = journal
        self._dice = Dice(temper_source, rng, counts)
        self._is_write = is_write
        self._late: set[asyncio.Task[None]] = set()
        self._earlier: OrderedDict[str, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, well or badly."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        path = str(scope["path"])
        root = str(scope.get("root_path", ""))
        path = path.removeprefix(root) if root else path
        entry = self._journal.begin(
            scope["method"], path, scope["query_string"].decode("latin-1"), hashlib.sha256(body).hexdigest()
        )
        scope.setdefault("state", {})["journal"] = entry
        write = self._is_write(scope["method"], path, body)
        kind = self._fault(scope["method"], path, write=write)
        entry.temper = kind
        answer = await self._answer(kind, scope, body, entry, write=write)
        entry.status = answer.status
        await answer.send(send)

    def _fault(self, method: str, path: str, *, write: bool) -> str:
        """Choose at most one fault for this request; the dice roll the same number of times for each."""
        temper = self._dice.temper()
        here = temper.path_contains in path and temper.method in {"", method}
        chosen = ""
        for kind, applies in (
            ("expired_token", True),
            ("busy", True),
            ("error_before", True),
            ("lost_reply", write),
            ("late_commit", write),
            ("stale_read", not write),
            ("unknown_fields", True),
            ("slow", True),
        ):
            if self._dice.roll(kind, among=here and applies and not chosen):
                chosen = kind
        return chosen

    async def _answer(self, kind: str, scope: Scope, body: bytes, entry: JournalEntry, *, write: bool) -> _Answer:
        temper = self._dice.temper()
        match kind:
            case "expired_token":
                return _said(401, "The access token expired")
            case "busy":
                return _said(429, "Too many requests", {"Retry-After": str(temper.busy_seconds)})
            case "error_before":
                status = int(self._dice.pick(("502", "503")))
                return _said(status, "The server is temporarily unable to answer")
            case "late_commit":
                task = asyncio.create_task(self._act_late(scope, body, entry, temper.late_commit_seconds))
                self._late.add(task)
                task.add_done_callback(self._late.discard)
                return _said(504, "Gateway timeout")
            case "slow":
                await asyncio.sleep(temper.slow_seconds)
        answer = await self._act(scope, body, entry)
        if kind == "lost_reply":
            return await self._lose(temper)
        if not write:
            answer = self._remember(_read_key(scope, body), answer, stale=kind == "stale_read")
        return _with_unknown_field(answer) if kind == "unknown_fields" else answer

    async def _lose(self, temper: Temper) -> _Answer:
        """Hide the answer of a request that has been acted on."""
        form = temper.lost_reply_as if temper.lost_reply_as != "any" else self._dice.pick(LOST_REPLY_FORMS)
        if form == "silence":
            await asyncio.sleep(temper.silence_seconds)
        if form == "500":
            return _said(500, "Internal server error")
        return _said(504, "Gateway timeout")

    async def _act_late(self, scope: Scope, body: bytes, entry: JournalEntry, wait: float) -> None:
        await asyncio.sleep(wait)
        await self._act(scope, body, entry)

    async def _act(self, scope: Scope, body: bytes, entry: JournalEntry) -> _Answer:
        """Let the system do its work and catch its answer."""
        answer = _Answer(headers=[])

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = list(message["headers"])
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")

        await self._app(scope, receive, send)
        entry.acted_status = answer.status
        return answer

    def _remember(self, key: str, answer: _Answer, *, stale: bool) -> _Answer:
        """Keep a good answer; when stale, give the one that the same question got before."""
        earlier = self._earlier.get(key)
        if stale:
            return earlier or answer
        if answer.status == 200:
            self._earlier[key] = answer
            self._earlier.move_to_end(key)
            if len(self._earlier) > STALE_ANSWERS_KEPT:
                self._earlier.popitem(last=False)
        return answer


async def _whole_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body", False):
            return body


def _read_key(scope: Scope, body: bytes) -> str:
    """Tell one question from another: path, query, body and who asks about what."""
    who = [v for k, v in scope["headers"] if k == b"authorization" or k.startswith(b"x-")]
    parts = (scope["path"].encode(), scope["query_string"], body, *sorted(who))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _said(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> _Answer:
    response: Response = JSONResponse({"message": sentence}, status, headers)
    return _Answer(status=status, headers=list(response.raw_headers), body=bytes(response.body))


def _with_unknown_field(answer: _Answer) -> _Answer:
    """Add a field that no client has heard of, as vendors do on any Tuesday."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return answer
    target = value[0] if isinstance(value, list) and value else value
    if not isinstance(target, dict):
        return answer
    target["fieldOfTheNextRelease"] = {"unheard": True}
    return _Answer(status=answer.status, headers=answer.headers, body=json.dumps(value).encode())
