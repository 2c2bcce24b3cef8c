"""Visits, their answers, findings and files, campaigns; where restaurants are."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("visit_files", "findings", "visit_answers", "visits", "campaigns")
PLACES = ("latitude", "longitude")
PEOPLE = ("assigned_to", "created_by", "started_by", "finished_by", "cancelled_by")
COLUMNS = (
    "restaurant_id, seq, at, action, alert_id, sha256, size_bytes, kind, media_type, detail,"
    " previous, hash"
)
REFUSAL = """
CREATE TRIGGER custody_entries_no_{name} BEFORE {name} ON custody_entries
BEGIN SELECT RAISE(ABORT, 'the chain of custody is append-only'); END
"""


def upgrade() -> None:
    """Make the tables; an entry of custody need not be about an alert any more."""
    for name in PLACES:
        op.add_column("restaurants", sa.Column(name, sa.Double(), nullable=True))
    _campaigns()
    _visits()
    _answers()
    _findings()
    _files()
    _let_alert_be_missing(nullable=True)


def downgrade() -> None:
    """Drop them again; entries about visits must be gone before."""
    _let_alert_be_missing(nullable=False)
    for table in TABLES:
        op.drop_table(table)
    for name in PLACES:
        op.drop_column("restaurants", name)


def _let_alert_be_missing(*, nullable: bool) -> None:
    """SQLite cannot change a column: the chain is copied entry by entry, and locked again."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("custody_entries", "alert_id", nullable=nullable)
        return
    op.drop_index("ix_custody_entries_alert_id", "custody_entries")
    _new_entries(nullable)
    op.execute(f"INSERT INTO custody_copy ({COLUMNS}) SELECT {COLUMNS} FROM custody_entries")  # noqa: S608
    op.drop_table("custody_entries")
    op.rename_table("custody_copy", "custody_entries")
    op.create_index("ix_custody_entries_alert_id", "custody_entries", ["alert_id"])
    for name in ("update", "delete"):
        op.execute(REFUSAL.format(name=name))


def _new_entries(nullable: bool) -> None:
    op.create_table(
        "custody_copy",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=nullable),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        _to("custody_entries", "restaurant_id", "restaurants"),
        _to("custody_entries", "alert_id", "alerts"),
        sa.PrimaryKeyConstraint("restaurant_id", "seq", name="pk_custody_entries"),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("checklist", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(32), nullable=True),
        sa.Column("generated", sa.Boolean(), nullable=False, server_default=sa.false()),
        _to("campaigns", "created_by", "users"),
        _to("campaigns", "closed_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index("ix_campaigns_newest", "campaigns", ["starts_on", "id"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("checklist", sa.String(40), nullable=False),
        sa.Column("checklist_version", sa.SmallInteger(), nullable=True),
        sa.Column("planned_for", sa.Date(), nullable=False),
        sa.Column("assigned_to", sa.String(32), nullable=True),
        sa.Column("campaign_id", sa.String(32), nullable=True),
        sa.Column("case_id", sa.String(36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_who_and_when(),
        *(sa.Column(name, sa.SmallInteger(), nullable=True)
          for name in ("met", "not_met", "not_applicable")),
        sa.Column("outcome", sa.String(10), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
          for name in ("ordered", "generated")),
        sa.Column("submission_id", sa.String(36), nullable=True),
        sa.Column("submission_sha256", sa.String(64), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("record_sha256", sa.String(64), nullable=True),
        sa.Column("signature", sa.String(128), nullable=True),
        sa.Column("signing_key", sa.String(64), nullable=True),
        _to("visits", "restaurant_id", "restaurants"),
        _to("visits", "campaign_id", "campaigns"),
        *(_to("visits", name, "users") for name in PEOPLE),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )  # fmt: skip
    op.create_index("ix_visits_newest", "visits", ["finished_at", "id"])
    op.create_index("ix_visits_restaurant", "visits", ["restaurant_id", "finished_at"])
    op.create_index("ix_visits_open", "visits", ["state", "planned_for"])
    for name in ("assigned_to", "campaign_id", "case_id", "record_sha256"):
        op.create_index(f"ix_visits_{name}", "visits", [name])


def _who_and_when() -> list[sa.Column[object]]:
    return [
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("started_by", sa.String(32), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("finished_by", sa.String(32), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by", sa.String(32), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
    ]


def _answers() -> None:
    op.create_table(
        "visit_answers",
        sa.Column("visit_id", sa.String(36), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("result", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        _to("visit_answers", "visit_id", "visits"),
        sa.PrimaryKeyConstraint("visit_id", "item", name="pk_visit_answers"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("visit_id", sa.String(36), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(30), nullable=True),
        sa.Column("zone_type", sa.String(20), nullable=True),
        sa.Column("key_item", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrective_action", sa.Text(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.String(36), nullable=True),
        _to("findings", "visit_id", "visits"),
        _to("findings", "restaurant_id", "restaurants"),
        _to("findings", "alert_id", "alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    for name in ("visit_id", "restaurant_id", "alert_id", "case_id"):
        op.create_index(f"ix_findings_{name}", "findings", [name])


def _files() -> None:
    op.create_table(
        "visit_files",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("visit_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("item", sa.String(40), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("received_sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(5), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("stored_by", sa.String(32), nullable=False),
        _to("visit_files", "visit_id", "visits"),
        _to("visit_files", "stored_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_files"),
    )
    op.create_index("ix_visit_files_visit", "visit_files", ["visit_id", "stored_at"])
    op.create_index("ix_visit_files_sha256", "visit_files", ["sha256"])
