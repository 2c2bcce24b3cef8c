"""How long the scores of a big city take, and one score after one more event.

    python -m benchmarks.score_speed [--restaurants 10000] [--days 180] [--stored 1055]

Four figures, processor seconds beside wall seconds:
1. everybody's score today, from event logs of so many days, columns made of them included;
2. the score of every restaurant at the end of every one of these days, grades in their order;
3. the same as 1 out of a SQLite database (`--stored` restaurants), written down again;
4. one restaurant's score after one more upheld alert, read from that database and written down.
Goals: 1 within 10 s for 10,000 restaurants x 180 days, 4 within 20 ms.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert

from api.alerts.models import AlertRow
from api.cameras.store import create_camera
from api.database import Database, now
from api.exposures.models import ExposureDayRow
from api.migrations import upgrade
from api.policy.rules import FAMILIES, shipped
from api.restaurants.models import RestaurantRow
from api.restaurants.store import create_restaurant
from api.scores.days_store import note_rates, refresh, today
from api.scores.district_store import districts_of
from api.scores.evidence import evidence
from api.scores.facts import Episode, Handling, Log, Moment, Rate
from api.scores.kcs import NO_GRADE, figures, graded
from api.scores.panel import Floats, panel_of

ZONE: Final = ZoneInfo("Asia/Shanghai")
TODAY: Final = date(2026, 11, 24)
RULES: Final = ("missing_hat", "missing_mask", "mask_worn_wrong", "pest_cockroach", "pest_rodent")
SHARES: Final = (0.5, 0.3, 0.15, 0.04, 0.01)
RATES: Final = {name: Rate(100.0, 100_000.0) for name in FAMILIES}


@contextmanager
def timed(what: str, each: int = 1) -> Iterator[None]:
    """Print how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    per = f", {1e6 * cpu / each:.1f} us each" if each > 1 else ""
    print(f"{what}: {cpu:.2f} s processor, {wall:.2f} s wall{per}", flush=True)


def made_logs(count: int, days: int, chance: np.random.Generator) -> tuple[list[Log], Floats]:
    """Restaurants of very different rates, on average 20 episodes each."""
    logs = []
    for _ in range(count):
        number = int(chance.poisson(chance.gamma(1.0, 20.0)))
        logs.append(
            Log(
                frozenset(FAMILIES),
                episodes=tuple(made_episode(days, chance) for _ in range(number)),
                rates=RATES,
            )
        )
    hours = np.stack([chance.gamma(4.0, scale, (count, days)) for scale in (10.0, 6.0, 6.0, 10.5)])
    return logs, hours


def made_episode(days: int, chance: np.random.Generator) -> Episode:
    """Somewhere in these days; every second one was rectified and looked back at."""
    began = datetime(2026, 11, 24, 2, tzinfo=UTC) - timedelta(
        days=int(chance.integers(days)), minutes=int(chance.integers(600))
    )
    handling = None
    if chance.random() < 0.5:
        met = began + timedelta(days=2)
        handling = Handling("c", began + timedelta(days=3), met, met + timedelta(days=3))
    return Episode(
        id=uuid.UUID(bytes=chance.bytes(16)).hex,
        rule=str(chance.choice(RULES, p=SHARES)),
        zone_type="cooking",
        camera_id=str(chance.integers(4)),
        day=began.astimezone(ZONE).date(),
        started_at=began,
        ended_at=began + timedelta(seconds=float(chance.exponential(90))),
        subjects=int(chance.integers(1, 4)),
        settled_at=began + timedelta(hours=1),
        handling=handling,
    )


def in_memory(count: int, days: int) -> None:
    """Figures 1 and 2."""
    policy = shipped()
    logs, hours = made_logs(count, days, np.random.default_rng(1))
    print(f"{count} restaurants, {days} days, {sum(len(one.episodes) for one in logs)} episodes")
    first = TODAY - timedelta(days=days - 1)
    with timed("1 everybody's score today", count):
        panel = panel_of(logs, policy.score, first, TODAY, hours)
        moment = Moment.end_of(TODAY, ZONE)
        told = evidence(panel, moment, policy.score)
        grades = np.full(count, NO_GRADE)
        made = figures(panel, told, policy.score)
        graded(made, told.hours.seen, grades, policy.score, policy.grades)
    with timed("2 everybody's score on every day", count * days):
        for ago in range(days - 1, -1, -1):
            moment = Moment.end_of(TODAY - timedelta(days=ago), ZONE)
            told = evidence(panel, moment, policy.score)
            made = figures(panel, told, policy.score)
            new = graded(made, told.hours.seen, grades, policy.score, policy.grades)
            grades = np.where(new == NO_GRADE, grades, new)
    print(f"  scored on the last day: {int((~np.isnan(made.value)).sum())}")


def stored(count: int, days: int, folder: Path) -> None:
    """Figures 3 and 4."""
    url = f"sqlite:///{folder / 'scores.db'}"
    upgrade(url)
    database = Database(url)
    chance = np.random.default_rng(2)
    _fill(database, count, days, chance)
    with database.writing() as session:
        note_rates(session, today(session), shipped())
    with timed(f"3 {count} restaurants out of SQLite", count), database.writing() as session:
        refresh(session, list(districts_of(session)))
    _increments(database, chance)
    database.close()


def _fill(database: Database, count: int, days: int, chance: np.random.Generator) -> None:
    with database.writing() as session:
        first = create_restaurant(session, "restaurant 0", "North")
        station = session.get_one(RestaurantRow, first).station_id
        ids = [first] + [f"{n:016x}" for n in range(1, count)]
        rest = [{"id": name, "name": f"restaurant {n}", "station_id": station, "created_at": now()}
                for n, name in enumerate(ids) if n]  # fmt: skip
        if rest:
            session.execute(insert(RestaurantRow), rest)
        day = today(session)
        cameras = {name: create_camera(session, name, "range").id for name in ids}
        for name in ids:
            session.execute(
                insert(ExposureDayRow), [_day(name, day, ago, chance) for ago in range(days)]
            )
            alerts = [
                _alert(name, cameras[name], days, chance) for _ in range(int(chance.poisson(20)))
            ]
            if alerts:
                session.execute(insert(AlertRow), alerts)


def _day(restaurant_id: str, day: date, ago: int, chance: np.random.Generator) -> dict[str, Any]:
    seconds = [float(one) for one in chance.gamma(4.0, 30_000.0, 3)]
    told = {"effective_s": seconds[0], "scheduled_s": seconds[0] * 1.02}
    told |= {"hat_person_s": seconds[1], "mask_person_s": seconds[2]}
    return {"restaurant_id": restaurant_id, "day": day - timedelta(days=ago)} | told


def _alert(place: str, camera_id: str, days: int, chance: np.random.Generator) -> dict[str, Any]:
    began = now() - timedelta(minutes=int(chance.integers(5, days * 1440)))
    return {
        "id": uuid.UUID(bytes=chance.bytes(16)),
        "posted_sha256": "0" * 64, "origin": "camera", "camera_id": camera_id,
        "restaurant_id": place, "rule": str(chance.choice(RULES, p=SHARES)), "severity": "major",
        "severity_rank": 1, "zone": "range", "zone_type": "cooking", "started_at": began,
        "ended_at": began + timedelta(seconds=60), "confidence": 0.9, "subjects": 1, "left": 0.1,
        "top": 0.1, "right": 0.2, "bottom": 0.2, "model_name": "m", "model_sha256": "0" * 64,
        "rules_name": "strict", "rules_version": "1.0", "rules_sha256": "0" * 64,
        "received_at": began, "status": "upheld", "queued_at": began, "due_at": began,
        "settled_at": began, "double_review": False, "clock_ahead_s": 0,
    }  # fmt: skip


def _increments(database: Database, chance: np.random.Generator, times: int = 200) -> None:
    with database.reading() as session:
        ids = list(districts_of(session))
    walls, cpus = [], []
    for _ in range(times):
        place = str(chance.choice(ids))

        def add(name: str = place) -> None:
            with database.writing() as session:
                refresh(session, [name])

        wall, cpu = _once(add)
        walls.append(wall)
        cpus.append(cpu)
    for what, told in (("processor", cpus), ("wall", walls)):
        p50, p95 = np.percentile(told, [50, 95]) * 1000
        print(f"4 one score after one event, {what}: median {p50:.1f} ms, p95 {p95:.1f} ms")


def _once(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restaurants", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--stored", type=int, default=1055)
    given = parser.parse_args()
    in_memory(given.restaurants, given.days)
    with tempfile.TemporaryDirectory() as folder:
        stored(given.stored, given.days, Path(folder))


if __name__ == "__main__":
    main()
