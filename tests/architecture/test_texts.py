"""Nothing is shipped that names a package registry or a machine, or that says it is not finished."""

from __future__ import annotations

import re

import pytest

# One letter of each word stands in brackets, so that this file does not hold what it looks for.
PATTERNS = {
    "registry": re.compile(r"p[y]pi\.org|python[h]osted|npm[j]s\.|deb\.[d]ebian\.|crates[.]io"),
    "machine": re.compile(
        r"(?<![\w.~/-])/(w[o]rk|r[o]ot|h[o]me/\w+|U[s]ers/\w+|opt/p[y]pi[\w-]*)(?=/|$|[\s\"'`])", re.MULTILINE
    ),
    "unfinished": re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|Not[I]mplementedError)\b|mark\.(s[k]ip|x[f]ail)\b"),
    "organisation": re.compile(r"sub[a]gent|shared/h[o]oks", re.IGNORECASE),
    "silenced": re.compile(r"# type: i[g]nore(?!\[)|# n[o]qa(?!:)"),
}
SAMPLES = (
    ("registry", "https://p@ypi.org/simple"),
    ("machine", "see /w@ork/main"),
    ("machine", "'/h@ome/ann/.venv'"),
    ("unfinished", "# T@ODO later"),
    ("unfinished", "@@pytest.mark.x@fail"),
    ("organisation", "the sub@agent wrote"),
    ("silenced", "x = 1  # type: i@gnore"),
    ("silenced", "x = 1  # n@oqa"),
)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_shipped_text_holds_a(tracked: dict[str, str], name: str) -> None:
    assert len(tracked) > 50, "the tracked files were not found"
    found = {
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}": hit.group()
        for path, text in tracked.items()
        for hit in PATTERNS[name].finditer(text)
    }
    assert found == {}


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_each_pattern_finds_what_it_is_for(name: str, sample: str) -> None:
    assert PATTERNS[name].search(sample.replace("@", ""))
