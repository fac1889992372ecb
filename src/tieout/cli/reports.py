"""`tieout report NAME`: the reports of every flow, as text for a person or one JSON document."""

from __future__ import annotations

import click

from tieout.bootstrap import Application
from tieout.cli.report_shared import company_option, tell
from tieout.cli.report_texts import arrivals_text, control_text, stock_text, variance_text, worklist_text
from tieout.cli.reports_of_goods import exchanges_command, lag_command
from tieout.cli.reports_of_money import bypass_command, credits_command, journals_command
from tieout.cli.reports_of_orders import cut_off_command
from tieout.cli.reports_of_rules import flow_map_command, reasons_command
from tieout.cli.reports_of_stock import availability_command
from tieout.cli.shared import Context, json_option, known_company
from tieout.processes.reports.arrivals import arrivals
from tieout.processes.reports.control import control
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.reports.returned_stock import returned_stock
from tieout.processes.reports.variance import variance
from tieout.processes.reports.worklist import worklist
from tieout.store import sweeps
from tieout.store.store import Connection

HELP = """One report: every figure says by whom and when it was read.

Example: tieout report variance --company giftware
"""


@click.group(help=HELP)
def report() -> None:
    """Hold the reports."""


@report.command(
    "arrivals",
    help="Goods on their way to the warehouse, and what was delivered and not booked.\n\n"
    "Example: tieout report arrivals --days 5",
)
@company_option
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Days from delivery until goods that nobody booked are marked.",
)
@json_option
@click.pass_obj
def arrivals_command(context: Context, company: str | None, days: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print what is to come."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = arrivals(known_returns(c, now), now, days)
    tell(as_json, made, arrivals_text(made))


@report.command(
    "returned-stock",
    help="Units and value by stage and bin.\n\nExample: tieout report returned-stock --json",
)
@company_option
@json_option
@click.pass_obj
def stock_command(context: Context, company: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print where returned units stand."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = returned_stock(known_returns(c, now), now)
    tell(as_json, made, stock_text(made))


@report.command(
    "worklist",
    help="Goods here that are not booked, and what to do with each.\n\nExample: tieout report worklist",
)
@company_option
@json_option
@click.pass_obj
def worklist_command(context: Context, company: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the warehouse's list."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = worklist(known_returns(c, now), now)
    tell(as_json, made, worklist_text(made))


@report.command(
    "variance",
    help="Portal, storefront and Sage by return; exits 1 while anything is unexplained.\n\n"
    "Example: tieout report variance --company giftware",
)
@company_option
@json_option
@click.pass_context
def variance_command(call: click.Context, company: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the statement."""
    context: Context = call.obj
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = variance(known_returns(c, now), known_strays(c, now), now)
    tell(as_json, made, variance_text(made), is_explained=made.is_explained)
    if not made.is_explained:
        call.exit(1)


@report.command(
    "control",
    help="What the sweeps listed; source against books, with reasons.\n\nExample: tieout report control",
)
@company_option
@json_option
@click.pass_obj
def control_command(context: Context, company: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print the control totals."""
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        now = application.clock()
        made = control(known_returns(c, now), _sweeps(c, application, company), now)
    tell(as_json, made, control_text(made))


for command in (
    credits_command,
    bypass_command,
    lag_command,
    journals_command,
    exchanges_command,
    reasons_command,
    flow_map_command,
    cut_off_command,
    availability_command,
):
    report.add_command(command)


def _sweeps(c: Connection, application: Application, company: str | None) -> list[sweeps.Sweep]:
    if company is None:
        return sweeps.all_sweeps(c)
    mine = application.companies[company]
    accounts = {mine.portal_account, mine.storefront_account, mine.ledger_account}
    return [sweep for sweep in sweeps.all_sweeps(c) if sweep.account in accounts]
