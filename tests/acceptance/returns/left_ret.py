"""Rows of "Returns software for Sage 200" that are the matter of other work, each with the title of that work."""

from __future__ import annotations

from tests.acceptance.returns.rows import Later, left

ROWS = (
    left("RET-04", "Who owns which data is agreed before anything goes live.", Later.GO_LIVE),
    left("RET-05", "Where the value of a return comes from is decided, recorded and dated.", Later.GO_LIVE),
    left("RET-09", "Finance, operations and customer experience sign each policy off.", Later.GO_LIVE),
    left("RET-24", "Open exceptions are escalated as the end of their period comes near.", Later.CLOSE),
    left("RET-26", "The share and the exceptions of plain and of unusual returns are reported.", Later.CONSOLE),
    left("RET-32", "Fifty thousand returns a month are worked and searched in time.", Later.CONSOLE, Later.GO_LIVE),
    left("RET-35", "Gaps between the systems are alarmed the same day, not at the month's end.", Later.CLOSE),
    left("RET-37", "Customer experience, warehouse and finance each have their queue and rights.", Later.CONSOLE),
    left("RET-38", "A page for every alarm says what it means and what to do.", Later.CONSOLE, Later.GO_LIVE),
    left("RET-40", "Somebody checks pending returns by age, and a missed check is seen.", Later.CLOSE, Later.GO_LIVE),
    left("RET-41", "A handbook for each role, made from the settings in force.", Later.GO_LIVE),
    left("RET-42", "Queues, throughput and errors are watched, and a trial return runs regularly.", Later.GO_LIVE),
    left("RET-43", "A kind of exception that grows above its usual rate is one alarm, not many.", Later.CONSOLE),
    left("RET-44", "Failures of a batch are grouped by their cause and what changed before it.", Later.CONSOLE),
    left("RET-47", "No screen of Tieout lets anybody originate a customer's return.", Later.CONSOLE),
    left("RET-55", "Support sees where a unit is and whether it can be promised, in one search.", Later.CONSOLE),
)
