"""Alerts, their evidence and their reviews."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STANDING = sa.text("undone_at IS NULL")


def upgrade() -> None:
    """Make the three tables."""
    _alerts()
    _evidence()
    _reviews()


def downgrade() -> None:
    """Drop them again."""
    for table in ("reviews", "evidence", "alerts"):
        op.drop_table(table)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posted_sha256", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(30), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("severity_rank", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.String(100), nullable=False),
        sa.Column("zone_type", sa.String(20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("box_left", sa.Double(), nullable=False),
        sa.Column("box_top", sa.Double(), nullable=False),
        sa.Column("box_right", sa.Double(), nullable=False),
        sa.Column("box_bottom", sa.Double(), nullable=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("rules_name", sa.String(100), nullable=False),
        sa.Column("rules_version", sa.String(40), nullable=False),
        sa.Column("rules_sha256", sa.String(64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_alerts_camera_id"),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_alerts_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_camera_rule", "alerts", ["camera_id", "rule", "status"])
    op.create_index("ix_alerts_newest", "alerts", ["received_at", "id"])
    queue = ["status", "severity_rank", "received_at", "id"]
    op.create_index("ix_alerts_queue", "alerts", queue)
    op.create_index("ix_alerts_restaurant_id", "alerts", ["restaurant_id"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_evidence_alert_id"),
        sa.PrimaryKeyConstraint("alert_id", "sha256", name="pk_evidence"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_reviews_alert_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name="fk_reviews_reviewer_id"),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name="fk_reviews_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_reviewer", "reviews", ["reviewer_id", "alert_id"])
    op.create_index(
        "uq_reviews_standing_round",
        "reviews",
        ["alert_id", "round"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
