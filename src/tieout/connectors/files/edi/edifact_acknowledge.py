"""Writes the CONTRL of a file that came in: what of it could be taken as a whole. Refused lines stand at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.connectors.files.edi.edifact_write import CONTROL_MAX, enveloped, letters_of, segment
from tieout.connectors.files.edi.segments import Interchange
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted
from tieout.ports.warehouses import RefusedRow

_RELEASE = "D:3:UN"
_ACKNOWLEDGEMENTS = {"CONTRL", "APERAK"}
"""Answering those would never end."""
_REJECTED, _TAKEN = "4", "7"
_ANSWERED = "13"
"""0085: missing or not usable; which it is stands in the reason at our side."""


def acknowledgement(
    interchange: Interchange, refused: Sequence[RefusedRow], settings: EdiSettings, now: datetime
) -> bytes | None:
    """The CONTRL; None when the interchange holds nothing to be acknowledged, or has no number to name.

    Its control number is that of the interchange where that is a number, so that the same file is answered with the
    same words; otherwise 1.
    """
    messages = [each for each in interchange.messages if each.kind not in _ACKNOWLEDGEMENTS]
    if not messages or not interchange.control:
        return None
    letters = letters_of("UNOC")
    whole = {row.where for row in refused}
    body = [
        segment(
            "UCI",
            letters(interchange.control)[:35],
            (letters(interchange.sender)[:35], letters(interchange.sender_qualifier)[:4]),
            (letters(interchange.receiver)[:35], letters(interchange.receiver_qualifier)[:4]),
            _REJECTED if all(each.where in whole for each in messages) else _TAKEN,
        )
    ]
    for each in messages:
        is_refused = each.where in whole
        action, error = (_REJECTED, _ANSWERED) if is_refused else (_TAKEN, "")
        body.append(segment("UCM", letters(each.control)[:14], letters(each.kind)[:6], action, error))
    control = counted(interchange.control) or 1
    taken = settings.model_copy(update={"edifact_charset": "UNOC"})
    return enveloped([("CONTRL", _RELEASE, body)], min(control, CONTROL_MAX), taken, now)
