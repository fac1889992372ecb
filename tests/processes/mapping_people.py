"""Who changes mapping tables in tests, and a desk without remote systems."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tieout.domain.people import Actor, Role
from tieout.processes.desk import Desk
from tieout.processes.mapping_desk.changes import Wanted
from tieout.processes.mapping_desk.deciding import approve
from tieout.processes.mapping_desk.proposing import propose
from tieout.store import Store
from tieout.store.mapping_proposals import Proposal

COMPANY = "ACME"
TODAY = date(2026, 11, 20)


def person(name: str, *roles: Role, companies: tuple[str, ...] = ()) -> Actor:
    """Somebody of these roles."""
    return Actor(name=name, display_name=name.title(), roles=roles, companies=companies)


ANN = person("ann", Role.FINANCE)
BEA = person("bea", Role.FINANCE_APPROVER)
BOB = person("bob", Role.FINANCE_APPROVER)
OTTO = person("otto", Role.OPERATIONS)
ADA = person("ada", Role.ADMINISTRATOR)


class Days:
    """A clock that tests move by days."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    @property
    def today(self) -> date:
        return self.now.date()

    def pass_by(self, days: int) -> None:
        self.now += timedelta(days=days)


def bare_desk(store: Store, clock: Days) -> Desk:
    """A desk over a database alone."""
    return Desk(store=store, companies={}, clock=clock, start=lambda _c, _company, _lane: None)


def reason(key: str = "Too small", since: date = TODAY, **value: str) -> Wanted:
    """A row of the table of reasons."""
    return Wanted(key=key, value={"code": "fit", **value}, since=since)


def put(desk: Desk, *wanted: Wanted, table: str = "reason") -> Proposal:
    """Rows proposed by one person of finance and approved by another."""
    made = propose(desk, ANN, COMPANY, table, wanted, why="agreed")
    return approve(desk, BEA, made.id).proposal
