"""Every error of the API as a problem detail (RFC 9457): one shape, whatever went wrong and wherever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

PROBLEM_TYPE: Final = "application/problem+json"
PREFIX: Final = "/api/"

DETAILS: Final[Mapping[int, str]] = {
    400: "The body could not be read.",
    401: "Send a token that holds: Authorization: Bearer tieout_...",
    403: "The token does not have the scope that this needs, or does not see this company.",
    404: "There is nothing under this address, or it is in a company that the token does not see.",
    405: "This address takes other methods; the Allow header names them.",
    409: "What was asked for cannot be done; the detail says why.",
    413: "The body is longer than 12 MB.",
    415: "Send the body as application/json.",
    422: "Something that was sent cannot be used; `errors` says what.",
    429: "The token has asked too often; wait as many seconds as Retry-After says.",
    500: "The mistake is ours. Quote the reference. A request with an Idempotency-Key may be sent again.",
}
"""What each status means here; these are the ones that are documented."""


class FieldProblem(BaseModel):
    """One thing that was sent and cannot be used."""

    pointer: str = Field(description="Where: in the body a JSON pointer, else `query/NAME`, `path/NAME`, `header/NAME`")
    detail: str


class ProblemShape(BaseModel):
    """A problem detail."""

    type: str = Field(default="about:blank", description="Always about:blank: the status tells problems apart")
    title: str
    status: int
    detail: str
    reference: str = Field(description="To quote when asking about it; also in the X-Request-Id header")
    errors: list[FieldProblem] = Field(default=[], description="What was wrong with what was sent")


class Refusal(Exception):  # noqa: N818 - an answer rather than an error
    """An answer other than the wanted one."""

    def __init__(self, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})


def is_of_api(path: str) -> bool:
    """Say whether an address belongs to the API."""
    return path.startswith(PREFIX)


def problem(
    request: Request,
    status: int,
    detail: str = "",
    *,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem as an answer."""
    shape = ProblemShape(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or DETAILS.get(status, HTTPStatus(status).phrase + "."),
        reference=request.scope.get("state", {}).get("reference", ""),
        errors=list(errors),
    )
    return JSONResponse(shape.model_dump(), status_code=status, media_type=PROBLEM_TYPE, headers=dict(headers or {}))


def of_http(request: Request, error: HTTPException) -> Response:
    """What the framework refuses: no such address, no such method, a body that it cannot read."""
    headers = {"Allow": ", ".join(_methods(request))} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else {}
    return problem(request, error.status_code, headers=headers)


def _methods(request: Request) -> list[str]:
    """Every method that an address takes; the framework names those of the first route only."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        route = context.original_route
        if isinstance(route, Route):
            match, _ = route.matches(request.scope)
            found |= route.methods or set() if match is not Match.NONE else set()
    return sorted(found)


def of_validation(request: Request, error: RequestValidationError) -> Response:
    """What was sent and does not fit; never what it was, because it may be a secret."""
    errors = [FieldProblem(pointer=_pointer(one["loc"]), detail=str(one["msg"])) for one in error.errors()]
    content_type = request.headers.get("content-type", "")
    is_other = bool(content_type) and not content_type.split(";")[0].strip().lower().endswith(("/json", "+json"))
    if is_other and any(one["loc"] == ("body",) for one in error.errors()):
        return problem(request, 415)
    return problem(request, 422, errors=errors)


def _pointer(place: Sequence[str | int]) -> str:
    where, *rest = place or ("body",)
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in rest]
    return "/" + "/".join(parts) if where == "body" else "/".join([str(where), *parts])


def answers(*, acts: bool = False, finds: bool = False) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its documentation: `acts` takes a body or changes something, `finds` one record."""
    statuses = [401, 403, 422, 429, 500, *([400, 409, 413, 415] if acts else []), *([404] if finds else [])]
    return dict(_documented(sorted(statuses)))


def _documented(statuses: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for status in statuses:
        content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
        documented: dict[str, Any] = {"description": DETAILS[status], "content": content}
        if status == 401:
            documented["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "RFC 6750"}}
        if status == 429:
            seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait"}
            documented["headers"] = {"Retry-After": seconds}
        yield status, documented
