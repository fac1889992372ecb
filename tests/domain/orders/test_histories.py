"""Laws of an order over any history of allocations, requests, shipments, shorts, cancels, cuts and lost answers."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.domain.orders.town import ZERO, Town, goods, shipped_line
from tests.domain.orders.trade import policy, shipment

from tieout.domain import commands as c
from tieout.domain.documents.shipping import RequestStatus
from tieout.domain.plans import Plan

LINES = tuple(each.line_id for each in goods())
FATES = st.lists(st.sampled_from(["well", "well", "well", "lost", "vanished", "cut"]), max_size=6)
WELL = ("well",)
NOMINAL = {"over_despatch_nominal": "5200", "over_despatch_percent": "30"}


class Histories(RuleBasedStateMachine):
    """People in Sage, people in warehouses, and Tieout, in any order."""

    @initialize(
        over=st.sampled_from(["stop", "raise", "write_off"]),
        back_order=st.sampled_from(["keep", "again", "ask"]),
        names_lines=st.booleans(),
        is_rough=st.booleans(),
        there=st.lists(st.sampled_from([0, 1, 2, 9]), min_size=len(LINES), max_size=len(LINES)),
    )
    def begin(self, over: str, back_order: str, there: list[int], *, names_lines: bool, is_rough: bool) -> None:
        self.town = Town(
            rows=tuple(policy(over_despatch=over, back_order=back_order, **NOMINAL)), names_lines=names_lines
        )
        self.over = over
        self.is_rough = is_rough
        for line, units in zip(LINES, there, strict=True):
            self.sage_allocates(line, units)
        self.town.run(itertools.repeat("well"))
        self.names = itertools.count(1)
        self.is_odd = False
        """Whether more was shipped than asked for, or less wanted than before."""

    # Tieout

    @rule(fates=FATES)
    def tieout_runs(self, fates: list[str]) -> None:
        before = set(self.town.jobs) | self.in_doubt()
        under_way = {each: self.town.under_way(each) for each in LINES}
        allocated = {each: self.town.line(each).allocated for each in LINES}
        untold = {each.sku: self.town.untold(each.sku) for each in self.town.sage.lines}
        self.town.run(itertools.chain(fates, itertools.repeat("well")))
        self.asked_no_more_than_was_free(before, under_way, allocated, untold)

    def in_doubt(self) -> set[str]:
        """Requests that may have arrived are finished as they were sent, and cancelled after where Sage changed."""
        known = (x.command for x in self.town.records.values() if x.state == "intended" and x.is_sent)
        return {command.reference for command in known if isinstance(command, c.SendShipmentRequest)}

    def asked_no_more_than_was_free(
        self,
        before: set[str],
        under_way: dict[str, Decimal],
        allocated: dict[str, Decimal],
        untold: dict[str, Decimal],
    ) -> None:
        """What is newly asked for was allocated, and neither under way nor gone and untold."""
        new = [job for reference, job in self.town.jobs.items() if reference not in before]
        for sku in {each.sku for each in self.town.sage.lines}:
            lines = [each for each in self.town.sage.lines if each.sku == sku]
            added = sum((x.stock_quantity for job in new for x in job.command.lines if x.stock_sku == sku), ZERO)
            if added:
                free = [max(allocated[x.line_id] - under_way[x.line_id], ZERO) * x.stock_units for x in lines]
                held = ZERO if self.is_odd else max(untold[sku], ZERO) - self.told_in_this_run(sku, untold)
                assert added <= sum(free, ZERO) - held, sku

    def told_in_this_run(self, sku: str, untold: dict[str, Decimal]) -> Decimal:
        """Goods that this run told Sage of left both the allocation and what was untold."""
        return max(untold[sku] - self.town.untold(sku), ZERO)

    # People in Sage

    @rule(line=st.sampled_from(LINES), units=st.integers(1, 6))
    def more_is_allocated(self, line: str, units: int) -> None:
        self.sage_allocates(line, units)

    def sage_allocates(self, line: str, units: int) -> None:
        one = self.town.line(line)
        self.town.set_line(line, allocated=min(one.allocated + units, one.open))

    @precondition(lambda self: self.is_rough)
    @rule(line=st.sampled_from(LINES), quantity=st.integers(0, 9))
    def a_line_is_made_larger_or_smaller(self, line: str, quantity: int) -> None:
        one = self.town.line(line)
        wanted = max(Decimal(quantity), one.despatched)
        self.is_odd |= wanted < one.quantity
        self.town.set_line(line, quantity=wanted, allocated=min(one.allocated, wanted - one.despatched))

    @rule(status=st.sampled_from(["live", "live", "on_hold"]))
    def the_order_is_held_or_let_go(self, status: str) -> None:
        self.town.sage = replace(self.town.sage, status=status, status_text=status)  # type: ignore[arg-type]  # one of the words

    # People in warehouses

    def jobs(self) -> list[str]:
        return [reference for reference, job in self.town.jobs.items() if job.is_open]

    @precondition(lambda self: self.jobs())
    @rule(data=st.data(), over=st.sampled_from([0, 0, 0, 1]), stage=st.sampled_from(["despatched", "picked"]))
    def a_warehouse_ships(self, data: st.DataObject, over: int, stage: str) -> None:
        job = self.town.jobs[data.draw(st.sampled_from(self.jobs()))]
        lines = []
        is_filled = True
        for asked in job.command.lines:
            rest = job.rest(asked)
            # Who does not keep our lines fills them in their own sequence, as far as anybody can tell.
            units = data.draw(st.integers(0, rest)) if self.town.names_lines or is_filled else 0
            is_filled = is_filled and units == rest
            more = over if self.is_rough and units and stage == "despatched" else 0
            units += more
            self.is_odd |= more > 0
            if units:
                lines.append(shipped_line(self.town, asked, units))
                job.shipped[asked.line] += units
        if not lines:
            return
        parts = [tuple(lines)] if data.draw(st.booleans()) else [(each,) for each in lines]
        for part in parts:
            told = shipment(
                *part,
                name=f"S{next(self.names)}",
                account=job.command.account,
                site=job.command.site,
                reference=job.command.reference,
                stage=stage,
                reached_at=self.town.now,
            )
            job.shipments.append(told)
        left = sum(job.rest(asked) for asked in job.command.lines)
        job.status = RequestStatus.PART_SHIPPED if left else RequestStatus.SHIPPED

    @rule()
    def what_was_picked_is_despatched(self) -> None:
        for job in self.town.jobs.values():
            job.shipments = [
                replace(one, stage="despatched", reached_at=self.town.now) if one.stage == "picked" else one
                for one in job.shipments
            ]

    @precondition(lambda self: self.jobs())
    @rule(
        data=st.data(),
        status=st.sampled_from(
            [
                RequestStatus.PICKING,
                RequestStatus.HELD,
                RequestStatus.CANCELLED,
                RequestStatus.REJECTED,
                RequestStatus.SHIPPED,
            ]
        ),
    )
    def a_warehouse_says_where_a_request_stands(self, data: st.DataObject, status: RequestStatus) -> None:
        job = self.town.jobs[data.draw(st.sampled_from(self.jobs()))]
        if job.shipments and status is not RequestStatus.SHIPPED:
            return
        job.status = status

    # Laws

    @invariant()
    def nothing_is_despatched_that_did_not_leave(self) -> None:
        for sku in {each.sku for each in self.town.sage.lines}:
            assert self.town.untold(sku) >= 0, f"more {sku} is despatched in Sage than left"

    @invariant()
    def only_a_rule_raises_an_order(self) -> None:
        amended = [x for x in self.town.records.values() if isinstance(x.command, c.AmendOrder)]
        assert self.over == "raise" or not amended
        assert self.over == "write_off" or not self.town.written_off

    def teardown(self) -> None:
        """Left alone for a while, Sage knows of everything that left, or somebody is told why not."""
        if not hasattr(self, "town"):
            return
        self.town.sage = replace(self.town.sage, status="live", status_text="Live")
        for _ in range(8):
            self.town.run(itertools.repeat("well"))
        decision = self.town.plan()
        faults = decision.raised if isinstance(decision, Plan) else decision.faults
        untold = {sku: n for sku in {x.sku for x in self.town.sage.lines} if (n := self.town.untold(sku))}
        stopped = {fault.code for fault in faults} & {"OVER_DESPATCHED", "UOM_NON_INTEGER"}
        assert not untold or stopped, (untold, faults)
        assert self.is_odd or "OVER_DESPATCHED" not in stopped, "nobody shipped more than was asked for"
        doubts = [x.command.kind for x in self.town.records.values() if x.state == "intended" and x.is_sent]
        # A cancellation whose request is closed by now needs no answer, nor does a line that is raised by now.
        assert set(doubts) <= {"cancel_shipment_request", "amend_order"}, "left in doubt for good"


Histories.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyHistoryOfAnOrder = Histories.TestCase
