"""What every account can tell of itself: whether somebody is signed in, and what its system allows.

Plain values, so that they can be kept, compared with an earlier day and printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Channel = Literal["native", "companion", "manual", "not_possible", "no_right"]
"""How a command is done: by the system's API, by the companion beside it, by a person, or not; and why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was asked, whether it is as Tieout needs it, and what that means."""

    subject: str
    is_well: bool
    """False where a person should do something."""
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """How one command is done at this account, and why."""

    command: str
    channel: Channel
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """What an account allows, as it answered when it was asked."""

    edition: str = ""
    """Empty where the system does not show it."""
    release: str = ""
    """At least this one; empty where the system does not show it."""
    findings: tuple[Finding, ...] = ()
    capabilities: tuple[Capability, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCompany:
    """A company that a sign-in can reach."""

    site_id: str
    site: str
    company_id: int
    company: str


class SignIn(Protocol):
    """The sign-in of one account, made by a person in a browser and kept alive by Tieout."""

    def begin(self) -> str:
        """Where the person signs in; each call begins anew and makes what was begun before worthless.

        Unauthorised when the account's settings lack what a sign-in needs.
        """

    def redeem(self, answer: str) -> None:
        """Turn the address that the browser ended at into tokens, and keep them.

        Unauthorised says in one sentence what was refused and what to do; Busy or Unavailable: try again.
        """

    def check(self) -> None:
        """Raise Unauthorised when a person must sign in, Busy or Unavailable when nobody can tell."""

    def sign_in_ends(self) -> datetime | None:
        """When a person must have signed in again, in UTC; None when nobody has signed in."""

    def companies(self) -> tuple[SeenCompany, ...]:
        """Every company that this sign-in can reach."""


class Examined(Protocol):
    """An account that can be asked what it allows."""

    def examine(self) -> AccountReport:
        """Ask by reading only; a question that fails is a finding, never an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """One configured account, opened. Nothing is sent until it is asked."""

    name: str
    system: str
    examined: Examined
    sign_in: SignIn | None = None
    """None where the account's key does not end by itself."""
    sign_in_warn_days: int = 0
    """How long before its end a person is asked to sign in again."""
    redirect_uri: str = ""
    """Where the browser ends after signing in."""
    place: str = ""
    """The company or shop that is configured, as its system names it; empty when none is."""
