"""What each word of state means, as the help says it and in the tone that the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWord:
    """One word of state."""

    word: str
    tone: str
    means: str


def _word(word: str, tone: str, means: str) -> StateWord:
    return StateWord(word=word, tone=tone, means=means)


STATE_WORDS: Final[tuple[tuple[str, tuple[StateWord, ...]], ...]] = (
    (
        "An exception",
        (
            _word("Open", "warn", "Somebody has to decide or put something right. The document waits meanwhile."),
            _word("Over time", "bad", "It is open and the time to settle it has passed."),
            _word("Asleep", "off", "Somebody put it off until a day. It wakes by itself, or earlier if it gets worse."),
            _word("Came back", "warn", "It was settled before, and the same trouble is there again."),
            _word("Closed", "good", "Settled: put right at its source, mapped, booked in Sage, accepted, or gone."),
        ),
    ),
    (
        "A document",
        (
            _word("New", "busy", "We were told of it and have not read it yet."),
            _word("Waiting", "busy", "We know what comes next and wait for it: goods, a posting window, an answer."),
            _word("Blocked", "warn", "It has an open exception and goes on once that is settled."),
            _word("Done", "good", "Everything that had to happen was read back in every system."),
        ),
    ),
    (
        "What a document should show in one system",
        (
            _word("Expected", "busy", "It should be there, and there is still time."),
            _word("Agreed", "good", "It is there, equal to the penny and to the unit."),
            _word("Differs", "bad", "It is there with another figure. Both figures are kept."),
            _word("Overdue", "bad", "It should be there, its time has passed and it was not read."),
            _word("Unexpected", "bad", "It is there and nobody expected it: done by hand, or twice."),
            _word("Waived", "off", "It need not agree any more. Who said so, when and why is kept."),
        ),
    ),
    (
        "A posting of ours",
        (
            _word(
                "Intended", "busy", "Written down and being sent. If the answer is lost we look before we send again."
            ),
            _word("Done", "good", "Read back in the system with the figures that were planned."),
            _word("Refused", "bad", "The system said no. Nothing was posted."),
            _word("Withdrawn", "off", "Not needed any more, and never sent."),
        ),
    ),
    (
        "An alert",
        (
            _word("Open", "warn", "Somebody was told and nobody has taken it yet. It climbs until somebody does."),
            _word("Acknowledged", "busy", "Somebody has taken it. It climbs no further."),
            _word("Cleared", "good", "Its cause has gone."),
        ),
    ),
    (
        "An account",
        (
            _word("Complete", "good", "All that there is was listed not long ago."),
            _word("Correct", "good", "What was read agrees with what was planned."),
            _word("Fresh", "good", "It has answered not long ago."),
        ),
    ),
)
"""Of what, and its words, in the order in which they usually come."""
