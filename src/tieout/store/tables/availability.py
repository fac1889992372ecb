"""What was last worked out and published of every stock code that a storefront offers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table

from tieout.store.tables.columns import METADATA, json, moment, quantity, text

availability = Table(
    "availability",
    METADATA,
    text("company", "The Sage company", key=True),
    text("location", "The storefront's location", key=True),
    text("sku", "Stock code", key=True),
    moment("as_at", "Before the first of the reads that the figure rests on"),
    text("source", "sage or count: whose books say what is on hand"),
    quantity("available", "What may be offered; null where no figure can be worked out"),
    quantity("offered", "What the storefront offered when it was last read; null where it does not sell it there"),
    quantity("free", "Sage's own free-stock field, for comparison; null where Sage gives none"),
    Column("is_stale", Boolean, nullable=False, comment="Whether something that it rests on is too old"),
    text("outcome", "published, agrees, unpublished, sold meanwhile, stale or unknown"),
    moment("published_at", "When the storefront was last read back with this figure; null before", null=True),
    json("figure", "Every part of the formula"),
    Index("availability_sku_idx", "sku", "location"),
    comment="What may be offered for sale, by stock code and location, with every part of the formula; the last figure",
)
