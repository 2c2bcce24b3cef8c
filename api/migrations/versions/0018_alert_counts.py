"""Counted alerts: triggers add each change of an alert to its day's figures."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from api.database import UtcDateTime
from api.stats.periods import offsets

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# The default of the setting; a server with another one counts anew.
ZONE = "Asia/Shanghai"
COLUMNS = "day, station_id, rule, model_sha256, kind, alerts, summed"
KIND = """CASE WHEN {0}origin NOT IN ('camera', 'batch') THEN 'patrol'
WHEN {0}status IN ('upheld', 'dismissed') THEN {0}status ELSE 'open' END"""
# Whole seconds, since SQLite would round the last half of a millisecond into the next day.
DAY = """date(substr({0}started_at, 1, 19), (SELECT offset_s || ' seconds' FROM count_offsets
WHERE since_at <= {0}started_at ORDER BY since_at DESC LIMIT 1))"""
PLACE = "COALESCE((SELECT station_id FROM restaurants WHERE id = {0}restaurant_id), '')"
COUNTED = ("started_at", "restaurant_id", "rule", "model_sha256", "origin", "status")


def _one(row: str, alerts: int) -> str:
    values = ", ".join((DAY, PLACE, "{0}rule", "{0}model_sha256", KIND)).format(row)
    return f"INSERT INTO alert_counts ({COLUMNS}) VALUES ({values}, {alerts}, 0);"  # noqa: S608


def _moved(station: str, sign: str) -> str:
    """Every alert of a restaurant at a station, once more or taken away."""
    told = f"{DAY}, COALESCE({station}, ''), rule, model_sha256, {KIND}".format("")
    return (
        f"INSERT INTO alert_counts ({COLUMNS}) SELECT {told}, {sign}count(*), 0 FROM alerts"  # noqa: S608
        " WHERE restaurant_id = NEW.id GROUP BY 1, 2, 3, 4, 5;"
    )


CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COUNTED)
SQLITE = (
    f"CREATE TRIGGER alerts_counted_insert AFTER INSERT ON alerts BEGIN {_one('NEW.', 1)} END",
    f"CREATE TRIGGER alerts_counted_delete AFTER DELETE ON alerts BEGIN {_one('OLD.', -1)} END",
    f"CREATE TRIGGER alerts_counted_update AFTER UPDATE OF {', '.join(COUNTED)} ON alerts"
    f" WHEN {CHANGED} BEGIN {_one('OLD.', -1)} {_one('NEW.', 1)} END",
    "CREATE TRIGGER restaurants_counted AFTER UPDATE OF station_id ON restaurants"
    " WHEN OLD.station_id IS NOT NEW.station_id"
    f" BEGIN {_moved('OLD.station_id', '-')} {_moved('NEW.station_id', '')} END",
)
SQLITE_NAMES = (
    "alerts_counted_insert",
    "alerts_counted_delete",
    "alerts_counted_update",
    "restaurants_counted",
)
POSTGRESQL = (
    """
CREATE FUNCTION alert_day(at timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
SELECT (at AT TIME ZONE 'UTC' + make_interval(secs => (SELECT offset_s FROM count_offsets
WHERE since_at <= at ORDER BY since_at DESC LIMIT 1)))::date $$
""",
    f"""
CREATE FUNCTION alert_kind(origin text, status text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT {KIND.format("")} $$
""",
    # The lock makes a restaurant that moves wait for this alert, or this alert for the move.
    f"""
CREATE FUNCTION alert_count(one alerts, change integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE place text;
BEGIN
  SELECT COALESCE(station_id, '') INTO place FROM restaurants
  WHERE id = one.restaurant_id FOR SHARE;
  INSERT INTO alert_counts ({COLUMNS}) VALUES (alert_day(one.started_at), place, one.rule,
  one.model_sha256, alert_kind(one.origin, one.status), change, false);
END $$
""",  # noqa: S608
    """
CREATE FUNCTION alerts_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM alert_count(OLD, -1); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM alert_count(NEW, 1); END IF;
  RETURN NULL;
END $$
""",
    f"""
CREATE FUNCTION restaurants_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO alert_counts ({COLUMNS})
  SELECT alert_day(started_at), place, rule, model_sha256, alert_kind(origin, status),
  sign * count(*), false
  FROM alerts, (VALUES (COALESCE(OLD.station_id, ''), -1), (COALESCE(NEW.station_id, ''), 1))
  AS at (place, sign) WHERE restaurant_id = NEW.id GROUP BY 1, 2, 3, 4, 5, sign;
  RETURN NULL;
END $$
""",  # noqa: S608
    """
CREATE TRIGGER alerts_counted AFTER INSERT OR DELETE ON alerts
FOR EACH ROW EXECUTE FUNCTION alerts_counted()
""",
    f"""
CREATE TRIGGER alerts_counted_update AFTER UPDATE OF {", ".join(COUNTED)} ON alerts
FOR EACH ROW WHEN ({" OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in COUNTED)})
EXECUTE FUNCTION alerts_counted()
""",
    """
CREATE TRIGGER restaurants_counted AFTER UPDATE OF station_id ON restaurants
FOR EACH ROW WHEN (OLD.station_id IS DISTINCT FROM NEW.station_id)
EXECUTE FUNCTION restaurants_counted()
""",
)
FILL = (
    f"INSERT INTO alert_counts ({COLUMNS}) SELECT {{day}}, COALESCE(station_id, ''), rule,"  # noqa: S608
    f" model_sha256, {KIND.format('')}, count(*), {{yes}} FROM alerts JOIN restaurants"
    " ON restaurants.id = alerts.restaurant_id GROUP BY 1, 2, 3, 4, 5"
)


def upgrade() -> None:
    """Make the tables, count what is there, and let triggers count from now on."""
    _tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # Nobody adds an alert between the counting and the triggers.
        op.execute("LOCK TABLE alerts, restaurants IN SHARE ROW EXCLUSIVE MODE")
    for statement in () if sqlite else POSTGRESQL[:2]:
        op.execute(statement)
    day, yes = (DAY.format(""), "1") if sqlite else ("alert_day(started_at)", "true")
    op.execute(FILL.format(day=day, yes=yes))
    for statement in SQLITE if sqlite else POSTGRESQL[2:]:
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        "alert_counts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station_id", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(30), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("summed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_counts"),
    )
    op.create_index("ix_alert_counts_day", "alert_counts", ["day"])
    new = sa.text("NOT summed")
    op.create_index(
        "ix_alert_counts_new", "alert_counts", ["day"], sqlite_where=new, postgresql_where=new
    )
    made = op.create_table(
        "count_offsets",
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("offset_s", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("since_at", name="pk_count_offsets"),
    )
    told = offsets(ZoneInfo(ZONE))
    op.bulk_insert(made, [{"since_at": at, "offset_s": s, "zone": ZONE} for at, s in told])


def downgrade() -> None:
    """Drop them; figures are counted from the alerts again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE_NAMES:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER alerts_counted_update ON alerts")
        op.execute("DROP TRIGGER alerts_counted ON alerts")
        op.execute("DROP TRIGGER restaurants_counted ON restaurants")
        for name in ("alerts_counted()", "restaurants_counted()", "alert_count(alerts, integer)",
                     "alert_kind(text, text)", "alert_day(timestamptz)"):  # fmt: skip
            op.execute(f"DROP FUNCTION {name}")
    op.drop_table("count_offsets")
    op.drop_table("alert_counts")
