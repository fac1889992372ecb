"""All stand-ins as one web application: vendor paths under /{system}/, the control surface under /_sandbox/.

Common control surface (JSON):

- GET  /_sandbox/                     names and summaries of the systems
- GET  /_sandbox/clock, PUT {"offset_seconds": number}   the clock of all systems
- GET  /_sandbox/{system}/            summary, temper, counts of injected faults
- GET  /_sandbox/{system}/temper, PUT {...}   PUT replaces the temper: calm plus the values given
- GET  /_sandbox/{system}/journal?effects_only=1&since=N

Each system adds control routes of its own, described in its module.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal
from tieout.sandbox.temper import Temper


class SandboxSystem(Protocol):
    """One stand-in: its vendor paths, its control routes, its journal and its temper."""

    name: str
    app: ASGIApp
    control: Sequence[BaseRoute]
    journal: Journal
    temper: Temper

    def summary(self) -> dict[str, object]:
        """Return what stands in the system, as plain JSON values."""
        ...

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        ...


class Estate:
    """A set of systems that share a clock; `app` is the ASGI application."""

    def __init__(self, systems: Sequence[SandboxSystem], clock: SandboxClock, seed: int = 0) -> None:
        assert len({s.name for s in systems}) == len(systems), "two systems of one name"
        self.systems = tuple(systems)
        self.clock = clock
        self.seed = seed
        control: list[BaseRoute] = [
            Route("/", self._overview, methods=["GET"]),
            Route("/clock", self._clock, methods=["GET", "PUT"]),
            *(Mount(f"/{s.name}", routes=[*_common_control(s), *s.control]) for s in systems),
        ]
        self.app = Starlette(
            routes=[
                Mount("/_sandbox", routes=control),
                *(Mount(f"/{system.name}", app=system.app) for system in systems),
            ],
            exception_handlers={HTTPException: _plain_error},
        )

    async def _overview(self, _: Request) -> Response:
        return JSONResponse({"seed": self.seed, "systems": {s.name: s.summary() for s in self.systems}})

    async def _clock(self, request: Request) -> Response:
        if request.method == "PUT":
            seconds = (await json_object(request)).get("offset_seconds")
            if not isinstance(seconds, int | float | Decimal) or isinstance(seconds, bool):
                raise HTTPException(400, 'Send {"offset_seconds": number}.')
            self.clock.offset = timedelta(seconds=float(seconds))
        return JSONResponse({"offset_seconds": self.clock.offset.total_seconds(), "now": self.clock.now().isoformat()})


async def json_object(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object, numbers with a point as Decimal; 400 when it is none. Empty is {}."""
    body = await request.body()
    if not body:
        return {}
    try:
        value = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise HTTPException(400, f"The body is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "The body must be a JSON object.")
    return value


async def _plain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)


def _common_control(system: SandboxSystem) -> list[BaseRoute]:
    async def overview(_: Request) -> Response:
        return JSONResponse(
            {
                "name": system.name,
                "summary": system.summary(),
                "temper": system.temper.to_json(),
                "injected": system.injected(),
            }
        )

    async def temper(request: Request) -> Response:
        if request.method == "PUT":
            values = await json_object(request)
            plain = {k: float(v) if isinstance(v, Decimal) else v for k, v in values.items()}
            try:
                system.temper = Temper.from_json(plain)
            except ValueError as error:
                raise HTTPException(400, f"{error}.") from error
        return JSONResponse(system.temper.to_json())

    async def journal(request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            raise HTTPException(400, "since is the number of a journal entry.")
        only = request.query_params.get("effects_only", "") in {"1", "true"}
        entries = system.journal.entries(effects_only=only, since=int(since))
        return JSONResponse({"entries": [entry.to_json() for entry in entries]})

    return [
        Route("/", overview, methods=["GET"]),
        Route("/temper", temper, methods=["GET", "PUT"]),
        Route("/journal", journal, methods=["GET"]),
    ]
