"""Keys: short, the same for ever, and found again in a note."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.identifiers import ALPHABET, KEY_LENGTH, compose_key, find_key, is_key, is_typed

steps = st.text(string.ascii_uppercase, min_size=2, max_size=2)
parts = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=6)


@given(step=steps, given_parts=parts)
def test_a_key_has_twenty_characters_of_the_alphabet_and_names_its_step(step: str, given_parts: list[str]) -> None:
    key = compose_key(step, *given_parts)
    assert len(key) == KEY_LENGTH == 20
    assert key.startswith(f"T{step}-")
    assert set(key[4:]) <= set(ALPHABET)
    assert is_key(key)


@given(step=steps, given_parts=parts)
def test_the_same_parts_give_the_same_key(step: str, given_parts: list[str]) -> None:
    assert compose_key(step, *given_parts) == compose_key(step, *given_parts)


def test_keys_are_the_same_in_every_release() -> None:
    assert compose_key("CN", "ACME", "RMA7", "U1") == "TCN-2CN3SBVHDFCVKHPV"


@given(first=parts, second=parts, step=steps)
def test_other_parts_give_another_key(first: list[str], second: list[str], step: str) -> None:
    assert (compose_key(step, *first) == compose_key(step, *second)) == (first == second)


def test_a_hundred_thousand_returns_have_a_hundred_thousand_keys() -> None:
    assert len({compose_key("CN", "ACME", f"RMA{number}") for number in range(100_000)}) == 100_000


@given(step=steps, given_parts=parts, before=st.text(" .,;()#"), after=st.text(" .,;()#"))
def test_a_key_is_found_in_a_note(step: str, given_parts: list[str], before: str, after: str) -> None:
    key = compose_key(step, *given_parts)
    assert find_key(f"{before}{key}{after}") == key


@given(step=steps, given_parts=parts)
def test_a_key_that_a_person_typed_in_small_letters_is_the_same_key(step: str, given_parts: list[str]) -> None:
    key = compose_key(step, *given_parts)
    assert find_key(f"see {key.lower()}") == key
    assert is_typed(f" {key.lower()} ", key)
    assert not is_typed(key[:-1], key)


@pytest.mark.parametrize("text", ["", "T", "TCN-0000000000000000\n", "TCN-000000000000000O", "tcn-0000000000000000"])
def test_what_is_not_a_key_is_not_taken_for_one(text: str) -> None:
    assert not is_key(text)


def test_a_longer_word_does_not_hide_a_key() -> None:
    assert find_key("goodwill, see order 1001") is None
    assert find_key("TCN-0000000000000000") == "TCN-0000000000000000"
