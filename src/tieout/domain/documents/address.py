"""Where goods go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Where goods go; Sage keeps 60 characters of each line and 10 of the postcode (section 5)."""

    name: str = ""
    lines: tuple[str, ...] = ()
    """Up to four."""
    city: str = ""
    county: str = ""
    postcode: str = ""
    country: str = ""
    contact: str = ""
    telephone: str = ""
    email: str = ""
