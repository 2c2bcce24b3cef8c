"""The database's shape, step by step; ``upgrade`` runs when the server starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from api.database import Database
from vision.errors import ConfigError

# Two servers starting at once on PostgreSQL take turns; the number is arbitrary.
MIGRATION_LOCK = 4_731_206


def upgrade(database_url: str) -> None:
    """Bring the database to this version's shape, in one transaction; make it when it is new."""
    database = Database(database_url)
    _make_folder(database_url)
    try:
        with database.connection() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            config = alembic_config(connection)
            _refuse_newer(connection, config)
            command.upgrade(config, "head")
    finally:
        database.close()


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for the packaged scripts, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _make_folder(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database is not None:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def _refuse_newer(connection: Connection, config: Config) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= known:
        raise ConfigError(
            "the database was made by a newer version of Bright Kitchen; install that version"
        )
