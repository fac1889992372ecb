"""The reports that ask Sage and the storefront what was credited, refunded and journalled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from tieout.cli.report_shared import asking, at, company_option, opened, period_of, period_options, tell
from tieout.cli.shared import Context, json_option
from tieout.domain.business_dates import uk_date
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.processes.reports.asked import ask_credits, ask_refunds
from tieout.processes.reports.bypass import Bypass, Workflow, ask_portal, bypass_report
from tieout.processes.reports.credits import CreditRow, Credits, credits_report
from tieout.processes.reports.journals import Journals, ask_postings, journals_report, returns_nominals
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.rules import rules_on
from tieout.store import mapping_rules


@click.command(
    "credits",
    help="Every credit note that Sage holds, by what stands behind it, with the receipt of its goods.\n\n"
    "--without-receipt lists those of goods that Sage does not show as received, beyond the classes that the house has "
    "declared, and exits 1 when there are any.\n\n"
    "Example: tieout report credits --since 2026-10-01 --until 2026-10-31 --without-receipt",
)
@company_option
@period_options
@click.option("--without-receipt", is_flag=True, help="Only those that should not exist; exits 1 when there are any.")
@json_option
@click.pass_context
def credits_command(
    call: click.Context,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    without_receipt: bool,  # noqa: FBT001 - click's flag
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print the credit notes."""
    context: Context = call.obj
    with opened(context, company) as (application, companies):
        now = application.clock()
        period = period_of(now, since, until)
        with asking():
            asked = [ask_credits(one, period, now) for one in companies]
        with application.store.scope(company) as c:
            known, strays, rules = known_returns(c, now), known_strays(c, now), mapping_rules.all_rules(c)
        made = credits_report(asked, known, strays, rules, period, now)
    tell(as_json, made, _credits_text(made, only_without=without_receipt), without_receipt=_ids(made.without_receipt))
    if without_receipt and made.without_receipt:
        call.exit(1)


@click.command(
    "bypass",
    help="Refunds outside the workflow, and the share of value that went through it, week by week.\n\n"
    "The league names teams (table `team`); with --people it names persons. The policy `refund_coverage_target` is the "
    "percent below which a week is marked.\n\n"
    "Example: tieout report bypass --since 2026-10-01",
)
@company_option
@period_options
@click.option("--people", is_flag=True, help="Name persons instead of teams.")
@json_option
@click.pass_obj
def bypass_command(
    context: Context,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    people: bool,  # noqa: FBT001 - click's flag
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print what went round the workflow."""
    with opened(context, company) as (application, companies):
        now = application.clock()
        period = period_of(now, since, until)
        with application.store.scope(company) as c:
            known, strays = known_returns(c, now), known_strays(c, now)
            tables = {one.name: rules_on(c, one.name, uk_date(now)) for one in companies}
        workflow = Workflow.of(known, strays)
        with asking():
            asked = [ask_refunds(one, period, now) for one in companies]
            told = [
                name for one, answer in zip(companies, asked, strict=True) for name in ask_portal(one, answer, workflow)
            ]
        made = bypass_report(asked, Workflow.of(known, strays, told), tables, period, now, by_person=people)
    tell(as_json, made, _bypass_text(made))


@click.command(
    "journals",
    help="Journals and credit notes that people posted on the nominals of returns, with user, date and return.\n\n"
    "The nominals are those of the tables `reason` and `value_policy` and of the policy `stock_write_on_nominal`; "
    "--nominal adds more.\n\n"
    "Example: tieout report journals --since 2026-10-01 --nominal 4000/WEB",
)
@company_option
@period_options
@click.option("--nominal", "more", multiple=True, help="A further nominal: account, or account/cost centre/department.")
@json_option
@click.pass_obj
def journals_command(
    context: Context,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    more: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Print what was posted by hand."""
    with opened(context, company) as (application, companies):
        now = application.clock()
        period = period_of(now, since, until)
        with application.store.scope(company) as c:
            known = known_returns(c, now)
            tables = {one.name: rules_on(c, one.name, uk_date(now)) for one in companies}
        added = [_nominal(text) for text in more]
        with asking():
            asked = [
                ask_postings(one, sorted({*returns_nominals(tables[one.name]), *added}, key=str), period, now)
                for one in companies
            ]
        made = journals_report(asked, known, period, now)
    tell(as_json, made, _journals_text(made))


def _nominal(text: str) -> Nominal:
    account, cost_centre, department = [*text.split("/"), "", ""][:3]
    return Nominal(account=account, cost_centre=cost_centre, department=department)


def _ids(rows: Sequence[CreditRow]) -> list[str]:
    return [row.posting_id for row in rows]


def _credits_text(made: Credits, *, only_without: bool) -> Iterator[str]:
    yield f"Credit notes from {made.period.first} to {made.period.last}, by Sage as at {at(made.as_at)}"
    rows = made.without_receipt if only_without else made.rows
    if not rows:
        yield "  None without a receipt." if only_without else "  None."
    for row in rows:
        yield from _credit_lines(row)
    if only_without:
        return
    yield ""
    for each in made.totals:
        net, tax = Money(each.net_minor, each.currency), Money(each.tax_minor, each.currency)
        left = Money(each.outstanding_minor, each.currency)
        yield f"  {each.credit_class.value:24} {each.notes:>5}  {net!s:>14} + {tax!s:>12} VAT, outstanding {left}"
    for share in made.shares:
        part, whole = Money(share.unlinked_minor, share.currency), Money(share.minor, share.currency)
        said = f"{share.percent} % of value ({part} of {whole}), {share.unlinked_notes} of {share.notes} credit notes"
        yield f"  unlinked                 {said}"
    for balance in made.balances:
        left = Money(balance.outstanding_minor, balance.currency)
        yield f"  open on customer {balance.customer_id} of {balance.company}: {left} on {balance.notes} unlinked"
    yield f"  goods credited and not received, beyond declared classes: {len(made.without_receipt)}"


def _credit_lines(row: CreditRow) -> Iterator[str]:
    names = " ".join(name for name in (row.reference, row.second_reference) if name)
    gross = Money(row.gross_minor, row.currency)
    yield f"  {row.company:12} {row.posted_on} {row.credit_class.value:24} {gross!s:>14}  {names}"
    about = [f"RMA {row.rma}" if row.rma else "", f"order {row.storefront_order}" if row.storefront_order else ""]
    about += [f"agreed by {row.approver}" if row.approver else ""]
    about += [f"outstanding {Money(row.outstanding_minor, row.currency)}" if row.outstanding_minor else ""]
    if any(about):
        yield f"      {', '.join(part for part in about if part)}"
    for receipt in row.receipts:
        yield f"      {receipt.units} of {row.units} units {receipt.what} ({receipt.system} {at(receipt.at)})"
    if not row.has_receipt:
        yield "      no goods are to come" if row.is_declared else "      NO RECEIPT IN SAGE"


def _journals_text(made: Journals) -> Iterator[str]:
    yield f"Posted by hand from {made.period.first} to {made.period.last}, by Sage as at {at(made.as_at)}"
    yield f"  nominals: {', '.join(made.nominals) or 'none in the tables'}"
    for row in made.rows:
        amount = Money(row.minor, row.currency)
        where = row.nominal or "-"
        yield f"  {row.company:12} {row.on} {row.kind.value:14} {where:14} {amount!s:>14}  by {row.user or 'not named'}"
        names = " ".join(text for text in (row.reference, row.narrative) if text)
        yield f"      urn {row.urn} {names or '-'}: {f'names return {row.rma}' if row.rma else 'names no return'}"
    if not made.rows:
        yield "  None."
    yield ""
    for week in made.weeks:
        amount = Money(week.minor, week.currency)
        yield (
            f"  week of {week.week} {week.kind.value:14} {week.postings:>5} {amount!s:>14}, {week.linked} name a return"
        )
    for user in made.users:
        yield f"  {user.user:20} {user.postings:>5} postings {Money(user.minor, user.currency)!s:>14}"


def _bypass_text(made: Bypass) -> Iterator[str]:
    period = made.period
    yield f"Refunds outside the workflow, {period.first} to {period.last}, by the storefront as at {at(made.as_at)}"
    for row in made.rows:
        who = ", ".join(part for part in (row.by_app or "by hand", row.person, row.team) if part)
        amount = Money(row.minor, row.currency)
        yield f"  {row.company:12} {at(row.made_at)} order {row.order:10} {amount!s:>14}  {who}"
        yield f"      refund {row.refund_id}: {row.became.value}{f', {row.what}' if row.what else ''}"
    if not made.rows:
        yield "  None."
    yield ""
    target = f" (target {made.target_percent} %)" if made.target_percent else ""
    yield f"  Share of refund value through the workflow{target}"
    for week in made.weeks:
        inside, whole = Money(week.inside_minor, week.currency), Money(week.minor, week.currency)
        left = Money(week.open_minor, week.currency)
        mark = "  BELOW TARGET" if week.is_below_target else ""
        yield f"  week of {week.week} {week.percent:>6} %  {inside!s:>14} of {whole!s:>14}; undecided {left}{mark}"
    yield ""
    for each in made.league:
        amount = Money(each.minor, each.currency)
        yield f"  {each.by:24} {each.refunds:>5} refunds {amount!s:>14}, {each.open} undecided"
