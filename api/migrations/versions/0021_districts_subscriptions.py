"""Subscriptions of a district's office."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A district beside restaurant and station."""
    told = "VARCHAR(32) CONSTRAINT fk_subscriptions_district_id REFERENCES districts(id)"
    op.execute(f"ALTER TABLE subscriptions ADD COLUMN district_id {told}")
    op.create_index("ix_subscriptions_district_id", "subscriptions", ["district_id"])


def downgrade() -> None:
    """Districts' subscriptions go: without their place they would be the city's."""
    op.execute(
        "DELETE FROM notifications WHERE subscription_id IN"
        " (SELECT id FROM subscriptions WHERE district_id IS NOT NULL)"
    )
    op.execute("DELETE FROM subscriptions WHERE district_id IS NOT NULL")
    op.drop_index("ix_subscriptions_district_id", "subscriptions")
    op.execute("ALTER TABLE subscriptions DROP COLUMN district_id")
