"""The table of changes to mapping tables that somebody asked for, and what was decided about them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Table
from sqlalchemy import text as sql

from tieout.store.tables.columns import METADATA, json, moment, text

mapping_proposals = Table(
    "mapping_proposals",
    METADATA,
    Column(
        "id", BigInteger, Identity(always=True), primary_key=True, comment="The proposal's number, as people say it"
    ),
    text("company", "The Sage company"),
    text("table_name", "The mapping table that it changes"),
    text("owner", "The role whose choice its rows are"),
    text("kind", "rows, import or rollback"),
    json("changes", "The rows: key, value before and after, from which day"),
    text("why", "Why, in the proposer's words"),
    Column("case_id", BigInteger, nullable=True, comment="The case that it is to mend, if any"),
    text("proposed_by", "Who proposed it"),
    moment("proposed_at", "When"),
    text("state", "waiting, approved, rejected or withdrawn", default="waiting"),
    text("decided_by", "Who decided", null=True),
    moment("decided_at", "When", null=True),
    text("decided_why", "Why, in their words", null=True),
    CheckConstraint("state IN ('waiting', 'approved', 'rejected', 'withdrawn')", name="state"),
    Index("mapping_proposals_waiting_idx", "company", "table_name", "id", postgresql_where=sql("state = 'waiting'")),
    comment="Changes to mapping tables that somebody asked for; somebody else decides",
)
