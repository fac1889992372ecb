"""Each assumption says where to correct it."""

from __future__ import annotations

from pathlib import Path

import pytest

import tieout
from tieout.sandbox.assumption import Assumption
from tieout.sandbox.mintsoft.assumptions import ASSUMPTIONS

SOURCE = Path(tieout.__file__).parents[1]


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda assumption: assumption.name)
def test_an_assumption_names_a_module_that_exists(assumption: Assumption) -> None:
    assert (SOURCE / assumption.correct_in).is_file()


def test_no_two_assumptions_have_one_name() -> None:
    names = [assumption.name for assumption in ASSUMPTIONS]
    assert len(names) == len(set(names))
