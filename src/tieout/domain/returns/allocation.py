"""Which unit of the RMA is which unit of which invoiced line, and what it was invoiced at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tieout.domain.documents.rma import Outcome, RmaUnit
from tieout.domain.documents.sales_order import OrderLine, SalesOrder
from tieout.domain.money import Money, round_half_up, total
from tieout.domain.returns.facts import Ranges, ReturnFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Units matched to invoiced lines; those that found no place are left over."""

    line_of: Mapping[str, OrderLine]
    """By unit id."""
    not_on_order: tuple[RmaUnit, ...]
    too_many: tuple[tuple[OrderLine, int], ...]
    """Lines of which more units are wanted than are left, with how many too many."""


def returned_units(facts: ReturnFacts) -> tuple[RmaUnit, ...]:
    """The units that the customer gets something for, in a stable order."""
    units = facts.rma.units if facts.rma else ()
    left_out = (Outcome.REJECT, Outcome.UNKNOWN)
    return tuple(sorted((u for u in units if u.outcome not in left_out), key=lambda unit: unit.unit_id))


def matched_order(facts: ReturnFacts) -> SalesOrder | None:
    """The one order that this return belongs to, if there is exactly one."""
    return facts.order_candidates[0] if len(facts.order_candidates) == 1 else None


def allocate(facts: ReturnFacts, order: SalesOrder) -> Allocation:
    """Give every returned unit a line of the order: same stock code, same price first, then in line order.

    A unit that a credit note of this return holds keeps the line it was credited on.
    """
    left = {line.line_id: _units_left(facts, line) for line in order.lines}
    line_of = _credited(facts, order)
    missing: list[RmaUnit] = []
    excess: dict[str, int] = {}
    for unit in returned_units(facts):
        if unit.unit_id in line_of:
            continue
        lines = [line for line in order.lines if _is_of(line, unit)]
        if not lines:
            missing.append(unit)
            continue
        open_lines = [line for line in lines if left[line.line_id] > 0]
        if not open_lines:
            excess[lines[0].line_id] = excess.get(lines[0].line_id, 0) + 1
            continue
        line = min(open_lines, key=lambda candidate: _price_distance(candidate, unit))
        left[line.line_id] -= 1
        line_of[unit.unit_id] = line
    too_many = tuple((line, excess[line.line_id]) for line in order.lines if line.line_id in excess)
    return Allocation(line_of=line_of, not_on_order=tuple(missing), too_many=too_many)


def take_ordinals(facts: ReturnFacts, line: OrderLine, count: int, key: str, reserved: Iterable[int] = ()) -> Ranges:
    """The lowest free ordinals of a line for a credit note; those it holds already under the key are its own again."""
    own = [n for t in facts.taken if (t.key, t.order_line) == (key, line.line_id) for n in spread(t.ordinals)]
    if len(own) == count:
        return as_ranges(sorted(own))
    used = {n for t in facts.taken if t.order_line == line.line_id and t.key != key for n in spread(t.ordinals)}
    used.update(reserved)
    free = [ordinal for ordinal in range(int(line.quantity)) if ordinal not in used][:count]
    assert len(free) == count, f"line {line.line_id} has no {count} units left to credit"
    return as_ranges(free)


def invoiced_share(line: OrderLine, ordinals: Ranges) -> tuple[Money, Money]:
    """Net and tax that these units of a line were invoiced at; all units together give the line to the penny."""
    parts = [
        (
            line.net.part(Decimal(start), Decimal(end), line.quantity),
            line.tax.part(Decimal(start), Decimal(end), line.quantity),
        )
        for start, end in ordinals
    ]
    currency = line.net.currency
    return total((net for net, _ in parts), currency), total((tax for _, tax in parts), currency)


def unit_gross(line: OrderLine) -> Money:
    """What one unit of the line was invoiced at with tax, to the nearest penny."""
    return (line.net + line.tax).part(Decimal(0), Decimal(1), line.quantity)


def invoiced_together(lines: Iterable[OrderLine], currency: str) -> Money:
    """What one unit of each line was invoiced at, tax included, rounded once: the shares of units do not divide."""
    exact = sum((Fraction((line.net + line.tax).minor) / Fraction(line.quantity) for line in lines), Fraction(0))
    return Money(round_half_up(Decimal(exact.numerator) / exact.denominator), currency)


def spread(ranges: Ranges) -> Iterable[int]:
    """Every ordinal in the ranges."""
    return (ordinal for start, end in ranges for ordinal in range(start, end))


def as_ranges(ordinals: Sequence[int]) -> Ranges:
    """Ascending ordinals as half-open ranges."""
    ranges: list[tuple[int, int]] = []
    for ordinal in ordinals:
        if ranges and ranges[-1][1] == ordinal:
            ranges[-1] = (ranges[-1][0], ordinal + 1)
        else:
            ranges.append((ordinal, ordinal + 1))
    return tuple(ranges)


def _credited(facts: ReturnFacts, order: SalesOrder) -> dict[str, OrderLine]:
    """The line of every returned unit that a credit note of this return holds, whatever the portal says since."""
    line_of: dict[str, OrderLine] = {}
    for effect in facts.effects:
        room = {
            line.line_id: sum(
                len(list(spread(taken.ordinals)))
                for taken in facts.taken
                if (taken.key, taken.order_line) == (effect.key, line.line_id)
            )
            for line in order.lines
        }
        for unit in returned_units(facts):
            lines = [line for line in order.lines if room[line.line_id] > 0 and _is_of(line, unit)]
            if lines and unit.unit_id in effect.units:
                line = min(lines, key=lambda candidate: _price_distance(candidate, unit))
                room[line.line_id] -= 1
                line_of[unit.unit_id] = line
    return line_of


def _units_left(facts: ReturnFacts, line: OrderLine) -> int:
    """Units of a line that were sent and that no return has credited, or may have."""
    credited = sum(len(list(spread(t.ordinals))) for t in facts.taken if t.order_line == line.line_id)
    return min(int(line.despatched), int(line.quantity)) - credited


def _is_of(line: OrderLine, unit: RmaUnit) -> bool:
    return line.is_goods and line.sku.casefold() == unit.sku.strip().casefold()


def _price_distance(line: OrderLine, unit: RmaUnit) -> int:
    return abs(unit_gross(line).minor - unit.paid_gross.minor)
