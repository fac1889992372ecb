"""Rows of "Warehouse for Sage 200" that are the matter of other work, each with the title of that work."""

from __future__ import annotations

from tests.acceptance.rows import Later, left

ROWS = (
    left("WMS-05", "Who is believed for each fact is written down, shown, and changed only by finance.", Later.GO_LIVE),
    left("WMS-06", "Items whose cost cannot be trusted are found in Sage and listed with their value.", Later.CLOSE),
    left("WMS-07", "Stock that people adjust by hand in Sage is found, with opposite pairs.", Later.CLOSE),
    left("WMS-08", "Whether Sage or the warehouse values stock is decided, recorded and dated.", Later.GO_LIVE),
    left("WMS-12", "What finance needs on an order for its reports is required before it goes out.", Later.NOBODY),
    left("WMS-36", "Each day has an agenda of new, carried-over and cleared differences.", Later.CLOSE),
    left("WMS-38", "A register says where each kind of record lives, and where its copies are.", Later.GO_LIVE),
    left("WMS-39", "Daily checks run by a template, and a missed one is seen.", Later.CLOSE),
    left("WMS-40", "Stock is compared in whole each week, signed and kept.", Later.CLOSE),
    left("WMS-42", "At the month's end its open items are ranked by value, to be cleared there.", Later.CLOSE),
    left("WMS-43", "The handbook is one for people at work; the technical part is apart.", Later.GO_LIVE),
    left("WMS-44", "The share of exceptions that each team solves itself, and in what time.", Later.CLOSE),
    left("WMS-45", "What will be open at the close is forecast from what comes in and goes out.", Later.CLOSE),
    left("WMS-57", "Each shift has a report of corrections by hand, by whom and why.", Later.CLOSE),
)
