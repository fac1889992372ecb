"""How alike two names are, and what people chose for the likest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

from tieout.domain.business_dates import uk_date
from tieout.store.mapping_rules import MappingRule

OFFERED_MAX = 3
KEYS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One choice that may serve, the likest first."""

    value: Mapping[str, str]
    score: int
    evidence: tuple[str, ...]


def likeness(one: str, other: str) -> int:
    """How alike two names are, of 100: letters, order of words and what is left out count; case and signs do not."""
    return round(fuzz.WRatio(one, other, processor=utils.default_process))


def code_likeness(one: str, other: str) -> int:
    """How alike two codes are, of 100: every sign counts but the case."""
    return round(fuzz.ratio(one.strip().casefold(), other.strip().casefold()))


def guesses(key: str, rules: Iterable[MappingRule], *, least: int) -> list[Guess]:
    """What people chose for keys like this one; those that were chosen for the very key come first."""
    found: dict[tuple[tuple[str, str], ...], list[tuple[int, str]]] = {}
    for rule in rules:
        if "*" in rule.key or not isinstance(rule.value, Mapping) or rule.approved_by is None:
            continue
        score = likeness(key, rule.key)
        is_same = rule.key.strip().casefold() == key.strip().casefold()
        if score < least or (is_same and rule.in_force_to is None):
            continue
        value = tuple(sorted((name, str(cell)) for name, cell in rule.value.items()))
        found.setdefault(value, []).append((100 if is_same else score, _sentence(rule, score, is_same=is_same)))
    ranked = [
        Guess(
            value=dict(value),
            score=max(score for score, _ in reasons),
            evidence=tuple(dict.fromkeys(said for _, said in sorted(reasons, reverse=True)))[:KEYS_MAX],
        )
        for value, reasons in found.items()
    ]
    return sorted(ranked, key=lambda guess: (-guess.score, -len(guess.evidence), sorted(guess.value.items())))[
        :OFFERED_MAX
    ]


def nearest(code: str, items: Mapping[str, str], *, least: int) -> list[tuple[str, str, int]]:
    """Stock code, name and likeness of the items whose code is most like this one."""
    scored = [(known, name, code_likeness(code, known)) for known, name in items.items() if known != code]
    return sorted((one for one in scored if one[2] >= least), key=lambda one: (-one[2], one[0]))[:OFFERED_MAX]


def _sentence(rule: MappingRule, score: int, *, is_same: bool) -> str:
    who = f"{rule.approved_by}, {_day(rule)}"
    if is_same:
        past = "" if rule.in_force_to is None else f" until {rule.in_force_to.day} {rule.in_force_to:%b %Y}"
        return f"“{rule.key}” itself is mapped so{past} (approved by {who})."
    return f"“{rule.key}” is mapped so, and its name is {score} % alike (approved by {who})."


def _day(rule: MappingRule) -> str:
    if rule.approved_at is None:
        return "no date"
    day = uk_date(rule.approved_at)
    return f"{day.day} {day:%b %Y}"
