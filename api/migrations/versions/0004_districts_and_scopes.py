"""Districts above stations, what a restaurant is like, and whom a person looks after."""

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATION_ONLY = "role <> 'inspector' OR station_id IS NOT NULL"
STATION_OR_DISTRICT = f"{STATION_ONLY} OR district_id IS NOT NULL"
DISTRICT = "VARCHAR(32) CONSTRAINT fk_{table}_district_id REFERENCES districts(id)"
RISK = (
    "VARCHAR(1) DEFAULT 'C' NOT NULL "
    "CONSTRAINT ck_restaurants_risk_class CHECK (risk IN ('A', 'B', 'C', 'D'))"
)
COLUMNS = (
    ("stations", "district_id", DISTRICT),
    ("users", "district_id", DISTRICT),
    ("restaurants", "risk", RISK),
    ("restaurants", "address", "VARCHAR(300) DEFAULT '' NOT NULL"),
    ("restaurants", "phone", "VARCHAR(40) DEFAULT '' NOT NULL"),
)


def upgrade() -> None:
    """Add them; who had a scope keeps it."""
    op.create_table(
        "districts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_districts"),
        sa.UniqueConstraint("name", name="uq_districts_name"),
    )
    for table, column, described in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {described.format(table=table)}")
    op.create_index("ix_stations_district_id", "stations", ["district_id"])
    _check_inspectors(STATION_ONLY, STATION_OR_DISTRICT)
    op.create_table(
        "user_restaurants",
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("restaurant_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_restaurants_user_id"),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_user_restaurants_restaurant_id"
        ),
        sa.PrimaryKeyConstraint("user_id", "restaurant_id", name="pk_user_restaurants"),
    )


def downgrade() -> None:
    """Drop them; an inspector of a district alone cannot be kept and is switched off."""
    op.execute(
        "UPDATE users SET role = 'patrol', active = false "
        "WHERE role = 'inspector' AND station_id IS NULL"
    )
    op.drop_table("user_restaurants")
    _check_inspectors(STATION_OR_DISTRICT, STATION_ONLY)
    op.drop_index("ix_stations_district_id", "stations")
    for table, column, _ in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("districts")


def _check_inspectors(old: str, new: str) -> None:
    """SQLite cannot rebuild a table that others point to; its text may be edited, as it tells."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_users_station_scope"), "users", type_="check")
        op.create_check_constraint(op.f("ck_users_station_scope"), "users", new)
        return
    op.execute("PRAGMA writable_schema=ON")
    edited = sa.text(
        "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) "
        "WHERE type = 'table' AND name = 'users'"
    )
    op.execute(edited.bindparams(old=f"({old})", new=f"({new})"))
    op.execute("PRAGMA writable_schema=RESET")
