"""The reports of how goods flow: how long returns take, and what became of exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import click

from tieout.cli.report_shared import at, company_option, period_of, period_options, tell
from tieout.cli.shared import Context, json_option, known_company
from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.processes.reports.exchanges import Exchanges, exchanges_report
from tieout.processes.reports.known import known_returns
from tieout.processes.reports.lag import By, Lag, lag_report
from tieout.processes.rules import rules_on


@click.command(
    "lag",
    help="How long from refund to saleable and from receipt to credit: median, 90th percentile, longest, outliers.\n\n"
    "Also the goods received and not posted, now or at the moment that --as-at names. The policies "
    "`refund_to_saleable_hours` and `receipt_to_credit_hours` say what is too long (48 and 24 where they are not "
    "set).\n\n"
    'Example: tieout report lag --by reason --as-at "2026-10-31 23:59"',
)
@company_option
@period_options
@click.option("--by", type=click.Choice(get_args(By)), default="warehouse", show_default=True, help="What to group by.")
@click.option(
    "--as-at",
    "moment",
    type=click.DateTime(["%Y-%m-%d %H:%M"]),
    default=None,
    help="Moment (UTC) of the goods received and not posted; now when left out.",
)
@json_option
@click.pass_obj
def lag_command(
    context: Context,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    by: By,
    moment: datetime | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print how long things take."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        period = period_of(now, since, until)
        tables = {name: rules_on(c, name, uk_date(now)) for name in application.companies}
        when = moment.replace(tzinfo=UTC) if moment is not None else now
        made = lag_report(known_returns(c, now), tables, period, now, by=by, moment=when)
    tell(as_json, made, _lag_text(made))


@click.command(
    "exchanges",
    help="Every exchange with its legs: released, order in Sage, despatch, goods back; what is late first.\n\n"
    "Example: tieout report exchanges --open --company giftware",
)
@company_option
@click.option("--open", "only_open", is_flag=True, help="Only those that lack a leg.")
@json_option
@click.pass_obj
def exchanges_command(context: Context, company: str | None, only_open: bool, as_json: bool) -> None:  # noqa: FBT001 - click's flags
    """Print the exchanges."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = exchanges_report(known_returns(c, now), now, only_open=only_open)
    tell(as_json, made, _exchanges_text(made))


def _exchanges_text(made: Exchanges) -> Iterator[str]:
    yield f"Exchanges as at {at(made.as_at)}: {made.whole} whole, {made.open} open, {made.late} late"
    for row in made.rows:
        late = "  LATE" if row.is_late else ""
        promised = f", promised by {at(row.promised_at)}" if row.promised_at is not None else ""
        name = row.exchange or "no name yet"
        yield ""
        yield f"RMA {row.rma}  order {row.order or '-'}  {row.company}  exchange {name}: {row.stage.value}{late}"
        yield f"  {row.goods or 'goods not named'}; asked for {at(row.asked_at)} ({row.age_hours} h){promised}"
        if row.case:
            yield f"  on a desk: {row.case}"
        for leg in row.legs:
            mark = "x" if leg.is_there else " "
            yield f"  [{mark}] {leg.name:14} {leg.what or '-':20} ({leg.system} {at(leg.read_at)})"
        if row.stock_expected != row.stock_shown:
            yield f"  stock: {row.stock_expected} units in all when done, {row.stock_shown} shown by Sage"


def _lag_text(made: Lag) -> Iterator[str]:
    yield f"Lag of units that got there from {made.period.first} to {made.period.last}, as at {at(made.as_at)}"
    yield f"  {'Metric':20} {'Of':28} {'Units':>6} {'Median':>9} {'p90':>9} {'Longest':>9} {'Target':>7} {'Beyond':>7}"
    for row in made.rows:
        spread = row.spread
        times = f"{spread.median_hours:>7} h {spread.p90_hours:>7} h {spread.max_hours:>7} h"
        limit = f"{row.target_hours:>5} h {row.beyond_target:>7}"
        yield f"  {row.metric:20} {row.name:28} {spread.times:>6} {times} {limit}"
    if not made.rows:
        yield "  Nothing got there."
    for outlier in made.outliers:
        yield (
            f"  OUTLIER {outlier.metric} {outlier.hours} h{', still open' if outlier.is_open else ''}: "
            f"RMA {outlier.rma} {outlier.sku} ({outlier.reason}, {outlier.warehouse or 'no place'}), "
            f"since {at(outlier.began_at)} by {outlier.began_by}"
        )
    yield ""
    yield f"  Received and not posted at {at(made.moment)}"
    for each in made.not_posted:
        worth = Money(each.minor, each.currency)
        yield (
            f"  {each.company:12} {each.returns} returns, {each.units} units, {worth} by {', '.join(each.valued_by)}; "
            f"oldest {each.oldest_hours} h; portal read {at(each.read_at)}"
        )
        yield f"      RMA {', '.join(each.rmas)}"
    if not made.not_posted:
        yield "  Nothing."
