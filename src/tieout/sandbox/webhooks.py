"""Sends a stand-in's webhooks: in order when calm; dropped, doubled, overtaken or late when not.

A delivery is a finished request (url, headers, body bytes). Every repeat of it, whether the vendor's retry or
a duplicate, carries the same headers and the original payload, however old it has become.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import httpx

from tieout.sandbox.temper import Dice, Temper

REORDER_HOLD_SECONDS = 0.25
ANSWER_WAIT_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One webhook on its way; `outcome` is waiting, delivered, failed or dropped."""

    topic: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    outcome: str = "waiting"
    temper: str = ""
    attempts: int = 0
    statuses: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Return the log line; the address without its query, which may hold a secret."""
        return {
            "topic": self.topic,
            "url": self.url.split("?", 1)[0],
            "outcome": self.outcome,
            "temper": self.temper,
            "attempts": self.attempts,
            "statuses": list(self.statuses),
        }


class WebhookSender:
    """Posts deliveries from a background task of the running event loop and keeps their log.

    `retry_waits` are the vendor's pauses in seconds before each further try after an answer other than 2xx
    (or none at all). `send` must be called from the event loop.
    """

    def __init__(
        self,
        temper_source: Callable[[], Temper],
        rng: random.Random,
        counts: Counter[str],
        *,
        retry_waits: Sequence[float] = (0.1, 0.5, 2.0),
    ) -> None:
        self._dice = Dice(temper_source, rng, counts)
        self._retry_waits = tuple(retry_waits)
        self._queue: deque[Delivery] = deque()
        self._held: deque[Delivery] = deque()
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._worker: asyncio.Task[None] | None = None
        self.log: list[Delivery] = []

    def send(self, topic: str, url: str, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Put one webhook on its way and return its log line, which later tells what became of it."""
        delivery = Delivery(topic=topic, url=url, headers=dict(headers), body=body)
        self.log.append(delivery)
        rolls = {
            kind: self._dice.roll(kind)
            for kind in ("drop_webhook", "duplicate_webhook", "late_webhook", "reorder_webhook")
        }
        delivery.temper = ",".join(kind for kind, hit in rolls.items() if hit)
        if rolls["drop_webhook"]:
            delivery.outcome = "dropped"
            return delivery
        copies = 2 if rolls["duplicate_webhook"] else 1
        if rolls["late_webhook"]:
            wait = self._dice.temper().late_webhook_seconds
            for _ in range(copies):
                self._spawn(self._deliver_after(delivery, wait))
            return delivery
        (self._held if rolls["reorder_webhook"] else self._queue).extend([delivery] * copies)
        self._arrived.set()
        if self._worker is None or self._worker.done():
            self._worker = self._spawn(self._work())
        return delivery

    async def drain(self) -> None:
        """Wait until every delivery on its way has arrived or been given up."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _work(self) -> None:
        """Post what is queued, in order; what is held back goes after the next one, or after a short wait."""
        while self._queue or self._held:
            if self._queue:
                await self._deliver(self._queue.popleft())
                while self._held:
                    await self._deliver(self._held.popleft())
                continue
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), REORDER_HOLD_SECONDS)
            except TimeoutError:
                while self._held:
                    await self._deliver(self._held.popleft())

    async def _deliver_after(self, delivery: Delivery, wait: float) -> None:
        await asyncio.sleep(wait)
        await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery, tries: int = 0) -> None:
        """Post once; when it was not accepted, leave the next try to a task of its own."""
        delivery.attempts += 1
        status = await _post(delivery)
        delivery.statuses.append(status)
        if 200 <= status < 300:
            delivery.outcome = "delivered"
        elif tries < len(self._retry_waits):
            self._spawn(self._retry(delivery, tries))
        elif delivery.outcome != "delivered":
            delivery.outcome = "failed"

    async def _retry(self, delivery: Delivery, tries: int) -> None:
        await asyncio.sleep(self._retry_waits[tries])
        await self._deliver(delivery, tries + 1)


async def _post(delivery: Delivery) -> int:
    """Return the status of one try; 0 when nobody answered."""
    try:
        async with httpx.AsyncClient(timeout=ANSWER_WAIT_SECONDS, trust_env=False, verify=_trusted_roots()) as client:
            answer = await client.post(delivery.url, headers=dict(delivery.headers), content=delivery.body)
    except (httpx.HTTPError, httpx.InvalidURL):
        return 0
    return answer.status_code


@cache
def _trusted_roots() -> ssl.SSLContext:
    """Return the usual context, read once: reading it for each delivery would hold up the event loop."""
    return ssl.create_default_context()
