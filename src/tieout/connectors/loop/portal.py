"""Loop as a returns portal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

from tieout.connectors.loop import compat
from tieout.connectors.loop.amounts import due, due_in_money
from tieout.connectors.loop.client import LoopClient
from tieout.connectors.loop.money_out import digits_of, gives_something, is_processed, refunds
from tieout.connectors.loop.settings import LoopSettings
from tieout.connectors.loop.translate import head_from, outcome_of, rma_from
from tieout.connectors.loop.wire import ReturnShape
from tieout.domain import commands as c
from tieout.domain.documents.rma import Outcome, PortalPayment, Rma, RmaHead, RmaStatus
from tieout.domain.money import Money, total
from tieout.ports.errors import Refused

LEADING_DIGITS = re.compile(r"\d+")


class LoopPortal:
    """Reads returns, processes them, which gives the customer the outcome, and closes them."""

    def __init__(self, settings: LoopSettings, client: LoopClient, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock

    def rma(self, number: str) -> Rma | None:
        """The return as it is now, every unit of it; None when Loop has none of that id."""
        shape = self._read(number)
        if shape is None:
            return None
        return rma_from(shape, read_at=self._clock(), shop_currency=self._settings.shop_currency)

    def rmas(self, since: datetime | None) -> Iterator[RmaHead]:
        """Every return raised since, of every state, all pages, by the date of its creation; oldest window first."""
        begin = since or datetime.combine(self._settings.first_return_on, time(), tzinfo=UTC)
        until = self._clock()
        seen: set[str] = set()
        while begin < until:
            end = min(begin + compat.WINDOW, until)
            found: set[str] = set()
            for state in (*compat.STATES_APART, ""):
                for shape in self._client.heads(begin, end, state):
                    if shape.return_id not in seen and shape.return_id not in found:
                        yield head_from(shape)
                    found.add(shape.return_id)
            seen = found
            begin = end

    def payments(self, order_id: str) -> tuple[PortalPayment, ...]:
        """Every refund of the return that Loop answers for the order: Loop keeps no list of money movements."""
        return tuple(
            PortalPayment(rma_number=shape.return_id, refund=refund)
            for shape in self._client.details_of_order(order_id)
            if digits_of(shape.order_id) in ("", order_id)
            for refund in refunds(shape, self._currency(shape))
        )

    def find_released(self, command: c.ReleaseOutcome) -> c.Found | None:
        """Found with status `released` once Loop has processed the return; None while it has not."""
        shape = self._read(command.rma)
        if shape is None or not is_processed(shape):
            return None
        return c.Found(reference=shape.return_id, figures={"status": "released"})

    def release(self, command: c.ReleaseOutcome) -> None:
        """Have Loop process the return, which it does some time later.

        Key: in the body, which Loop shows in the timeline; it does not look for it.
        Twice: a return that is processed already is left alone, and one that is queued may be queued again.
        Fails: Refused when Loop would give something else than was credited, or for units that were not.
        """
        shape = self._present(command.rma)
        if is_processed(shape):
            return
        self._same_units(shape, command)
        self._same_amount(shape, command.amount)
        self._client.act(shape.return_id, "process", {compat.RELEASED_UNDER: command.key})

    def find_done(self, command: c.MarkDone) -> c.Found | None:
        """Found with status `done` when Loop has closed the return; None otherwise."""
        shape = self._read(command.rma)
        if shape is None or shape.state != "closed":
            return None
        return c.Found(reference=shape.return_id, figures={"status": RmaStatus.DONE.value})

    def mark_done(self, command: c.MarkDone) -> None:
        """Close the return; Refused when Loop still has something to give for it, which closing would bury."""
        shape = self._present(command.rma)
        if shape.state == "closed":
            return
        may_close = self._settings.closes_unprocessed or is_processed(shape) or not gives_something(shape)
        if not may_close:
            gift = due(shape, self._currency(shape))
            raise Refused(
                f"Loop has not processed return {shape.return_id} and closing it would give the customer nothing of "
                f"{gift}: process it in Loop, or let refunds be made through the storefront (closes_unprocessed)"
            )
        self._client.act(shape.return_id, "close")

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _read(self, number: str) -> ReturnShape | None:
        plain = number.strip().removeprefix("#")
        return self._client.details(plain) if plain.isdecimal() else None

    def _present(self, number: str) -> ReturnShape:
        shape = self._read(number)
        if shape is None:
            raise Refused(f"Loop has no return {number}")
        return shape

    def _currency(self, shape: ReturnShape) -> str:
        return shape.currency or self._settings.shop_currency

    def _same_units(self, shape: ReturnShape, command: c.ReleaseOutcome) -> None:
        """Loop processes a return whole."""
        named = {found.group() for unit in command.units if (found := LEADING_DIGITS.match(unit))}
        left = [
            line.unit_id
            for line in shape.lines
            if line.unit_id not in named and outcome_of(line, shape)[0] is not Outcome.REJECT
        ]
        if named and left:
            raise Refused(
                f"Loop processes return {shape.return_id} whole, and {len(left)} of its units are not credited "
                f"({', '.join(left)}): remove them from the return in Loop, or wait until they are"
            )

    def _same_amount(self, shape: ReturnShape, credited: Money) -> None:
        """Whole, or what is left of it; without store credit where the house credits it only when it is spent."""
        currency = self._currency(shape)
        paid = total([refund.amount for refund in refunds(shape, currency)], currency)
        whole, in_money = due(shape, currency), due_in_money(shape, currency)
        left = whole - paid
        if credited not in (whole, left, in_money, in_money - paid):
            raise Refused(
                f"Loop would give {left} for return {shape.return_id} where {credited} was credited: "
                "correct the return in Loop, then try again"
            )
