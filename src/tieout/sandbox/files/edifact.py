"""EDIFACT as text: an interchange of messages of segments of elements of components; no meaning here.

The characters come from UNA where there is one. What would be read as a separator is released by a question mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.sandbox.files.formats import UnreadableError

DEFAULTS = ":+.? '"
UNA_LETTERS = 9
Segment = list[list[str]]
Said = Sequence[str | Sequence[str]]
"""A segment to be written: its name, then elements; an element with components is a sequence of its own."""


@dataclass(slots=True, kw_only=True)
class Message:
    """One message, from the segment after UNH to the one before UNT; `fault` says how its envelope is wrong."""

    kind: str
    number: str
    segments: list[Segment]
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class Interchange:
    """A whole file."""

    number: str
    sender: str
    receiver: str
    messages: list[Message]
    fault: str = ""


def component(segment: Sequence[Sequence[str]], element: int, place: int = 0) -> str:
    """Return a component of an element, both counted as they stand; empty where the segment ends before it."""
    if element >= len(segment) or place >= len(segment[element]):
        return ""
    return segment[element][place]


def read(body: bytes) -> Interchange:
    """Read an interchange; UnreadableError when it is none or is cut off."""
    text = body.decode("latin-1").lstrip("\r\n ")
    marks = DEFAULTS
    if text.startswith("UNA") and len(text) >= UNA_LETTERS:
        marks, text = text[3:UNA_LETTERS], text[UNA_LETTERS:]
    segments = list(_segments(text, marks))
    if not segments or component(segments[0], 0) != "UNB":
        raise UnreadableError("the file does not begin with UNB")
    head, last = segments[0], segments[-1]
    if component(last, 0) != "UNZ":
        raise UnreadableError("the file does not end with UNZ: it may be cut off")
    messages = list(_messages(segments[1:-1]))
    made = Interchange(
        number=component(head, 5), sender=component(head, 2), receiver=component(head, 3), messages=messages
    )
    if component(last, 1) != str(len(messages)) or component(last, 2) != made.number:
        made.fault = "UNZ does not agree with UNB"
    return made


def _segments(text: str, marks: str) -> Iterable[Segment]:
    between, split, _, release, _, end = tuple(marks)
    segment: Segment = [[""]]
    released = False
    for letter in text:
        if released:
            segment[-1][-1] += letter
            released = False
        elif letter == release and release != " ":
            released = True
        elif letter == end:
            yield segment
            segment = [[""]]
        elif letter == split:
            segment.append([""])
        elif letter == between:
            segment[-1].append("")
        elif letter not in "\r\n":
            segment[-1][-1] += letter
    if segment != [[""]] or released:
        raise UnreadableError("the last segment has no end: the file may be cut off")


def _messages(segments: Iterable[Segment]) -> Iterable[Message]:
    message: Message | None = None
    for segment in segments:
        name = component(segment, 0)
        if name == "UNH":
            if message is not None:
                raise UnreadableError("a message begins inside another")
            message = Message(kind=component(segment, 2), number=component(segment, 1), segments=[])
        elif message is None:
            raise UnreadableError(f"{name} stands outside a message")
        elif name == "UNT":
            count = len(message.segments) + 2
            if component(segment, 1) != str(count):
                message.fault = f"UNT counts {component(segment, 1)} segments, there are {count}"
            elif component(segment, 2) != message.number:
                message.fault = "UNT has another number than UNH"
            yield message
            message = None
        else:
            message.segments.append(segment)
    if message is not None:
        raise UnreadableError("a message has no end: the file may be cut off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes messages of directory D.96A in one interchange; `miscounts` makes the count in UNT wrong."""

    sender: str
    receiver: str
    number: int
    at: datetime
    miscounts: bool = False

    def written(self, messages: Sequence[tuple[str, Sequence[Said]]]) -> bytes:
        """Return the file of these messages, each its kind and its segments between UNH and UNT."""
        control = str(self.number)
        moment = (f"{self.at:%y%m%d}", f"{self.at:%H%M}")
        lines: list[Said] = [
            ("UNB", ("UNOC", "3"), (self.sender.upper(), "14"), (self.receiver.upper(), "14"), moment, control)
        ]
        for place, (kind, segments) in enumerate(messages, 1):
            lines += [("UNH", str(place), (kind, "D", "96A", "UN")), *segments]
            lines.append(("UNT", str(len(segments) + 2 + self.miscounts), str(place)))
        lines.append(("UNZ", str(len(messages)), control))
        return ("UNA" + DEFAULTS + "".join(f"{_line(line)}'\n" for line in lines)).encode("latin-1", "replace")


def _line(segment: Said) -> str:
    elements = [_element([one] if isinstance(one, str) else one) for one in segment]
    while not elements[-1]:
        elements.pop()
    return "+".join(elements)


def _element(components: Sequence[str]) -> str:
    kept = [_released(one) for one in components]
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return ":".join(kept)


def _released(text: str) -> str:
    flat = text.replace("\r", " ").replace("\n", " ")
    return "".join(f"?{letter}" if letter in ":+?'" else letter for letter in flat)
