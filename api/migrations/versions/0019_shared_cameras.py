"""Which watch has which camera, so that several share them."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NOW = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the tables, and an index for alerts that go on."""
    op.create_table(
        "watches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("host", sa.String(100), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
    )
    op.create_index("ix_watches_expires_at", "watches", ["expires_at"])
    op.create_table(
        "watch_wants",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_watch_wants_camera_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["watches.id"], name="fk_watch_wants_worker_id"),
        sa.PrimaryKeyConstraint("camera_id", "worker_id", name="pk_watch_wants"),
    )
    op.create_index("ix_watch_wants_worker_id", "watch_wants", ["worker_id"])
    _tenures()
    op.create_index(
        "ix_alerts_going_on", "alerts", ["camera_id"], sqlite_where=NOW, postgresql_where=NOW
    )


def _tenures() -> None:
    op.create_table(
        "watch_tenures",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_watch_tenures_camera_id"),
        sa.PrimaryKeyConstraint("camera_id", "generation", name="pk_watch_tenures"),
    )
    op.create_index(
        "uq_watch_tenures_now",
        "watch_tenures",
        ["camera_id"],
        unique=True,
        sqlite_where=NOW,
        postgresql_where=NOW,
    )
    op.create_index("ix_watch_tenures_worker", "watch_tenures", ["worker_id", "ended_at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_alerts_going_on", "alerts")
    for name in ("watch_tenures", "watch_wants", "watches"):
        op.drop_table(name)
