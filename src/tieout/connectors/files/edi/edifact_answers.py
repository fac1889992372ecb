"""ORDRSP, APERAK and CONTRL: what became of what we sent.

ORDRSP and APERAK name the request; CONTRL names the control number of our envelope only (`answers`).
"""

from __future__ import annotations

from typing import Literal

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.answers import controlled
from tieout.connectors.files.edi.edifact_values import heading, reference
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.segments import Message, Segment, UnusableError
from tieout.ports.warehouses import RequestAnswer


def read_order_response(message: Message, harvest: Harvest) -> None:
    """Take the answer of one ORDRSP, by its function, else by the actions of its lines."""
    with harvest.part(message):
        opening = message.first("BGM")
        function = opening.value(3) if opening is not None else ""
        is_cancelled = function == compat.CANCELLED_FUNCTION
        verdict = True if is_cancelled else compat.ANSWER_FUNCTIONS.get(function)
        if verdict is None:
            actions = [compat.LINE_ACTIONS.get(s.value(2)) for s in message.segments if s.tag == "LIN"]
            if not actions or None in actions:
                raise UnusableError(
                    f"Neither BGM (function {function!r}) nor every LIN says whether the order was taken: "
                    "ask the partner for the codes."
                )
            verdict = all(actions)
        _answer(
            message,
            harvest,
            is_accepted=verdict,
            kinds=("ON",),
            about="cancellation" if is_cancelled else "request",
        )


def read_application_error(message: Message, harvest: Harvest) -> None:
    """Take the answer of one APERAK: an ERC segment is an error whatever the function says."""
    with harvest.part(message):
        opening = message.first("BGM")
        verdict = compat.ANSWER_FUNCTIONS.get(opening.value(3)) if opening is not None else None
        errors = any(s.tag == "ERC" for s in message.segments)
        if verdict is None and not errors:
            raise UnusableError("It has neither an error nor a function that says what became of the order.")
        _answer(message, harvest, is_accepted=bool(verdict) and not errors, kinds=("ON", "ACW"))


def _answer(
    message: Message,
    harvest: Harvest,
    *,
    is_accepted: bool,
    kinds: tuple[str, ...],
    about: Literal["request", "cancellation"] = "request",
) -> None:
    asked = reference(heading(message, "LIN"), *kinds) or reference(message.segments, *kinds)
    if not asked:
        raise UnusableError(f"RFF+{kinds[0]} is missing: nobody can say which order it answers.")
    harvest.answers.append(
        RequestAnswer(
            reference=asked,
            is_accepted=is_accepted,
            reason="" if is_accepted else _words(message),
            about=about,
            source=harvest.source(message),
        )
    )


def _words(message: Message) -> str:
    texts = [" ".join(part for part in s.elements[3] if part) for s in message.segments if _has_text(s)]
    codes = [s.value(1) for s in message.segments if s.tag == "ERC" and s.value(1)]
    return ", ".join((*texts, *(f"error {code}" for code in codes))) or "The answer gives no reason."


def _has_text(segment: Segment) -> bool:
    return segment.tag == "FTX" and len(segment.elements) > 3 and any(segment.elements[3])


def read_control(message: Message, harvest: Harvest) -> None:
    """Take the answers of one CONTRL: of each message that it names, else of the interchange."""
    with harvest.part(message):
        whole = message.first("UCI")
        if whole is None or not whole.value(1):
            raise UnusableError("UCI does not say which interchange it answers.")
        control = controlled(whole.value(1))
        judged = [s for s in message.segments if s.tag == "UCM"] or [whole]
        for segment in judged:
            with harvest.part(message, segment):
                action = segment.value(3) if segment.tag == "UCM" else segment.value(4)
                error = segment.value(4) if segment.tag == "UCM" else segment.value(5)
                verdict = compat.TAKEN_ACTIONS.get(action)
                if verdict is None:
                    raise UnusableError(f"{segment.tag} has action {action!r}: nobody can say what became of it.")
                harvest.answers.append(
                    RequestAnswer(
                        reference=control,
                        is_accepted=verdict,
                        reason=""
                        if verdict
                        else f"The syntax check says {segment.raw} (error {error or 'not named'}).",
                        source=harvest.source(message),
                    )
                )
