"""The first tables, their guards and their default partitions."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    for name in ("0001_first_tables.sql", "0001_guards.sql"):
        # Past SQLAlchemy, which would take the percent signs in the functions for parameters.
        op.get_bind().connection.cursor().execute((folder / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("The first tables hold the whole history; drop the database instead.")
