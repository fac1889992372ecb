"""Tables of alerts, and of the history of the reconciliation debt."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Table
from sqlalchemy import text as sql

from tieout.store.tables.columns import METADATA, day, json, minor, moment, number, text

alerts = Table(
    "alerts",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="The alert's number, as people say it"),
    text("company", "The company that it is about, or * for the installation"),
    text("cause", "What makes occurrences one alert, for instance a fault with the code it could not map"),
    text("kind", "case, leg, account or installation"),
    text("code", "Fault code, or the kind of condition"),
    text("title", "One sentence"),
    text("owner", "The role that it is for"),
    text("ladder", "technical or data"),
    text("state", "open, acknowledged or cleared", default="open"),
    number("times", "How many records it stands for"),
    minor("stake_minor", "Money at stake in all of them, minor units"),
    text("currency", "Currency of the stake", null=True),
    json("records", "The first records that it stands for, each with its link"),
    moment("first_at", "When it was first raised"),
    moment("last_at", "When it last changed"),
    moment("told_at", "When somebody was last told; null when nobody was yet", null=True),
    number("told_times", "How many records it stood for when somebody was last told", default="0"),
    number("step", "How far up its ladder it has gone", default="0"),
    moment("step_at", "When it came to that step; null before anybody was told", null=True),
    moment("due_at", "When the first of its records must be settled; null when none says", null=True),
    day("period_told_on", "The UK day on which somebody was last told that its period closes", null=True),
    moment("gone_since", "Since when its cause has been away; null while it stands", null=True),
    text("acknowledged_by", "Who has taken it", null=True),
    moment("acknowledged_at", "When", null=True),
    moment("snoozed_until", "Nobody is told again before then unless it grows; null when awake", null=True),
    text("snoozed_by", "Who put it to sleep", null=True),
    number("came_back", "How often an alert of the same cause had been cleared in the month before", default="0"),
    moment("cleared_at", "When its cause was gone", null=True),
    CheckConstraint("state IN ('open', 'acknowledged', 'cleared')", name="state"),
    Index("alerts_cause_idx", "company", "cause", unique=True, postgresql_where=sql("state <> 'cleared'")),
    Index("alerts_past_idx", "company", "cause", "cleared_at", postgresql_where=sql("state = 'cleared'")),
    comment="What somebody is told: one for each cause, however many records it stops",
)

alert_notices = Table(
    "alert_notices",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Rises in order of time"),
    text("company", "The company that it is about, or *"),
    Column("alert_id", BigInteger, nullable=False, comment="The alert"),
    text("channel", "The channel's name in the settings"),
    text("recipient", "The role or person it was meant for"),
    text("why", "raised, grew, escalated, undelivered, period, cleared or test"),
    text("said", "The text that was sent"),
    moment("made_at", "When it was to be sent"),
    moment("due_at", "When it is to be sent next; null when it is over", null=True),
    number("tries", "How often it was tried", default="0"),
    text("state", "waiting, sent, given_up or withdrawn", default="waiting"),
    text("proof", "How each try ended, one line each", default=""),
    moment("settled_at", "When it left the state waiting", null=True),
    CheckConstraint("state IN ('waiting', 'sent', 'given_up', 'withdrawn')", name="state"),
    Index("alert_notices_due_idx", "due_at"),
    Index("alert_notices_alert_idx", "alert_id", "id"),
    comment="Every notice sent for an alert, with proof of delivery",
)

debt_days = Table(
    "debt_days",
    METADATA,
    day("day", "The UK day, at its end", key=True),
    text("company", "The Sage company", key=True),
    text("document_kind", "The flow: kind of document", key=True),
    text("system", "The system that does not show what it should", key=True),
    text("owner", "The role that owns the trouble", key=True),
    text("currency", "Currency of the debt", key=True),
    minor("debt_minor", "Reconciliation debt, minor units"),
    number("legs", "How many legs make it up"),
    number("overdue", "How many of them are overdue: not seen by the time they were due"),
    moment("oldest_at", "Since when the oldest of them is due or seen", null=True),
    moment("taken_at", "When it was counted"),
    comment="Reconciliation debt at the end of every day, so that it has a trend",
)
