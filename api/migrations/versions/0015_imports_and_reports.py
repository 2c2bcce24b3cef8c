"""Imports, reports, and figures that are counted from an index alone."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNTED = ["started_at", "rule", "status", "origin", "camera_id", "restaurant_id"]


def upgrade() -> None:
    """Make the tables; the wider index takes the narrow one's place."""
    op.create_table(
        "imports",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("done_at", UtcDateTime()),
    )
    op.create_index("ix_imports_made", "imports", ["made_at"])
    op.create_table(
        "import_numbers",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("subject_id", sa.String(64), nullable=False),
    )
    op.create_index(
        "uq_import_numbers_subject", "import_numbers", ["kind", "subject_id"], unique=True
    )
    _make_reports()
    op.create_index("ix_alerts_counted", "alerts", COUNTED)
    op.drop_index("ix_alerts_started", "alerts")


def _make_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(50), nullable=False),
        sa.Column("district_id", sa.String(32), sa.ForeignKey("districts.id")),
        sa.Column("station_id", sa.String(32), sa.ForeignKey("stations.id")),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.UniqueConstraint("kind", "first_day", "place", name="uq_reports_period"),
    )
    op.create_index("ix_reports_newest", "reports", ["last_day", "id"])
    op.create_index("ix_reports_district_id", "reports", ["district_id"])
    op.create_index("ix_reports_station_id", "reports", ["station_id"])


def downgrade() -> None:
    """Without them."""
    op.create_index("ix_alerts_started", "alerts", ["started_at"])
    op.drop_index("ix_alerts_counted", "alerts")
    op.drop_table("reports")
    op.drop_table("import_numbers")
    op.drop_table("imports")
