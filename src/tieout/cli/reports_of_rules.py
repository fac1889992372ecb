"""The reports of what the mapping tables do: reasons and the stock-flow map."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from tieout.cli.report_shared import DAY, asking, at, company_option, opened, tell
from tieout.cli.shared import Context, json_option, known_company
from tieout.domain.business_dates import uk_date
from tieout.processes.reports.flow_map import Configured, FlowMap, FlowRow, flow_map
from tieout.processes.reports.known import known_returns
from tieout.processes.reports.period import last_days
from tieout.processes.reports.reasons import ReasonRow, Reasons, RuleDates, reasons_report
from tieout.processes.rules import rules_on
from tieout.store import mapping_rules


@click.command(
    "reasons",
    help="Reasons that returns gave of late: code, nominal and places of each, with dates in force; gaps first.\n\n"
    "Exits 1 while a reason that was seen cannot be booked.\n\n"
    "Example: tieout report reasons --days 90",
)
@company_option
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="Returns raised in these days.")
@json_option
@click.pass_context
def reasons_command(call: click.Context, company: str | None, days: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the reasons."""
    context: Context = call.obj
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        names = [name for name in application.companies if company in (None, name)]
        tables = {name: rules_on(c, name, uk_date(now)) for name in names}
        made = reasons_report(known_returns(c, now), tables, mapping_rules.all_rules(c), last_days(now, days), now)
    tell(as_json, made, _reasons_text(made), is_total=made.is_total)
    if not made.is_total:
        call.exit(1)


@click.command(
    "flow-map",
    help="What each event of a return does in Sage: transaction, warehouse, bin, nominal, by the rules in force.\n\n"
    "Example: tieout report flow-map --against 2026-10-01",
)
@company_option
@click.option("--on", type=DAY, default=None, help="Rules in force on this day; today when left out.")
@click.option("--against", type=DAY, default=None, help="Show what has changed since the rules of this day.")
@json_option
@click.pass_obj
def flow_map_command(
    context: Context,
    company: str | None,
    on: datetime | None,
    against: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print the map."""
    with opened(context, company) as (application, companies):
        now = application.clock()
        day = on.date() if on is not None else uk_date(now)
        with asking():
            bins = {one.name: one.books.bins() for one in companies}
        with application.store.scope(company) as c:
            made_of = {
                when: [
                    Configured(
                        company=one.name,
                        route=one.credit_route,
                        tables=rules_on(c, one.name, when),
                        bins=bins[one.name],
                    )
                    for one in companies
                ]
                for when in ({day} | ({against.date()} if against is not None else set()))
            }
        then = against.date() if against is not None else None
        made = flow_map(made_of[day], day, now, against=then, before=made_of[then] if then is not None else ())
    tell(as_json, made, _map_text(made))


def _reasons_text(made: Reasons) -> Iterator[str]:
    period = made.period
    yield f"Reasons of returns raised from {period.first} to {period.last}, as at {at(made.as_at)}"
    for row in made.rows:
        yield from _reason_lines(row)
    if not made.rows:
        yield "  None were given."
    if made.unused:
        yield ""
        yield "  In the table and not seen in these days:"
        yield from (f"    {row.company:12} {row.reason}" for row in made.unused)


def _reason_lines(row: ReasonRow) -> Iterator[str]:
    seen = f"{row.units} units on {row.returns} returns, last {at(row.last_on)} by the portal"
    yield f"  {row.company:12} {row.reason:24} {seen}"
    if row.rule is not None:
        nominal = row.nominal or "the invoiced line's own"
        yield f"      code {row.code or '-'}, nominal {nominal} ({_in_force(row.rule)})"
    for place in row.places:
        if place.rule is not None:
            where = f"{place.warehouse or '-'}/{place.bin or '-'}"
            yield f"      {place.grade:9} {where:24} ({_in_force(place.rule)})"
    yield from (f"      GAP: {gap}" for gap in row.gaps)


def _in_force(rule: RuleDates) -> str:
    until = f" to {rule.until}" if rule.until is not None else ""
    return f"{rule.name}, in force from {rule.since}{until}, approved by {rule.approved_by}"


def _map_text(made: FlowMap) -> Iterator[str]:
    yield f"Stock-flow map by the rules in force on {made.on}, as at {at(made.as_at)}"
    yield from (_map_line(row) for row in made.rows)
    if made.against is not None:
        yield ""
        yield f"  Changed since {made.against}: {len(made.added)} new, {len(made.removed)} gone"
        yield from (f"  +{_map_line(row)}" for row in made.added)
        yield from (f"  -{_map_line(row)}" for row in made.removed)


def _map_line(row: FlowRow) -> str:
    place = "/".join(part for part in (row.warehouse, row.bin) if part)
    where = f"{place or '-':24} {row.nominal or '-':24}"
    return f"  {row.company:12} {row.event:26} {row.disposition:26} {row.transaction:44} {where} {row.rule}".rstrip()
