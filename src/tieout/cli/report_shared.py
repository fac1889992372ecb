"""What every report command shares: its options, the systems it asks, its output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, UserError, known_company, say
from tieout.domain.business_dates import uk_date
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.reports.period import Period

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = ParamSpec("P")
R = TypeVar("R")
USUAL_DAYS = 31
DAY = click.DateTime(["%Y-%m-%d"])

company_option = click.option("--company", default=None, help="Only one company.")


def period_options(command: Callable[P, R]) -> Callable[P, R]:
    """The first and the last day of a report, business dates of the United Kingdom."""
    until = click.option("--until", type=DAY, default=None, help="Last day; today when left out.")
    since = click.option("--since", type=DAY, default=None, help=f"First day; {USUAL_DAYS} days in all when left out.")
    return since(until(command))


def period_of(now: datetime, since: datetime | None, until: datetime | None) -> Period:
    """The period asked for; UserError when it ends before it begins."""
    last = until.date() if until else uk_date(now)
    first = since.date() if since else last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise UserError(f"The period ends on {last}, before it begins on {first}: change --since or --until.", code=2)
    return Period(first=first, last=last)


@contextmanager
def opened(context: Context, company: str | None) -> Iterator[tuple[Application, list[Company]]]:
    """The application with the companies meant, those alone that are connected."""
    with context.application() as application:
        known_company(application, company)
        connected = application.floor.companies
        yield application, [one for name, one in connected.items() if company in (None, name)]


@contextmanager
def asking() -> Iterator[None]:
    """A system that cannot be read now is said in one line, and no half report is made."""
    try:
        yield
    except ConnectorError as error:
        raise UserError(f"The report needs what a system says now, and it cannot be read: {error}") from None


def tell(as_json: bool, made: DataclassInstance, lines: Iterable[str], **more: object) -> None:  # noqa: FBT001 - click's flag
    """Print a report as one JSON document, or its lines for a person."""
    document = plain(asdict(made))
    assert isinstance(document, dict), "a report is a record"
    say(as_json, {**document, **{name: plain(value) for name, value in more.items()}}, lambda: "\n".join(lines))


def plain(value: object) -> object:
    """A value of a report as plain JSON; decimals as text."""
    match value:
        case Mapping():
            return {str(name): plain(field) for name, field in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def at(moment: datetime | None) -> str:
    """A time for a person."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else "never read"
