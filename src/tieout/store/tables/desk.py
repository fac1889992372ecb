"""Tables of what people decide: cases, approvals, mapping rules; and the audit."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from tieout.store.tables.columns import (
    METADATA,
    STAKE_ORDER,
    day,
    document_columns,
    folded,
    in_place_of_nothing,
    json,
    minor,
    moment,
    number,
    text,
)


def _number(comment: str) -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True, comment=comment)


DUE_ORDER: Final = in_place_of_nothing("due_at", "'infinity'::timestamp with time zone")
"""Cases without a due time come last."""

cases = Table(
    "cases",
    METADATA,
    _number("The case's number, as people say it"),
    *document_columns(key=False),
    text("code", "Code of the first fault"),
    text("owner", "The role that settles it"),
    text("fault_class", "technical or data"),
    json("faults", "All faults with their figures"),
    minor("stake_minor", "Money at stake, minor units"),
    text("currency", "Currency of the stake", null=True),
    moment("opened_at", "When it was opened"),
    text("state", "open or closed", default="open"),
    text("assignee", "Who is on it", null=True),
    moment("closed_at", "When it was closed", null=True),
    text("closed_by", "Who closed it; the process when the trouble went away", null=True),
    text("closed_how", "What was done", null=True),
    number("seen_again", "How often the trouble came up again while open", default="0"),
    text("cause", "What this case has in common with others: one fix settles all of one cause", default=""),
    moment("due_at", "When it must be settled; null on cases of earlier releases", null=True),
    moment("snoozed_until", "It sleeps until then; null when awake", null=True),
    text("snoozed_why", "Why it sleeps, or whom it waits for", null=True),
    number("came_back", "How often a case of the same fault on this document had been closed before", default="0"),
    text("settled_where", "Where it was fixed: source, mapping, sage, override or itself", null=True),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    Index(
        "cases_one_open_idx",
        "company",
        "document_kind",
        "document_key",
        unique=True,
        postgresql_where=sql("state = 'open'"),
    ),
    Index("cases_document_idx", "company", "document_kind", "document_key"),
    Index("cases_owner_idx", "company", "owner", "opened_at", postgresql_where=sql("state = 'open'")),
    Index("cases_cause_idx", "cause", DUE_ORDER, "id", postgresql_where=sql("state = 'open'")),
    Index("cases_assignee_idx", "assignee", DUE_ORDER, "id", postgresql_where=sql("state = 'open'")),
    Index("cases_code_idx", "code", DUE_ORDER, "id", postgresql_where=sql("state = 'open'")),
    Index("cases_owner_due_idx", "owner", DUE_ORDER, "id", postgresql_where=sql("state = 'open'")),
    Index("cases_due_idx", "state", DUE_ORDER, "id"),
    Index("cases_stake_idx", "state", STAKE_ORDER, "id"),
    Index("cases_opened_idx", "state", "opened_at", "id"),
    comment="Exceptions: trouble with one document that a person settles",
)

approvals = Table(
    "approvals",
    METADATA,
    _number("Rises in order of approval"),
    *document_columns(key=False),
    text("code", "The fault overridden, or booked_by_hand"),
    text("who", "Who decided"),
    text("why", "The reason they gave"),
    text("reference", "Reference in Sage of what was booked by hand", null=True),
    moment("at", "When"),
    Index("approvals_document_idx", "company", "document_kind", "document_key"),
    comment="What people decided about one document: overrides and bookings by hand",
)

mapping_rules = Table(
    "mapping_rules",
    METADATA,
    _number("The rule's number, named on every plan that used it"),
    text("company", "The Sage company"),
    text("table_name", "The mapping, for instance reason_to_disposition"),
    text("key", "What is mapped"),
    json("value", "What it is mapped to"),
    day("in_force_from", "First day in force"),
    day("in_force_to", "First day no longer in force; null while in force", null=True),
    number("version", "1 for the first rule of this key"),
    text("owner", "The role that owns the choice"),
    text("proposed_by", "Who proposed it"),
    text("approved_by", "Who approved it; null while it is only proposed", null=True),
    moment("approved_at", "When", null=True),
    UniqueConstraint("company", "table_name", "key", "version"),
    comment="Business choices with their dates in force; kept for ever",
)

cross_references = Table(
    "cross_references",
    METADATA,
    *document_columns(key=True),
    text("system", "The system that knows the document by this value", key=True),
    text("kind", "What the value is, for instance order_number", key=True),
    text("value", "The value", key=True),
    folded("value_folded", "value"),
    Index("cross_references_folded_idx", "value_folded"),
    Index("cross_references_value_idx", "value", "company"),
    comment="What every system calls a document",
)

EVERY_COMPANY: Final = "*"

audit = Table(
    "audit",
    METADATA,
    text("company", "The Sage company, or * for the whole installation; each has a chain", key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 ... without gaps"),
    moment("at", "When; the partition", key=True),
    text("who", "Who acted"),
    text("action", "What they did, noun.verbed"),
    text("subject", "To what"),
    json("before", "Before", null=True),
    json("after", "After", null=True),
    text("previous_hash", "Hash of the row before; empty for the first"),
    text("hash", "SHA-256 over this row and the previous hash"),
    Index("audit_subject_idx", "company", "subject"),
    Index("audit_at_idx", "at", "company", "seq"),
    Index("audit_who_idx", "who", "at"),
    postgresql_partition_by="RANGE (at)",
    comment="What people changed; append-only and hash-chained",
)

audit_heads = Table(
    "audit_heads",
    METADATA,
    text("company", "The chain", key=True),
    Column("seq", BigInteger, nullable=False, comment="Number of the chain's last row"),
    text("hash", "Hash of the chain's last row"),
    comment="The end of each audit chain: shows rows cut off, and puts writers in line",
)
