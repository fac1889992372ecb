"""Is all well? Our own database and worker, and every account with what its system allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tieout.bootstrap import Application, database_address, unconnected
from tieout.cli.shared import Context, UserError, json_option, say
from tieout.durable.life import last_sign_of_life
from tieout.ports.accounts import AccountReport, Finding, OpenAccount
from tieout.processes.accounts import sign_in_state
from tieout.processes.availability_checked import availability_findings
from tieout.settings import Settings
from tieout.store import pauses, probes
from tieout.store.condition import condition, reach
from tieout.store.schema import DatabaseRefused

View = dict[str, Any]
"""Plain JSON for people and programs."""

SYSTEMS = {
    "sage200": "Sage 200",
    "returngo": "ReturnGO",
    "loop": "Loop",
    "shopify": "Shopify",
    "dock": "warehouse",
    "mintsoft": "Mintsoft",
    "shipbob": "ShipBob",
    "files": "files over SFTP",
}
CLOCK_SLACK = timedelta(seconds=5)
ROUTES = {
    "sop": ("raise_return", "receive_return", "post_sop_credit_note"),
    "ledger": ("raise_credit_note", "post_refund_payment", "allocate_credit", "write_on"),
}
"""What each way of crediting returns cannot do without."""
WORDS = {"not_possible": "not possible", "no_right": "no right"}


@click.command(
    help="Ask every account whether somebody is signed in and what its system allows, and look at Tieout itself.\n\n"
    "Nothing is changed anywhere. Exit code 1 when something needs a person. With an account's name only that "
    "account is asked.\n\nExample: tieout doctor; tieout doctor sage --json"
)
@click.argument("account", required=False)
@json_option
@click.pass_obj
@click.pass_context
def doctor(call: click.Context, context: Context, account: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Examine and print."""
    settings = context.settings()
    names = chosen(settings, account)
    try:
        reach(database_address(settings, context.home))
    except DatabaseRefused as error:
        view: View = {"well": False, "tieout": [_finding(Finding(subject="database", is_well=False, says=str(error)))]}
        view["accounts"] = []
    else:
        with context.application() as application:
            view = examined(application, names, with_tieout=account is None)
    say(as_json, view, lambda: doctor_text(view))
    call.exit(0 if view["well"] else 1)


def chosen(settings: Settings, account: str | None) -> list[str]:
    """The names of the accounts to ask; UserError when the one named is not configured."""
    if account is None:
        return list(settings.account)
    if account not in settings.account:
        known = ", ".join(settings.account) or "none"
        raise UserError(f"There is no account {account!r} in the settings; there are: {known}.", code=2)
    return [account]


def examined(application: Application, names: list[str], *, with_tieout: bool) -> View:
    """What was found, as plain JSON."""
    own = [_finding(finding) for finding in tieout_findings(application)] if with_tieout else []
    accounts = [account_view(application, application.accounts.open(name)) for name in names]
    is_well = all(finding["is_well"] for finding in own) and all(account["well"] for account in accounts)
    return {"well": is_well, "tieout": own, "accounts": accounts}


def tieout_findings(application: Application) -> list[Finding]:
    """How our own database, worker and clock are, and which companies wait."""
    database = condition(application.store)
    tables = "the tables of this release" if database.is_current else "tables of another release: `tieout db upgrade`"
    found = [Finding(subject="database", is_well=database.is_current, says=f"PostgreSQL {database.version}, {tables}")]
    stalled = timedelta(seconds=application.settings.work.stalled_after_seconds)
    found += [_worker(last_sign_of_life(application.address), database.now, stalled)]
    found += [_clock(database.now, datetime.now(UTC), application.settings.clock.offset_seconds)]
    failed = application.engine.failed_jobs()
    if failed:
        says = f"{len(failed)} lanes or schedules ended in a defect last time: look at the worker's log"
        found.append(Finding(subject="defects", is_well=False, says=says))
    found += availability_findings(application.store, tuple(application.companies), application.clock())
    found += [
        Finding(subject=f"company {name}", is_well=False, says=why)
        for name, why in unconnected(application.settings).items()
    ]
    return found


def account_view(application: Application, account: OpenAccount) -> View:
    """One account, asked now; its report is kept, so that the next one can say what has changed."""
    now = application.clock()
    findings: list[Finding] = []
    state = sign_in_state(account, now)
    if state is not None:
        says = state.sentence if state.fault is None else f"{state.sentence}: `tieout accounts connect {account.name}`"
        findings.append(Finding(subject="sign-in", is_well=state.fault is None, says=says))
    report = AccountReport() if state and state.is_over else account.examined.examine()
    with application.store.scope(None) as c:
        if report.findings:
            probes.keep(c, account.name, report, at=now)
        changed = list(probes.changed(c, account.name)) if report.findings else []
        pause = pauses.paused(c, account.name, now)
    if pause is not None:
        says = f"left alone until {pause.until:%d %b %H:%M} UTC: {pause.reason}"
        findings.append(Finding(subject="pause", is_well=True, says=says))
    findings += report.findings
    findings += _route_findings(application.settings, account.name, report)
    return {
        "account": account.name,
        "system": account.system,
        "place": account.place,
        "well": all(finding.is_well for finding in findings),
        "signed_in_until": state.ends_at.isoformat() if state and state.ends_at else None,
        "edition": report.edition,
        "release": report.release,
        "findings": [_finding(finding) for finding in findings],
        "commands": [
            {"command": capability.command, "channel": capability.channel, "why": capability.why}
            for capability in report.capabilities
        ],
        "changed": changed,
    }


def _route_findings(settings: Settings, account: str, report: AccountReport) -> list[Finding]:
    """Whether the way in which each company credits returns can be gone at its Sage account."""
    able = {capability.command: capability for capability in report.capabilities}
    found = []
    for name, company in settings.company.items():
        needed = [able[command] for command in ROUTES[company.credit_route] if command in able]
        missing = [one for one in needed if one.channel in ("not_possible", "no_right")]
        if company.ledger == account and missing:
            lacks = missing[0].command.replace("_", " ")
            says = f'credit_route = "{company.credit_route}" needs {lacks}, and {missing[0].why}'
            found.append(Finding(subject=f"company {name}", is_well=False, says=says))
    return found


def doctor_text(view: View) -> str:
    """The whole report as a person reads it."""
    blocks = [_block("Tieout", view["tieout"])] if view["tieout"] else []
    blocks += [account_text(account) for account in view["accounts"]]
    blocks.append("All is well." if view["well"] else "Something needs a person: see the lines marked LOOK.")
    return "\n\n".join(blocks)


def account_text(view: View) -> str:
    """One account as a person reads it."""
    head = f"{view['account']}: {SYSTEMS.get(view['system'], view['system'])}"
    head += "".join(
        f", {part}" for part in (view["edition"], view["release"] and f"{view['release']} or later") if part
    )
    lines = [_block(head, view["findings"])]
    if view["commands"]:
        lines.append(f"\n  {'Command':22}{'How':14}Why")
        lines += [
            f"  {row['command'].replace('_', ' '):22}{WORDS.get(row['channel'], row['channel']):14}{row['why']}"
            for row in view["commands"]
        ]
    if view["changed"]:
        lines.append("\n  Since the time before:")
        lines += [f"  - {change}" for change in view["changed"]]
    return "\n".join(lines)


def _block(head: str, findings: list[View]) -> str:
    width = max((len(finding["subject"]) for finding in findings), default=0) + 2
    lines = [f"  {'ok' if f['is_well'] else 'LOOK':6}{f['subject']:{width}}{f['says']}" for f in findings]
    return "\n".join((head, *lines))


def _finding(finding: Finding) -> View:
    return {"subject": finding.subject, "is_well": finding.is_well, "says": finding.says}


def _worker(seen: datetime | None, now: datetime, stalled: timedelta) -> Finding:
    if seen is None or now - seen > stalled:
        says = "none gives a sign of life, so nothing is worked on: run `tieout worker` or `tieout up`"
        return Finding(subject="worker", is_well=False, says=says)
    return Finding(subject="worker", is_well=True, says=f"last sign of life {(now - seen).total_seconds():.0f} s ago")


def _clock(database: datetime, machine: datetime, offset_seconds: float) -> Finding:
    apart = abs(database - machine)
    moved = f"; moved by {offset_seconds:.0f} s for a demo" if offset_seconds else ""
    if apart > CLOCK_SLACK:
        says = f"this machine and the database are {apart.total_seconds():.0f} s apart: set one of them right{moved}"
        return Finding(subject="clock", is_well=False, says=says)
    return Finding(subject="clock", is_well=True, says=f"agrees with the database{moved}")
