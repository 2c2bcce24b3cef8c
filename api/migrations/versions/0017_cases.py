"""Cases, what happened to them, orders, look-backs and files."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("orders", "look_backs", "case_files", "case_alerts", "case_actions", "cases")
OPEN = sa.text("ended_at IS NULL")
SQLITE_TRIGGER = """
CREATE TRIGGER case_actions_no_{name} BEFORE {name} ON case_actions
BEGIN SELECT RAISE(ABORT, 'what happened to a case is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION case_actions_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what happened to a case is append-only'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER case_actions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_actions
FOR EACH STATEMENT EXECUTE FUNCTION case_actions_refuse()
"""


def upgrade() -> None:
    """Make the tables, and let nobody change what happened."""
    _cases()
    _case_actions()
    _case_alerts()
    _case_files()
    _look_backs()
    _orders()
    if op.get_bind().dialect.name == "sqlite":
        for name in ("update", "delete"):
            op.execute(SQLITE_TRIGGER.format(name=name))
    else:
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)


def downgrade() -> None:
    """Drop them; the cases are lost."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION case_actions_refuse()")


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("zone_type", sa.String(20), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("look_back_at", UtcDateTime(), nullable=True),
        sa.Column("escalated_at", UtcDateTime(), nullable=True),
        sa.Column("rectified_at", UtcDateTime(), nullable=True),
        sa.Column("first_signer_id", sa.String(32), nullable=True),
        sa.Column("second_signer_id", sa.String(32), nullable=True),
        sa.Column("upheld", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["first_signer_id"], ["users.id"], name="fk_cases_first_signer_id"),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_cases_restaurant_id"
        ),
        sa.ForeignKeyConstraint(
            ["second_signer_id"], ["users.id"], name="fk_cases_second_signer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index("ix_cases_ended", "cases", ["ended_at"])
    op.create_index("ix_cases_newest", "cases", ["changed_at", "id"])
    op.create_index("ix_cases_opened", "cases", ["opened_at", "id"])
    op.create_index("ix_cases_place", "cases", ["restaurant_id", "opened_at"])
    op.create_index(
        "ix_cases_urgent", "cases", ["due_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        "uq_cases_open_place",
        "cases",
        ["restaurant_id", "rule", "zone_type"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _case_actions() -> None:
    op.create_table(
        "case_actions",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.String(32), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("from_state", sa.String(12), nullable=False),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_actions_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_case_actions"),
    )
    op.create_index("ix_case_actions_at", "case_actions", ["at", "action"])


def _case_alerts() -> None:
    op.create_table(
        "case_alerts",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_case_alerts_alert_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_alerts_case_id"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_case_alerts"),
    )
    op.create_index("ix_case_alerts_case_id", "case_alerts", ["case_id"])


def _case_files() -> None:
    op.create_table(
        "case_files",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("action_seq", sa.Integer(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name="fk_case_files_added_by"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_files_case_id"),
        sa.PrimaryKeyConstraint("case_id", "sha256", name="pk_case_files"),
    )
    op.create_index("ix_case_files_sha256", "case_files", ["sha256"])


def _look_backs() -> None:
    op.create_table(
        "look_backs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("looked_until", UtcDateTime(), nullable=False),
        sa.Column("seen_h", sa.Double(), nullable=False),
        sa.Column("needed_h", sa.Double(), nullable=True),
        sa.Column("upheld", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(12), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_look_backs_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_look_backs"),
    )
    op.create_index("ix_look_backs_case_id", "look_backs", ["case_id", "at"])


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("first_due_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("met_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_orders_case_id"),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name="fk_orders_issued_by"),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_orders_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
    )
    op.create_index("ix_orders_case_id", "orders", ["case_id"])
    op.create_index("ix_orders_due", "orders", ["due_at"])
    op.create_index("ix_orders_issued", "orders", ["issued_at"])
    op.create_index("ix_orders_place", "orders", ["restaurant_id", "issued_at"])
