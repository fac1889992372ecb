"""Assistance: what might settle a case, with the reason for it. A person applies it or not.

Suggestions come from what this installation knows: rows of the mapping tables, what people chose before, and items
that Sage named of late. Nothing is asked of anybody outside, unless the settings name a model, and somebody presses
the button that asks it to explain one case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tieout.ports.explaining import Explainer
from tieout.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """What assistance needs."""

    store: Store
    clock: Callable[[], datetime]
    is_on: bool = True
    least_score: int = 70
    """Suggestions that are less alike than this, of 100, are not offered."""
    explainer: Explainer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggestion as it is shown."""

    id: int
    kind: Literal["mapping", "item", "explanation"]
    says: str
    """What is suggested, in a sentence."""
    evidence: Sequence[str]
    """What it rests on, a sentence each."""
    score: int
    """How alike the two are, of 100; 0 where nothing was compared."""
    made_by: str
    made_at: datetime
    address: str = ""
    """The form that applies it, filled in; empty where there is nothing to fill in."""
    fields: Mapping[str, str] = field(default_factory=dict)
