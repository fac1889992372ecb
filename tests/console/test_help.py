"""Help for the person who reads it at five o'clock, and the style guide for those who build pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.console.browser import Browser
from tests.console.conftest import add_person

from tieout.console import state_words
from tieout.console.parts import Console
from tieout.domain import glossary
from tieout.domain.faults import ALL, FaultKind, Owner
from tieout.domain.legs import LegState
from tieout.domain.people import Role

TEMPLATES = Path(state_words.__file__).parent / "templates"
Visitor = Callable[..., Browser]


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@pytest.fixture
def reader(visitor: Visitor) -> Browser:
    return visitor(Role.WAREHOUSE)


def test_the_runbook_of_every_kind_is_there_in_whole(reader: Browser) -> None:
    for kind in ALL:
        page = reader.get(f"/help/faults/{kind.code}")
        assert page.title == kind.title
        for text in (kind.means, kind.do, kind.again, kind.owner.value.capitalize()):
            assert plain(text) in page.text("main"), kind.code
        assert ("Yes, by" in page.text("main")) == kind.can_accept


def test_a_code_is_read_in_small_letters_too_and_one_that_is_none_is_not_found(reader: Browser) -> None:
    assert reader.get(f"/help/faults/{ALL[0].code.lower()}").status == 200
    assert reader.get("/help/faults/NO_SUCH_TROUBLE").status == 404


@pytest.mark.parametrize("kind", [ALL[0], ALL[-1]])
def test_kinds_are_found_by_their_words(reader: Browser, kind: FaultKind) -> None:
    everything = reader.get("/help/faults")
    assert len(everything.tree.cssselect("#rows dt")) == len(ALL)
    found = reader.get(f"/help/faults?q={kind.title.upper()}")
    assert kind.title in found.texts("#rows dt")
    assert len(found.tree.cssselect("#rows dt")) < len(ALL)
    assert reader.part("/help/faults?q=zzzz").text(".empty-title") == "Nothing matches"


def test_the_runbook_names_who_settles_such_trouble(console: Console, reader: Browser) -> None:
    add_person(console.store, "fay", Role.FINANCE, email="fay@example.co.uk")
    add_person(console.store, "beth", Role.FINANCE, companies=("BETA",))
    kind = next(one for one in ALL if one.owner is Owner.FINANCE)
    page = reader.get(f"/help/faults/{kind.code}")
    assert "Fay" in page.text("aside")
    assert "mailto:fay@example.co.uk" in page.links("aside a")
    assert "Warehouse" not in page.text("aside")
    assert f"/exceptions?state=open&code={kind.code}" in page.links("aside a")


def test_whom_to_ask_shows_nobody_of_other_companies(console: Console, visitor: Visitor) -> None:
    add_person(console.store, "beth", Role.FINANCE, companies=("BETA",))
    add_person(console.store, "fay", Role.FINANCE)
    page = visitor(Role.WAREHOUSE, name="walter", companies=("ACME",)).get("/help")
    assert "Fay" in page.text("aside")
    assert "Beth" not in page.text("aside")


def test_every_word_of_the_glossary_is_explained(reader: Browser) -> None:
    page = reader.get("/help/words")
    words = [word for group in (glossary.TRADE, glossary.OURS, glossary.COMPUTED) for word, _ in group]
    assert sorted(page.texts("main dt")) == sorted(words)
    assert len(set(words)) == len(words)


def test_every_state_of_a_leg_is_explained_in_the_help(reader: Browser) -> None:
    said = {word.casefold() for word in reader.get("/help").texts("dt .pill")}
    assert {state.value for state in LegState} <= said
    assert {"new", "waiting", "blocked", "done", "open", "closed", "intended", "refused", "withdrawn"} <= said


def test_the_style_guide_shows_every_macro(visitor: Visitor) -> None:
    macros = set(re.findall(r"{% macro ([a-z]\w*)\(", (TEMPLATES / "macros.html").read_text(encoding="utf-8")))
    shown = set(re.findall(r"\bm\.(\w+)\(", (TEMPLATES / "styleguide/page.html").read_text(encoding="utf-8")))
    assert macros - shown == set()
    page = visitor(Role.INTEGRATION_OPERATOR).get("/styleguide")
    assert page.title == "Style guide"
    headings = [int(found.tag[1]) for found in page.tree.cssselect("main h1, main h2, main h3")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
