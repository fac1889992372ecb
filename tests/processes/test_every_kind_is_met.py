"""The catalogue against the tests: a kind that no process raises in a test is a kind nobody has seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tieout.domain.faults import BY_CODE

TESTS = Path(__file__).parents[1]
MET_BY_PROCESSES = (
    "MALFORMED_PAYLOAD",
    "UNLINKED_CREDIT",
    "RECORD_LOCK_EXPIRED",
    "POSTING_REFUSED",
    "READ_BACK_DIFFERS",
    "EFFECT_CONFLICT",
    "NOT_SEEN_AFTER_POSTING",
    "HAND_POSTING_NEEDED",
    "RIGHT_MISSING",
    "REFUND_FAILED",
    "SIGN_IN_ENDS_SOON",
    "SIGN_IN_ENDED",
    "UNANNOUNCED_GOODS",
)
"""Kinds that no facts raise; tests/domain/test_fault_scenarios.py says the same of them."""


def raised_in(*rooms: str) -> set[str]:
    """The codes that stand as text in the tests of these rooms, this file left out."""
    files = [file for room in rooms for file in (TESTS / room).glob("test_*.py") if file.name != Path(__file__).name]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return {code for code in BY_CODE if f'"{code}"' in text}


@pytest.mark.parametrize("code", MET_BY_PROCESSES)
def test_a_kind_that_only_processes_meet_is_raised_by_a_test_of_the_flow(code: str) -> None:
    """X-08."""
    assert code in raised_in("processes", "intake")


def test_every_kind_of_the_catalogue_is_raised_by_some_test() -> None:
    """X-08: by facts, or by the flow."""
    assert set(BY_CODE) - raised_in("processes", "intake", "domain", "shipping") == set()
    assert set(MET_BY_PROCESSES) <= set(BY_CODE)
