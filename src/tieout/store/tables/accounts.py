"""Tables of accounts: tokens, pauses, quotas, sweeps, schedules."""

from __future__ import annotations

from sqlalchemy import Table

from tieout.store.tables.columns import METADATA, day, json, moment, number, raw, text

account_states = Table(
    "account_states",
    METADATA,
    text("account", "The account", key=True),
    text("name", "What is kept, for instance token", key=True),
    raw("secret", "Encrypted with the key of this installation"),
    moment("updated_at", "When it was last written"),
    comment="Tokens and other secrets that change by themselves",
)

account_pauses = Table(
    "account_pauses",
    METADATA,
    text("account", "The account", key=True),
    moment("until", "Nothing is sent before this"),
    text("reason", "Why, for a person"),
    comment="Accounts that are left alone for a while",
)

quotas = Table(
    "quotas",
    METADATA,
    text("account", "The account", key=True),
    day("day", "The day that the system counts by", key=True),
    number("used", "Calls spent"),
    comment="How much of a daily budget of calls has been spent",
)

sweeps = Table(
    "sweeps",
    METADATA,
    text("account", "The account", key=True),
    text("name", "What is listed", key=True),
    text("high_water", "Where the next sweep goes on; empty at first", default=""),
    moment("ran_at", "When it last ran"),
    json("counted", "What it counted"),
    comment="How far each independent listing has come",
)

schedule_runs = Table(
    "schedule_runs",
    METADATA,
    text("name", "The schedule", key=True),
    moment("due_at", "The time it was due", key=True),
    moment("started_at", "When it started"),
    moment("finished_at", "When it ended; null while it runs or if it was cut off", null=True),
    text("outcome", "done or failed; null while it runs", null=True),
    text("note", "One sentence", default=""),
    comment="Every run of every schedule",
)
