"""Keys of the idempotent directive: what was asked for under each, and what came of it.

A key that was used before brings back the first answer when the input is the same,
IDEMPOTENCY_KEY_PARAMETER_MISMATCH when it is another, and IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED when the first
attempt was refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution import get_directive_values

from tieout.sandbox.shopify.schema import admin_schema

MISMATCH = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
FAILED = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
SAID = {
    MISMATCH: "The same idempotency key cannot be used with different operation parameters.",
    FAILED: "A previous attempt with this idempotency key failed; use a new key.",
}
Info: TypeAlias = GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was asked for under a key, and the number of what came of it (0 when it was refused)."""

    content: str
    result: int


def key_of(info: Info) -> str:
    """Return the key of the idempotent directive; it is required although the schema does not say so."""
    directive = admin_schema().get_directive("idempotent")
    assert directive is not None, "the schema declares the directive"
    values = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    if not values or not values["key"]:
        raise GraphQLError(
            "The @idempotent directive is required for this mutation but was not provided.",
            extensions={"code": "BAD_REQUEST"},
        )
    return str(values["key"])


def content_of(mutation: str, given: Mapping[str, Any]) -> str:
    """Return what two attempts must share to be the same."""
    return json.dumps([mutation, given], sort_keys=True, default=str)


def trouble_with(attempt: Attempt, content: str) -> str:
    """Return the code of what is wrong with a second attempt; empty when it gets the first answer again."""
    if attempt.content != content:
        return MISMATCH
    return "" if attempt.result else FAILED
