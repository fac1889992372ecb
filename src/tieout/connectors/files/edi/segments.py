"""What X12, EDIFACT and TRADACOMS have in common: segments of elements of components, in numbered messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RAW_LETTERS = 200
"""As much of a segment as a refusal shows."""


class UnusableError(Exception):
    """A part of a message cannot be used; the text is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment. Elements and their components are counted from 1, as the standards do."""

    tag: str
    elements: tuple[tuple[str, ...], ...]
    tag_parts: tuple[str, ...] = ()
    """What stands behind the tag as its components: in TRADACOMS, the rest of the first element."""
    number: int = 0
    """Its place in the message, the opening segment being 1."""

    def value(self, element: int, component: int = 1) -> str:
        """The text that stands there, without blanks around it; empty where nothing stands."""
        if element > len(self.elements) or component > len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component - 1].strip()

    @property
    def raw(self) -> str:
        """The segment for people, in the usual letters whatever letters the file uses."""
        text = "*".join((self.tag, *(":".join(parts) for parts in self.elements)))
        return text if len(text) <= RAW_LETTERS else text[:RAW_LETTERS] + "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: a transaction set of X12, a message of EDIFACT or TRADACOMS."""

    kind: str
    """945, DESADV, ORDERS."""
    control: str
    """Its own number in the file."""
    segments: tuple[Segment, ...]
    """Those between its opening and its closing segment."""
    group: str = ""
    """Number of the group that it stands in (X12)."""
    fault: str = ""
    """Why it cannot be used as a whole: its counts or numbers are wrong."""
    decimal_mark: str = "."

    @property
    def where(self) -> str:
        """Its name, for people and for the acknowledgement."""
        return f"{self.kind} {self.control}".strip()

    def first(self, tag: str) -> Segment | None:
        """The first segment of this tag."""
        return next((segment for segment in self.segments if segment.tag == tag), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A functional group of X12, as its acknowledgement names it."""

    code: str
    """SW, OW, FA."""
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One envelope with its messages."""

    syntax: str
    """`X12`, `EDIFACT` or `TRADACOMS`."""
    sender: str
    sender_qualifier: str
    receiver: str
    receiver_qualifier: str
    control: str
    written: str
    """Date and time as the envelope has them, `yymmddhhmm`; shorter where it has less."""
    messages: tuple[Message, ...]
    groups: tuple[Group, ...] = ()
    is_test: bool = False
    faults: tuple[str, ...] = ()
    """What is wrong with the envelope; its messages count all the same."""
    notices: tuple[Segment, ...] = ()
    """Acknowledgements that stand in the envelope itself: TA1 of X12."""


def some_of(segments: Iterable[Segment], *tags: str) -> list[list[Segment]]:
    """The runs of the first of the tags, which end at any of them; UnusableError when there is none.

    A message of no items is no message of noughts: somebody must look at it.
    """
    found = [run for run in runs(segments, *tags) if run[0].tag == tags[0]]
    if not found:
        raise UnusableError(f"There is no {tags[0]} segment: it says nothing of any item.")
    return found


def runs(segments: Iterable[Segment], *tags: str) -> Iterator[list[Segment]]:
    """Each segment of one of the tags with all behind it, up to the next of them; what stands before is left out."""
    gathered: list[Segment] = []
    for segment in segments:
        if segment.tag in tags:
            if gathered:
                yield gathered
            gathered = [segment]
        elif gathered:
            gathered.append(segment)
    if gathered:
        yield gathered
