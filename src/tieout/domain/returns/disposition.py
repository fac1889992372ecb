"""Where a returned unit goes and which nominal bears it: the tables of the house applied to one unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tieout.domain.documents.rma import Grade, RmaUnit
from tieout.domain.documents.sales_order import Nominal, OrderLine
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.rules.mapping import MappingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a unit goes."""

    warehouse: str
    bin: str


def grade_of(facts: ReturnFacts, unit: RmaUnit) -> Grade:
    """What inspection found, or what the reason table assumes where nobody inspects; no other word is a grade."""
    if unit.grade is not Grade.UNGRADED:
        return unit.grade
    assumed = (facts.tables.value("reason", unit.reason, "grade") or "").strip().lower()
    return next((grade for grade in Grade if grade.value == assumed), Grade.UNGRADED)


def place_for(facts: ReturnFacts, unit: RmaUnit) -> Place | None:
    """The warehouse and bin that the disposition table gives for the unit's reason and grade, if it names both.

    A row that also names the warehouse whose door the unit came in by (`fit|good|NORTH`) goes before one that does not.
    """
    rule = _disposition_rule(facts, unit)
    warehouse, name = (rule.value.get("warehouse"), rule.value.get("bin")) if rule else (None, None)
    return Place(warehouse=warehouse, bin=name) if warehouse and name else None


def disposition_row(facts: ReturnFacts, unit: RmaUnit) -> str:
    """The row that says where the unit goes, as `disposition/key`: the one in force, or the one that is missing."""
    rule = _disposition_rule(facts, unit)
    code = facts.tables.value("reason", unit.reason, "code") or "any"
    return f"disposition/{rule.key if rule else f'{code}|{grade_of(facts, unit).value}'}"


def _disposition_rule(facts: ReturnFacts, unit: RmaUnit) -> MappingRule | None:
    code = facts.tables.value("reason", unit.reason, "code") or ""
    grade = grade_of(facts, unit).value
    wanted = [f"{reason}|{grade}" for reason in (code, "any")]
    by_door = [f"{key}|{unit.came_to}" for key in wanted] if unit.came_to else []
    rules = (facts.tables.find("disposition", key) for key in (*by_door, *wanted))
    return next((found for found in rules if found is not None), None)


def by_nominal(facts: ReturnFacts, line: OrderLine, units: Iterable[RmaUnit]) -> dict[Nominal, int]:
    """How many of a line's units each returns nominal bears, in the order of the units."""
    counted: dict[Nominal, int] = {}
    for unit in units:
        nominal = returns_nominal(facts, unit, line)
        counted[nominal] = counted.get(nominal, 0) + 1
    return counted


def returns_nominal(facts: ReturnFacts, unit: RmaUnit, line: OrderLine) -> Nominal:
    """The nominal that the reason table gives, or the invoiced line's own."""
    rule = facts.tables.find("reason", unit.reason)
    if rule is None or not rule.value.get("account"):
        return line.nominal
    return Nominal(
        account=rule.value["account"],
        cost_centre=rule.value.get("cost_centre", ""),
        department=rule.value.get("department", ""),
    )
