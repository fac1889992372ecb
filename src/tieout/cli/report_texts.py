"""The reports of the returns flow as text for a person."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.cli.report_shared import at
from tieout.domain.money import Money
from tieout.processes.reports.arrivals import Arrival, Arrivals
from tieout.processes.reports.control import Control, Difference
from tieout.processes.reports.returned_stock import ReturnedStock, StockRow, Unread
from tieout.processes.reports.variance import Fact, Variance, VarianceRow
from tieout.processes.reports.worklist import RmaTasks, Worklist


def arrivals_text(made: Arrivals) -> Iterator[str]:
    """What is to come, the late first."""
    yield f"Arrivals expected as at {at(made.as_at)}"
    if not made.arrivals:
        yield "  Nothing is on its way."
    for arrival in made.arrivals:
        yield from _arrival_lines(arrival)
    yield from _unread_lines(made.unread)


def _arrival_lines(arrival: Arrival) -> Iterator[str]:
    late = f"  DELIVERED {arrival.delivered_days} DAYS AGO AND NOT BOOKED" if arrival.is_late else ""
    head = f"RMA {arrival.rma}  order {arrival.order or '-'}  {arrival.company}"
    yield ""
    yield f"{head}  announced {at(arrival.announced_at)}  (portal {at(arrival.read_at)}){late}"
    if arrival.held_by:
        yield f"  on a desk: {arrival.held_by}"
    for parcel in arrival.parcels:
        delivered = f", delivered {at(parcel.delivered_at)}" if parcel.delivered_at is not None else ""
        yield f"  parcel {parcel.tracking or '-'} by {parcel.carrier or '-'}: {parcel.status or '-'}{delivered}"
    for goods in arrival.goods:
        yield f"  [ ] {goods.units:>4} x {goods.sku:16} {goods.reason:16} {goods.goes_to}"


def stock_text(made: ReturnedStock) -> Iterator[str]:
    """Where returned units stand."""
    yield f"Returned stock as at {at(made.as_at)}; value with tax, what was sold again since is not taken off"
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
    source = f"{row.shown_by} {at(row.shown_at)}; value {row.valued_by} {at(row.valued_at)}"
    value = Money(row.value_minor, row.currency)
    head = f"  {row.company:12} {row.stage.value:20} {place:16}"
    return f"{head} {row.units:>6} {value!s:>16}  {row.oldest_days:>6} d  {source}"


def _unread_lines(unread: tuple[Unread, ...]) -> Iterator[str]:
    if unread:
        yield ""
        yield "  In no figure, because the RMA was never read:"
        yield from (f"    {each.document} of {each.company}: {each.case or each.state}" for each in unread)


def worklist_text(made: Worklist) -> Iterator[str]:
    """What the bench has to do."""
    yield f"Worklist as at {at(made.as_at)}"
    if not made.rmas:
        yield "  Nothing waits."
    for rma in made.rmas:
        yield from _rma_lines(rma)


def _rma_lines(rma: RmaTasks) -> Iterator[str]:
    yield ""
    yield f"RMA {rma.rma}  order {rma.order or '-'}  {rma.company}  ({rma.read_from} {at(rma.read_at)})"
    if rma.held_by:
        yield f"  not booked: {rma.held_by}"
    for task in rma.tasks:
        yield f"  [ ] {task.unit:14} {task.sku:16} {task.grade:9} {task.reason:16} {task.todo}"


def variance_text(made: Variance) -> Iterator[str]:
    """The statement, with what explains it."""
    yield f"Variance as at {at(made.as_at)}"
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
    return f"{fact.system} {at(fact.read_at)}"


def control_text(made: Control) -> Iterator[str]:
    """The control totals, with their reasons."""
    yield f"Control totals as at {at(made.as_at)}"
    yield ""
    for sweep in made.sweeps:
        counted = f"listed {sweep.listed:>6}, {sweep.found} {sweep.found_are}"
        yield f"  sweep {sweep.name:14} of {sweep.account:14} ran {at(sweep.ran_at)}: {counted}"
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
    units = f"{row.source_units} units {source} (portal {at(row.source_read_at)})"
    books = f"{row.booked_units} {booked} (sage {at(row.booked_read_at)})"
    return f"  {row.company:12} {row.document:22} {units} against {books}: {why}"
