"""The templates: escaped always, with the filters that write figures and times for people."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from tieout.console import addresses, wording
from tieout.console.browsers import browser
from tieout.console.navigation import menu_for

HTMX = (
    '{"allowEval":false,"includeIndicatorStyles":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,'
    '"selfRequestsOnly":true,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"422","swap":true},{"code":"...","swap":false,"error":true}]}'
)

ENVIRONMENT = Environment(
    loader=PackageLoader("tieout.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def with_query(query: str, **changes: object) -> str:
    """A query string with some parameters changed; None or an empty text takes one out."""
    kept = [(name, value) for name, value in parse_qsl(query) if name not in changes]
    kept += [(name, str(value)) for name, value in changes.items() if value not in {None, ""}]
    return "?" + urlencode(kept)


def same_query(one: str, other: str) -> bool:
    """Say whether two query strings ask for the same, in whatever order."""
    return sorted(parse_qsl(one)) == sorted(parse_qsl(other))


ENVIRONMENT.filters.update(
    money=wording.money,
    day=wording.day,
    moment=wording.moment,
    iso=wording.iso,
    words=wording.words,
    spoken=wording.spoken,
    system=wording.system,
    product=wording.product,
    kind=wording.kind,
    figure=wording.figure,
)
ENVIRONMENT.globals.update(
    money=wording.money,
    ago=wording.ago,
    browser=browser,
    clock=wording.clock,
    span=wording.span,
    plural=wording.plural,
    case_address=addresses.case_address,
    customer_address=addresses.customer_address,
    document_address=addresses.document_address,
    raw_address=addresses.raw_address,
    request_address=addresses.request_address,
    with_query=with_query,
    same_query=same_query,
    menu_for=menu_for,
    htmx_settings=HTMX,
    version=version("tieout"),
)


def render(request: Request, name: str, context: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """One template as an answer."""
    console = request.app.state.console
    everywhere = {
        "request": request,
        "path": request.url.path,
        "query": request.url.query,
        "now": console.clock(),
        "console": console,
        "visit": None,
        "flash": None,
        "problems": [],
    }
    return HTMLResponse(ENVIRONMENT.get_template(name).render({**everywhere, **context}), status_code=status)
