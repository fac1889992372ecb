"""What the console is made of, as the composition root hands it over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from tieout.domain.people import Actor, Role
from tieout.processes.account_health import AccountLine
from tieout.processes.alerting import Alerting
from tieout.processes.assistance import Assistance
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.people.signing_in import Lasting
from tieout.processes.telling import Telling
from tieout.store import Store
from tieout.store.store import Connection

Found = TypeVar("Found")
LASTING = Lasting(idle=timedelta(minutes=60), longest=timedelta(hours=12))
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting as people may see it: secrets are masked before they come here."""

    place: str
    value: str
    help: str
    origin: str
    """Where it came from: the file, the environment, or its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLine:
    """One thing that runs by the clock."""

    name: str
    title: str
    cron: str
    next_after: Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOn:
    """How people sign in elsewhere (OpenID Connect)."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    groups_claim: str
    roles_of: Mapping[str, Role]
    """Role by group."""
    companies_of: Mapping[str, Sequence[str]]
    """Companies by group; empty when everybody sees all."""
    scopes: Sequence[str] = ("openid", "profile", "email")
    passwords_for: frozenset[str] | None = None
    """Who may still use a password; None for everybody who has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Everything that the pages and the API need."""

    store: Store
    desk: Desk
    clock: Callable[[], datetime]
    companies: Sequence[str]
    accounts: Sequence[AccountLine]
    public_url: str = ""
    """Where people reach the console; empty means on this machine only."""
    environment: str = ""
    lasting: Lasting = LASTING
    settings: Sequence[SettingLine] = ()
    schedules: Sequence[ScheduleLine] = ()
    single_sign_on: SingleSignOn | None = None
    run_schedule: Callable[[Connection, str], bool] | None = None
    """Lets a schedule run now, in the caller's transaction; False when a run is waiting already."""
    telling: Telling | None = None
    """Telling other programs; None where nothing is told."""
    api_requests_per_minute: int = 600
    alerting: Alerting | None = None
    """None only where the console is served without anything that tells of alerts, as in tests."""
    record_links: Mapping[str, str] = field(default_factory=dict)
    """Where records of other systems open, by account and kind of record, with `{id}` for the id."""
    assistance: Assistance | None = None
    """None where nothing is suggested."""

    @property
    def others(self) -> Telling:
        """The telling of other programs; NotPossible where nothing is told."""
        if self.telling is None:
            raise NotPossible("This installation tells no other programs.")
        return self.telling

    def find(self, actor: Actor, look: Callable[[Connection], Found | None]) -> Found | None:
        """What `look` finds in a company that somebody may see, each looked at apart; None when there is nothing."""
        for company in actor.companies or (None,):
            with self.store.scope(company) as c:
                found = look(c)
            if found is not None:
                return found
        return None

    def accounts_of(self, actor: Actor, company: str | None) -> list[AccountLine]:
        """The accounts that somebody may see, of one company or of all."""
        return [
            account
            for account in self.accounts
            if any(actor.sees(one) and company in {None, one} for one in account.companies)
        ]

    @property
    def is_secure(self) -> bool:
        """Say whether browsers reach it by HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix makes browsers hold it to this host and to HTTPS."""
        return "__Host-tieout" if self.is_secure else "tieout"

    def is_own_host(self, host: str) -> bool:
        """Say whether a Host header names this console; without a public address only loopback does."""
        if self.public_url and host.lower() == urlsplit(self.public_url).netloc.lower():
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:  # a bracket that nobody closed
            return False
        return (not self.public_url or urlsplit(self.public_url).hostname in LOOPBACK) and name in LOOPBACK

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Say whether an Origin header is this console's own."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if self.public_url and origin.lower() == self.public_url.lower().rstrip("/"):
            return True
        return self.is_own_host(parts.netloc) and parts.netloc.lower() == host.lower()
