"""How long Tieout waits for what time heals."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Waits and windows; the defaults suit a live Sage, tests and the demo shorten them."""

    late_commit: timedelta = timedelta(seconds=150)
    """Longer than the gateway's time-out: after it, what is not there will not appear any more."""
    unavailable: timedelta = timedelta(seconds=30)
    """How long an account rests after it could not be reached."""
    unauthorised_wait: timedelta = timedelta(seconds=20)
    unauthorised_window: timedelta = timedelta(minutes=2)
    """A sign-in refused for so long is no passing fault: a person connects the account."""
    lock_first: timedelta = timedelta(seconds=2)
    lock_longest: timedelta = timedelta(minutes=5)
    lock_window: timedelta = timedelta(minutes=45)
    """Locks shorter than this are ridden out in silence."""
    replay: timedelta = timedelta(hours=20)
    """How long a remote system is trusted to remember an idempotency key; after that a person looks."""
    tries_max: int = 6
    """Sendings of one command before a person is asked."""
    chance: random.Random = field(default_factory=random.Random)
    """Jitter, so that many documents do not knock at once."""

    leg_again: timedelta = timedelta(minutes=15)
    """When a document whose legs are not all agreed is looked at again."""
    defect: timedelta = timedelta(minutes=5)
    """How long a document rests after our own code failed on it, so that the lane goes on with the others."""

    def lock_wait(self, locked_for: timedelta) -> timedelta:
        """A growing, jittered wait before a locked record is tried again (sage200 section 2.6)."""
        grown = max(locked_for / 2, self.lock_first)
        return min(grown, self.lock_longest) * self.chance.uniform(0.5, 1.0)
