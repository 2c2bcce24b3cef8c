"""Sampled minutes, thresholds, and messages on their way."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDING = sa.text("undone_at IS NULL")
TABLES = (
    "workers",
    "notifications",
    "subscriptions",
    "threshold_decisions",
    "sample_marks",
    "sample_reviews",
    "sample_files",
    "samples",
    "sample_plans",
)


def upgrade() -> None:
    """Make the tables."""
    _plans()
    _samples()
    _sample_reviews()
    _thresholds()
    _subscriptions()
    _notifications()


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_table(table)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")


def _plans() -> None:
    op.create_table(
        "sample_plans",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("strata", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sample_plans"),
        sa.UniqueConstraint("day", "district", name="uq_sample_plans_day"),
    )


def _samples() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("plan_id", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("stratum", sa.String(60), nullable=False),
        sa.Column("minute_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        _refers("samples", "plan_id", "sample_plans.id"),
        _refers("samples", "camera_id", "cameras.id"),
        _refers("samples", "restaurant_id", "restaurants.id"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
    )
    op.create_index("ix_samples_camera", "samples", ["camera_id", "minute_at"])
    op.create_index("ix_samples_status", "samples", ["status", "minute_at"])
    op.create_index("ix_samples_plan_id", "samples", ["plan_id"])
    op.create_index("ix_samples_restaurant_id", "samples", ["restaurant_id"])
    op.create_table(
        "sample_files",
        sa.Column("sample_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        _refers("sample_files", "sample_id", "samples.id"),
        sa.PrimaryKeyConstraint("sample_id", "sha256", name="pk_sample_files"),
    )


def _sample_reviews() -> None:
    op.create_table(
        "sample_reviews",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("sample_id", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(32), nullable=True),
        _refers("sample_reviews", "sample_id", "samples.id"),
        _refers("sample_reviews", "reviewer_id", "users.id"),
        _refers("sample_reviews", "undone_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_reviews"),
    )
    op.create_index("ix_sample_reviews_sample_id", "sample_reviews", ["sample_id"])
    op.create_index(
        "uq_sample_reviews_standing",
        "sample_reviews",
        ["sample_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "sample_marks",
        sa.Column("review_id", sa.String(32), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.String(30), nullable=False),
        sa.Column("box_left", sa.Double(), nullable=False),
        sa.Column("box_top", sa.Double(), nullable=False),
        sa.Column("box_right", sa.Double(), nullable=False),
        sa.Column("box_bottom", sa.Double(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("ongoing", sa.Boolean(), nullable=False),
        _refers("sample_marks", "review_id", "sample_reviews.id"),
        sa.PrimaryKeyConstraint("review_id", "position", name="pk_sample_marks"),
    )


def _thresholds() -> None:
    op.create_table(
        "threshold_decisions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(30), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("proposed", sa.Double(), nullable=True),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("decided_by", sa.String(32), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        _refers("threshold_decisions", "camera_id", "cameras.id"),
        _refers("threshold_decisions", "decided_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name="pk_threshold_decisions"),
        sa.UniqueConstraint("camera_id", "version", name="uq_threshold_decisions_version"),
    )
    op.create_index(
        "ix_threshold_decisions_camera", "threshold_decisions", ["camera_id", "rule", "decided_at"]
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=True),
        sa.Column("station_id", sa.String(32), nullable=True),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("target", sa.String(2000), nullable=False),
        sa.Column("secret", sa.String(64), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("triggers", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(10), nullable=False),
        sa.Column("digest_minute", sa.SmallInteger(), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=True),
        sa.Column("bypass", sa.String(10), nullable=False),
        sa.Column("cooldown_s", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        _refers("subscriptions", "restaurant_id", "restaurants.id"),
        _refers("subscriptions", "station_id", "stations.id"),
        _refers("subscriptions", "created_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_restaurant_id", "subscriptions", ["restaurant_id"])
    op.create_index("ix_subscriptions_station_id", "subscriptions", ["station_id"])


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("subscription_id", sa.String(32), nullable=False),
        sa.Column("trigger_name", sa.String(20), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(300), nullable=False),
        _refers("notifications", "subscription_id", "subscriptions.id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", name="uq_notifications_key"),
    )
    op.create_index("ix_notifications_due", "notifications", ["status", "due_at"])
    topic = ["subscription_id", "topic", "sent_at"]
    op.create_index("ix_notifications_topic", "notifications", topic)
    op.create_index("ix_notifications_subject", "notifications", ["subject"])
    op.create_table(
        "workers",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
