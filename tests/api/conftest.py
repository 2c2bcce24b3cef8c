"""Databases of both kinds, and an application on each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.migrations import upgrade
from api.settings import Settings
from tests.api import postgres
from tests.api.building import Kitchen


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    """A running server with a migrated template; skips where there is none."""
    reason = postgres.why_not()
    if reason is not None:
        pytest.skip(reason)
    with postgres.server() as folder:
        _execute(folder, f"CREATE DATABASE {postgres.TEMPLATE}")
        upgrade(postgres.address(folder, postgres.TEMPLATE))
        yield folder


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated template."""
    path = tmp_path_factory.mktemp("template") / "kitchen.db"
    upgrade(f"sqlite:///{path}")
    return path


def _execute(folder: str, statement: str) -> None:
    with psycopg.connect(postgres.address(folder, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "kitchen.db")
        yield f"sqlite:///{tmp_path / 'kitchen.db'}"
        return
    folder, name = request.getfixturevalue("postgres_folder"), f"kitchen_{uuid4().hex}"
    _execute(folder, f"CREATE DATABASE {name} TEMPLATE {postgres.TEMPLATE}")
    yield postgres.address(folder, name)
    _execute(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Cheap passwords and no lots drawn, everything else as an operator gets it."""
    return Settings(
        data=tmp_path,
        database_url=SecretStr(database_url),
        argon2_memory_kib=8,
        argon2_rounds=1,
        review_double_share=0.0,
        review_known_share=0.0,
    )


@pytest.fixture
def kitchen(settings: Settings) -> Iterator[Kitchen]:
    """An application that runs."""
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Kitchen(app, client)
