"""The queue's index also counts, and no other one tempts SQLite to sort what is open."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN_ONLY = sa.text("status IN ('waiting', 'second_review')")
WHERE: dict[str, Any] = {"sqlite_where": OPEN_ONLY, "postgresql_where": OPEN_ONLY}
FIRST: list[Any] = [sa.text("severity_rank DESC"), "queued_at", "id"]


def upgrade() -> None:
    """Replace two indexes by two that serve queue, counts and list."""
    op.drop_index("ix_alerts_status", "alerts")
    op.drop_index("ix_alerts_open", "alerts")
    op.create_index("ix_alerts_open", "alerts", [*FIRST, "status"], **WHERE)
    op.create_index("ix_alerts_open_newest", "alerts", ["received_at", "id"], **WHERE)


def downgrade() -> None:
    """The indexes as they were."""
    op.drop_index("ix_alerts_open_newest", "alerts")
    op.drop_index("ix_alerts_open", "alerts")
    op.create_index("ix_alerts_open", "alerts", FIRST, **WHERE)
    op.create_index("ix_alerts_status", "alerts", ["status", "id"])
