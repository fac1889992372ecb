"""The merchant's return policies: which resolutions and return methods a unit may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.sandbox.returngo.amounts import GIFT_CARD, PAYMENT_METHOD, STORE_CREDIT
from tieout.sandbox.returngo.books import NO_SHIPMENT, WITH_ANY_CARRIER, Item

VARIANT_EXCHANGE = "InstantVariantExchange"


class NotEligibleError(Exception):
    """No policy allows what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One rule: what it allows."""

    name: str
    resolutions: tuple[str, ...]
    methods: tuple[str, ...]

    def allows(self, item: Item) -> bool:
        """Say whether a unit may be returned so."""
        return item.resolution in self.resolutions and item.method in self.methods


class Policies:
    """The rules in force, which a test may replace; they bind RMAs made through the API only."""

    def __init__(self) -> None:
        self.rules: tuple[Policy, ...] = (
            Policy(
                name="Standard",
                resolutions=(PAYMENT_METHOD, STORE_CREDIT, GIFT_CARD, VARIANT_EXCHANGE),
                methods=(WITH_ANY_CARRIER, NO_SHIPMENT),
            ),
        )

    def replace(self, given: Sequence[Mapping[str, Any]]) -> None:
        """Put these rules in force: {"name", "resolutions": [...], "methods": [...]} each."""
        self.rules = tuple(
            Policy(
                name=str(one["name"]),
                resolutions=tuple(str(text) for text in one.get("resolutions") or (PAYMENT_METHOD,)),
                methods=tuple(str(text) for text in one.get("methods") or (WITH_ANY_CARRIER,)),
            )
            for one in given
        )

    def check(self, items: Sequence[Item]) -> None:
        """Raise NotEligibleError unless each unit's policy allows it."""
        for item in items:
            rule = next((rule for rule in self.rules if rule.name == item.policy), None)
            if rule is None or not rule.allows(item):
                raise NotEligibleError(f"{item.sku}: the policy {item.policy} does not allow {item.resolution}")

    def to_json(self) -> list[dict[str, object]]:
        """Return the rules as the API shows them."""
        return [
            {
                "policyRuleName": rule.name,
                "resolutions": [{"resolutionType": one, "resolutionName": one} for one in rule.resolutions],
                "returnMethods": [{"type": one, "name": one} for one in rule.methods],
            }
            for rule in self.rules
        ]
