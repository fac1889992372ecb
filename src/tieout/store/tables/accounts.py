"""Tables of accounts: tokens, pauses, quotas, sweeps, schedules, probes, locks met."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Table, UniqueConstraint

from tieout.store.tables.columns import METADATA, day, document_columns, json, moment, number, raw, text

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

probes = Table(
    "probes",
    METADATA,
    text("account", "The account", key=True),
    moment("probed_at", "When it was asked", key=True),
    text("edition", "Its edition, as far as it shows; empty when it does not"),
    text("release", "Its release, at least; empty when it does not show"),
    json("findings", "Every question with its answer"),
    json("capabilities", "The channel of every command, and why"),
    comment="What a system allows, as it answered when it was asked",
)

contentions = Table(
    "contentions",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of time"),
    text("company", "The Sage company"),
    text("account", "The account that said so"),
    moment("at", "When"),
    text("command", "Kind of the command that had to wait"),
    *document_columns(key=False)[1:],
    text("record", "The record as the system named it; empty when it did not"),
    text("holder", "Who had it open; empty when the system did not say"),
    text("sentence", "What the system said"),
    Index("contentions_company_idx", "company", "at"),
    comment="Every time a command met a record that somebody else had open",
)

ledger_messages = Table(
    "ledger_messages",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The message's number, as people say it"),
    text("company", "The Sage company"),
    text("account", "The account that said so"),
    text("shape", "The sentence with figures and names in quotes left out"),
    text("example", "The newest sentence of this shape"),
    moment("first_seen", "When it was first met"),
    moment("last_seen", "When it was last met"),
    number("times", "How often", default="1"),
    text("judged", "What a person says it is: lock or refusal; empty while nobody did", default=""),
    text("judged_by", "Who judged it", null=True),
    moment("judged_at", "When", null=True),
    UniqueConstraint("company", "account", "shape"),
    CheckConstraint("judged IN ('', 'lock', 'refusal')", name="judged"),
    comment="Sentences of a ledger that no lock word matches, one row for each shape",
)
