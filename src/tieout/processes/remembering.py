"""What connectors need remembered over all processes: tokens, calls spent, lock words, messages told only once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tieout.domain.business_dates import uk_date
from tieout.ports.errors import Unauthorised
from tieout.ports.systems import TokenRenewal
from tieout.processes.goods_in import claim
from tieout.processes.returns import KIND
from tieout.processes.rules import lock_words
from tieout.store import Store, inbox, quotas
from tieout.store.vault import Vault, VaultLocked

Clock = Callable[[], datetime]
BELIEVED = timedelta(seconds=30)
"""How long taught words are taken for all there are."""


class KeptTokens:
    """Implements `TokenKeeper`: rotating secrets, kept encrypted in our database."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def read(self, account: str, name: str) -> str | None:
        """The secret last kept; Unauthorised when it was written with another key."""
        try:
            return self._vault.get(account, name)
        except VaultLocked as locked:
            raise Unauthorised(str(locked)) from None

    def renew(self, account: str, name: str, renewal: TokenRenewal) -> str:
        """Keep what `renewal` makes of the kept secret, one process at a time."""
        with self._vault.locked(f"{account}/{name}"):
            kept = self._readable(account, name)
            renewed = renewal(kept)
            if renewed != kept:
                self._vault.put(account, name, renewed, at=self._clock())
            return renewed

    def _readable(self, account: str, name: str) -> str | None:
        """What is kept; nothing when it was written with another key, so that a new sign-in can take its place."""
        with suppress(VaultLocked):
            return self._vault.get(account, name)
        return None


class CountedCalls:
    """Implements `CallBudget`: calls counted against an account's daily allowance, over all processes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def spend(self, account: str, allowance: int) -> bool:
        """Take one call from today's allowance; False when it is used up."""
        with self._store.scope(None) as c:
            return quotas.spend(c, account, self._clock().date(), allowance)


class TaughtLockWords:
    """The words for a record lock that a company has added, believed for a while."""

    def __init__(self, store: Store, clock: Clock, company: str) -> None:
        self._store = store
        self._clock = clock
        self._company = company
        self._read: tuple[datetime, tuple[str, ...]] | None = None

    def __call__(self) -> tuple[str, ...]:
        """The words in force today."""
        now = self._clock()
        if self._read is None or now - self._read[0] > BELIEVED:
            with self._store.scope(self._company) as c:
                self._read = now, lock_words(c, self._company, uk_date(now))
        return self._read[1]


class KeptBodies:
    """Implements `KeptMessages` over the inbox of one company: what was told of its returns, as it came."""

    def __init__(self, store: Store, company: str, clock: Clock) -> None:
        self._store = store
        self._company = company
        self._clock = clock

    def of(self, account: str, document_key: str) -> tuple[bytes, ...]:
        """The bodies that the account sent of a return, oldest first.

        Takes in first what it told of the return's order before anybody knew the return.
        """
        with self._store.scope(self._company) as c:
            claim(c, self._company, account, document_key, at=self._clock())
            return tuple(inbox.bodies_of(c, self._company, KIND, document_key, account))
