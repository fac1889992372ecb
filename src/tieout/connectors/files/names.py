"""Names of files: those we give, what they say, and which of a partner's names are safe to use in a path."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote, unquote

_OURS = re.compile(r"(order|cancel)_([A-Za-z0-9_.~%-]+?)(?:\.[A-Za-z0-9]+)*")
_NAME_MAX = 200
Action = Literal["order", "cancel"]


def stem(action: Action, reference: str) -> str:
    """The name, without ending, of the file that asks for a request or its cancellation; the same each time."""
    return f"{action}_{quote(reference, safe='')}"


def told_by(name: str) -> tuple[Action, str] | None:
    """What one of our own file names or file ids asked for, and of which request; None for any other name."""
    if not (ours := _OURS.fullmatch(name.rpartition("/")[2])):
        return None
    return ("order" if ours[1] == "order" else "cancel"), unquote(ours[2])


def is_safe(name: str) -> bool:
    """Whether a partner's file name can stand in a path: it names no other place, is not hidden and can be printed."""
    return (
        0 < len(name) <= _NAME_MAX
        and not name.startswith((".", "-", "~"))
        and not name.endswith((" ", "."))
        and name.isprintable()
        and not set(name) & set('/\\:*?"<>|')
    )
