"""How quick the office's pages are in a district of 1,055 restaurants after a year.

    python -m benchmarks.dashboard [--restaurants 1055] [--days 365] [--alerts 0.65] [--rounds 20]
                                   [--database-url URL]

A PostgreSQL server is started in a temporary folder and filled by ``generate-history`` (or an
address that was filled before is taken), then pages and figures are asked for as a browser asks.
For each the median, the 95th percentile and the slowest are printed, in milliseconds, with the
median of this process' own processor time and of the statements: what is left of the wall time
is the database's, and other work on the machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine, event

from api.accounts.passwords import password_hasher
from api.accounts.schemas import NewUser
from api.accounts.store import create_user
from api.app import create_app
from api.database import Database, new_id
from api.history.generate import Size, generate
from api.migrations import upgrade
from api.settings import Settings
from tests.api import postgres

PASSWORD: Final = "a benchmark's own password"
GOAL_MS: Final = 300
statements: list[str] = []


class Took(NamedTuple):
    """One request."""

    wall_ms: float
    cpu_ms: float
    statements: int


@event.listens_for(Engine, "before_cursor_execute")
def _note(*told: Any) -> None:
    statements.append(told[2])


def main() -> None:
    """Fill, then ask."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--restaurants", type=int, default=1_055)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--alerts", type=float, default=0.65)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database-url")
    given = parser.parse_args()
    with _address(given.database_url) as address:
        if given.database_url is None:
            _fill(address, Size(given.restaurants, 4, given.days, 7, given.alerts))
        with tempfile.TemporaryDirectory() as folder:
            ask(address, Path(folder), given.rounds)


@contextmanager
def _address(known: str | None) -> Iterator[str]:
    if known is not None:
        yield known
        return
    with postgres.server() as folder:
        yield postgres.address(folder, "postgres")


def _fill(address: str, size: Size) -> None:
    upgrade(address)
    began = time.monotonic()
    with closing(Database(address)) as database:
        written = generate(database, size, datetime.now(UTC), ZoneInfo("Asia/Shanghai"))
    _vacuum(address)
    print(f"filled in {time.monotonic() - began:.0f} s: {written}", flush=True)


def _vacuum(address: str) -> None:
    """What a server does by itself soon after so many new rows."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def ask(address: str, folder: Path, rounds: int) -> None:
    """Every page and figure, in turn, so that no cache is kinder to one of them."""
    settings = Settings(
        data=folder, database_url=SecretStr(address), argon2_memory_kib=8, argon2_rounds=1
    )
    app, name = create_app(settings), f"measuring {new_id()}"
    with app.state.database.writing() as session:
        new = NewUser(name, "supervisor", PASSWORD)
        create_user(session, new, password_hasher(settings))
    with TestClient(app) as client:
        client.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
        took: dict[str, list[Took]] = {path: [] for path in requests()}
        for turn in range(rounds + 1):
            for path, times in took.items():
                one = _ask(client, path)
                if turn:
                    times.append(one)
    for path, times in took.items():
        tell(path, times)
    app.state.database.close()


def _ask(client: TestClient, path: str) -> Took:
    statements.clear()
    began, cpu = time.perf_counter(), time.process_time()
    answer = client.get(path)
    took = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
    assert answer.status_code == 200, (path, answer.text[:300])
    return Took(*took, len(statements))


def tell(path: str, times: list[Took]) -> None:
    """One line."""
    wall = [one.wall_ms for one in times]
    p95 = statistics.quantiles(wall, n=20, method="inclusive")[-1]
    cpu = statistics.median(one.cpu_ms for one in times)
    print(f"{path:60} median {statistics.median(wall):6.0f}  p95 {p95:6.0f}  slowest "
          f"{max(wall):6.0f} ms  own cpu {cpu:5.0f} ms  {times[-1].statements} statements",
          flush=True)  # fmt: skip


def requests() -> list[str]:
    """What the office asks for."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    first, year = today.replace(day=1), today - timedelta(days=364)
    month = f"from={first}&until={today}"
    return [
        "/office",
        "/office?span=quarter",
        "/office/ranking",
        "/ledger",
        f"/ledger?{month}&by=due",
        "/ledger?overdue=true",
        "/ledger/visits",
        f"/api/v1/stats?{month}",
        f"/api/v1/stats?{month}&by=station",
        f"/api/v1/stats?from={year}&until={today}&by=month",
        "/precision?by=camera&days=30",
        "/precision?by=rule&days=365",
        "/api/v1/stats/precision?by=camera",
    ]


if __name__ == "__main__":
    main()
