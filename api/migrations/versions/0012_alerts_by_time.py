"""Figures of some days read those days alone."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find alerts by when they began."""
    op.create_index("ix_alerts_started", "alerts", ["started_at"])


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_alerts_started", "alerts")
