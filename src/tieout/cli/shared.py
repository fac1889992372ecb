"""What every command shares: settings, home, output as text or as one JSON document."""

from __future__ import annotations

import getpass
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import platformdirs
import structlog

from tieout.bootstrap import Application, open_application
from tieout.settings import Settings, SettingsError, load
from tieout.store.binaries import NoPostgres
from tieout.store.embedded import ServerFailed
from tieout.store.place import PlaceRefused

Json = object


class UserError(Exception):
    """Something the user must put right; the text is one line that says how."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The options of one call."""

    config: Path | None
    home: Path
    is_home_given: bool

    @classmethod
    def of(cls, config: str | None, home: str | None) -> Context:
        """The given options, or the settings file of this folder and the user's data directory."""
        beside = Path("tieout.toml")
        path = Path(config) if config else (beside if beside.exists() else None)
        place = Path(home) if home else Path(platformdirs.user_data_dir("tieout"))
        return cls(config=path, home=place, is_home_given=home is not None)

    def settings(self) -> Settings:
        """The settings; UserError when they cannot be used."""
        try:
            return load(self.config)
        except SettingsError as error:
            raise UserError(str(error), code=2) from None

    @contextmanager
    def application(self) -> Iterator[Application]:
        """The application, opened and closed again."""
        try:
            opened = open_application(self.settings(), self.home)
        except (ServerFailed, PlaceRefused, NoPostgres) as error:
            raise UserError(str(error)) from None
        try:
            yield opened
        finally:
            opened.close()


def known_company(application: Application, company: str | None) -> str | None:
    """The company named, or None for all; UserError when the settings have none of that name."""
    if company is not None and company not in application.companies:
        raise UserError(f"There is no company {company!r} in the settings.", code=2)
    return company


def who() -> str:
    """The person at this terminal, for the record."""
    return getpass.getuser()


def say(as_json: bool, document: Json, text: Callable[[], str]) -> None:  # noqa: FBT001 - the --json flag itself
    """Print one JSON document, or text for a person."""
    click.echo(json.dumps(document, indent=2, default=str) if as_json else text())


def log_to_stderr(*, verbose: bool) -> None:
    """Events go to stderr, one a line; stdout is for results."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
