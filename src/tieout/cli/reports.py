"""`tieout report NAME`: the reports of the returns flow, as text for a person or one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

import click

from tieout.bootstrap import Application
from tieout.cli.shared import Context, json_option, known_company, say
from tieout.domain.money import Money
from tieout.processes.reports.arrivals import Arrival, Arrivals, arrivals
from tieout.processes.reports.control import Control, Difference, control
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.reports.returned_stock import ReturnedStock, StockRow, Unread, returned_stock
from tieout.processes.reports.variance import Fact, Variance, VarianceRow, variance
from tieout.processes.reports.worklist import RmaTasks, Worklist, worklist
from tieout.store import sweeps
from tieout.store.store import Connection

NAMES = ("arrivals", "returned-stock", "worklist", "variance", "control")
HELP = """One report of the returns flow, from what was last read: every figure says by whom and when.

\b
arrivals        goods on their way to the warehouse, and what was delivered and not booked
returned-stock  units and value by stage and bin
worklist        goods here that are not booked, and what to do with each
variance        portal, storefront and Sage by return; what is unexplained
control         what the sweeps listed; source against books, with reasons

`variance` exits 1 while anything is unexplained.

Example: tieout report variance --company giftware
"""
Report = Arrivals | ReturnedStock | Worklist | Variance | Control


@click.command(help=HELP)
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
@click.option("--company", default=None, help="Only one company.")
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="arrivals: days from delivery until goods that nobody booked are marked.",
)
@json_option
@click.pass_context
def report(call: click.Context, name: str, company: str | None, days: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Print one report."""
    context: Context = call.obj
    with context.application() as application, application.store.scope(known_company(application, company)) as c:
        made = _make(c, application, name, company, days)
    say(as_json, view(made), lambda: text(made))
    if isinstance(made, Variance) and not made.is_explained:
        call.exit(1)


def view(made: Report) -> object:
    """The report as plain JSON."""
    plain = _plain(asdict(made))
    if isinstance(made, Variance) and isinstance(plain, dict):
        plain["is_explained"] = made.is_explained
    return plain


def text(made: Report) -> str:
    """The report for a person, printable."""
    return "\n".join(_lines(made))


def _lines(made: Report) -> Iterator[str]:
    match made:
        case Arrivals():
            return _arrivals_text(made)
        case ReturnedStock():
            return _stock_text(made)
        case Worklist():
            return _worklist_text(made)
        case Variance():
            return _variance_text(made)
        case Control():
            return _control_text(made)


def _make(c: Connection, application: Application, name: str, company: str | None, days: int) -> Report:
    now = application.clock()
    known = known_returns(c, now)
    makers: Mapping[str, Callable[[], Report]] = {
        "arrivals": lambda: arrivals(known, now, days),
        "returned-stock": lambda: returned_stock(known, now),
        "worklist": lambda: worklist(known, now),
        "variance": lambda: variance(known, known_strays(c, now), now),
        "control": lambda: control(known, _sweeps(c, application, company), now),
    }
    return makers[name]()


def _sweeps(c: Connection, application: Application, company: str | None) -> list[sweeps.Sweep]:
    if company is None:
        return sweeps.all_sweeps(c)
    mine = application.companies[company]
    accounts = {mine.portal_account, mine.storefront_account, mine.ledger_account}
    return [sweep for sweep in sweeps.all_sweeps(c) if sweep.account in accounts]


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(name): _plain(field) for name, field in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def _arrivals_text(made: Arrivals) -> Iterator[str]:
    yield f"Arrivals expected as at {_at(made.as_at)}"
    if not made.arrivals:
        yield "  Nothing is on its way."
    for arrival in made.arrivals:
        yield from _arrival_lines(arrival)
    yield from _unread_lines(made.unread)


def _arrival_lines(arrival: Arrival) -> Iterator[str]:
    late = f"  DELIVERED {arrival.delivered_days} DAYS AGO AND NOT BOOKED" if arrival.is_late else ""
    head = f"RMA {arrival.rma}  order {arrival.order or '-'}  {arrival.company}"
    yield ""
    yield f"{head}  announced {_at(arrival.announced_at)}  (portal {_at(arrival.read_at)}){late}"
    if arrival.held_by:
        yield f"  on a desk: {arrival.held_by}"
    for parcel in arrival.parcels:
        delivered = f", delivered {_at(parcel.delivered_at)}" if parcel.delivered_at is not None else ""
        yield f"  parcel {parcel.tracking or '-'} by {parcel.carrier or '-'}: {parcel.status or '-'}{delivered}"
    for goods in arrival.goods:
        yield f"  [ ] {goods.units:>4} x {goods.sku:16} {goods.reason:16} {goods.goes_to}"


def _stock_text(made: ReturnedStock) -> Iterator[str]:
    yield f"Returned stock as at {_at(made.as_at)}; value with tax, what was sold again since is not taken off"
    yield ""
    yield f"  {'Company':12} {'Stage':20} {'Place':16} {'Units':>6} {'Value':>16}  {'Oldest':>8}  Source"
    yield from (_stock_line(row) for row in made.rows)
    yield ""
    for each in made.totals:
        value = Money(each.value_minor, each.currency)
        yield f"  {'in all':12} {each.stage.value:20} {'':16} {each.units:>6} {value!s:>16}"
    yield from _unread_lines(made.unread)


def _stock_line(row: StockRow) -> str:
    place = f"{row.warehouse}/{row.bin}" if row.bin else "-"
    source = f"{row.shown_by} {_at(row.shown_at)}; value {row.valued_by} {_at(row.valued_at)}"
    value = Money(row.value_minor, row.currency)
    head = f"  {row.company:12} {row.stage.value:20} {place:16}"
    return f"{head} {row.units:>6} {value!s:>16}  {row.oldest_days:>6} d  {source}"


def _unread_lines(unread: tuple[Unread, ...]) -> Iterator[str]:
    if unread:
        yield ""
        yield "  In no figure, because the RMA was never read:"
        yield from (f"    {each.document} of {each.company}: {each.case or each.state}" for each in unread)


def _worklist_text(made: Worklist) -> Iterator[str]:
    yield f"Worklist as at {_at(made.as_at)}"
    if not made.rmas:
        yield "  Nothing waits."
    for rma in made.rmas:
        yield from _rma_lines(rma)


def _rma_lines(rma: RmaTasks) -> Iterator[str]:
    yield ""
    yield f"RMA {rma.rma}  order {rma.order or '-'}  {rma.company}  ({rma.read_from} {_at(rma.read_at)})"
    if rma.held_by:
        yield f"  not booked: {rma.held_by}"
    for task in rma.tasks:
        yield f"  [ ] {task.unit:14} {task.sku:16} {task.grade:9} {task.reason:16} {task.todo}"


def _variance_text(made: Variance) -> Iterator[str]:
    yield f"Variance as at {_at(made.as_at)}"
    yield ""
    heads = " ".join(f"{head:>14}" for head in ("Portal", "Storefront", "Sage", "Difference"))
    yield f"  {'Company':12} {'Document':34} {heads}  Standing"
    for row in made.rows:
        yield from _variance_lines(row)
    for each in made.totals:
        yield ""
        yield f"  {'portal says refunded':24} {Money(each.portal_minor, each.currency)!s:>16}"
        yield f"  {'storefront refunds seen':24} {Money(each.storefront_minor, each.currency)!s:>16}"
        yield f"  {'Sage credit notes seen':24} {Money(each.sage_minor, each.currency)!s:>16}"
        yield f"  {'difference':24} {Money(each.difference_minor, each.currency)!s:>16}"
        yield f"  {'explained':24} {Money(each.explained_minor, each.currency)!s:>16}"
        yield f"  {'UNEXPLAINED':24} {Money(each.unexplained_minor, each.currency)!s:>16}"


def _variance_lines(row: VarianceRow) -> Iterator[str]:
    figures = [row.portal.minor, row.storefront.minor, row.sage.minor, row.difference_minor]
    shown = " ".join(f"{Money(minor, row.currency)!s:>14}" for minor in figures)
    yield f"  {row.company:12} {row.document:34} {shown}  {'final' if row.is_final else 'not final'}"
    yield f"      read: {'; '.join(_asked(fact) for fact in (row.portal, row.storefront, row.sage))}"
    yield from (f"      {Money(reason.minor, row.currency)}: {reason.what}" for reason in row.reasons)
    if row.unexplained_minor:
        yield f"      {Money(row.unexplained_minor, row.currency)}: UNEXPLAINED"


def _asked(fact: Fact) -> str:
    return f"{fact.system} {_at(fact.read_at)}"


def _control_text(made: Control) -> Iterator[str]:
    yield f"Control totals as at {_at(made.as_at)}"
    yield ""
    for sweep in made.sweeps:
        counted = f"listed {sweep.listed:>6}, {sweep.found} {sweep.found_are}"
        yield f"  sweep {sweep.name:14} of {sweep.account:14} ran {_at(sweep.ran_at)}: {counted}"
    for each in made.totals:
        yield ""
        yield f"  {'':18} {'Returns':>8} {'Units':>8} {'Value':>16}"
        source, booked = Money(each.source_minor, each.currency), Money(each.booked_minor, each.currency)
        yield f"  {'source (portal)':18} {each.source_returns:>8} {each.source_units:>8} {source!s:>16}"
        yield f"  {'booked (sage)':18} {each.booked_returns:>8} {each.booked_units:>8} {booked!s:>16}"
    yield ""
    yield from (_difference_line(difference) for difference in made.differences)
    yield f"  complete: {'yes' if made.is_complete else 'NO'}"


def _difference_line(row: Difference) -> str:
    source, booked = Money(row.source_minor, row.currency), Money(row.booked_minor, row.currency)
    why = "; ".join((*row.reasons, *(() if row.has_reason else ("NO REASON",))))
    units = f"{row.source_units} units {source} (portal {_at(row.source_read_at)})"
    books = f"{row.booked_units} {booked} (sage {_at(row.booked_read_at)})"
    return f"  {row.company:12} {row.document:22} {units} against {books}: {why}"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else "never read"
