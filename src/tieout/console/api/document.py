"""The description of the API as OpenAPI 3.1, made from the routes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response

from tieout.console.api.calls import permission_of
from tieout.console.api.problems import ProblemShape
from tieout.console.api.routers import ROUTERS

PATH: Final = "/api/v1/openapi.json"
ABOUT: Final = (
    "What the console shows and does, for programs. Make a token in the console under API tokens and send it as "
    "`Authorization: Bearer tieout_...`. Money is in whole minor units; times are RFC 3339 in UTC. Errors are problem "
    "details (RFC 9457). Lists go on by the cursor `next`. See docs/api.md."
)

router = APIRouter()


@router.get(PATH, include_in_schema=False)
def openapi() -> Response:
    """The description itself: for everybody, because it holds nothing of any house."""
    return Response(written(), media_type="application/json")


@cache
def written() -> str:
    """The description as text, the same on every machine."""
    return json.dumps(described(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def described() -> dict[str, Any]:
    """The description."""
    routes = [route for each in ROUTERS for route in each.routes]
    made = get_openapi(title="Tieout", version="1", description=ABOUT, routes=routes, license_info=LICENCE)
    for route in routes:
        assert isinstance(route, APIRoute), route
        for method in route.methods or ():
            operation = made["paths"][route.path_format][method.lower()]
            operation["security"] = [{"token": [permission_of(route).value]}]
            operation["summary"] = (route.endpoint.__doc__ or "").splitlines()[0].rstrip(".")
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemShape.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["ProblemShape"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return made


LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
__all__ = ["PATH", "described", "router", "written"]
