"""What else lets somebody in: links, known browsers, OpenID providers; keys with a scope."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EVERYTHING = "alerts:post settings:read"
TABLES = ("oidc_trips", "identities", "links", "attempts", "devices")


def upgrade() -> None:
    """Add them; a key that there was may do what it could do before."""
    for column, length in (("address", 45), ("browser", 200)):
        op.add_column(
            "sessions", sa.Column(column, sa.String(length), nullable=False, server_default="")
        )
    _devices()
    _links()
    _providers()
    _keys()
    op.create_index("ix_audit_log_actor", "audit_log", ["actor", "seq"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])


def downgrade() -> None:
    """Drop them again; site keys cannot be kept."""
    op.drop_index("ix_audit_log_at", "audit_log")
    op.drop_index("ix_audit_log_actor", "audit_log")
    op.execute("DELETE FROM camera_keys WHERE camera_id IS NULL")
    op.drop_index("ix_camera_keys_restaurant_id", "camera_keys")
    with op.batch_alter_table("camera_keys") as keys:
        keys.drop_constraint(op.f("ck_camera_keys_one_place"), type_="check")
        keys.drop_constraint("fk_camera_keys_restaurant_id", type_="foreignkey")
        for column in ("name", "restaurant_id", "scopes", "expires_at", "last_used_at"):
            keys.drop_column(column)
        keys.alter_column("camera_id", existing_type=sa.String(64), nullable=False)
    for table in TABLES:
        op.drop_table(table)
    for column in ("address", "browser"):
        op.drop_column("sessions", column)


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_devices_user_id"),
        sa.PrimaryKeyConstraint("token_sha256", "user_id", name="pk_devices"),
    )
    op.create_index("ix_devices_user_id", "devices", ["user_id"])
    op.create_index("ix_devices_seen_at", "devices", ["seen_at"])
    op.create_table(
        "attempts",
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("until_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_attempts"),
    )
    op.create_index("ix_attempts_until_s", "attempts", ["until_s"])


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'password') = (user_id IS NOT NULL)", name=op.f("ck_links_whom")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_links_user_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_links"),
    )
    op.create_index("ix_links_user_id", "links", ["user_id"])


def _providers() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_identities_user_id"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "oidc_trips",
        sa.Column("state_sha256", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(64), nullable=False),
        sa.Column("next_path", sa.String(2000), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name="pk_oidc_trips"),
    )
    op.create_index("ix_oidc_trips_expires_at", "oidc_trips", ["expires_at"])


def _keys() -> None:
    with op.batch_alter_table("camera_keys") as keys:
        keys.alter_column("camera_id", existing_type=sa.String(64), nullable=True)
        keys.add_column(sa.Column("name", sa.String(100), nullable=False, server_default=""))
        keys.add_column(sa.Column("restaurant_id", sa.String(32), nullable=True))
        keys.add_column(
            sa.Column("scopes", sa.String(60), nullable=False, server_default=EVERYTHING)
        )
        keys.add_column(sa.Column("expires_at", UtcDateTime(), nullable=True))
        keys.add_column(sa.Column("last_used_at", UtcDateTime(), nullable=True))
        keys.create_foreign_key(
            "fk_camera_keys_restaurant_id", "restaurants", ["restaurant_id"], ["id"]
        )
        keys.create_check_constraint(
            op.f("ck_camera_keys_one_place"), "(camera_id IS NULL) <> (restaurant_id IS NULL)"
        )
    op.create_index("ix_camera_keys_restaurant_id", "camera_keys", ["restaurant_id"])
