"""One browser's way to the provider and back: everything it must bring with it comes of one secret.

The browser keeps the secret in a cookie, the database its digest with where the person wanted to go. State, nonce and
the proof key are derived from it, so none of them is kept anywhere, and each way can be gone once only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tieout.processes.people.signing_in import digest
from tieout.store import Store, people

LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One way there and back."""

    secret: str = field(repr=False)

    @property
    def state(self) -> str:
        """What the provider gives back unchanged: ties its answer to this browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the provider must sign: ties its token to this sign-in."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The proof key: who steals the code cannot use it."""
        return self._derived("verifier")

    def is_answered_by(self, state: str) -> bool:
        """Say whether an answer belongs to this way."""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def _derived(self, purpose: str) -> str:
        made = hmac.digest(self.secret.encode(), purpose.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def leave(store: Store, *, next_page: str, now: datetime) -> Hop:
    """Begin a way."""
    hop = Hop(secret=secrets.token_urlsafe(32))
    with store.scope(None) as c:
        people.keep_hop(c, id_hash=digest(hop.secret), next_page=next_page, at=now, stale=now - LASTS)
    return hop


def come_back(store: Store, secret: str, *, now: datetime) -> str | None:
    """Where the person wanted to go; None for a way that nobody began, that took too long or is over."""
    with store.scope(None) as c:
        return people.take_hop(c, digest(secret), stale=now - LASTS)
