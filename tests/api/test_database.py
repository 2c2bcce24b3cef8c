"""Work that shares a commit: alone in what fails, together in what is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.database import Database, now
from api.errors import DatabaseBusyError
from api.restaurants.models import StationRow
from vision.errors import ConflictError

TOGETHER = 40


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh one of either kind."""
    opened = Database(database_url, busy_timeout_s=5)
    yield opened
    opened.close()


def add(session: Session, name: str) -> str:
    """Add a station; one with a bad name is refused when it is half done."""
    session.add(StationRow(id=name, name=name, created_at=now()))
    session.flush()
    if name.startswith("bad"):
        raise ConflictError(f"not {name}")
    return name


def stations(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(StationRow.name)))


def test_each_gets_its_own_result_and_everything_is_kept(database: Database) -> None:
    names = [f"station {n}" for n in range(TOGETHER)]
    started = Barrier(TOGETHER)

    def work(name: str) -> str:
        started.wait()
        return database.together(lambda session: add(session, name))

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert list(pool.map(work, names)) == names
    assert stations(database) == set(names)


def test_what_fails_is_undone_alone_and_told_to_its_own_caller(database: Database) -> None:
    names = [f"{'bad' if n % 3 == 0 else 'good'} {n}" for n in range(TOGETHER)]
    started = Barrier(TOGETHER)

    def work(name: str) -> str:
        started.wait()
        try:
            return database.together(lambda session: add(session, name))
        except ConflictError as error:
            return str(error)

    with ThreadPoolExecutor(TOGETHER) as pool:
        told = list(pool.map(work, names))
    assert told == [f"not {name}" if name.startswith("bad") else name for name in names]
    assert stations(database) == {name for name in names if name.startswith("good")}


def test_who_waits_too_long_is_told_and_its_work_is_not_done(
    sqlite_file: Path, tmp_path: Path
) -> None:
    own = shutil.copy(sqlite_file, tmp_path / "kitchen.db")
    database = Database(f"sqlite:///{own}", busy_timeout_s=0.05)
    with database.writing():
        failed: list[Exception] = []

        def work() -> None:
            try:
                database.together(lambda session: add(session, "late"))
            except DatabaseBusyError as error:
                failed.append(error)

        thread = Thread(target=work)
        thread.start()
        thread.join()
    database.together(lambda session: None)
    assert failed and "late" not in stations(database)
    database.close()
