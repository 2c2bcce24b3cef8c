"""The database behind one door: SQLite by default, PostgreSQL when its address is given."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final, Generic, Self, TypeVar, cast

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from api.errors import DatabaseBusyError
from vision.errors import ConfigError

ResultT = TypeVar("ResultT")

# As many as there are worker threads, so that no request waits for a connection.
POOL_SIZE: Final = 45
WRITES: Final = "brightkitchen_writes"
# Work that shares one commit; more would let the first of them wait for the last.
TOGETHER: Final = 32
BUSY: Final = "the database did not answer in time; try again in a moment"


class Base(DeclarativeBase):
    """Constraint names are fixed, so that a migration can name what it drops."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime in and out, also where the database forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite stores the bare UTC one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone has no place in evidence")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """16 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(8)


def now() -> datetime:
    """The wall clock in UTC."""
    return datetime.now(UTC)


class Database:
    """Short transactions, each in one thread: ``with database.writing() as session``."""

    def __init__(self, url: str, busy_timeout_s: float = 15.0) -> None:
        self._engine = _engine(url, busy_timeout_s)
        self._writer = self._engine.execution_options(**{WRITES: True})
        self._busy_timeout_s = busy_timeout_s
        one_writer = self._engine.dialect.name == "sqlite"
        self._turn: Lock | None = Lock() if one_writer else None
        self._waiting: deque[_Request[Any]] = deque()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with _busy(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is kept when the block ends, and undone when it raises."""
        writer = Session(self._writer, expire_on_commit=False)
        with self._in_turn(), _busy(), writer as session, session.begin():
            yield session

    def together(self, work: Callable[[Session], ResultT]) -> ResultT:
        """Do ``work`` in a transaction shared with others who wait: the disk is asked once for all.

        Each is undone alone when it raises. It must not keep rows beyond its return.
        """
        if self._turn is None:
            with self.writing() as session:
                return work(session)
        request = _Request(work)
        self._waiting.append(request)
        try:
            with self._in_turn():
                # Whoever had the turn before may have done it along with its own.
                while not request.done:
                    self._do_waiting()
        except DatabaseBusyError:
            request.given_up = True
            raise
        return request.outcome()

    def _do_waiting(self) -> None:
        """Take what waits, and keep it with one commit."""
        count = min(len(self._waiting), TOGETHER)
        requests = [self._waiting.popleft() for _ in range(count)]
        writer = Session(self._writer, expire_on_commit=False)
        try:
            with _busy(), writer as session, session.begin():
                for request in requests:
                    request.run(session)
        except Exception as error:  # noqa: BLE001  # told to each whose work it undid
            for request in requests:
                request.error = request.error or error
        for request in requests:
            request.done = True

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite has one writer: waiting here is fairer and quicker than its own polling."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._busy_timeout_s):
            raise DatabaseBusyError(BUSY)
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A writing connection for migrations."""
        with _busy(), self._writer.begin() as connection:
            yield connection

    def copy_to(self, path: Path) -> None:
        """A consistent copy of a SQLite database, while others go on writing."""
        if self._engine.dialect.name != "sqlite":
            raise ConfigError("this database is PostgreSQL: back it up with pg_dump")
        with closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(path),))

    def answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            with self.reading() as session:
                session.execute(text("SELECT 1"))
        except (DatabaseBusyError, OperationalError):
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


@dataclass(eq=False)
class _Request(Generic[ResultT]):
    """Work that waits for its turn, and what came of it."""

    work: Callable[[Session], ResultT]
    done: bool = False
    given_up: bool = False
    result: ResultT | None = None
    error: Exception | None = None

    def run(self, session: Session) -> None:
        """Do it between savepoints, so that it fails alone."""
        if self.given_up:
            return
        try:
            with session.begin_nested():
                self.result = self.work(session)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  # raised again where the work came from
            self.error = error
        session.expunge_all()

    def outcome(self) -> ResultT:
        """The result, or the error raised."""
        if self.error is not None:
            raise self.error
        return cast("ResultT", self.result)


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseBusyError(BUSY) from error


def _engine(address: str, busy_timeout_s: float) -> Engine:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ConfigError(
            "the database address is not a URL like postgresql://host/name"
        ) from error
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ConfigError("give SQLite a file: sqlite:///folder/name.db")
        options: dict[str, Any] = {"timeout": busy_timeout_s}
    elif url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        milliseconds = int(busy_timeout_s * 1000)
        options = {"options": f"-c lock_timeout={milliseconds}", "connect_timeout": 10}
    else:
        raise ConfigError("the database address must begin with sqlite:// or postgresql://")
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=0, connect_args=options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write that starts as a read can fail halfway with "database is locked".
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
