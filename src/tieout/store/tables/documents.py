"""Tables of documents and what happened to them: events, attempts, effects, legs."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Computed, Index, Sequence, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import BIGINT

from tieout.store.tables.columns import (
    METADATA,
    STAKE_ORDER,
    document_columns,
    folded,
    json,
    minor,
    moment,
    number,
    opened_month,
    quantity,
    raw,
    text,
)

event_keys = Table(
    "event_keys",
    METADATA,
    text("account", "The account that the event came from", key=True),
    text("external_id", "The sender's own id of the event", key=True),
    comment="One row per event ever received: duplicates are found here, whatever the month",
)

event_ids = Sequence("event_ids", metadata=METADATA, data_type=BIGINT)

events = Table(
    "events",
    METADATA,
    Column(
        "id",
        BigInteger,
        primary_key=True,
        server_default=event_ids.next_value(),
        comment="Our number of the event, rising in order of receipt",
    ),
    moment("received_at", "When we received it; the partition", key=True),
    *document_columns(key=False),
    text("account", "The account that the event came from"),
    text("external_id", "The sender's own id of the event"),
    text("kind", "What happened, in the sender's or the sweep's words"),
    moment("occurred_at", "When it happened, as the sender says"),
    raw("payload", "The body exactly as received"),
    text("content_type", "Media type of the body"),
    moment("handled_at", "When an attempt that knew of this event ended; null while it waits", null=True),
    Index("events_document_idx", "company", "document_kind", "document_key", "received_at"),
    postgresql_partition_by="RANGE (received_at)",
    comment="Everything that any system told us, raw",
)

documents = Table(
    "documents",
    METADATA,
    text("company", "The Sage company", key=True),
    text("kind", "Kind of document, for instance return", key=True),
    text("key", "The document's key within its kind", key=True),
    opened_month(key=False),
    text("lane_key", "What keeps documents in one order, for instance the sales order"),
    number("lane", "Stable hash of the lane key, modulo the company's lanes"),
    text("state", "new, waiting, blocked or done", default="new"),
    moment("due_at", "When it is to be worked on next; null when only an event can wake it", null=True),
    moment("touched_at", "When something last happened to it"),
    Column("touches", BigInteger, nullable=False, server_default="1", comment="Counts what happened to it"),
    number("attempts", "How many attempts have been made", default="0"),
    moment("troubled_since", "Since when remote systems have kept it from ending", null=True),
    text("troubled_by", "What has kept it from ending: another trouble starts counting anew", default=""),
    moment("opened_at", "When we first heard of it"),
    moment("settled_at", "When it last came to be done", null=True),
    text("title", "What a person would call it", default=""),
    minor("stake_minor", "Money at stake, minor units"),
    text("currency", "Currency of the stake", null=True),
    folded("key_folded", "key"),
    CheckConstraint("state IN ('new', 'waiting', 'blocked', 'done')", name="state"),
    Index("documents_lane_due_idx", "company", "lane", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index(
        "documents_due_idx",
        "due_at",
        postgresql_where=sql("due_at IS NOT NULL"),
        postgresql_include=["company", "lane", "kind"],
    ),
    Index("documents_state_idx", "company", "state", "touched_at"),
    Index("documents_folded_idx", "key_folded"),
    Index("documents_opened_idx", "kind", "state", "opened_at", "company", "key"),
    Index("documents_stake_idx", "kind", "state", STAKE_ORDER, "company", "key"),
    comment="One row per business document: its state and when it is due",
)

attempts = Table(
    "attempts",
    METADATA,
    *document_columns(key=True),
    opened_month(key=True),
    number("number", "1 for the first attempt at the document", key=True),
    text("process", "Process and version, for instance returns.settle/1"),
    moment("started_at", "When the attempt began"),
    moment("finished_at", "When it ended; null while it runs or if it was cut off", null=True),
    json("facts", "Everything that was gathered", null=True),
    json("decision", "The plan or the faults, recorded before anything was performed", null=True),
    text("ended", "How it ended; null while it runs", null=True),
    text("note", "One sentence for the timeline", default=""),
    Index("attempts_started_idx", "started_at"),
    postgresql_partition_by="RANGE (opened_month)",
    comment="Each time a process worked on a document",
)

effects = Table(
    "effects",
    METADATA,
    text("company", "The Sage company", key=True),
    text("key", "The command's key, written into the remote system and searched for there", key=True),
    opened_month(key=True),
    text("document_kind", "Kind of document"),
    text("document_key", "The document's key"),
    number("attempt", "The attempt that intended it"),
    text("command", "Name of the command"),
    text("system", "The remote system it changes"),
    json("content", "What was to be told, whole"),
    text("content_hash", "Digest of the content: same key and another hash is a fault"),
    text("state", "intended, done, refused or withdrawn"),
    moment("intended_at", "When the intent was committed, before anything was sent"),
    text("about", "The sales order that it concerns, if any", default=""),
    moment("sent_at", "When a request that may have arrived was last sent; null when none is in doubt", null=True),
    number("tries", "How many times it has been sent in this attempt", default="0"),
    moment("settled_at", "When it left the state intended", null=True),
    text("reference", "The remote system's reference for it", null=True),
    json("answer", "What the remote system answered", null=True),
    text("reason", "Why it was refused or withdrawn", null=True),
    CheckConstraint("state IN ('intended', 'done', 'refused', 'withdrawn')", name="state"),
    Index("effects_document_idx", "company", "document_kind", "document_key"),
    Index("effects_about_idx", "company", "about", postgresql_where=sql("about <> ''")),
    Index("effects_open_idx", "company", "system", "intended_at", postgresql_where=sql("state = 'intended'")),
    postgresql_partition_by="RANGE (opened_month)",
    comment="Everything we did, or set out to do, in a remote system",
)

LEG_AGREED: Final = (
    "declared_at IS NOT NULL AND seen_at IS NOT NULL"
    " AND coalesce(expected_minor = seen_minor, expected_minor IS NULL)"
    " AND coalesce(expected_quantity = seen_quantity, expected_quantity IS NULL)"
)

legs = Table(
    "legs",
    METADATA,
    *document_columns(key=True),
    opened_month(key=True),
    text("system", "The system in which it should be visible", key=True),
    text("kind", "What should be visible, for instance credit_note", key=True),
    text("ref", "Tells legs of one kind apart, for instance a line; empty when there is one", key=True, default=""),
    text("owner", "The role that owns trouble with it", default=""),
    text("currency", "Currency of both amounts", null=True),
    minor("expected_minor", "Amount expected, minor units"),
    quantity("expected_quantity", "Quantity expected"),
    moment("due_by", "When it must have been seen", null=True),
    moment("declared_at", "When a plan declared it; null for a leg that nobody expected", null=True),
    minor("seen_minor", "Amount seen by an independent read, minor units"),
    quantity("seen_quantity", "Quantity seen"),
    text("seen_reference", "Reference under which it was seen", null=True),
    moment("seen_at", "When it was last seen", null=True),
    text("waived_by", "Who said that it need not agree", null=True),
    text("waived_why", "Why", null=True),
    moment("waived_at", "When", null=True),
    Column(
        "agreed",
        Boolean,
        Computed(LEG_AGREED, persisted=True),
        nullable=True,
        comment="Declared, seen, and both figures are equal",
    ),
    Index("legs_ref_idx", "company", "ref"),
    Index(
        "legs_open_idx",
        "company",
        "due_by",
        postgresql_where=sql("NOT agreed AND waived_at IS NULL"),
    ),
    postgresql_partition_by="RANGE (opened_month)",
    comment="Each statement that a document should be visible in a system, and what was seen",
)
