"""What people call the browser that a request names."""

from __future__ import annotations

import re
from typing import Final

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """`Firefox 140 on Windows`; the beginning of what the browser said where it is none that people know."""
    for mark, name in _BROWSERS:
        found = re.search(rf"{re.escape(mark)}(\d+)", agent)
        if found:
            system = next((word for part, word in _SYSTEMS if part in agent), "")
            return f"{name} {found[1]} on {system}" if system else f"{name} {found[1]}"
    return agent[:60] or "not told"
