"""The migrations make exactly what the models say, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from api import migrations
from api.database import Database
from api.migrations import alembic_config, upgrade
from api.tables import Base
from vision.errors import ConfigError


def newest() -> str | None:
    """The last step there is."""
    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


def test_the_migrated_database_is_what_the_models_say(database_url: str) -> None:
    database = Database(database_url)
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    database = Database(database_url)
    with database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest()
    database.close()


def test_every_step_back_works(database_url: str) -> None:
    database = Database(database_url)
    with database.connection() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.close()
    upgrade(database_url)


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    database = Database(database_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(ConfigError, match="newer"):
        upgrade(database_url)


def test_a_new_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "kitchen.db"
    upgrade(f"sqlite:///{path}")
    assert path.exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/name", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_be_used_is_explained(url: str) -> None:
    with pytest.raises(ConfigError):
        upgrade(url)


def test_a_district_is_enough_for_an_inspector_and_nothing_at_all_is_not(database_url: str) -> None:
    insert = text(
        "INSERT INTO users (id, name, folded_name, role, password_hash, district_id, active,"
        " created_at) VALUES (:id, :id, :id, 'inspector', '', :district, true, '2026-01-01')"
    )
    database = Database(database_url)
    with database.writing() as session:
        session.execute(text("INSERT INTO districts VALUES ('d', 'Harbour', '2026-01-01')"))
        session.execute(insert, {"id": "1", "district": "d"})
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(insert, {"id": "2", "district": None})
    database.close()
