"""What may be offered for sale, with every part of the formula."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parent / "0004_availability.sql"
    op.get_bind().connection.cursor().execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("What was published would be lost; keep the table.")
