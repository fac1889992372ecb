"""Today: what stands out and what needs the person who is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Visit, need

router = APIRouter()
Anybody = Annotated[Visit, Depends(need(None))]


@router.get("/")
def today(visit: Anybody) -> Response:
    """The first page; every role has one."""
    return visit.page("today/page.html")
