"""What is wrong now: everything that somebody may have to be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from tieout.domain.alerts.conditions import (
    ACCOUNT_RESTING,
    ACCOUNT_SILENT,
    ACCOUNT_UNWELL,
    DEBT_HIGH,
    DEFECT,
    LEGS_LATE,
    WEBHOOK_DEAF,
    WORKER_STILL,
    Condition,
)
from tieout.domain.alerts.kinds import AlertKind
from tieout.domain.alerts.troubles import Record, Trouble, troubles_of_cases
from tieout.processes.account_health import AccountLine, Health, healths
from tieout.processes.alerting import Alerting
from tieout.store import alert_causes, webhooks
from tieout.store.store import Connection

INSTALLATION: Final = "*"
DEAF_AFTER: Final = timedelta(hours=1)
DEAF_LONGEST: Final = timedelta(days=14)
SYSTEMS: Final = {"sage": "Sage", "storefront": "the web shop", "portal": "the returns portal"}
"""What people call the systems in which something must be seen."""


def troubles(alerting: Alerting, c: Connection, now: datetime) -> list[Trouble]:
    """Everything that is wrong in the companies in scope and with the installation, one of each cause."""
    found = [
        *troubles_of_cases(alert_causes.open_case_groups(c, now)),
        *_late_legs(c, now),
        *_debts(alerting, c, now),
        *_accounts(alerting, c, now),
        *_webhooks(c, now),
        *_installation(alerting, now),
    ]
    return list({(one.company, one.cause): one for one in found}.values())


def _late_legs(c: Connection, now: datetime) -> Iterator[Trouble]:
    for late in alert_causes.late_legs(c, now):
        yield Trouble(
            company=late.company,
            cause=f"legs:{late.system}:{late.kind}:{late.owner}:{late.currency or ''}",
            kind="leg",
            code=LEGS_LATE.code,
            title=f"{late.kind.replace('_', ' ').capitalize()} in {SYSTEMS.get(late.system, late.system)} is overdue",
            owner=late.owner or "integration",
            ladder=LEGS_LATE.ladder,
            times=late.count,
            stake_minor=late.minor,
            currency=late.currency,
            records=late.records,
            since=late.due_by,
            due_at=late.due_by,
        )


def _debts(alerting: Alerting, c: Connection, now: datetime) -> Iterator[Trouble]:
    limit = alerting.limits.debt_minor
    for debt in alert_causes.debts(c, now) if limit else ():
        if debt.minor > limit:
            yield Trouble(
                company=debt.company,
                cause=f"debt:{debt.currency}",
                kind="leg",
                code=DEBT_HIGH.code,
                title=DEBT_HIGH.title,
                owner=DEBT_HIGH.owner,
                ladder=DEBT_HIGH.ladder,
                times=debt.count,
                stake_minor=debt.minor,
                currency=debt.currency,
                records=(Record(label="The debt by owner and age", link=f"/debt?company={debt.company}"),),
                since=now,
            )


def _accounts(alerting: Alerting, c: Connection, now: datetime) -> Iterator[Trouble]:
    for health in healths(c, alerting.accounts, now=now):
        for condition, saw in _ills(health):
            yield _of_account(health.account, condition, saw, now)


def _ills(health: Health) -> Iterator[tuple[Condition, str]]:
    """What is wrong with an account, but its cases: those are told as cases."""
    if health.complete.word == "bad":
        yield ACCOUNT_UNWELL, health.complete.sentence
    if health.paused_until is not None:
        yield ACCOUNT_RESTING, health.paused_why
    if health.fresh.word in {"warn", "bad"}:
        yield ACCOUNT_SILENT, health.fresh.sentence


def _of_account(account: AccountLine, condition: Condition, saw: str, now: datetime) -> Trouble:
    is_shared = len(account.companies) != 1
    return Trouble(
        company=INSTALLATION if is_shared else account.companies[0],
        cause=f"account:{account.name}:{condition.code}",
        kind="account",
        code=condition.code,
        title=f"{condition.title}: {account.name}",
        owner=condition.owner,
        ladder=condition.ladder,
        times=1,
        records=(Record(label=f"account {account.name}", link="/accounts", saw=saw),),
        since=now,
    )


def _webhooks(c: Connection, now: datetime) -> Iterator[Trouble]:
    """Programs that take nothing; one that was closed for it stays in sight for some days."""
    for deaf in webhooks.failing(c, since=now - DEAF_LONGEST, until=now - DEAF_AFTER):
        yield Trouble(
            company=deaf.company,
            cause=f"webhook:{deaf.id}",
            kind="installation",
            code=WEBHOOK_DEAF.code,
            title=WEBHOOK_DEAF.title,
            owner=WEBHOOK_DEAF.owner,
            ladder=WEBHOOK_DEAF.ladder,
            times=1,
            records=(Record(label=f"webhook {deaf.id}", link=f"/webhooks/{deaf.id}", saw=deaf.closed_why),),
            since=deaf.failing_since or now,
        )


def _installation(alerting: Alerting, now: datetime) -> Iterator[Trouble]:
    """A worker that stands still, and mistakes of our own."""
    if alerting.still_for is not None:
        still = alerting.still_for()
        if still is None or still > alerting.limits.still_after:
            yield _of_installation(WORKER_STILL, "worker", _for_how_long(still), now)
    for job in alerting.failed_jobs() if alerting.failed_jobs is not None else ():
        where = f"{job.process} {job.company} {job.lane}".strip() if job.company else job.process
        # The error's own words stay out of it: they may quote a message.
        saw = f"failed {job.times} times in a row ({job.error.partition(':')[0]})"
        yield _of_installation(DEFECT, where, saw, now)


def _of_installation(condition: Condition, where: str, saw: str, now: datetime) -> Trouble:
    kind: AlertKind = "installation"
    return Trouble(
        company=INSTALLATION,
        cause=f"installation:{condition.code}:{where}",
        kind=kind,
        code=condition.code,
        title=condition.title,
        owner=condition.owner,
        ladder=condition.ladder,
        times=1,
        records=(Record(label=where, link="/schedules", saw=saw),),
        since=now,
    )


def _for_how_long(still: timedelta | None) -> str:
    return "none is known" if still is None else f"silent for {int(still.total_seconds()) // 60} minutes"
