from __future__ import annotations

from importlib.resources import files

from tieout.sandbox.files.assumptions import ASSUMPTIONS


def test_every_assumption_names_a_file_that_is_there() -> None:
    assert len({one.name for one in ASSUMPTIONS}) == len(ASSUMPTIONS)
    room = files("tieout")
    for one in ASSUMPTIONS:
        path, _, places = one.correct_in.partition(" ")
        text = room.joinpath(path).read_text()
        first = places.split(",")[0].split(".")[-1]
        assert not first or first in text, one.name
