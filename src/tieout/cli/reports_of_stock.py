"""The report of what may be sold."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tieout.cli.report_shared import at, company_option, tell
from tieout.cli.shared import Context, json_option, known_company
from tieout.processes.reports.availability import Availability, AvailabilityRow, availability_report

MODES = {
    "on": "told to the storefront",
    "watch": "worked out and not told (policy publish_availability: watch)",
    "off": "not worked out (policy publish_availability: off)",
}


@click.command(
    "availability",
    help="What may be sold of every stock code, with its formula: on hand, less what is allocated, sold and not yet in "
    "Sage, under way, lost and kept back. Sage's own free-stock field stands beside it with the difference.\n\n"
    "The figures are those of the last run of the schedule `availability`.\n\n"
    "Example: tieout report availability --sku MUG",
)
@company_option
@click.option("--sku", default=None, help="Only this stock code.")
@json_option
@click.pass_obj
def availability_command(context: Context, company: str | None, sku: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the figures."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        names = [name for name in application.companies if company in (None, name)]
        made = availability_report(c, names, application.clock(), sku=sku)
    tell(as_json, made, _text(made))


def _text(made: Availability) -> Iterator[str]:
    yield f"Availability as at {at(made.as_at)}"
    for one in made.companies:
        yield (
            f"  {one.company}: {MODES[one.mode]}; Sage's free-stock field would offer more than there is of "
            f"{one.over_by_free_stock}; oversell risks: {one.incidents} ever, {one.open_incidents} open"
        )
    for row in made.rows:
        yield ""
        yield from _row(row)
    if not made.rows:
        yield "  No figure is kept yet."


def _row(row: AvailabilityRow) -> Iterator[str]:
    may = "no figure" if row.available is None else f"{row.available:f}"
    offers = "does not sell it there" if row.offered is None else f"offers {row.offered:f}"
    yield f"{row.sku} at {row.location} ({row.company}): {may}; the shop {offers}; {row.outcome}"
    for part in row.parts:
        yield f"  {part.sign} {part.units:>8f}  {part.name}"
    if row.free is not None and row.difference is not None:
        yield f"    {row.free:>8f}  Sage's free-stock field, {row.difference:+f} against ours"
    if row.not_for_sale:
        yield f"    {row.not_for_sale:>8f}  on hand and not for sale"
    stale = f"; too old, left out: {', '.join(row.stale)}" if row.stale else ""
    yield f"  as at {at(row.as_at)}, {row.age_minutes} min ago, by {row.source}{stale}"
