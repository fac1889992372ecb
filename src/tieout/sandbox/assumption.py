"""A behaviour of a stand-in that no document confirms, and where to correct it once it is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One unconfirmed behaviour: its name, what we do, why we think so, and the module that decides it."""

    name: str
    behaviour: str
    reason: str
    correct_in: str
