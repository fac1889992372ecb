"""The Chromium of this computer, which nobody downloads: Debian's package `chromium`, or what is installed here."""

from __future__ import annotations

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # tests run as root in containers, and open pages of ours only
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=en-GB",
)


def program() -> str:
    """Where it is. Without one the journeys are not run, and say so; in CI they must run."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        assert os.environ.get("CI") != "true", "CI installs Debian's chromium, and there is none"
        pytest.skip("no Chromium is installed: the journeys in a real browser were not run")
    return found
