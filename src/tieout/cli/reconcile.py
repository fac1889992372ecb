"""`tieout reconcile`: two systems held against each other, now or as at an earlier moment, touching neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import click

from tieout.cli.report_shared import asking, at, company_option, opened, tell
from tieout.cli.shared import Context, json_option
from tieout.domain.warehouse_stock.parity import Compared
from tieout.reconciliation.stock_parity import Break, SiteParity, compare_stock
from tieout.reconciliation.stock_watch import value_of

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group(
    help="Hold two systems against each other without touching either.\n\nExample: tieout reconcile stock --json"
)
def reconcile() -> None:
    """Hold the comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One stock code that differs, with everything that was taken into account."""

    sku: str
    where: str
    counted: Decimal
    in_sage: Decimal
    expected: Decimal
    variance: Decimal
    value: str
    """At cost; empty where Sage keeps no cost."""
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReport:
    """One count beside Sage."""

    company: str
    account: str
    site: str
    warehouse: str
    taken_at: datetime
    read_at: datetime
    compared: int
    under_way: int
    """Stock codes that agree only because of what is under way."""
    differing: int
    value: str
    differences: tuple[Difference, ...]
    not_compared: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """Every count beside Sage."""

    sites: tuple[SiteReport, ...]


@reconcile.command(
    "stock",
    help="Compare the newest count of every warehouse and 3PL with Sage, stock code by stock code.\n\n"
    "What is under way (shipments, movements and returns that one side does not know yet) is taken into account and "
    "named. Nothing is written anywhere; exits 1 when a stock code differs by more than the rule "
    "parity_tolerance_units allows, or a count cannot be compared. --as-at takes the newest count up to a moment (UTC) "
    "and takes back what Tieout knows to have moved since; what people did by hand in Sage since is not taken back.\n\n"
    "Example: tieout reconcile stock --as-at 2026-03-31T23:59",
)
@company_option
@click.option("--as-at", "as_at", type=MOMENT, default=None, help="The newest counts up to this moment, in UTC.")
@json_option
@click.pass_context
def reconcile_stock(call: click.Context, company: str | None, as_at: datetime | None, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print what differs."""
    context: Context = call.obj
    until = as_at.replace(tzinfo=UTC) if as_at is not None else None
    with opened(context, company) as (application, companies), asking():
        found = [
            _report(each.name, site) for each in companies for site in compare_stock(application.floor, each, until)
        ]
    made = StockReport(sites=tuple(found))
    tell(as_json, made, _lines(made))
    if any(site.differing or site.not_compared for site in made.sites):
        call.exit(1)


def _report(company: str, site: SiteParity) -> SiteReport:
    return SiteReport(
        company=company,
        account=site.account,
        site=site.site,
        warehouse=site.warehouse,
        taken_at=site.taken_at,
        read_at=site.read_at,
        compared=len({one.sku for one in (*site.agreed, *(each.compared for each in site.breaks))}),
        under_way=len({one.sku for one in site.agreed if one.used}),
        differing=len({one.compared.sku for one in site.breaks}),
        value=str(value_of(site.breaks)),
        differences=tuple(_difference(one) for one in site.breaks),
        not_compared=tuple(f"{fault.at}: {fault.saw} ({fault.code})" for fault in site.unread),
        left_out=site.left_out,
    )


def _difference(one: Break) -> Difference:
    compared = one.compared
    return Difference(
        sku=compared.sku,
        where=compared.where,
        counted=_plain(compared.counted),
        in_sage=_plain(compared.in_sage),
        expected=_plain(compared.expected),
        variance=_plain(compared.variance),
        value=str(one.value) if one.value is not None else "",
        used=tuple(_used(compared)),
    )


def _used(compared: Compared) -> Iterator[str]:
    for one in compared.used:
        yield f"{_plain(one.quantity):+f} {one.what}"


def _plain(quantity: Decimal) -> Decimal:
    whole = quantity.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole


def _lines(made: StockReport) -> Iterator[str]:
    if not made.sites:
        yield "No warehouse has told a count yet."
    for site in made.sites:
        where = f"{site.account} {site.site}".strip()
        yield f"{site.company}: {where}, counted {at(site.taken_at)} UTC, beside {site.warehouse or 'nowhere'} in Sage"
        yield (
            f"  {site.compared} stock codes compared, {site.under_way} explained by what is under way, "
            f"{site.differing} differ, {site.value} at cost"
        )
        for one in site.differences:
            apart = f" {one.where}" if one.where != "on hand" else ""
            worth = f", {one.value}" if one.value else ""
            yield (
                f"  {one.sku}{apart}: counted {one.counted}, expected {one.expected} (Sage {one.in_sage}), "
                f"{one.variance:+f}{worth}"
            )
            yield from (f"    {each}" for each in one.used)
        yield from (f"  not compared: {each}" for each in site.not_compared)
