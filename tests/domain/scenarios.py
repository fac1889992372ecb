"""One scenario of a fault, and the small changes to good facts that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tieout.domain.faults import Owner
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.rules.mapping import MappingRule, MappingTables

Change = Callable[[ReturnFacts], ReturnFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario."""

    code: str
    owner: Owner
    change: Change
    name: str = ""
    route: str = "sop"
    given: Change = lambda facts: facts
    """Makes of a good return the kind of return that the change spoils: it is planned without a fault."""
    is_beside: bool = False
    """Whether the return goes on, and the fault is only to be seen beside its plan."""


def on_rma(**changes: Any) -> Change:  # noqa: ANN401  # any field
    return lambda facts: replace(facts, rma=replace(facts.rma, **changes))  # type: ignore[type-var]  # the good facts have an RMA


def on_unit(**changes: Any) -> Change:  # noqa: ANN401  # any field
    def change(facts: ReturnFacts) -> ReturnFacts:
        assert facts.rma is not None
        return on_rma(units=(replace(facts.rma.units[0], **changes), *facts.rma.units[1:]))(facts)

    return change


def on_order(**changes: Any) -> Change:  # noqa: ANN401  # any field
    return lambda facts: replace(facts, order_candidates=(replace(facts.order_candidates[0], **changes),))


def on_line(**changes: Any) -> Change:  # noqa: ANN401  # any field
    def change(facts: ReturnFacts) -> ReturnFacts:
        first, *rest = facts.order_candidates[0].lines
        return on_order(lines=(replace(first, **changes), *rest))(facts)

    return change


def on_facts(**changes: Any) -> Change:  # noqa: ANN401  # any field
    return lambda facts: replace(facts, **changes)


def each(field: str, **changes: Any) -> Change:  # noqa: ANN401  # any field
    """Every record of one field of the facts, changed."""

    def change(facts: ReturnFacts) -> ReturnFacts:
        changed: dict[str, Any] = {field: tuple(replace(one, **changes) for one in getattr(facts, field))}
        return replace(facts, **changed)

    return change


def without(table: str, key: str) -> Change:
    def change(facts: ReturnFacts) -> ReturnFacts:
        rules = tuple(rule for rule in facts.tables.rules if (rule.table, rule.key) != (table, key))
        assert len(rules) < len(facts.tables.rules), f"there is no {table} {key}"
        return replace(facts, tables=MappingTables(rules=rules))

    return change


def with_row(table: str, key: str, **value: str) -> Change:
    def change(facts: ReturnFacts) -> ReturnFacts:
        kept = tuple(rule for rule in facts.tables.rules if (rule.table, rule.key) != (table, key))
        return replace(
            facts, tables=MappingTables(rules=(*kept, MappingRule(table=table, key=key, value=value, version=2)))
        )

    return change
