"""The query bucket: what a document costs, what is left, how fast it refills."""

from __future__ import annotations

import math
from datetime import datetime

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

MUTATION_COST = 10
QUERY_COST_MAX = 1000


def cost_of(document: DocumentNode, variables: dict[str, object]) -> int:
    """Return the points that a document asks for.

    A scalar costs nothing, an object 1, a mutation 10, and a connection its nodes times the logarithm of the
    page size (assumed: Shopify publishes only that the price follows the page size).
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    total = 0
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            total += _selections(definition.selection_set, fragments, variables)
            if definition.operation is OperationType.MUTATION:
                total += MUTATION_COST * len(definition.selection_set.selections)
    return max(total, 1)


def _selections(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], variables: dict[str, object]
) -> int:
    total = 0
    for node in selections.selections:
        match node:
            case FieldNode() if node.selection_set is not None:
                inner = _selections(node.selection_set, fragments, variables)
                total += 1 + math.ceil(math.log2(1 + _page_size(node, variables))) * inner
            case InlineFragmentNode():
                total += _selections(node.selection_set, fragments, variables)
            case FragmentSpreadNode() if node.name.value in fragments:
                total += _selections(fragments[node.name.value].selection_set, fragments, variables)
    return total


def _page_size(node: FieldNode, variables: dict[str, object]) -> int:
    for argument in node.arguments or ():
        if argument.name.value != "first":
            continue
        value = argument.value
        if isinstance(value, IntValueNode):
            return max(int(value.value), 1)
        if isinstance(value, VariableNode):
            given = variables.get(value.name.value)
            return max(given, 1) if isinstance(given, int) else 1
    return 1


class Bucket:
    """Points that are spent by queries and come back with time."""

    def __init__(self) -> None:
        self._spent = 0.0
        self._at: datetime | None = None

    def spend(self, cost: int, now: datetime, *, size: float, rate: float) -> bool:
        """Take the cost out; False, and nothing taken, when there is not enough."""
        if self._at is not None:
            seconds = max((now - self._at).total_seconds(), 0)
            self._spent = max(self._spent - seconds * rate, 0)
        self._at = now
        if self._spent + cost > size:
            return False
        self._spent += cost
        return True

    def status(self, cost: int, *, actual: int | None, size: float, rate: float) -> dict[str, object]:
        """Return the cost extension of an answer."""
        return {
            "cost": {
                "requestedQueryCost": cost,
                "actualQueryCost": actual,
                "throttleStatus": {
                    "maximumAvailable": size,
                    "currentlyAvailable": math.floor(size - self._spent),
                    "restoreRate": rate,
                },
            }
        }
