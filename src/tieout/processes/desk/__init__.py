"""The exceptions desk: what people see of cases and documents, and what they do about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout.ports.directory import Company
from tieout.store import Store
from tieout.store.store import Connection


class NotPossible(Exception):  # noqa: N818 - a sentence for a person
    """What somebody asked for cannot be done; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What acting on cases needs: the database, the companies, the time, and a way to start work."""

    store: Store
    companies: Mapping[str, Company]
    clock: Callable[[], datetime]
    start: Callable[[Connection, str, int], None]
    """Start one lane of returns (company, lane) in the caller's transaction."""
    start_bulk: Callable[[Connection, int], None] = lambda _c, _act_id: None
    """Have a worker carry on with an act over many cases, in the caller's transaction."""
