"""X12 as text: an interchange of groups of sets of segments, read and written; no meaning here.

The separators of what is read come from its ISA segment, which has a fixed length: the element's at the 4th place, the
component's at the 105th, the segment's at the 106th.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tieout.sandbox.files.formats import UnreadableError

ISA_LETTERS = 106
ELEMENT, COMPONENT, SEGMENT = "*", ">", "~"
Segment = list[str]


@dataclass(slots=True, kw_only=True)
class TransactionSet:
    """One set, from the segment after ST to the one before SE; `fault` says how its envelope is wrong."""

    kind: str
    number: str
    segments: list[Segment]
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class Group:
    """One functional group."""

    kind: str
    number: str
    sets: list[TransactionSet] = field(default_factory=list)
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class Interchange:
    """A whole file; sender and receiver as in ISA06 and ISA08, without the spaces that fill them."""

    number: str
    sender: str
    receiver: str
    groups: list[Group]
    fault: str = ""


def element(segment: Sequence[str], place: int) -> str:
    """Return an element by its number, empty where the segment ends before it."""
    return segment[place] if place < len(segment) else ""


def read(body: bytes) -> Interchange:
    """Read an interchange; UnreadableError when it is none or is cut off."""
    text = body.decode("utf-8", "replace").lstrip("\ufeff\r\n ")
    if not text.startswith("ISA") or len(text) < ISA_LETTERS:
        raise UnreadableError("the file does not begin with an ISA segment")
    split, end = text[3], text[ISA_LETTERS - 1]
    segments = [part.strip("\r\n").split(split) for part in text.split(end) if part.strip()]
    isa = segments[0]
    if len(isa) != 17:
        raise UnreadableError(f"ISA has {len(isa) - 1} elements and not 16")
    if segments[-1][0] != "IEA":
        raise UnreadableError("the file does not end with IEA: it may be cut off")
    groups = list(_groups(segments[1:-1]))
    made = Interchange(number=isa[13].strip(), sender=isa[6].strip(), receiver=isa[8].strip(), groups=groups, fault="")
    if element(segments[-1], 2).strip() != made.number or element(segments[-1], 1) != str(len(groups)):
        made.fault = "IEA does not agree with ISA"
    return made


def _groups(segments: Iterable[Segment]) -> Iterable[Group]:
    group: Group | None = None
    inside: list[Segment] = []
    for segment in segments:
        name = segment[0]
        if name == "GS":
            group = Group(kind=element(segment, 1), number=element(segment, 6))
        elif group is None:
            raise UnreadableError(f"{name} stands outside a group")
        elif name == "GE":
            if element(segment, 1) != str(len(group.sets)) or element(segment, 2) != group.number:
                group.fault = "GE does not agree with GS"
            yield group
            group = None
        elif name == "SE":
            group.sets.append(_set([*inside, segment]))
            inside = []
        else:
            inside.append(segment)
    if group is not None or inside:
        raise UnreadableError("a group has no end: the file may be cut off")


def _set(segments: list[Segment]) -> TransactionSet:
    first, last = segments[0], segments[-1]
    if first[0] != "ST":
        raise UnreadableError(f"a set begins with {first[0]}")
    made = TransactionSet(kind=element(first, 1), number=element(first, 2), segments=segments[1:-1])
    if element(last, 1) != str(len(segments)):
        made.fault = f"SE counts {element(last, 1)} segments, there are {len(segments)}"
    elif element(last, 2) != made.number:
        made.fault = "SE has another number than ST"
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes one group in one interchange; `miscounts` makes SE01 wrong."""

    sender: str
    receiver: str
    number: int
    at: datetime
    miscounts: bool = False

    def written(self, group: str, sets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
        """Return the file of these sets, each its kind and its segments between ST and SE."""
        isa = (
            "ISA",
            *("00", " " * 10, "00", " " * 10),
            *("ZZ", self.sender.upper().ljust(15)[:15], "ZZ", self.receiver.upper().ljust(15)[:15]),
            *(f"{self.at:%y%m%d}", f"{self.at:%H%M}", "U", "00401", f"{self.number:09d}", "0", "T", COMPONENT),
        )
        head = ("GS", group, self.sender.upper(), self.receiver.upper(), f"{self.at:%Y%m%d}", f"{self.at:%H%M}")
        lines: list[Sequence[str]] = [isa, (*head, str(self.number), "X", "004010")]
        for place, (kind, segments) in enumerate(sets, 1):
            control = f"{place:04d}"
            count = len(segments) + 2 + self.miscounts
            lines += [("ST", kind, control), *map(_trimmed, segments), ("SE", str(count), control)]
        lines += [("GE", str(len(sets)), str(self.number)), ("IEA", "1", f"{self.number:09d}")]
        return "".join(f"{ELEMENT.join(line)}{SEGMENT}\n" for line in lines).encode()


def _trimmed(segment: Sequence[str]) -> list[str]:
    """Leave out empty elements at the end, and what would be read as a separator: X12 cannot escape it."""
    clean = ["".join(" " if c in (ELEMENT, COMPONENT, SEGMENT, "\n", "\r") else c for c in one) for one in segment]
    while clean and not clean[-1]:
        clean.pop()
    return clean
