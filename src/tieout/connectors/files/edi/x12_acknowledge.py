"""Writes the 997 of a file that came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.connectors.files.edi.segments import Interchange, Message
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted
from tieout.connectors.files.edi.x12_write import CONTROL_MAX, enveloped, segment
from tieout.ports.warehouses import RefusedRow

_ACKNOWLEDGEMENTS = {"FA"}
"""Groups that are acknowledgements themselves: answering those would never end."""
_TOO_MANY = 999_999


def acknowledgement(
    interchange: Interchange, refused: Sequence[RefusedRow], settings: EdiSettings, now: datetime
) -> bytes | None:
    """One 997 for every group of the interchange; None when it holds nothing to be acknowledged.

    Its control number is that of the interchange, so that the same file is answered with the same words.
    """
    by_group: dict[str, list[Message]] = {}
    for message in interchange.messages:
        by_group.setdefault(message.group, []).append(message)
    sets: list[tuple[int, list[str]]] = []
    for group in interchange.groups[:_TOO_MANY]:
        if group.code in _ACKNOWLEDGEMENTS or counted(group.control) is None:
            continue
        messages = by_group.get(group.control, [])
        sets.append((len(sets) + 1, _body(group.code, group.control, messages, refused)))
    control = counted(interchange.control) or 0
    if not sets or not 0 < control <= CONTROL_MAX:
        return None
    return enveloped("997", sets, control, settings, now)


def _body(code: str, control: str, messages: Sequence[Message], refused: Sequence[RefusedRow]) -> list[str]:
    whole = {row.where for row in refused}
    parts = {row.where.rpartition(", segment ")[0] for row in refused}
    lines = [segment("AK1", _plain(code), control)]
    accepted = 0
    for message in messages:
        verdict = "R" if message.where in whole else "E" if message.where in parts else "A"
        accepted += verdict != "R"
        lines.append(segment("AK2", _plain(message.kind), _plain(message.control)))
        lines.append(segment("AK5", verdict, "5" if verdict == "R" else ""))
    verdict = "A" if accepted == len(messages) else "P" if accepted else "R"
    count = str(len(messages))
    lines.append(segment("AK9", verdict, count, count, str(accepted)))
    return lines


def _plain(text: str) -> str:
    """A code of theirs in letters that our envelope can carry: it may hold our separators."""
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())[:9] or "0000"
