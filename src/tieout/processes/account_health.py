"""The health of each account: complete, correct, fresh; and never a good word for what nobody has looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from tieout.domain.faults import BY_CODE
from tieout.processes.accounts import KIND
from tieout.store import cases, pauses, probes, sweeps
from tieout.store.store import Connection

FRESH: Final = timedelta(hours=3)
"""Sweeps run every hour: after three nobody answers, or nobody asks."""

Word = Literal["good", "warn", "bad", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One configured account, and the companies that use it."""

    name: str
    system: str
    companies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that was looked at: how it is, in a word and a sentence."""

    word: Word
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one account is."""

    account: AccountLine
    complete: Sign
    """Whether it can do what is asked of it, by the last probe."""
    correct: Sign
    """Whether nothing about it stands on a case."""
    fresh: Sign
    """Whether it has answered of late."""
    last_answered: datetime | None
    paused_until: datetime | None
    paused_why: str


def healths(c: Connection, accounts: Iterable[AccountLine], *, now: datetime) -> list[Health]:
    """The health of each account, in their order."""
    paused = {one.account: one for one in pauses.pauses(c, now)}
    swept: dict[str, datetime] = {}
    for one in sweeps.all_sweeps(c):
        if one.ran_at is not None:
            swept[one.account] = max(one.ran_at, swept.get(one.account, one.ran_at))
    found = []
    for account in accounts:
        pause = paused.get(account.name)
        last = swept.get(account.name)
        found.append(
            Health(
                account=account,
                complete=_complete(c, account),
                correct=_correct(c, account),
                fresh=_fresh(account, last, now),
                last_answered=last,
                paused_until=pause.until if pause else None,
                paused_why=pause.reason if pause else "",
            )
        )
    return found


def _complete(c: Connection, account: AccountLine) -> Sign:
    newest = probes.latest(c, account.name)
    if not newest:
        return Sign(word="unknown", sentence="Not looked at yet; the daily check will.")
    ill = [finding for finding in newest[0].report.findings if not finding.is_well]
    if ill:
        return Sign(word="bad", sentence="; ".join(f"{finding.subject}: {finding.says}" for finding in ill))
    return Sign(word="good", sentence="Everything that was asked of it was answered.")


def _correct(c: Connection, account: AccountLine) -> Sign:
    for company in account.companies:
        standing = cases.open_case_of(c, company, KIND, account.name)
        if standing is not None:
            return Sign(word="bad", sentence=f"{BY_CODE[standing.code].title} (case {standing.id})")
    return Sign(word="good", sentence="Nothing about it stands on a case.")


def _fresh(account: AccountLine, last: datetime | None, now: datetime) -> Sign:
    if account.system == "dock":
        return Sign(word="unknown", sentence="It tells us and is never asked.")
    if last is None:
        return Sign(word="unknown", sentence="Nobody has listed it yet.")
    return (
        Sign(word="good", sentence="Listed of late.")
        if now - last <= FRESH
        else Sign(word="warn", sentence="It was not listed for some hours.")
    )
