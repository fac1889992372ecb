"""Probes: is the process alive, and can it do its work."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tieout.store import Store, schema


def routes(store: Store) -> list[Route]:
    """`/health/live` answers while the process runs; `/health/ready` once the database is up to date."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        is_ready = await run_in_threadpool(_is_ready, store)
        return JSONResponse({"status": "ready" if is_ready else "not ready"}, status_code=200 if is_ready else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]


def _is_ready(store: Store) -> bool:
    try:
        with store.scope(None) as c:
            return schema.is_current(c)
    except Exception:  # noqa: BLE001 - whatever keeps the database from answering, we are not ready
        return False
