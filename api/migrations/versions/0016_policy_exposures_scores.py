"""The policy, what was observed, and the scores made of both."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SECONDS = ("scheduled_s", "effective_s", "hat_person_s", "mask_person_s")


def upgrade() -> None:
    """Make the tables."""
    _policies()
    _exposures()
    _scores()


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("in_force_from", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(32), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
    )
    op.create_index("ix_policies_in_force", "policies", ["in_force_from", "version"])


def _exposures() -> None:
    op.create_table(
        "exposures",
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("hour_at", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in SECONDS),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_exposures_camera_id"),
        sa.PrimaryKeyConstraint("camera_id", "hour_at", "origin", "source", name="pk_exposures"),
    )
    op.create_table(
        "exposure_days",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in SECONDS),
        sa.Column("generated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_exposure_days_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("restaurant_id", "day", name="pk_exposure_days"),
    )
    op.create_index("ix_exposure_days_day", "exposure_days", ["day"])


def _scores() -> None:
    op.create_table(
        "score_days",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("value", "low", "high")),
        sa.Column("grade", sa.String(1), nullable=True),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("generated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_score_days_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("restaurant_id", "day", name="pk_score_days"),
    )
    op.create_index("ix_score_days_day", "score_days", ["day"])
    op.create_index("ix_score_days_policy", "score_days", ["policy_sha256"])
    op.create_table(
        "district_rates",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("district_id", sa.String(32), nullable=False),
        sa.Column("family", sa.String(10), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.Column("episodes", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "district_id", "family", "policy_sha256", name="pk_district_rates"
        ),
    )


def downgrade() -> None:
    """Without them."""
    for table in ("district_rates", "score_days", "exposure_days", "exposures", "policies"):
        op.drop_table(table)
