"""What the server's commands have in common: where its data lie, and the database they open.

What the server needs is imported when a command runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vision.errors import ConfigError

if TYPE_CHECKING:
    from api.database import Database
    from api.settings import Settings

DatabaseUrl = Annotated[str | None, typer.Option(help="SQLAlchemy URL; default: SQLite in --data.")]
DataDir = Annotated[Path | None, typer.Option("--data", help="Folder for database and evidence.")]


def settings_for(database_url: str | None, data: Path | None) -> Settings:
    """Settings from the environment; what is given on the command line wins."""
    from pydantic import SecretStr

    from api.settings import read_settings

    given: dict[str, Any] = {}
    if database_url is not None:
        given["database_url"] = SecretStr(database_url)
    if data is not None:
        given["data"] = data
    return read_settings(**given)


def open_database(settings: Settings) -> Database:
    """The database, brought up to date first."""
    from api.database import Database
    from api.migrations import upgrade

    settings.data.mkdir(parents=True, exist_ok=True)
    upgrade(settings.url)
    return Database(settings.url)


def read_password(source: str) -> str:
    """The first line of a file or of stdin; a password never stands on the command line."""
    try:
        text = sys.stdin.readline() if source == "-" else Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} cannot be read: give a file with the password") from error
    return text.splitlines()[0] if text else ""
