"""Rows of "3PL for Sage 200" that are the matter of other work, each with the title of that work."""

from __future__ import annotations

from tests.acceptance.rows import Later, left

ROWS = (
    left("3PL-04", "Who owns which data is agreed with each 3PL before anything goes live.", Later.GO_LIVE),
    left("3PL-05", "Work done around the systems is listed, with what takes its place and when.", Later.GO_LIVE),
    left("3PL-08", "The team's own list of exceptions is read in and sorted by what is found by itself.", Later.NOBODY),
    left("3PL-09", "From when figures of a period count no more, and what becomes of what comes later.", Later.CLOSE),
    left("3PL-22", "A pack for the year's end: stock by bin against the 3PL's certificate.", Later.CLOSE),
    left("3PL-27", "How long the month's close takes, task by task, against how long it took before.", Later.CLOSE),
    left("3PL-31", "What stays open too long climbs to the manager, and the week's debt is gone through.", Later.CLOSE),
    left("3PL-32", "Who keeps which records and settles which exceptions, written down from settings.", Later.GO_LIVE),
    left(
        "3PL-33",
        "Finance is led through the month's stock reconciliation, and practises it.",
        Later.CLOSE,
        Later.GO_LIVE,
    ),
    left("3PL-34", "Operations practise mappings and alerts, and it is on record that they did.", Later.GO_LIVE),
    left("3PL-35", "Every exception is due before the period's cut-off; what will be late is foreseen.", Later.CLOSE),
    left("3PL-36", "It is seen when fewer postings arrive than usual, or a part of a batch is missing.", Later.NOBODY),
    left("3PL-38", "A case is handed to a partner with all that belongs to it, by a link that ends.", Later.GO_LIVE),
    left("3PL-39", "The minutes that corrections by hand cost are logged or estimated.", Later.CLOSE),
    left("3PL-48", "Movements of the 3PL and of Sage are matched by key and by likeness at a workbench.", Later.CLOSE),
)
