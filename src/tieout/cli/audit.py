"""`tieout audit`: what stands in the systems, judged without touching anything; and what people did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from tieout.bootstrap import Application
from tieout.cli.audit_log import audit_check, audit_export
from tieout.cli.report_shared import asking, at, company_option, opened, tell
from tieout.cli.shared import Context, UserError, json_option
from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.ports.directory import Company
from tieout.processes.reports.asked import ask_credits, ask_refunds
from tieout.processes.reports.audit import Audit, Finding, audit_report
from tieout.processes.reports.audit_reading import read_for_audit
from tieout.processes.reports.audit_rules import name_of
from tieout.processes.reports.bypass import Workflow, ask_portal, bypass_report
from tieout.processes.reports.credits import credits_report
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.reports.period import last_days
from tieout.processes.rules import rules_on
from tieout.store import mapping_rules

SHOWN = 5
"""Rows of evidence under a finding for a person; JSON has all."""


@click.group(
    help="Judge what stands in the systems, and prove what people did.\n\n"
    "Example: tieout audit returns; tieout audit check"
)
def audit() -> None:
    """Hold the audits."""


audit.add_command(audit_check)
audit.add_command(audit_export)


@audit.command(
    "returns",
    help="Read the returns of the last days in portal, storefront and Sage, and judge them by a library of rules.\n\n"
    "Nothing is written anywhere. Findings are ranked by the money at stake, each with its owner, what to do and the "
    "rows behind it; exits 1 when there are any. --against takes an earlier audit's JSON and tells what is new and "
    "what was put right.\n\n"
    "Example: tieout audit returns --days 90 --json > audit.json",
)
@company_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="Returns raised in these days.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="JSON of an earlier audit.",
)
@json_option
@click.pass_context
def audit_returns(call: click.Context, company: str | None, days: int, against: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the audit."""
    context: Context = call.obj
    before = _before(against) if against is not None else None
    with opened(context, company) as (application, companies):
        made = _audited(application, companies, company, days, before)
    tell(as_json, made, _lines(made, is_compared=before is not None))
    if made.findings:
        call.exit(1)


def _audited(
    application: Application, companies: list[Company], company: str | None, days: int, before: frozenset[str] | None
) -> Audit:
    now = application.clock()
    period = last_days(now, days)
    with application.store.scope(company) as c:
        known, strays = known_returns(c, now), known_strays(c, now)
        all_rules = mapping_rules.all_rules(c)
        tables = {one.name: rules_on(c, one.name, uk_date(now)) for one in companies}
    workflow = Workflow.of(known, strays)
    with asking():
        read = [read_for_audit(one, application.store, period, application.clock) for one in companies]
        credited = [ask_credits(one, period, now) for one in companies]
        refunds = [ask_refunds(one, period, now) for one in companies]
        told = [
            name for one, answer in zip(companies, refunds, strict=True) for name in ask_portal(one, answer, workflow)
        ]
    return audit_report(
        read,
        credits_report(credited, known, strays, all_rules, period, now),
        bypass_report(refunds, Workflow.of(known, strays, told), tables, period, now, by_person=False),
        refunds,
        now,
        before=before,
    )


def _before(path: Path) -> frozenset[str]:
    """The names of an earlier audit's evidence."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        rows = [one for finding in kept["findings"] for one in finding["evidence"]]
        return frozenset(name_of(one["code"], one["company"], one["document"], one["at"]) for one in rows)
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"{path} is not the JSON of an audit: make one with `tieout audit returns --json`.", code=2
        ) from None


def _lines(made: Audit, *, is_compared: bool) -> Iterator[str]:
    period = made.period
    yield f"Audit of returns raised from {period.first} to {period.last}, as at {at(made.as_at)}; nothing was written"
    yield (
        f"  {made.returns} returns, {made.matched_percent} % with their order; {made.credit_notes} credit notes; "
        f"{made.refunds} refunds"
    )
    for finding in made.findings:
        yield ""
        yield from _finding_lines(finding)
    if not made.findings:
        yield "  Nothing was found."
    if is_compared:
        yield ""
        yield f"  Since the earlier audit: {len(made.new)} new, {len(made.closed)} put right"
        yield from (f"    new       {name}" for name in made.new)
        yield from (f"    put right {name}" for name in made.closed)


def _finding_lines(finding: Finding) -> Iterator[str]:
    amount = Money(finding.minor, finding.currency)
    yield f"  {amount!s:>14}  {finding.documents:>5} x {finding.code}: {finding.title} ({finding.owner})"
    yield f"      {finding.do}"
    for one in finding.evidence[:SHOWN]:
        wanted = f", wanted {one.wanted}" if one.wanted else ""
        yield f"      {one.company} {one.document}: {one.at}: {one.saw}{wanted}"
    if len(finding.evidence) > SHOWN:
        yield f"      and {len(finding.evidence) - SHOWN} more"
