"""The report of the cut-off: what warehouses despatched in a period against what Sage has in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from tieout.cli.report_shared import DAY, at, company_option, period_of, tell
from tieout.cli.shared import Context, json_option, known_company
from tieout.domain.money import Money
from tieout.processes.reports.cut_off import CutOff, CutOffClass, CutOffRow, CutOffTotal, cut_off_report


@click.command(
    "cut-off",
    help="Despatched by warehouses in a period against posted in Sage in it, both directions, with value.\n\n"
    "Days are those of the UK clock; values are net of tax at the orders' prices. Exits 1 while anything that left in "
    "the period is not in Sage in it, or the other way round.\n\n"
    "Example: tieout report cut-off --from 2026-10-01 --to 2026-10-31",
)
@company_option
@click.option("--from", "--since", "since", type=DAY, default=None, help="First day; 31 days in all when left out.")
@click.option("--to", "--until", "until", type=DAY, default=None, help="Last day; today when left out.")
@json_option
@click.pass_context
def cut_off_command(
    call: click.Context,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print the cut-off."""
    context: Context = call.obj
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        names = [name for name in application.companies if company in (None, name)]
        made = cut_off_report(c, names, period_of(now, since, until), now)
    is_even = all(row.cut_off_class is CutOffClass.BOTH for row in made.rows)
    tell(as_json, made, _text(made), is_even=is_even)
    if not is_even:
        call.exit(1)


def _text(made: CutOff) -> Iterator[str]:
    yield f"Cut-off from {made.period.first} to {made.period.last}, as at {at(made.as_at)}"
    for wanted in CutOffClass:
        rows = [row for row in made.rows if row.cut_off_class is wanted]
        if rows and wanted is not CutOffClass.BOTH:
            yield ""
            yield f"  {wanted.value.upper()}"
            for row in rows:
                yield from _row_lines(row)
    if not made.rows:
        yield "  Nothing left, and nothing was posted."
    for each in made.totals:
        yield ""
        yield from _total_lines(each)


def _row_lines(row: CutOffRow) -> Iterator[str]:
    value = str(Money(row.left_minor or row.posted_minor, row.currency)) if row.is_valued else "value not known"
    units = row.left_units or row.posted_units
    order = f"order {row.order}" if row.order else "no order"
    yield f"  {row.company:12} {row.account:12} {order:18} shipment {row.shipment:18} {units:>6} units {value:>16}"
    posted = f"in Sage {row.posted_on} as {row.posted_as}" if row.posted_on else "not in Sage"
    why = f": {row.why}" if row.why else ""
    yield f"      left {row.left_on}, {posted}{why}  (read {at(row.read_at)})"


def _total_lines(each: CutOffTotal) -> Iterator[str]:
    def said(minor: int) -> str:
        return f"{Money(minor, each.currency)!s:>16}"

    yield f"  {each.company}, {each.account}"
    yield f"    despatched by the warehouse      {each.left_units:>8} units {said(each.left_minor)}"
    yield f"    less: not in Sage in the period                 {said(-each.left_only_minor)}"
    yield f"    plus: in Sage, left outside of it               {said(each.posted_only_minor)}"
    yield f"    less: other value in Sage                       {said(-each.differing_minor)}"
    yield f"    posted in Sage                   {each.posted_units:>8} units {said(each.posted_minor)}"
