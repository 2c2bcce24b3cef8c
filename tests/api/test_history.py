"""A generated past: the same from the same seed, marked throughout, never mixed unasked."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from api.alerts.models import AlertRow
from api.audit import AuditRow
from api.cases.models import CaseAlertRow, CaseRow, OrderRow
from api.database import Database
from api.history.generate import TABLES, Size, generate
from api.inspections.models import VisitRow
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.scores.models import ScoreDayRow
from api.stats.figures import GENERATED
from tests.api.building import Kitchen
from tests.commands import Run
from vision.errors import ConflictError

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
SMALL = Size(restaurants=6, cameras=2, days=40, seed=3, alerts=1.0)


def made(database_url: str, size: Size = SMALL) -> Database:
    """A database with that past."""
    database = Database(database_url)
    generate(database, size, NOW, ZoneInfo("Asia/Shanghai"))
    return database


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every generated row, and none of the audit log's times."""
    with closing(database), database.reading() as session:
        return {
            one.__tablename__: sorted(map(tuple, session.execute(select(one.__table__))), key=str)
            for one in TABLES
        }


def test_the_same_seed_makes_the_same_past(sqlite_file: Path, tmp_path: Path) -> None:
    pasts = []
    for name, size in (("a", SMALL), ("b", SMALL), ("c", Size(6, 2, 40, 4, 1.0))):
        (tmp_path / f"{name}.db").write_bytes(sqlite_file.read_bytes())
        pasts.append(everything(made(f"sqlite:///{tmp_path / name}.db")) if name != "c"
                     else everything(made(f"sqlite:///{tmp_path / name}.db", size)))  # fmt: skip
    assert pasts[0] == pasts[1] != pasts[2]


def test_nobody_can_take_it_for_a_real_one(database_url: str) -> None:
    with closing(made(database_url)) as database, database.reading() as session:
        for table in (RestaurantRow, StationRow, DistrictRow):
            names = session.scalars(select(table.name)).all()
            assert names and all(name.startswith(GENERATED) for name in names)
        for marked in (CaseRow, OrderRow, VisitRow, ScoreDayRow):
            unmarked = select(func.count()).select_from(marked).where(~marked.generated)
            assert session.scalar(unmarked) == 0
        assert session.scalars(select(AlertRow.model_name).distinct()).all() == ["generated"]
        actions = session.scalars(select(AuditRow.action)).all()
        assert actions[-1] == "history.generated"


def test_it_adds_up(database_url: str) -> None:
    with closing(made(database_url)) as database, database.reading() as session:
        counted = session.execute(select(AlertRow.status, func.count()).group_by(AlertRow.status))
        alerts = {row[0]: row[1] for row in counted}
        joined = session.scalar(select(func.count()).select_from(CaseAlertRow))
        latest = session.scalar(select(func.max(AlertRow.started_at)))
        cases = session.scalars(select(CaseRow)).all()
        assert joined == alerts["upheld"] == sum(case.upheld for case in cases)
        assert latest is not None and latest < NOW
        assert all((case.state == "closed") == (case.ended_at is not None) for case in cases)
        assert {case.state for case in cases} > {"closed", "rectified"}
        days = session.scalar(select(func.count()).select_from(ScoreDayRow))
        assert days == SMALL.restaurants * SMALL.days


def test_it_is_refused_where_there_are_real_alerts(kitchen: Kitchen) -> None:
    kitchen.posted()
    zone = ZoneInfo("Asia/Shanghai")
    with pytest.raises(ConflictError, match="real alerts"):
        generate(kitchen.database, SMALL, NOW, zone)
    small = Size(restaurants=1, cameras=1, days=2)
    generate(kitchen.database, small, NOW, zone, beside_real=True)
    with pytest.raises(ConflictError, match="already"):
        generate(kitchen.database, small, NOW, zone, beside_real=True)


def test_the_command_says_what_was_made(run: Run, tmp_path: Path) -> None:
    made = run("admin", "generate-history", "--data", tmp_path, "--restaurants", 2, "--days", 3,
               "--cameras-per-restaurant", 1, "--seed", 1)  # fmt: skip
    assert made.code == 0 and "2 restaurants" in made.out
