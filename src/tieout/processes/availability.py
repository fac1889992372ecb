"""Availability: worked out on a schedule, told to the storefront, read back, and kept to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog
from pydantic import TypeAdapter

from tieout.domain.availability.facts import Offer
from tieout.domain.availability.figures import Figure, figures
from tieout.domain.availability.publishing import Mode, Outcome, Standing, case_key, mode_of
from tieout.domain.business_dates import uk_date
from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money
from tieout.domain.rules.mapping import MappingTables
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError, OutcomeUnknown, Refused
from tieout.ports.selling import LevelChange, OrderBook, ShopStock
from tieout.processes import standing
from tieout.processes.gather_availability import ELSEWHERE, Looked, look
from tieout.processes.kinds import AVAILABILITY
from tieout.processes.lanes import Floor
from tieout.processes.record import Json
from tieout.processes.rules import rules_on
from tieout.store import availability, cases, cross_references, documents, sweeps
from tieout.store.availability import KeptFigure
from tieout.store.store import Connection, Held

log = structlog.get_logger()

NAME: Final = "availability"
ROUNDS_MAX: Final = 5
"""How often what was sold meanwhile is worked out anew before it is left to the next run."""
ASKED_MAX: Final = 50
"""Shop orders unknown to Sage that are looked up there after one run."""
_FIGURE: Final[TypeAdapter[Figure]] = TypeAdapter(Figure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How one run ended."""

    figures: int = 0
    published: int = 0
    sold_meanwhile: int = 0
    at_risk: int = 0


@dataclass(slots=True)
class _Run:
    """One run: the systems, and how every figure came out."""

    floor: Floor
    company: Company
    orders: OrderBook
    shop: ShopStock
    held: Held
    tables: MappingTables
    mode: Mode
    came: dict[Offer, tuple[Standing, Outcome]]
    unknown: tuple[str, ...] = ()


def publish_availability(floor: Floor, company: Company, *, rounds: int = ROUNDS_MAX) -> Published:
    """Work out what may be sold, tell the storefront where the house lets us, and keep every figure.

    A run that is still going elsewhere is left alone. A system that cannot be read ends the run: nothing is
    published from half of the facts.
    """
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        tables = rules_on(c, company.name, uk_date(now))
    mode = mode_of(tables)
    if mode == "off" or company.shop_stock is None or company.order_book is None:
        return Published()
    with floor.store.holding(company.name, AVAILABILITY, "*") as held:
        if held is None:
            return Published()
        run = _Run(floor, company, company.order_book, company.shop_stock, held, tables, mode, {})
        try:
            _rounds(run, rounds)
        except ConnectorError as error:
            log.warning("availability.stopped", company=company.name, reason=str(error))
            return Published()
        return _close(run)


def _rounds(run: _Run, rounds: int) -> None:
    """Set what differs; what was sold meanwhile is worked out anew from the beginning, at most so many times."""
    left: frozenset[Offer] | None = None
    for _ in range(max(rounds, 1)):
        looked = _look(run)
        found = {one.figure.offer: one for one in _standings(looked) if left is None or one.figure.offer in left}
        for offer, one in found.items():
            run.came[offer] = one, _as_it_is(one, run.mode)
        if run.mode != "on":
            return
        changes = [_change(one, one.wanted) for one in found.values() if one.wanted is not None]
        if not changes:
            return
        left = _set(run, changes)
        if not left:
            return


def _look(run: _Run) -> Looked:
    looked = look(run.company, run.orders, run.shop, run.held, run.floor.clock(), run.tables)
    run.unknown = looked.unknown
    return looked


def _standings(looked: Looked) -> Iterator[Standing]:
    for figure in figures(looked.stock):
        yield Standing(figure=figure, offered=looked.offered.get(figure.offer))


def _as_it_is(one: Standing, mode: Mode) -> Outcome:
    """How a figure stands before anything is set."""
    if not one.figure.is_known:
        return "unknown"
    if one.offered is None or mode != "on":
        return "unpublished"
    if one.wanted is None:
        return "stale" if one.figure.available != one.offered else "agrees"
    return "sold meanwhile"


def _change(one: Standing, after: Decimal) -> LevelChange:
    assert one.offered is not None, "what is not offered is not changed"
    offer = one.figure.offer
    return LevelChange(sku=offer.sku, location=offer.location, before=one.offered, after=after)


def _set(run: _Run, changes: Sequence[LevelChange]) -> frozenset[Offer]:
    """Set levels and read them back; the offers to be worked out anew, because something was sold meanwhile."""
    refused = False
    try:
        stale = run.shop.set_levels(changes)
    except OutcomeUnknown:
        stale = tuple(changes)
    except Refused as error:
        log.warning("availability.refused", company=run.company.name, reason=error.reason)
        stale, refused = (), True
    again = frozenset(Offer(location=one.location, sku=one.sku) for one in stale)
    there = _offered(run.shop, {change.sku for change in changes})
    for change in changes:
        offer = Offer(location=change.location, sku=change.sku)
        if offer in again:
            continue
        before, _ = run.came[offer]
        now = Standing(figure=before.figure, offered=there.get(offer))
        # What customers bought since we set it is no failure of ours: only more than we set is.
        is_set = now.offered is not None and now.offered <= change.after and not refused
        run.came[offer] = now, "published" if is_set else "refused" if refused else "sold meanwhile"
    return again


def _offered(shop: ShopStock, skus: Iterable[str]) -> Mapping[Offer, Decimal]:
    return {Offer(location=one.location, sku=one.sku): one.available for one in shop.levels(sorted(skus))}


def _close(run: _Run) -> Published:
    """Keep every figure, and open and close cases."""
    now = run.floor.clock()
    at_risk = 0
    with run.held.begin() as c:
        availability.keep(c, [_kept(run.company.name, one, how, now) for one, how in run.came.values()])
        for one, _ in run.came.values():
            fault = one.risk
            at_risk += fault is not None
            _case(c, run.company, one, fault, now)
        counts = [how for _, how in run.came.values()]
        done = Published(
            figures=len(counts),
            published=counts.count("published"),
            sold_meanwhile=counts.count("sold meanwhile"),
            at_risk=at_risk,
        )
        high_water = now.isoformat()
        account = run.company.storefront_account
        sweeps.swept(c, account, NAME, high_water=high_water, counted=asdict(done), at=now)
    log.info("availability.done", company=run.company.name, **asdict(done))
    _remember(run)
    return done


def _remember(run: _Run) -> None:
    """Note which of the shop's orders Sage has given out whole, so that later runs take nothing off for them.

    It is noted after the run, for the next: what Sage is asked now was perhaps not so when its stock was read.
    """
    try:
        over = [name for name in run.unknown[:ASKED_MAX] if _is_over(run.company, name)]
    except ConnectorError as error:
        log.warning("availability.not_asked", company=run.company.name, reason=str(error))
        return
    with run.held.begin() as c:
        for name in over:
            reference = cross_references.CrossReference(
                company=run.company.name,
                document_kind=ELSEWHERE,
                document_key=name,
                system="storefront",
                kind="order",
                value=name,
            )
            cross_references.note(c, reference)


def _is_over(company: Company, name: str) -> bool:
    """Whether Sage has the order and everything of it has left."""
    found = [order for order in company.orders.orders(name) if not order.is_cancelled]
    lines = [line for order in found for line in order.lines if line.is_goods]
    return bool(lines) and all(line.despatched >= line.quantity for line in lines)


def _kept(company: str, one: Standing, outcome: Outcome, now: datetime) -> KeptFigure:
    figure = one.figure
    return KeptFigure(
        company=company,
        location=figure.offer.location,
        sku=figure.offer.sku,
        as_at=figure.as_at,
        source=figure.source,
        available=figure.available if figure.is_known else None,
        offered=one.offered,
        free=figure.free,
        is_stale=bool(figure.stale),
        outcome=outcome,
        published_at=now if outcome in ("published", "agrees") else None,
        figure=figure_to_json(figure),
    )


def _case(c: Connection, company: Company, one: Standing, fault: Fault | None, now: datetime) -> None:
    key = case_key(one.figure.offer)
    if fault is None:
        known = documents.document(c, company.name, AVAILABILITY, key)
        if known is not None and cases.open_case_of(c, company.name, AVAILABILITY, key) is not None:
            standing.close_case(c, known, at=now)
            documents.settle(c, known, state="done", due_at=None, at=now, troubled_since=None)
        return
    document = documents.touch(
        c, company=company.name, kind=AVAILABILITY, key=key, lane_key=key, lanes=1, due_at=now, at=now
    )
    offer = one.figure.offer
    title = f"{offer.sku} on offer at {offer.location}"
    documents.describe(c, document, title=title, stake_minor=0, currency="GBP")
    standing.open_case(c, document, (fault,), Money(0), at=now)
    documents.settle(c, document, state="blocked", due_at=None, at=now, troubled_since=now)


def figure_to_json(figure: Figure) -> Json:
    """A figure as it is kept, every part of the formula in its own field."""
    return _FIGURE.dump_python(figure, mode="json")


def figure_from_json(kept: Json) -> Figure:
    """The figure that was kept."""
    return _FIGURE.validate_python(kept)
