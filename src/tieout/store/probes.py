"""Probes: what each account allowed when it was asked, day by day, and what has changed since the time before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from tieout.ports.accounts import AccountReport, Capability, Channel, Finding
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import probes

KEPT: Final = timedelta(days=400)
"""A little over a year: an upgrade of a site is found with what it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One report of an account, with the time at which it was asked."""

    account: str
    probed_at: datetime
    report: AccountReport


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    account: str
    probed_at: datetime
    edition: str
    release: str
    findings: Sequence[Mapping[str, object]]
    capabilities: Sequence[Mapping[str, str]]


_COLUMNS: Final = columns_of(probes, _Row)


def keep(c: Connection, account: str, report: AccountReport, *, at: datetime) -> None:
    """Keep a report, and let go of the account's reports from more than a year before."""
    cells = {
        "edition": report.edition,
        "release": report.release,
        "findings": [asdict(finding) for finding in report.findings],
        "capabilities": [asdict(capability) for capability in report.capabilities],
    }
    fresh = insert(probes).values(account=account, probed_at=at, **cells)
    c.execute(fresh.on_conflict_do_update(index_elements=["account", "probed_at"], set_=cells))
    c.execute(delete(probes).where(probes.c.account == account, probes.c.probed_at < at - KEPT))


def latest(c: Connection, account: str, *, limit: int = 1) -> list[Probed]:
    """Return the newest reports of an account, the newest first."""
    query = select(*_COLUMNS).where(probes.c.account == account).order_by(probes.c.probed_at.desc()).limit(limit)
    return [_probed(row) for row in read_all(_Row, c.execute(query))]


def changed(c: Connection, account: str) -> tuple[str, ...]:
    """Say what the newest report has otherwise than the one before it; nothing where there are not two."""
    found = latest(c, account, limit=2)
    return tuple(changes(found[1].report, found[0].report)) if len(found) > 1 else ()


def changes(before: AccountReport, after: AccountReport) -> Iterator[str]:
    """Say in a sentence each what one report has otherwise than an earlier one. What was not asked has not changed."""
    for name, old, new in (
        ("edition", before.edition, after.edition),
        ("release", before.release, after.release),
    ):
        if old and new and old != new:
            yield f"{name}: was {old}, is {new}"
    well = {finding.subject: finding.is_well for finding in before.findings}
    for finding in after.findings:
        if well.get(finding.subject, True) != finding.is_well:
            yield f"{finding.subject}: {'is well again' if finding.is_well else finding.says}"
    channels = {capability.command: capability.channel for capability in before.capabilities}
    for capability in after.capabilities:
        was = channels.get(capability.command)
        if was and was != capability.channel:
            yield f"{capability.command}: was {was}, is {capability.channel}: {capability.why}"


def _probed(row: _Row) -> Probed:
    report = AccountReport(
        edition=row.edition,
        release=row.release,
        findings=tuple(
            Finding(subject=str(cell["subject"]), is_well=bool(cell["is_well"]), says=str(cell["says"]))
            for cell in row.findings
        ),
        capabilities=tuple(_capability(cell) for cell in row.capabilities),
    )
    return Probed(account=row.account, probed_at=row.probed_at, report=report)


def _capability(cell: Mapping[str, str]) -> Capability:
    channels: dict[str, Channel] = {channel: channel for channel in get_args(Channel)}
    return Capability(command=cell["command"], channel=channels[cell["channel"]], why=cell["why"])
