"""X12's envelope: ISA, GS, ST and what closes them.

The segments are split by pyx12's reader of raw files. It knows two versions, wants every ISA padded and ends without a
word at an empty segment; so it is given a header of its own making, and segments that are not empty. Counts and numbers
are checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from pyx12.rawx12file import RawX12File  # type: ignore[import-untyped]  # ships annotations without the marker
from pyx12.segment import Segment as RawSegment  # type: ignore[import-untyped]  # as above

from tieout.connectors.files.edi.letters import BLANKS, without_line_breaks
from tieout.connectors.files.edi.segments import Group, Interchange, Message, Segment
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import counted
from tieout.ports.inbound import MalformedError

_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
"""Of ISA01 to ISA15."""
_HEADER_LETTERS = 400
"""An ISA has 106; one with line breaks and odd padding has more."""
_KNOWN_VERSION = "00401"
_INTERCHANGES_MAX = 200
_CUT = "is not closed: the file may be cut off, ask for it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What ISA says."""

    elements: tuple[str, ...]
    mark: str
    part_mark: str
    end: str
    begins: int
    """Where the segments behind it begin."""


def interchanges(text: str, settings: EdiSettings) -> Iterator[Interchange]:
    """Every interchange of a text that begins with ISA; MalformedError when one cannot be taken apart."""
    rest = text
    for _ in range(_INTERCHANGES_MAX):
        header = _header(rest)
        body = rest[header.begins :]
        body = body.replace("\r", "\n") if header.end == "\n" else without_line_breaks(body)
        closing = re.compile(rf"{re.escape(header.end)}[ \t]*IEA{re.escape(header.mark)}").search(header.end + body)
        ends = body.find(header.end, closing.end() - 1) if closing else -1
        yield _taken_apart(header, body if ends < 0 else body[: ends + 1], settings)
        rest = body[ends + 1 :].lstrip(BLANKS + header.end) if ends >= 0 else ""
        if not rest:
            return
    raise MalformedError(f"The file has over {_INTERCHANGES_MAX:,} interchanges: ask for parts.")


def _header(text: str) -> _Header:
    if not text.startswith("ISA") or len(text) < 4 or text[3].isalnum() or text[3] in BLANKS:
        raise MalformedError(
            f"What should begin with an ISA segment begins with {text[:12]!r}: ask for the file with its envelope."
        )
    mark = text[3]
    parts = text[:_HEADER_LETTERS].split(mark, 16)
    if len(parts) < 17 or len(parts[16]) < 1:
        raise MalformedError("The ISA segment has fewer than 16 elements.")
    elements = tuple(without_line_breaks(part).strip(BLANKS) for part in parts[1:16])
    begins = sum(len(part) + 1 for part in parts[:16]) + 1
    part_mark = parts[16][0]
    behind = text[begins : begins + 2]
    end = "\n" if behind.startswith("\r") else behind[:1]
    wrong = next((n for n, (part, width) in enumerate(zip(elements, _WIDTHS, strict=True), 1) if len(part) > width), 0)
    if wrong:
        raise MalformedError(f"ISA{wrong:02} is {elements[wrong - 1][:40]!r}, which is too long.")
    marks = {mark, part_mark, end}
    if not end or len(marks) < 3 or any(each.isalnum() or each in " \t" for each in marks):
        raise MalformedError("The letters that separate segments, elements and components cannot be told from the ISA.")
    begins += 2 if behind == "\r\n" else 1
    return _Header(elements=elements, mark=mark, part_mark=part_mark, end=end, begins=begins)


def _segments(header: _Header, body: str, settings: EdiSettings) -> Iterator[Segment]:
    lines = [line for line in (part.strip(BLANKS) for part in body.split(header.end)) if line]
    if len(lines) > settings.segments_max:
        raise MalformedError(
            f"The file has over {settings.segments_max:,} segments, the most that is read: ask for parts."
        )
    padded = [part.ljust(width) for part, width in zip(header.elements, _WIDTHS, strict=True)]
    padded[11] = _KNOWN_VERSION
    opening = header.mark.join(("ISA", *padded, header.part_mark)) + header.end
    raw = iter(RawX12File(StringIO(opening + header.end.join((*lines, "")))))
    next(raw)
    for line in raw:
        cut = RawSegment(line, header.end, header.mark, header.part_mark)
        elements = tuple(tuple(part.value for part in composite.elements) for composite in cut.elements)
        yield Segment(tag=str(cut.seg_id).strip(), elements=elements)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What has been opened so far."""

    settings: EdiSettings
    opening: Segment | None = None
    held: list[Segment] = field(default_factory=list)
    group: Segment | None = None
    group_sets: int = 0
    messages: list[Message] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notices: list[Segment] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    closed: Segment | None = None

    def take(self, segment: Segment) -> None:
        """Put one segment where it belongs."""
        match segment.tag:
            case "GS":
                self.close_group(None)
                self.group, self.group_sets = segment, 0
                self.groups.append(Group(code=segment.value(1), control=segment.value(6)))
            case "GE":
                self.close_group(segment)
            case "ST":
                self.close_set(None)
                self.opening, self.held = segment, []
            case "SE":
                self.close_set(segment)
            case "IEA":
                self.close_group(None)
                self.closed = segment
            case "TA1":
                self.notices.append(segment)
            case _ if self.opening is None:
                self.faults.append(f"A segment stands outside every transaction set: {segment.raw}")
            case _:
                held = Segment(tag=segment.tag, elements=segment.elements, number=len(self.held) + 2)
                self.held.append(held)

    def close_set(self, closing: Segment | None) -> None:
        """End the transaction set; None where it is not closed, or none was open."""
        opening = self.opening
        if opening is None:
            if closing is not None:
                self.faults.append("An SE segment closes a transaction set that was not opened.")
            return
        self.opening = None
        self.group_sets += 1
        fault = ""
        if closing is None:
            fault = f"The transaction set {_CUT}."
        elif closing.value(2) != opening.value(2):
            fault = f"It begins as number {opening.value(2)} and ends as {closing.value(2)}: ask for it again."
        elif self.settings.checks_counts and counted(closing.value(1)) != len(self.held) + 2:
            fault = f"It has {len(self.held) + 2} segments and says {closing.value(1)}: ask for it again."
        self.messages.append(
            Message(
                kind=opening.value(1),
                control=opening.value(2),
                segments=tuple(self.held),
                group=self.group.value(6) if self.group is not None else "",
                fault=fault,
            )
        )

    def close_group(self, closing: Segment | None) -> None:
        """End the group; None where it is not closed, or none was open."""
        self.close_set(None)
        group, self.group = self.group, None
        if group is None:
            if closing is not None:
                self.faults.append("A GE segment closes a group that was not opened.")
            return
        name = f"The group {group.value(6)}"
        if closing is None:
            self.faults.append(f"{name} {_CUT}.")
        elif self.settings.checks_counts and closing.value(2).lstrip("0") != group.value(6).lstrip("0"):
            self.faults.append(f"{name} ends as {closing.value(2)}: something may be missing.")
        elif self.settings.checks_counts and counted(closing.value(1)) != self.group_sets:
            self.faults.append(f"{name} has {self.group_sets} transaction sets and says {closing.value(1)}.")


def _taken_apart(header: _Header, body: str, settings: EdiSettings) -> Interchange:
    walk = _Walk(settings=settings)
    for segment in _segments(header, body, settings):
        walk.take(segment)
    walk.close_group(None)
    control = header.elements[12]
    if walk.closed is None:
        walk.faults.append(f"The interchange {control} {_CUT}.")
    elif settings.checks_counts and walk.closed.value(2).lstrip("0") != control.lstrip("0"):
        walk.faults.append(f"The interchange {control} ends as {walk.closed.value(2)}: something may be missing.")
    elif settings.checks_counts and counted(walk.closed.value(1)) != len(walk.groups):
        walk.faults.append(f"The interchange {control} has {len(walk.groups)} groups and says {walk.closed.value(1)}.")
    return Interchange(
        syntax="X12",
        sender=header.elements[5],
        sender_qualifier=header.elements[4],
        receiver=header.elements[7],
        receiver_qualifier=header.elements[6],
        control=control,
        written=header.elements[8] + header.elements[9],
        is_test=header.elements[14] == "T",
        messages=tuple(walk.messages),
        groups=tuple(walk.groups),
        notices=tuple(walk.notices),
        faults=tuple(walk.faults),
    )
