"""People at the console, alerts, webhooks, and the history of the debt."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("0003_console.sql", "0003_tallies.sql", "0003_mappings.sql"):
        script = Path(__file__).parent / name
        op.get_bind().connection.cursor().execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("What people decided and said would be lost; keep the tables.")
