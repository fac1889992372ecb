"""The several forms in which ShipBob says no: each part of its API has its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

DUPLICATE = "Cannot insert order with existing ReferenceId"
PROBLEM = "application/problem+json"
TITLES = {400: "Bad Request", 404: "Not Found", 422: "Unprocessable Entity"}


class RefusedError(Exception):
    """The call is refused; the body says why in the form of the part of the API that refuses."""

    def __init__(self, status: int, body: object, media_type: str = "application/json") -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.media_type = media_type


class TooLateError(Exception):
    """What was asked of a shipment, goods in or a return cannot be done as it now stands."""


def of_fields(fields: Mapping[str, Sequence[str]], status: int = 422) -> RefusedError:
    """Refuse as orders do: a list of sentences for each field, under no name for the whole."""
    return RefusedError(status, {name: list(sentences) for name, sentences in fields.items()})


def problem(detail: str, status: int = 400) -> RefusedError:
    """Refuse as products and inventory do, by RFC 7807."""
    body = {"type": f"https://httpstatuses.io/{status}", "title": TITLES[status], "status": status, "detail": detail}
    return RefusedError(status, body, PROBLEM)


def of_receiving(fields: Mapping[str, Sequence[str]], version: str) -> RefusedError:
    """Refuse as goods in do: 422 since 2026-07, 400 before."""
    status = 400 if version < "2026-07" else 422
    errors = {name: list(sentences) for name, sentences in fields.items()}
    return RefusedError(
        status,
        {"title": "One or more validation errors occurred.", "status": status, "errors": errors},
        PROBLEM,
    )


def of_returns(message: str, errors: Sequence[str]) -> RefusedError:
    """Refuse as returns do."""
    return RefusedError(422, {"message": message, "errors": list(errors), "details": None, "stackTrace": None})


def nothing_there() -> RefusedError:
    """Say that an order or shipment is not there: without a word."""
    return RefusedError(404, None)


async def refused(_: Request, error: Exception) -> Response:
    """Return the refusal as an answer."""
    assert isinstance(error, RefusedError)
    if error.body is None:
        return Response(status_code=error.status)
    return JSONResponse(error.body, error.status, media_type=error.media_type)


async def plainly_refused(_: Request, error: Exception) -> Response:
    """Return the refusal of a key, a scope, a path or a method: without a word."""
    assert isinstance(error, HTTPException)
    return Response(status_code=error.status_code, headers=error.headers)
