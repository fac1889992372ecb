"""A tiny system behind the commons: a tally that can be read and raised, and a receiver of webhooks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.journal import Journal, journal_of
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.temper import CALM, TemperMiddleware
from tieout.sandbox.webhooks import WebhookSender


class Tally:
    """Counts how often it was raised; sends a webhook of each new count to itself."""

    def __init__(self, clock: SandboxClock) -> None:
        self.name = "tally"
        self.temper = CALM
        self.journal = Journal(clock)
        self.counts: Counter[str] = Counter()
        self.value = 0
        self.heard: list[int] = []
        self.refusals = 0
        self.sender = WebhookSender(lambda: self.temper, random.Random(1), self.counts, retry_waits=(0.02, 0.05))
        routes = [Route("/count", self.count, methods=["GET", "POST"])]
        self.app: ASGIApp = TemperMiddleware(
            Starlette(routes=routes), lambda: self.temper, self.journal, random.Random(1), self.counts
        )
        self.control: Sequence[BaseRoute] = [
            Route("/hear", self.hear, methods=["POST"]),
            Route("/tell/{number:int}", self.tell, methods=["POST"]),
            Route("/astray", self.astray, methods=["POST"]),
            Route("/drain", self.drain, methods=["POST"]),
        ]

    async def count(self, request: Request) -> Response:
        if request.method == "POST":
            self.value += 1
            journal_of(request).effect("tally.raised", value=self.value)
        return JSONResponse({"value": self.value})

    async def hear(self, request: Request) -> Response:
        if self.refusals:
            self.refusals -= 1
            return Response(status_code=503)
        self.heard.append(int(await request.body()))
        return Response()

    async def tell(self, request: Request) -> Response:
        for number in range(request.path_params["number"]):
            self.sender.send("count", f"{request.base_url}_sandbox/tally/hear?secret=1", {}, str(number).encode())
        return Response()

    async def astray(self, _: Request) -> Response:
        self.sender.send("count", "http://[nowhere", {}, b"")
        return Response()

    async def drain(self, _: Request) -> Response:
        await self.sender.drain()
        return Response()

    def summary(self) -> dict[str, object]:
        return {"value": self.value}

    def injected(self) -> dict[str, int]:
        return dict(self.counts)


class Bench(NamedTuple):
    tally: Tally
    vendor: httpx.Client
    control: httpx.Client
    clock: SandboxClock


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock = SandboxClock()
    tally = Tally(clock)
    with (
        ServedEstate(Estate([tally], clock)) as served,
        httpx.Client(base_url=f"{served.url}/tally", trust_env=False) as vendor,
        httpx.Client(base_url=f"{served.url}/_sandbox", trust_env=False) as control,
    ):
        yield Bench(tally, vendor, control, clock)
