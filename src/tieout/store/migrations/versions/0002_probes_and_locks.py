"""What was found out about each account, and which records were locked when and by whom."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parent / "0002_probes_and_locks.sql"
    op.get_bind().connection.cursor().execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("Past probes and lock sightings would be lost; keep the tables.")
