"""The demo from outside: run twice, it stores each alert once, and no password is a default."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from api.accounts.schemas import Person
from api.alerts.schemas import AlertQuery
from api.alerts.store import list_alerts
from api.database import Database
from api.demo import run_demo
from api.settings import Settings

ADMIN = Person(id="test", name="test", role="admin", restaurant_id=None, station_id=None)


def stored(data: Path) -> dict[str, bool]:
    """Each alert's id, and whether all its evidence is there."""
    database = Database(Settings(data=data / "server").url)
    with database.reading() as session:
        alerts = list_alerts(session, ADMIN, AlertQuery(limit=100)).items
    database.close()
    return {str(a.id): bool(a.evidence) and all(e.stored for e in a.evidence) for a in alerts}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    run_demo(data, 0, stop=True)
    return data


def test_the_demo_ends_with_alerts_and_all_their_evidence_stored(demo: Path) -> None:
    alerts = stored(demo)
    assert alerts and all(alerts.values())


def test_sign_ins_are_random_shown_and_readable_by_their_owner_alone(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = demo / "sign-ins.txt"
    passwords = re.findall(r"^person\t\w+\t(.+)$", book.read_text(), re.MULTILINE)
    assert len(set(passwords)) == 3 and all(len(p) >= 12 for p in passwords)
    assert stat.S_IMODE(book.stat().st_mode) == 0o600


def test_a_second_run_stores_nothing_twice_and_says_the_same_sign_ins(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored(demo)
    run_demo(demo, 0, stop=True)
    told = capsys.readouterr().out
    assert stored(demo) == before
    for line in (demo / "sign-ins.txt").read_text().splitlines():
        if line.startswith("person"):
            assert line.split("\t")[2] in told
