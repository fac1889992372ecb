"""Keys: short, deterministic, and searchable in a remote system's reference field."""

from __future__ import annotations

import hashlib
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U: a bookkeeper can read a key over the telephone."""

KEY_LENGTH = 20
"""Sage 200 gives ledger documents and movements a reference of 20 characters (section 5)."""

KEY_PATTERN = re.compile(r"T[A-Z]{2}-[0-9A-HJKMNP-TV-Z]{16}")


def compose_key(step: str, *parts: str) -> str:
    """A key of exactly 20 characters: `T`, two letters naming the step, a dash, 80 bits of the parts' hash.

    The same step and parts give the same key for ever, on every machine.
    """
    assert len(step) == 2, f"a step has two letters, not {step!r}"
    assert step.isupper(), f"a step is upper case, not {step!r}"
    assert parts, "a key of nothing would be the same for everything"
    bits = int.from_bytes(hashlib.sha256("\x1f".join((step, *parts)).encode()).digest()[:10])
    letters = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(75, -1, -5))
    return f"T{step}-{letters}"


def is_key(text: str) -> bool:
    """Whether a reference found in a remote system has the form of one of our keys."""
    return KEY_PATTERN.fullmatch(text) is not None


def is_typed(text: str, key: str) -> bool:
    """Whether a reference is the key as a person may type it: small letters and spaces around it do not matter."""
    return text.strip().casefold() == key.casefold()


def find_key(text: str) -> str | None:
    """The key that stands somewhere in a note or reference, if any; in small letters too, as a person may type it."""
    found = KEY_PATTERN.search(text.upper())
    return found.group(0) if found else None
