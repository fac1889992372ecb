"""997 and TA1: what became of what we sent.

They name our control numbers, not our requests. Every number of an envelope that we write is the same (`x12_write`),
so whichever of them is named leads to the file.
"""

from __future__ import annotations

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.answers import controlled
from tieout.connectors.files.edi.harvest import Harvest
from tieout.connectors.files.edi.segments import Interchange, Message, Segment, UnusableError
from tieout.ports.warehouses import RequestAnswer

ORDERS_GROUP = "OW"


def read_acknowledgement(message: Message, harvest: Harvest) -> None:
    """Take the answers of one 997: of each transaction set that it names, else of the group."""
    with harvest.part(message):
        group = message.first("AK1")
        closing = message.first("AK9")
        if group is None or not group.value(2):
            raise UnusableError("There is no AK1 segment with a group number: nobody can say what it acknowledges.")
        if group.value(1) != ORDERS_GROUP:
            raise UnusableError(f"It acknowledges a group {group.value(1)}, and we send none but {ORDERS_GROUP}.")
        sets = _sets(message)
        if not sets and (closing is None or not closing.value(1)):
            raise UnusableError("It says neither in AK5 nor in AK9 whether the group was accepted.")
        for opening, verdict, notes in sets:
            with harvest.part(message, opening):
                harvest.answers.append(_answer(opening.value(2), verdict, notes, harvest.source(message)))
        if not sets and closing is not None:
            harvest.answers.append(_answer(group.value(2), closing.value(1), closing.raw, harvest.source(message)))


def read_notices(interchange: Interchange, harvest: Harvest) -> None:
    """Take what TA1 segments say of our envelopes; one that was accepted says nothing of its orders yet."""
    for segment in interchange.notices:
        if segment.value(4) not in {"A", "E", "R"}:
            harvest.refuse(f"interchange {interchange.control}", "TA1-04 says neither A, E nor R.", segment.raw)
        elif segment.value(4) == "R":
            harvest.answers.append(
                RequestAnswer(
                    reference=controlled(segment.value(1)),
                    is_accepted=False,
                    reason=f"The envelope was rejected (TA1-05 {segment.value(5)}).",
                    source=f"interchange {interchange.control}",
                )
            )


def _sets(message: Message) -> list[tuple[Segment, str, str]]:
    found: list[tuple[Segment, str, str]] = []
    opening: Segment | None = None
    notes: list[str] = []
    for segment in message.segments:
        match segment.tag:
            case "AK2":
                if opening is not None:
                    found.append((opening, "", ""))
                opening, notes = segment, []
            case "AK5" if opening is not None:
                found.append((opening, segment.value(1), ", ".join((*notes, segment.raw))))
                opening = None
            case "AK3" | "AK4":
                notes.append(segment.raw)
            case _:
                continue
    return found if opening is None else [*found, (opening, "", "")]


def _answer(control: str, verdict: str, notes: str, source: str) -> RequestAnswer:
    if verdict == compat.PARTLY_ACCEPTED or not verdict:
        raise UnusableError(f"Of {control or 'a transaction set without a number'} it is not said what became of it.")
    is_accepted = verdict in compat.ACCEPTED_SETS
    reason = "" if verdict == "A" else f"The syntax check says {notes}."
    return RequestAnswer(reference=controlled(control), is_accepted=is_accepted, reason=reason, source=source)
