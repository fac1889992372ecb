"""What the documents promise is there: fresh pages, links that lead somewhere, real commands, the trade's words."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from tieout.cli import tieout
from tieout.domain.faults import ALL, FaultKind

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
TIEOUT_LINE = re.compile(r"^(?:\.venv/bin/)?tieout\s+([^#\n]*)", re.MULTILINE)
TIEOUT_SPAN = re.compile(r"`tieout ([^`]+)`")

SYNONYMS = {
    "ticket": "case",
    "incident": "case",
    "sync": "say what is told or read",
    "synced": "say what is told or read",
    "dispatch": "despatch",
    "dispatched": "despatched",
    "shipment": "despatch",
    "gl": "nominal",
    "general ledger": "nominal ledger",
    "chargeback": "refund",
    "credit memo": "credit note",
    "location id": "storefront location",
    "vat code": "tax code",
    "product id": "stock code",
    "authorize": "authorise",
    "authorized": "authorised",
    "canceled": "cancelled",
    "payload": "message",
    "api": "say what it does",
    "json": "message",
    "null": "missing",
}
"""Words that a case must not use, and the trade's own."""


def documents() -> list[Path]:
    return [*(ROOT / name for name in DOCUMENTS), *sorted((ROOT / "docs").rglob("*.md"))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page to a file or a heading that is not there."""
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(FENCE.sub("", text)):
        place, _, anchor = link.partition("#")
        if "://" in place:
            continue
        target = page.parent / place if place else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            yield link


def unknown_words(line: str) -> Iterator[str]:
    """Commands and options in a `tieout` line that the command line does not have."""
    command: click.Command = tieout
    # What stands for a value, an option's value and an argument are the reader's own.
    for before, word in pairwise(["", *line.split()]):
        if word.startswith("--") and word.partition("=")[0] not in {*options(command), *options(tieout)}:
            yield word
        is_value = word.startswith(("-", "$", '"')) or before in {"--home", "--config"} or not word.islower()
        if isinstance(command, click.Group) and not is_value:
            below = command.commands.get(word)
            if below is None:
                yield word
                return
            command = below


def options(command: click.Command) -> set[str]:
    return {"--help", *(name for each in command.params for name in each.opts)}


@pytest.mark.parametrize("page", documents(), ids=named)
def test_every_link_leads_to_a_file_or_heading_that_is_there(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](gone.md) [b](#here) [c](#there) [d](https://example.org/) [e](page.md#here)\n")
    assert list(broken_links(page)) == ["gone.md", "#there"]


def test_the_generated_pages_say_what_the_code_says() -> None:
    ran = subprocess.run(
        [sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_that_is_named_is_a_target(name: str) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    wanted = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    assert {"test"} < wanted
    assert wanted - targets == set()


@pytest.mark.parametrize("page", documents(), ids=named)
def test_every_tieout_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = [*TIEOUT_LINE.findall(text), *TIEOUT_SPAN.findall(text)] if page.name != "commands.md" else []
    assert {line: found for line in lines if (found := list(unknown_words(line)))} == {}


def test_a_command_that_is_not_there_is_found() -> None:
    assert list(unknown_words("case forget 12")) == ["forget"]
    assert list(unknown_words("demo --headless --loud")) == ["--loud"]
    assert list(unknown_words('--home DIR case accept 12 --why "a reason"')) == []


def test_the_readme_states_the_python_that_the_project_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["requires-python"].removeprefix(">=")
    assert f"Python {needed} or newer" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_dependency_has_its_row_in_the_decision() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\[<>=]", wanted)[0] for wanted in project["dependencies"]}
    decision = (ROOT / "docs/decisions/0008-run-time-dependencies.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in decision} == set()


def test_every_decision_is_listed_and_dated() -> None:
    folder = ROOT / "docs/decisions"
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    listed = (folder / "README.md").read_text(encoding="utf-8")
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert [page.name for page in pages if page.name not in listed] == []
    assert [page.name for page in pages if not re.search(r"^20\d\d-\d\d-\d\d\.", page.read_text(), re.MULTILINE)] == []


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_a_fault_is_told_in_whole_sentences_and_the_trades_words(kind: FaultKind) -> None:
    for text in (kind.means, kind.do, kind.again):
        assert text[0].isupper()
        assert text.endswith("."), text
    assert not kind.title.endswith(".")
    said = f"{kind.title} {kind.means} {kind.do} {kind.again}".lower()
    found = {word for word in SYNONYMS if re.search(rf"\b{re.escape(word)}s?\b", said)}
    assert found == set(), {word: SYNONYMS[word] for word in found}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_what_to_do_ends_the_case_or_says_how_to_go_on(kind: FaultKind) -> None:
    ways = ("try again", "close this case", "close the case", "accept")
    assert any(way in kind.do.lower() for way in ways), f"{kind.code}: and then?"


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind.can_accept], ids=lambda kind: kind.code)
def test_a_fault_that_may_be_accepted_says_so(kind: FaultKind) -> None:
    assert "accept" in kind.do.lower()


@pytest.mark.parametrize("kind", [kind for kind in ALL if not kind.can_accept], ids=lambda kind: kind.code)
def test_a_fault_that_cannot_be_accepted_does_not_offer_it(kind: FaultKind) -> None:
    assert "accept" not in kind.do.lower()
