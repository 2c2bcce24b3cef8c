"""The review queue's order and clocks, claims, boxes, hidden known items."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN_ONLY = sa.text("status IN ('waiting', 'second_review')")
LONG_AGO = sa.text("'1970-01-01 00:00:00.000000'")
# Verdicts from before this step were settled by the last review that stands.
SETTLED = """
UPDATE alerts SET settled_at = (SELECT MAX(created_at) FROM reviews
WHERE reviews.alert_id = alerts.id AND reviews.undone_at IS NULL)
WHERE status IN ('upheld', 'dismissed')
"""
MINUTES = {"critical": 15, "major": 60, "minor": 240}


def upgrade() -> None:
    """Add the columns and tables; alerts from before get the usual times."""
    _alerts()
    _reviews()
    _claims()
    _known()


def downgrade() -> None:
    """Drop them again; answers on known items are lost."""
    for table in ("known_answers", "known_shows", "known_items", "review_seed", "claims"):
        op.drop_table(table)
    for index in ("ix_reviews_batch", "ix_reviews_own"):
        op.drop_index(index, "reviews")
    for column in ("undone_reason", *(name for name, _ in MORE)):
        op.drop_column("reviews", column)
    for index in ("ix_alerts_due", "ix_alerts_settled", "ix_alerts_status", "ix_alerts_open"):
        op.drop_index(index, "alerts")
    for column in ("clock_ahead_s", "double_review", "settled_at", "due_at", "queued_at"):
        op.drop_column("alerts", column)
    queue = ["status", "severity_rank", "received_at", "id"]
    op.create_index("ix_alerts_queue", "alerts", queue)


def _alerts() -> None:
    long_ago: dict[str, Any] = {"nullable": False, "server_default": LONG_AGO}
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("queued_at", UtcDateTime(), **long_ago),
        sa.Column("due_at", UtcDateTime(), **long_ago),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("double_review", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("clock_ahead_s", sa.Integer(), nullable=False, server_default="0"),
    )
    for column in columns:
        op.add_column("alerts", column)
    op.execute("UPDATE alerts SET queued_at = received_at")
    for severity, minutes in MINUTES.items():
        op.execute(
            f"UPDATE alerts SET due_at = {_later(minutes)} WHERE severity = '{severity}'"  # noqa: S608 - constants
        )
    op.execute(SETTLED)
    op.drop_index("ix_alerts_queue", "alerts")
    first: list[Any] = [sa.text("severity_rank DESC"), "queued_at", "id"]
    where: dict[str, Any] = {"sqlite_where": OPEN_ONLY, "postgresql_where": OPEN_ONLY}
    op.create_index("ix_alerts_open", "alerts", first, **where)
    op.create_index("ix_alerts_due", "alerts", ["due_at"], **where)
    op.create_index("ix_alerts_status", "alerts", ["status", "id"])
    op.create_index("ix_alerts_settled", "alerts", ["settled_at"])


def _later(minutes: int) -> str:
    if op.get_bind().dialect.name == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f000', received_at, '+{minutes} minutes')"
    return f"received_at + interval '{minutes} minutes'"


MORE: tuple[tuple[str, Any], ...] = (
    ("took_s", sa.Double()),
    ("box_left", sa.Double()),
    ("box_top", sa.Double()),
    ("box_right", sa.Double()),
    ("box_bottom", sa.Double()),
    ("box_class", sa.String(20)),
    ("batch", sa.String(32)),
)


def _reviews() -> None:
    for name, kind in (*MORE, ("undone_reason", sa.Text())):
        op.add_column("reviews", sa.Column(name, kind, nullable=True))
    op.create_index("ix_reviews_own", "reviews", ["reviewer_id", "created_at", "id"])
    op.create_index("ix_reviews_batch", "reviews", ["batch"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_claims_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name="fk_claims_person_id"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_claims"),
    )
    op.create_index("ix_claims_person", "claims", ["person_id", "expires_at"])
    seed = op.create_table(
        "review_seed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_seed"),
    )
    op.bulk_insert(seed, [{"id": 1, "seed": secrets.token_hex(32)}])


def _known() -> None:
    op.create_table(
        "known_items",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("truth", sa.String(10), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_known_items_alert_id"),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name="fk_known_items_added_by"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_known_items"),
    )
    op.create_table(
        "known_shows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["known_items.alert_id"], name="fk_known_shows_alert_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name="fk_known_shows_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_shows"),
    )
    op.create_index("ix_known_shows_person", "known_shows", ["person_id", "closed_at"])
    op.create_index("ix_known_shows_alert", "known_shows", ["alert_id", "person_id"])
    op.create_table(
        "known_answers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("show_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        *(sa.Column(name, kind, nullable=True) for name, kind in MORE),
        sa.ForeignKeyConstraint(["show_id"], ["known_shows.id"], name="fk_known_answers_show_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name="fk_known_answers_reviewer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_answers"),
    )
    op.create_index("ix_known_answers_show", "known_answers", ["show_id"])
    op.create_index("ix_known_answers_own", "known_answers", ["reviewer_id", "created_at", "id"])
    op.create_index("ix_known_answers_batch", "known_answers", ["batch"])
