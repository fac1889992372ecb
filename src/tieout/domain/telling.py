"""What other programs may be told of, and what they are told: ids and states, never a person or a text of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Event(StrEnum):
    """Something that happened, as a webhook may ask to be told of it."""

    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"
    DOCUMENT_TIED_OUT = "document.tied_out"
    LEG_OVERDUE = "leg.overdue"
    MAPPING_CHANGED = "mapping.changed"
    ALERT_RAISED = "alert.raised"
    TEST = "test"
    """Asked for by a person; it goes to one webhook, whatever that asks to be told of."""


MEANINGS: Final[Mapping[Event, str]] = {
    Event.CASE_OPENED: "A document was stopped and is on somebody's desk",
    Event.CASE_CLOSED: "A case was closed, by a person or because its trouble went away",
    Event.DOCUMENT_TIED_OUT: "A document ties out: every system shows what was expected",
    Event.LEG_OVERDUE: "A system does not show in time what it should show of a document",
    Event.MAPPING_CHANGED: "A mapping row came into force or was ended",
    Event.ALERT_RAISED: "A new cause of trouble was found",
}
"""What each event means; these are the ones that may be chosen."""
