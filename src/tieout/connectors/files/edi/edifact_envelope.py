"""EDIFACT's envelope: UNA, UNB, UNH and what closes them (ISO 9735), and the segments of TRADACOMS, which are alike.

The segments are split by pydifact's tokenizer alone: its parser looks for a UNA in the middle of texts, warns of every
segment that it has no directory of, and fails on headers that lack an element. Counts and numbers are checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydifact.control.characters import Characters
from pydifact.exceptions import EDISyntaxError
from pydifact.parser import Parser, TokenIterator
from pydifact.tokenizer import Tokenizer

from tieout.connectors.files.edi.letters import BLANKS, without_line_breaks
from tieout.connectors.files.edi.segments import Interchange, Message, Segment
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted
from tieout.ports.inbound import MalformedError

PLAIN = ":+.? '"
"""Component, element, decimal mark, release, reserved, end: what holds where no UNA says otherwise."""
_NO_RELEASE = "\x00"
"""Stands for a release character where UNA has none; no file that is read holds it."""
_CUT = "is not closed: the file may be cut off, ask for it again"
_INTERCHANGES_MAX = 1_000


def interchanges(text: str, settings: EdiSettings) -> Iterator[Interchange]:
    """Every interchange of a text that begins with UNA or UNB; MalformedError when one cannot be taken apart."""
    marks = _marks(text)
    text = text.replace("\r", "") if marks[5] == "\n" else without_line_breaks(text)
    found = _pieces(text, marks)
    if len(found) > _INTERCHANGES_MAX:
        raise MalformedError(f"The file has over {_INTERCHANGES_MAX:,} interchanges: ask for parts.")
    for piece in found:
        if piece.startswith("UNA"):
            marks = _marks(piece)
        yield _taken_apart(piece[9:] if piece.startswith("UNA") else piece, marks, settings)


def segments(text: str, marks: str, settings: EdiSettings) -> Iterator[Segment]:
    """The segments of a text whose UNA is taken off."""
    release = marks[3] if marks[3] != " " else _NO_RELEASE
    characters = Characters.from_str(marks[:3] + release + marks[4:])
    ended = text.strip(BLANKS)
    if marks[5] in BLANKS:
        ended += marks[5]
    tokens = TokenIterator(Tokenizer().get_tokens(ended, characters))
    try:
        for place, raw in enumerate(Parser().convert_tokens_to_raw_segments(tokens)):
            if place >= settings.segments_max:
                raise MalformedError(
                    f"The file has over {settings.segments_max:,} segments, the most that is read: ask for parts."
                )
            tag, *elements = (tuple(each) if isinstance(each, list) else (str(each or ""),) for each in raw)
            yield Segment(tag=tag[0].strip(), tag_parts=tag[1:], elements=tuple(elements))
    except (EDISyntaxError, AssertionError) as unusable:
        raise MalformedError("The last segment does not end: the file is cut off, ask for it again.") from unusable


def _marks(text: str) -> str:
    if not text.startswith("UNA"):
        return PLAIN
    marks = text[3:9]
    used = [marks[n] for n in (0, 1, 3, 5) if len(marks) == 6 and not (n == 3 and marks[n] == " ")]
    if (
        len(used) < 3
        or len(set(used)) < len(used)
        or marks[5] == "\r"
        or any(mark.isalnum() or mark in " \t" for mark in used)
    ):
        raise MalformedError(f"The separators of the UNA segment cannot be used: {marks!r}.")
    return marks


def _pieces(text: str, marks: str) -> list[str]:
    release = f"(?<!{re.escape(marks[3])})" if marks[3] != " " else ""
    between = re.compile(rf"{release}{re.escape(marks[5])}[ \t]*(?=UNA|UNB{re.escape(marks[1])})")
    begins = 9 if text.startswith("UNA") else 0
    cuts = [hit for hit in between.finditer(text, begins) if hit.start() >= begins]
    starts = [0, *(hit.end() for hit in cuts)]
    ends = [*(hit.start() + 1 for hit in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What has been opened so far."""

    settings: EdiSettings
    decimal_mark: str
    header: Segment
    opening: Segment | None = None
    held: list[Segment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    groups: int = 0
    faults: list[str] = field(default_factory=list)
    closed: Segment | None = None

    def take(self, segment: Segment) -> None:
        """Put one segment where it belongs."""
        match segment.tag:
            case "UNH":
                self.close_message(None)
                self.opening, self.held = segment, []
            case "UNT":
                self.close_message(segment)
            case "UNZ":
                self.close_message(None)
                self.closed = segment
            case "UNG":
                self.groups += 1
            case "UNE":
                self.close_message(None)
            case _ if self.opening is None:
                self.faults.append(f"A segment stands outside every message: {segment.raw}")
            case _:
                self.held.append(Segment(tag=segment.tag, elements=segment.elements, number=len(self.held) + 2))

    def close_message(self, closing: Segment | None) -> None:
        """End the message; None where it is not closed, or none was open."""
        opening = self.opening
        if opening is None:
            if closing is not None:
                self.faults.append("A UNT segment closes a message that was not opened.")
            return
        self.opening = None
        fault = ""
        if closing is None:
            fault = f"The message {_CUT}."
        elif closing.value(2) != opening.value(1):
            fault = f"It begins as number {opening.value(1)} and ends as {closing.value(2)}: ask for it again."
        elif self.settings.checks_counts and counted(closing.value(1)) != len(self.held) + 2:
            fault = f"It has {len(self.held) + 2} segments and says {closing.value(1)}: ask for it again."
        self.messages.append(
            Message(
                kind=opening.value(2),
                control=opening.value(1),
                segments=tuple(self.held),
                fault=fault,
                decimal_mark=self.decimal_mark,
            )
        )

    def close(self) -> None:
        """End the interchange and check what closes it."""
        self.close_message(None)
        control = self.header.value(5)
        if self.closed is None:
            self.faults.append(f"The interchange {control} {_CUT}.")
        elif self.settings.checks_counts and self.closed.value(2) != control:
            self.faults.append(f"The interchange {control} ends as {self.closed.value(2)}: something may be missing.")
        elif self.settings.checks_counts and counted(self.closed.value(1)) != (self.groups or len(self.messages)):
            self.faults.append(
                f"The interchange {control} has {self.groups or len(self.messages)} messages and says "
                f"{self.closed.value(1)}."
            )


def _taken_apart(text: str, marks: str, settings: EdiSettings) -> Interchange:
    walk: _Walk | None = None
    for segment in segments(text, marks, settings):
        if walk is not None:
            walk.take(segment)
        elif segment.tag == "UNB":
            walk = _Walk(settings=settings, decimal_mark=marks[2], header=segment)
        else:
            raise MalformedError(f"The first segment is {segment.tag[:12]!r} and should be UNB.")
    if walk is None:
        raise MalformedError("Behind the UNA segment there is nothing.")
    walk.close()
    header = walk.header
    return Interchange(
        syntax="EDIFACT",
        sender=header.value(2),
        sender_qualifier=header.value(2, 2),
        receiver=header.value(3),
        receiver_qualifier=header.value(3, 2),
        control=header.value(5),
        written=header.value(4) + header.value(4, 2),
        is_test=header.value(11) not in {"", "0"},
        messages=tuple(walk.messages),
        faults=tuple(walk.faults),
    )
