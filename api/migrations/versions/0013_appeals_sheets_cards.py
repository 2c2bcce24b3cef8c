"""Appeals with their photographs, self-control sheets with what was added, public cards."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
FILED = sa.text("state = 'filed'")


def upgrade() -> None:
    """Make the tables."""
    _make_appeals()
    _make_sheets()
    op.create_table(
        "cards",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("switched_by", sa.String(32), nullable=False),
        sa.Column("switched_at", UtcDateTime(), nullable=False),
        _to("cards", "restaurant_id", "restaurants.id"),
        _to("cards", "switched_by", "users.id"),
        sa.PrimaryKeyConstraint("restaurant_id", name="pk_cards"),
        sa.UniqueConstraint("code", name="uq_cards_code"),
    )


def _make_appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("verdict_at", UtcDateTime(), nullable=False),
        sa.Column("filed_by", sa.String(32), nullable=False),
        sa.Column("filed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(32), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ground", sa.String(20), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        _to("appeals", "alert_id", "alerts.id"),
        _to("appeals", "restaurant_id", "restaurants.id"),
        _to("appeals", "filed_by", "users.id"),
        _to("appeals", "ended_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
    )
    op.create_index(
        "uq_appeals_open",
        "appeals",
        ["alert_id"],
        unique=True,
        sqlite_where=FILED,
        postgresql_where=FILED,
    )
    op.create_index("ix_appeals_alert_id", "appeals", ["alert_id"])
    op.create_index("ix_appeals_restaurant", "appeals", ["restaurant_id", "filed_at"])
    op.create_index("ix_appeals_newest", "appeals", ["filed_at", "id"])
    op.create_index(
        "ix_appeals_due",
        "appeals",
        ["due_at"],
        sqlite_where=FILED,
        postgresql_where=FILED,
    )
    op.create_table(
        "appeal_files",
        sa.Column("appeal_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        _to("appeal_files", "appeal_id", "appeals.id"),
        _to("appeal_files", "added_by", "users.id"),
        sa.PrimaryKeyConstraint("appeal_id", "sha256", name="pk_appeal_files"),
    )
    op.create_index("ix_appeal_files_sha256", "appeal_files", ["sha256"])


def _make_sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("finding", sa.String(10), nullable=False),
        sa.Column("signer_name", sa.String(100), nullable=False),
        sa.Column("confirmed_by", sa.String(32), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        _to("sheets", "restaurant_id", "restaurants.id"),
        _to("sheets", "confirmed_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name="pk_sheets"),
    )
    period = ["restaurant_id", "kind", "first_day"]
    op.create_index("uq_sheets_period", "sheets", period, unique=True)
    op.create_index("ix_sheets_days", "sheets", ["first_day", "kind"])
    op.create_table(
        "sheet_additions",
        sa.Column("sheet_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.String(100), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        _to("sheet_additions", "sheet_id", "sheets.id"),
        _to("sheet_additions", "added_by", "users.id"),
        sa.PrimaryKeyConstraint("sheet_id", "seq", name="pk_sheet_additions"),
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def downgrade() -> None:
    """Drop them again."""
    for table in ("cards", "sheet_additions", "sheets", "appeal_files", "appeals"):
        op.drop_table(table)
