"""Rows of "ReturnGO and Sage 200" that are the matter of other work, each with the title of that work."""

from __future__ import annotations

from tests.acceptance.rows import Later, left

ROWS = (
    left("RGO-03", "A score per warehouse and product says how far stock can be trusted.", Later.CLOSE),
    left("RGO-10", "The month is closed with every variance explained and signed.", Later.CLOSE),
    left("RGO-19", "Evidence of security controls for auditors.", Later.GO_LIVE),
    left("RGO-21", "The share of returns that nobody had to touch.", Later.CLOSE),
    left("RGO-23", "Personal data is masked by role, kept and erased by rule.", Later.GO_LIVE),
    left("RGO-30", "Finance and warehouse sign the new way of working off.", Later.GO_LIVE),
    left("RGO-33", "A check for orphaned records runs by schedule, with an owner and an archive.", Later.CLOSE),
    left("RGO-34", "The warehouse practises on trial returns.", Later.GO_LIVE),
    left("RGO-35", "Every page is in plain words and the house's own terms.", Later.GO_LIVE),
    left("RGO-36", "Every decision is on record, and pages cite those they rest on.", Later.GO_LIVE),
    left("RGO-37", "The share of exceptions that the house's own people close.", Later.CLOSE),
    left("RGO-38", "A mode for peak trading: thresholds, roster, freeze.", Later.GO_LIVE),
    left("RGO-40", "Flows stay steady at ten times the usual load.", Later.GO_LIVE),
    left("RGO-45", "The shop's payouts are tied to Sage's documents.", Later.CLOSE),
    left(
        "RGO-47",
        "Customer service knows the policy, and refunds around it are counted by team.",
        Later.GO_LIVE,
        Later.CLOSE,
    ),
)
