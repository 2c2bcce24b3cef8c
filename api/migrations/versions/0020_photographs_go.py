"""When retention took a photograph of an appeal; notes on alerts beside the verdicts."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room."""
    op.add_column("appeal_files", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.create_table(
        "alert_notes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_notes_alert_id"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_alert_notes_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_notes"),
    )
    op.create_index("ix_alert_notes_alert_id", "alert_notes", ["alert_id", "at"])


def downgrade() -> None:
    """Drop them; the notes are lost."""
    op.drop_table("alert_notes")
    op.drop_column("appeal_files", "deleted_at")
