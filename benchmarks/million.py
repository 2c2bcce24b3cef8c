"""How quick lists, queue and figures stay with a million alerts, and whether any of them scans.

    python -m benchmarks.million [--alerts 1000000] [--postgresql] [--rounds 7]

A year of generated alerts of 1,200 cameras in a database of its own (SQLite in a temporary
folder, or a PostgreSQL server started for it), then requests as people send them. For each it
prints the median and the slowest, and every statement that reads a large table from end to end.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.orm import Session

from api.accounts.schemas import NewUser
from api.accounts.store import create_user
from api.alerts.models import AlertRow
from api.app import create_app
from api.cameras.models import CameraRow
from api.database import Database, new_id, now
from api.evidence.models import EvidenceRow
from api.migrations import upgrade
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.reviews.models import ReviewRow
from api.settings import Settings
from tests.api import postgres

PASSWORD: Final = "a benchmark's own password"
CHUNK: Final = 5_000
STATIONS, RESTAURANTS, CAMERAS = 30, 300, 1_200
RULES: Final = ("missing_hat", "missing_mask", "mask_worn_wrong", "pest_rodent", "pest_cockroach")
SEVERITIES: Final = (("minor", 1), ("major", 2), ("critical", 3))
LARGE: Final = ("alerts", "evidence", "reviews", "audit_log")


@dataclass
class Places:
    """What the generated alerts belong to."""

    restaurants: list[str] = field(default_factory=list)
    cameras: list[tuple[str, str]] = field(default_factory=list)
    reviewer: str = ""


def main() -> None:
    """Fill a database, then ask."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _address(given.postgresql, folder) as address:
        began = time.monotonic()
        places = fill(address, given.alerts)
        made_s = time.monotonic() - began
        print(f"{given.alerts:,} alerts made in {made_s:.0f} s: {address[:10]}", flush=True)
        ask(address, Path(folder), places, given.rounds)


@contextmanager
def _address(on_postgresql: bool, folder: str) -> Iterator[str]:
    if not on_postgresql:
        yield f"sqlite:///{folder}/million.db"
        return
    with postgres.server() as socket:
        yield postgres.address(socket, "postgres")


def fill(address: str, count: int) -> Places:
    """Places, people, and alerts of the last year; one in fifty still waits."""
    upgrade(address)
    database, chance = Database(address), random.Random(7)
    with database.writing() as session:
        places = _make_places(session, chance)
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        alerts = [_alert(places, chance, (first + n) / count) for n in range(size)]
        with database.writing() as session:
            session.execute(insert(AlertRow.__table__), alerts)  # type: ignore[arg-type]
            session.execute(insert(EvidenceRow.__table__), [_evidence(a) for a in alerts])  # type: ignore[arg-type]
            settled = [a for a in alerts if a["status"] not in ("waiting", "second_review")]
            if settled:
                reviews = [_review(a, places) for a in settled]
                session.execute(insert(ReviewRow.__table__), reviews)  # type: ignore[arg-type]
    with database.writing() as session:
        session.execute(text("ANALYZE"))
    database.close()
    return places


def _make_places(session: Session, chance: random.Random) -> Places:
    from api.accounts.passwords import password_hasher

    made, at = Places(), now()
    quick = password_hasher(Settings(argon2_memory_kib=8, argon2_rounds=1))
    new = NewUser("supervisor", "supervisor", PASSWORD)
    made.reviewer = create_user(session, new, quick)
    district = DistrictRow(id=new_id(), name="generated", created_at=at)
    session.add(district)
    session.flush()
    stations = [
        StationRow(id=new_id(), name=f"station {n}", district_id=district.id, created_at=at)
        for n in range(STATIONS)
    ]
    session.add_all(stations)
    session.flush()
    for number in range(RESTAURANTS):
        row = RestaurantRow(id=new_id(), name=f"restaurant {number}", created_at=at)
        row.station_id, row.risk = stations[number % STATIONS].id, chance.choice("ABCD")
        session.add(row)
        made.restaurants.append(row.id)
    session.flush()
    for number in range(CAMERAS):
        owner = made.restaurants[number % RESTAURANTS]
        camera = CameraRow(id=new_id(), name=f"camera {number}", restaurant_id=owner, created_at=at)
        session.add(camera)
        made.cameras.append((camera.id, owner))
    return made


def _alert(places: Places, chance: random.Random, share: float) -> dict[str, Any]:
    camera, restaurant = chance.choice(places.cameras)
    severity, rank = chance.choice(SEVERITIES)
    at = now() - timedelta(days=365 * (1 - share))
    waits = share > 0.98
    status = "waiting" if waits else chance.choice(("upheld", "upheld", "dismissed"))
    given = {
        "id": uuid.UUID(int=chance.getrandbits(128), version=4),
        "posted_sha256": "0" * 64,
        "origin": "camera",
        "camera_id": camera,
        "restaurant_id": restaurant,
        "rule": chance.choice(RULES),
        "severity": severity,
        "severity_rank": rank,
        "zone": "range",
        "zone_type": "cooking",
        "started_at": at,
        "ended_at": at + timedelta(seconds=20),
        "confidence": chance.random(),
        "subjects": 1,
        "box_left": 0.1,
        "box_top": 0.1,
        "box_right": 0.2,
        "box_bottom": 0.2,
        "model_name": "generated",
        "model_sha256": "a" * 64,
        "rules_name": "strict",
        "rules_version": "1.0",
        "rules_sha256": "b" * 64,
        "received_at": at,
        "status": status,
        "queued_at": at,
        "due_at": at + timedelta(hours=1),
        "settled_at": None if waits else at + timedelta(minutes=5),
    }
    return given | {"double_review": False, "clock_ahead_s": 0}


def _evidence(alert: dict[str, Any]) -> dict[str, Any]:
    file = {"kind": "frame", "media_type": "image/jpeg", "size_bytes": 1, "position": 0}
    return file | {"alert_id": alert["id"], "sha256": "c" * 64, "stored_at": alert["received_at"]}


def _review(alert: dict[str, Any], places: Places) -> dict[str, Any]:
    reason = "wrong_object" if alert["status"] == "dismissed" else None
    given = {"verdict": alert["status"], "reason": reason, "reviewer_id": places.reviewer}
    same = {"id": new_id(), "alert_id": alert["id"], "round": 1, "took_s": 6.0}
    return given | same | {"created_at": alert["settled_at"]}


def ask(address: str, folder: Path, places: Places, rounds: int) -> None:
    """Every request, several times."""
    settings = Settings(data=folder, database_url=SecretStr(address), argon2_memory_kib=8)
    app = create_app(settings)
    with TestClient(app) as client:
        answer = client.post("/api/v1/sessions", json={"name": "supervisor", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        for name, path in requests(client, places):
            with told_statements(app.state.database) as statements:
                times = [_time(client, path) for _ in range(rounds)]
            middle, slowest = statistics.median(times), max(times)
            print(f"{name:<34} median {middle:8.1f} ms   slowest {slowest:8.1f} ms")
            for scanned in sorted(set(scans(app.state.database, statements))):
                print(f"    reads all of {scanned}")


def requests(client: TestClient, places: Places) -> Iterator[tuple[str, str]]:
    """What people look at, by name."""
    list_path = "/api/v1/alerts?limit=50"
    middle = now() - timedelta(days=180)
    yield "alerts, newest", list_path
    yield "alerts, deep in the year", f"{list_path}&cursor={_cursor_at(middle)}"
    yield "alerts of a camera", f"{list_path}&camera={places.cameras[0][0]}"
    yield (
        "alerts of a restaurant, upheld",
        f"{list_path}&restaurant={places.restaurants[0]}&status=upheld",
    )
    yield "alerts of a rule", f"{list_path}&rule=pest_rodent"
    yield "alerts page", "/alerts"
    yield "review page", "/review"
    yield "queue", "/api/v1/reviews/queue"
    yield "precision by rule, 30 days", f"/api/v1/stats/precision?by=rule&since={_day(30)}"
    yield "precision by camera, 30 days", f"/api/v1/stats/precision?by=camera&since={_day(30)}"
    yield "precision by rule, all", "/api/v1/stats/precision?by=rule"


def _day(days_ago: int) -> str:
    return (now() - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cursor_at(at: datetime) -> str:
    from api.pages import encode_cursor

    return encode_cursor(at, uuid.UUID(int=0))


def _time(client: TestClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
    return (time.perf_counter() - began) * 1000


@contextmanager
def told_statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every SELECT that is sent meanwhile."""
    engine: Engine = database._engine  # a benchmark may look inside
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


def scans(database: Database, statements: list[tuple[str, Any]]) -> Iterator[str]:
    """The large tables that a statement reads from end to end."""
    with database.reading() as session:
        connection = session.connection()
        on_sqlite = connection.dialect.name == "sqlite"
        for statement, parameters in {s: (s, p) for s, p in statements}.values():
            asked = f"EXPLAIN {'QUERY PLAN ' if on_sqlite else ''}{statement}"
            for line in connection.exec_driver_sql(asked, parameters):
                told = str(line[-1])
                for table in LARGE:
                    whole = (f"SCAN {table}", f"Seq Scan on {table}")
                    # Along an index, a LIMIT ends the reading.
                    if "USING" not in told and told.strip("-> ").startswith(whole):
                        yield f"{table}: {told.strip()}"


if __name__ == "__main__":
    main()
