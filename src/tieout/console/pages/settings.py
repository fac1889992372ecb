"""Settings: what the file, the environment and the defaults come to. Read only, and without secrets."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.parts import SettingLine
from tieout.console.visit import Visit, need
from tieout.domain.people import Permission

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.SETTINGS_SEE))]


@router.get("/settings")
def settings(visit: Seer) -> Response:
    """Every setting by its group; `?changed=1` leaves the defaults out."""
    is_changed = visit.request.query_params.get("changed") == "1"
    lines = [line for line in visit.console.settings if _group(line) and (not is_changed or line.origin != "default")]
    groups = [(name, list(found)) for name, found in groupby(lines, key=_group)]
    return visit.page("settings/list.html", groups=groups, is_changed=is_changed)


def _group(line: SettingLine) -> str:
    return line.place.rpartition(".")[0]
