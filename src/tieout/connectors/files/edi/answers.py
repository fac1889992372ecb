"""How an answer is tied to what we sent where it knows only the control number of our envelope."""

from __future__ import annotations

from tieout.connectors.files.edi.segments import UnusableError
from tieout.connectors.files.edi.values import counted
from tieout.ports.warehouses import RequestAnswer

_PREFIX = "control number "


def controlled(text: str) -> str:
    """What stands as the reference of such an answer: whoever wrote the file knows which request it held."""
    number = counted(text)
    if number is None:
        raise UnusableError(f"{text[:40]!r} is no control number of ours.")
    return f"{_PREFIX}{number}"


def control_number(answer: RequestAnswer) -> int | None:
    """The control number that an answer names in place of a request's reference; None where it names the request."""
    return int(answer.reference[len(_PREFIX) :]) if answer.reference.startswith(_PREFIX) else None
