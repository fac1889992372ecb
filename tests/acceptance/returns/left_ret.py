"""Rows of "Returns software for Sage 200" that are the matter of other work, each with the title of that work."""

from __future__ import annotations

from tests.acceptance.rows import Later, left

ROWS = (
    left("RET-04", "Who owns which data is agreed before anything goes live.", Later.GO_LIVE),
    left("RET-05", "Where the value of a return comes from is decided, recorded and dated.", Later.GO_LIVE),
    left("RET-09", "Finance, operations and customer experience sign each policy off.", Later.GO_LIVE),
    left("RET-24", "Open exceptions are escalated as the end of their period comes near.", Later.CLOSE),
    left("RET-26", "The share and the exceptions of plain and of unusual returns are reported.", Later.NOBODY),
    left("RET-32", "Fifty thousand returns a month are worked and searched in time.", Later.GO_LIVE),
    left("RET-35", "Gaps between the systems are alarmed the same day, not at the month's end.", Later.CLOSE),
    left("RET-40", "Somebody checks pending returns by age, and a missed check is seen.", Later.CLOSE, Later.GO_LIVE),
    left("RET-41", "A handbook for each role, made from the settings in force.", Later.GO_LIVE),
    left("RET-42", "Queues, throughput and errors are watched, and a trial return runs regularly.", Later.GO_LIVE),
)
