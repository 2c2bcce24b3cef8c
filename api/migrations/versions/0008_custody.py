"""The chain of custody, its daily roots, legal holds and un-blurs."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime, now

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("custody_entries", "custody_days")
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{name} BEFORE {name} ON {table}
BEGIN SELECT RAISE(ABORT, 'the chain of custody is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the chain of custody is append-only'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION custody_refuse()
"""
STORED = """
SELECT alerts.restaurant_id, alerts.camera_id, evidence.alert_id, evidence.sha256,
       evidence.size_bytes, evidence.kind, evidence.media_type
FROM evidence JOIN alerts ON alerts.id = evidence.alert_id
WHERE evidence.stored_at IS NOT NULL
ORDER BY alerts.restaurant_id, evidence.stored_at, evidence.alert_id, evidence.position
"""


def upgrade() -> None:
    """Make the tables, and take evidence that is kept already into the chains."""
    op.add_column("evidence", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.add_column("evidence", sa.Column("altered_at", UtcDateTime(), nullable=True))
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
    entries, heads = _chains()
    _holds()
    _take_over(entries, heads)
    _refuse_changes()


def downgrade() -> None:
    """Drop them again; what they said is lost."""
    for table in ("unblurs", "legal_holds", "custody_days", "custody_heads", "custody_entries"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION custody_refuse()")
    op.drop_index("ix_evidence_sha256", "evidence")
    op.drop_column("evidence", "altered_at")
    op.drop_column("evidence", "deleted_at")


def _chains() -> tuple[sa.Table, sa.Table]:
    entries = op.create_table(
        "custody_entries",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_custody_entries_restaurant_id"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_custody_entries_alert_id"),
        sa.PrimaryKeyConstraint("restaurant_id", "seq", name="pk_custody_entries"),
    )
    op.create_index("ix_custody_entries_alert_id", "custody_entries", ["alert_id"])
    heads = op.create_table(
        "custody_heads",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_custody_heads_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("restaurant_id", name="pk_custody_heads"),
    )
    op.create_table(
        "custody_days",
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=True),
        sa.Column("signature", sa.String(128), nullable=True),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_custody_days_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("restaurant_id", "day", name="pk_custody_days"),
    )
    return entries, heads


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(32), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.String(32), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_legal_holds_alert_id"),
        sa.ForeignKeyConstraint(["placed_by"], ["users.id"], name="fk_legal_holds_placed_by"),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name="fk_legal_holds_released_by"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_alert_id", "legal_holds", ["alert_id"])
    op.create_table(
        "unblurs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("granted_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_unblurs_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name="fk_unblurs_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unblurs"),
    )
    op.create_index("ix_unblurs_alert_id_person_id", "unblurs", ["alert_id", "person_id"])


def _take_over(entries: sa.Table, heads: sa.Table) -> None:
    """Each file's entry says that it was taken over: before now nobody chained it."""
    newest: dict[str, tuple[int, str]] = {}
    moment = now()
    wanted = sa.text(STORED).columns(alert_id=sa.Uuid())
    for row in op.get_bind().execute(wanted).all():
        restaurant, camera, alert, sha256, size, kind, media_type = row
        seq, previous = newest.get(restaurant, (0, "0" * 64))
        fields = {
            "restaurant": restaurant,
            "seq": seq + 1,
            "at": moment.isoformat(timespec="microseconds"),
            "action": "stored",
            "alert": str(alert),
            "sha256": sha256,
            "bytes": size,
            "kind": kind,
            "media_type": media_type,
            "detail": {"actor": f"camera:{camera}", "taken_over": True},
            "previous": previous,
        }
        sealed = hashlib.sha256(_canonical(fields).encode()).hexdigest()
        newest[restaurant] = seq + 1, sealed
        op.get_bind().execute(
            entries.insert().values(
                restaurant_id=restaurant,
                seq=seq + 1,
                at=moment,
                action="stored",
                alert_id=alert,
                sha256=sha256,
                size_bytes=size,
                kind=kind,
                media_type=media_type,
                detail=_canonical(fields["detail"]),
                previous=previous,
                hash=sealed,
            )
        )
    for restaurant, (seq, sealed) in newest.items():
        values = {"restaurant_id": restaurant, "seq": seq, "hash": sealed, "at": moment}
        op.get_bind().execute(heads.insert().values(**values))


def _canonical(fields: object) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for name in ("update", "delete"):
                op.execute(SQLITE_TRIGGER.format(table=table, name=name))
        return
    op.execute(POSTGRESQL_FUNCTION)
    for table in APPEND_ONLY:
        op.execute(POSTGRESQL_TRIGGER.format(table=table))
