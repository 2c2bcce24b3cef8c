"""What cameras are like, their last pictures, their zones, and rounds by eye."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")
TABLES = (
    "looks",
    "camera_leases",
    "round_cameras",
    "rounds",
    "zone_versions",
    "camera_contacts",
    "camera_pictures",
)


def upgrade() -> None:
    """Add them; a camera that was there before is active and watches a cooking zone."""
    for column in _camera_columns():
        op.add_column("cameras", column)
    _pictures()
    _zones()
    _rounds()
    _looks()


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_table(table)
    for column in _camera_columns():
        op.drop_column("cameras", column.name)


def _camera_columns() -> list[sa.Column[Any]]:
    texts = (("place", 200, ""), ("notes", 2000, ""), ("zone_type", 20, "cooking"))
    return [
        *(
            sa.Column(name, sa.String(size), nullable=False, server_default=default)
            for name, size, default in (*texts, ("rules", 40, "strict"))
        ),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("stream_url", sa.String(2000), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("contact_at", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
    ]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _pictures() -> None:
    op.create_table(
        "camera_pictures",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("still_since", UtcDateTime(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()),
        _to("camera_pictures", "camera_id", "cameras"),
        sa.PrimaryKeyConstraint("id", name="pk_camera_pictures"),
    )
    taken = ["camera_id", "taken_at"]
    op.create_index("uq_camera_pictures_taken", "camera_pictures", taken, unique=True)
    op.create_table(
        "camera_contacts",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("hour_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        _to("camera_contacts", "camera_id", "cameras"),
        sa.PrimaryKeyConstraint("camera_id", "hour_at", name="pk_camera_contacts"),
    )


def _zones() -> None:
    op.create_table(
        "zone_versions",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        _to("zone_versions", "camera_id", "cameras"),
        _to("zone_versions", "made_by", "users"),
        sa.PrimaryKeyConstraint("camera_id", "version", name="pk_zone_versions"),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(100), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("target", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_s", sa.Double(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        _to("rounds", "person_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
    )
    op.create_index(
        "uq_rounds_open",
        "rounds",
        ["person_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_rounds_newest", "rounds", ["started_at", "id"])
    op.create_index("ix_rounds_person_id", "rounds", ["person_id"])
    op.create_table(
        "round_cameras",
        sa.Column("round_id", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        _to("round_cameras", "round_id", "rounds"),
        _to("round_cameras", "camera_id", "cameras"),
        sa.PrimaryKeyConstraint("round_id", "camera_id", name="pk_round_cameras"),
    )
    op.create_table(
        "camera_leases",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("round_id", sa.String(32), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        _to("camera_leases", "camera_id", "cameras"),
        _to("camera_leases", "round_id", "rounds"),
        sa.PrimaryKeyConstraint("camera_id", name="pk_camera_leases"),
    )
    op.create_index("ix_camera_leases_round_id", "camera_leases", ["round_id"])


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("round_id", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        _to("looks", "round_id", "rounds"),
        _to("looks", "camera_id", "cameras"),
        _to("looks", "person_id", "users"),
        _to("looks", "alert_id", "alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_camera", "looks", ["camera_id", "at"])
    op.create_index("ix_looks_newest", "looks", ["at", "id"])
    op.create_index("ix_looks_round_id", "looks", ["round_id"])
    op.create_index("ix_looks_alert_id", "looks", ["alert_id"])
