"""Analyses of recorded footage and the videos uploaded for them."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "analyses",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("folder", sa.String(1000), nullable=True),
        sa.Column("camera_id", sa.String(64), nullable=True),
        sa.Column("rules", sa.String(40), nullable=False),
        sa.Column("zone_type", sa.String(30), nullable=True),
        sa.Column("fps", sa.Double(), nullable=False),
        sa.Column("into_review", sa.Boolean(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(32), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("looked_s", sa.Double(), nullable=False),
        sa.Column("footage_s", sa.Double(), nullable=False),
        sa.Column("speed", sa.Double(), nullable=False),
        sa.Column("videos", sa.Integer(), nullable=False),
        sa.Column("videos_done", sa.Integer(), nullable=False),
        sa.Column("videos_failed", sa.Integer(), nullable=False),
        sa.Column("episodes", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.Column("alerts_posted", sa.Integer(), nullable=False),
        sa.Column("alerts_left_out", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_analyses_created_by"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_analyses_camera_id"),
        sa.PrimaryKeyConstraint("id", name="pk_analyses"),
    )
    op.create_index("ix_analyses_state", "analyses", ["state", "queued_at"])
    for column in ("created_at", "created_by", "camera_id"):
        op.create_index(f"ix_analyses_{column}", "analyses", [column])
    op.create_table(
        "analysis_videos",
        sa.Column("analysis_id", sa.String(32), nullable=False),
        sa.Column("stored_as", sa.String(200), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name="fk_analysis_videos_analysis_id"
        ),
        sa.PrimaryKeyConstraint("analysis_id", "stored_as", name="pk_analysis_videos"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("analysis_videos")
    op.drop_table("analyses")
