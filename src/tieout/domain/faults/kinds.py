"""What a fault kind states, and what one fault says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose desk a case lands on."""

    FINANCE = "finance"
    OPERATIONS = "operations"
    CUSTOMER_EXPERIENCE = "customer experience"
    RETAIL = "retail"
    INTEGRATION = "integration"


class FaultClass(StrEnum):
    """Technical: the plumbing. Data: a figure or a mapping. Policy: a rule of the house."""

    TECHNICAL = "technical"
    DATA = "data"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One kind of trouble. Codes are never reused."""

    code: str
    title: str
    means: str
    do: str
    owner: Owner
    fault_class: FaultClass
    again: str
    """What "try again" will do."""
    can_accept: bool = False
    """Whether a person may accept the fact as it is, with a reason, and let the document go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One occurrence: which kind, where, and both figures."""

    code: str
    at: str
    """What it is about: a line, a unit, a key."""
    saw: str
    wanted: str = ""
    row: str = ""
    """The mapping row that mends it, as `table/key`; empty where none does."""
