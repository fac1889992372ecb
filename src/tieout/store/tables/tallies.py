"""Tables that keep counts and times, so that no page counts a million rows to show one figure."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Identity, Index, Table

from tieout.store.tables.columns import METADATA, day, moment, number, text


def _number() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of change")


def _pounds() -> tuple[Column[str], Column[int], Column[int]]:
    return (
        text("currency", "Currency of the stakes", null=True),
        number("cases", "How many open cases more or fewer"),
        Column("stake_minor", BigInteger, nullable=False, comment="How much money at stake more or less, minor units"),
    )


case_tallies = Table(
    "case_tallies",
    METADATA,
    _number(),
    text("company", "The Sage company"),
    text("document_kind", "Kind of document"),
    text("code", "Code of the first fault"),
    text("owner", "The role that settles them"),
    text("fault_class", "technical, data or policy"),
    text("assignee", "Who is on them", null=True),
    moment("snoozed_until", "They sleep until then; null when awake", null=True),
    *_pounds(),
    comment="Open cases counted: every change of a case adds rows, which are folded now and then; their sums are exact",
)

age_tallies = Table(
    "age_tallies",
    METADATA,
    _number(),
    text("company", "The Sage company"),
    text("owner", "The role that settles them"),
    Column("opened_on", Date, nullable=False, comment="The UK day on which they were opened"),
    *_pounds(),
    comment="Open cases counted by owner and day, kept as case_tallies are",
)

cause_tallies = Table(
    "cause_tallies",
    METADATA,
    _number(),
    text("company", "The Sage company"),
    text("cause", "What the cases have in common"),
    text("code", "Code of the first fault"),
    text("owner", "The role that settles them"),
    text("fault_class", "technical, data or policy"),
    moment("snoozed_until", "They sleep until then; null when awake", null=True),
    *_pounds(),
    comment="Open cases counted by cause, kept as case_tallies are",
)

document_tallies = Table(
    "document_tallies",
    METADATA,
    _number(),
    text("company", "The Sage company"),
    text("kind", "Kind of document"),
    text("state", "new, waiting, blocked or done"),
    number("documents", "How many documents more or fewer"),
    comment="Documents counted by kind and state, kept as case_tallies are",
)

unit_lags = Table(
    "unit_lags",
    METADATA,
    text("company", "The Sage company", key=True),
    text("document_kind", "Kind of document, for instance return", key=True),
    text("document_key", "The document's key within its kind", key=True),
    text("unit", "The unit, as the portal numbers it", key=True),
    text("metric", "refund_to_saleable or receipt_to_credit", key=True),
    text("sku", "What it is"),
    moment("began_at", "When its time began to run"),
    moment("ended_at", "When it ended"),
    day("ended_on", "The UK day on which it ended"),
    Column("seconds", BigInteger, nullable=False, comment="How long it took; 0 when the end came first"),
    number("target_hours", "How long the house says that it may take"),
    Index("unit_lags_day_idx", "metric", "ended_on", "seconds", "document_key", "unit"),
    comment="How long each returned unit took, by the definition of the lag report",
)

lag_days = Table(
    "lag_days",
    METADATA,
    text("company", "The Sage company, or * for all of them together", key=True),
    text("metric", "refund_to_saleable or receipt_to_credit", key=True),
    day("day", "The UK day on which the units reached their end", key=True),
    number("units", "How many units"),
    Column("median_seconds", BigInteger, nullable=False, comment="Half of them took no longer (nearest rank)"),
    Column("p90_seconds", BigInteger, nullable=False, comment="Nine of ten took no longer (nearest rank)"),
    number("beyond_target", "How many took longer than the house says"),
    moment("taken_at", "When it was counted"),
    comment="Lag of every day, counted from unit_lags",
)
