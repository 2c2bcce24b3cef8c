"""The queue with 100,000 open alerts, and fifty people who work it off at once.

    python -m benchmarks.queue [--alerts 100000] [--rounds 40] [--people 50] [--each 8]

Everything is generated (SQLite, one process, a temporary folder). First the plans: every statement
of the queue with the index it uses. Then pages and claims as a browser asks for them, one at a
time. Last a real server on loopback with a thread for each person, who claims an alert, judges it,
and claims the next; the figure that must be 0 is alerts judged twice without being under double
review.
"""

from __future__ import annotations

import argparse
import random
import socket
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from api.accounts.schemas import NewUser
from api.accounts.store import create_user
from api.alerts.models import AlertRow
from api.app import create_app
from api.cameras.store import create_camera
from api.database import Database, now
from api.evidence.models import EvidenceRow
from api.migrations import upgrade
from api.restaurants.store import create_restaurant
from api.reviews.models import ReviewRow
from api.reviews.order import DEFAULT_POLICY, HEAD_START, due_at, queued_at, rank
from api.settings import Settings
from vision.names import Severity

PASSWORD: Final = "a benchmark's own password"
CHUNK: Final = 2_000
CAMERAS: Final = 200
RULES: Final = ("missing_hat", "missing_mask", "mask_worn_wrong", "pest_rodent", "pest_cockroach")
SEVERITIES: Final[tuple[Severity, ...]] = ("minor", "major", "major", "critical")


def main() -> None:
    """Fill, explain, ask, work off."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--each", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder), given.people)
        cameras = fill(app.state.database, given.alerts)
        print(f"{given.alerts:,} open alerts, all generated")
        ask(app, given.rounds, cameras[0])
        work_off(app, given.people, given.each)


def make_app(folder: Path, people: int) -> FastAPI:
    """An application with its reviewers."""
    settings = Settings(data=folder, argon2_memory_kib=8, argon2_rounds=1)
    upgrade(settings.url)
    app = create_app(settings)
    with app.state.database.writing() as session:
        for number in range(people):
            new = NewUser(f"P{number}", "patrol", PASSWORD)
            create_user(session, new, app.state.passwords)
    return app


def fill(database: Database, alerts: int) -> list[str]:
    """Open alerts of the last days, each with its picture; gives the cameras."""
    chance = random.Random(11)
    with database.writing() as session:
        places = [
            (create_camera(session, place, f"generated camera {number}").id, place)
            for number in range(CAMERAS)
            for place in [create_restaurant(session, f"generated kitchen {number}", "generated")]
        ]
    for start in range(0, alerts, CHUNK):
        rows = [row(chance, *chance.choice(places)) for _ in range(min(CHUNK, alerts - start))]
        with database.writing() as session:
            session.execute(insert(AlertRow), rows)
            session.execute(insert(EvidenceRow), [picture(row["id"], chance) for row in rows])
    return [camera for camera, _ in places]


def row(chance: random.Random, camera: str, restaurant: str) -> dict[str, Any]:
    """One generated alert."""
    came = now() - timedelta(seconds=chance.uniform(1, 200_000))
    severity = chance.choice(SEVERITIES)
    box = ("left", "top", "right", "bottom")
    return {
        "id": uuid.UUID(int=chance.getrandbits(128)),
        "posted_sha256": f"{chance.getrandbits(256):064x}",
        "origin": "camera",
        "camera_id": camera,
        "restaurant_id": restaurant,
        "rule": chance.choice(RULES),
        "severity": severity,
        "severity_rank": rank(severity),
        "zone": "generated",
        "zone_type": "cooking",
        "started_at": came - timedelta(seconds=9),
        "confidence": 0.9,
        "subjects": 1,
        **dict(zip(box, (0.1, 0.2, 0.3, 0.4), strict=True)),
        **dict.fromkeys(("model_name", "rules_name", "rules_version"), "generated"),
        **dict.fromkeys(("model_sha256", "rules_sha256"), "0" * 64),
        "received_at": came,
        "status": "waiting" if chance.random() < 0.97 else "second_review",
        "queued_at": queued_at(came, severity, chance.choice(list(HEAD_START)), DEFAULT_POLICY),
        "due_at": due_at(came, severity, DEFAULT_POLICY),
        "double_review": False,
        "clock_ahead_s": 0,
    }


def picture(alert_id: uuid.UUID, chance: random.Random) -> dict[str, Any]:
    """Its frame, as if it had been stored."""
    return {
        "alert_id": alert_id,
        "sha256": f"{chance.getrandbits(256):064x}",
        "position": 0,
        "kind": "frame",
        "media_type": "image/jpeg",
        "size_bytes": 90_000,
        "stored_at": now(),
    }


def ask(app: FastAPI, rounds: int, camera: str) -> None:
    """Pages and claims, as a browser asks for them."""
    client = TestClient(app)
    headers = sign_in(client, "P0")
    claims = "/api/v1/reviews/claims"

    def claim(query: str = "") -> Any:
        return client.post(f"{claims}{query}", json={"skip": []}, headers=headers)

    questions: dict[str, Callable[[], Any]] = {
        "queue page": lambda: client.get("/review/queue"),
        "queue page, one rule": lambda: client.get("/review/queue?rule=pest_rodent"),
        "queue page, one camera": lambda: client.get(f"/review/queue?camera={camera}"),
        "queue page, minor ones": lambda: client.get("/review/queue?severity=minor"),
        "review page (claims an item)": lambda: client.get("/review"),
        "claim the next": claim,
        "claim the next of one camera": lambda: claim(f"?camera={camera}"),
        "queue as JSON": lambda: client.get("/api/v1/reviews/queue"),
    }
    with explaining(app.state.database):
        for name, question in questions.items():
            print(f"\n{name}")
            assert question().status_code == 200
    print(f"\n{'one at a time, ms':34}{'median':>9}{'p95':>9}")
    for name, question in questions.items():
        took = sorted(timed(question) for _ in range(rounds))
        print(f"{name:34}{statistics.median(took):9.1f}{took[int(rounds * 0.95) - 1]:9.1f}")


def timed(question: Callable[[], Any]) -> float:
    """Milliseconds for one answer."""
    began = time.perf_counter()
    question()
    return (time.perf_counter() - began) * 1000


@contextmanager
def explaining(database: Database) -> Iterator[None]:
    """Print how SQLite finds open alerts, for every statement that asks for some."""
    engine = database._engine
    seen: set[str] = set()

    def explain(connection: Any, _: Any, statement: str, given: Any, *__: Any) -> None:
        if "alerts" not in statement or not statement.startswith("SELECT") or statement in seen:
            return
        seen.add(statement)
        plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", given)
        for *_, told in plan.fetchall():
            if "alerts" in told:
                print(f"    {told}")

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def sign_in(client: Any, name: str) -> dict[str, str]:
    """The header that this person's unsafe requests carry."""
    answer = client.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"X-CSRF-Token": answer.json()["csrf_token"]}


def work_off(app: FastAPI, people: int, each: int) -> None:
    """Everybody at once, over a real socket."""
    with serving(app) as address, ThreadPoolExecutor(people) as pool:
        began = time.perf_counter()
        parts = pool.map(lambda number: judge(address, f"P{number}", each), range(people))
        took = sorted(ms for part in parts for ms in part)
    seconds = time.perf_counter() - began
    with app.state.database.reading() as session:
        judged, wrong = doubly(session)
    print(f"\n{people} people at once: {judged} verdicts in {seconds:.1f} s")
    middle, late = statistics.median(took), took[int(len(took) * 0.95)]
    print(f"claim and verdict together: median {middle:.0f} ms, p95 {late:.0f} ms")
    print(f"alerts judged twice that were not to be: {wrong}")


def judge(address: str, name: str, each: int) -> list[float]:
    """Claim and decide so many alerts; gives the milliseconds of each pair of requests."""
    took = []
    with httpx2.Client(base_url=address, timeout=120) as client:
        headers = sign_in(client, name)
        for _ in range(each):
            began = time.perf_counter()
            found = client.post("/api/v1/reviews/claims", json={"skip": []}, headers=headers)
            alert_id = found.json()["claim"]["alert_id"]
            path = f"/api/v1/alerts/{alert_id}/reviews"
            answer = client.post(path, json={"verdict": "upheld"}, headers=headers)
            assert answer.status_code == 201, answer.text
            took.append((time.perf_counter() - began) * 1000)
    return took


def doubly(session: Session) -> tuple[int, int]:
    """How many verdicts there are, and alerts with two that are not under double review."""
    judged = Counter(session.scalars(select(ReviewRow.alert_id)))
    twice = [alert for alert, number in judged.items() if number > 1]
    meant = set(session.scalars(select(AlertRow.id).where(AlertRow.double_review)))
    return judged.total(), len(set(twice) - meant)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind uvicorn, in a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
