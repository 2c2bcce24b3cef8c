"""Counts by day are those of the alerts, whatever happens to alerts, restaurants and zones."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.database import Database, now
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.stats.counting import count_anew, differences, from_alerts, keep, sum_up
from api.stats.models import AlertCountRow, CountOffsetRow

SHANGHAI, KATHMANDU, BERLIN = map(ZoneInfo, ("Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin"))
STATUSES = ("waiting", "second_review", "upheld", "dismissed")
RULES = ("missing_hat", "pest_rodent")
# The last and first moments of days in Shanghai and Berlin, the night of the clocks among them.
MOMENTS = tuple(
    datetime(2026, month, day, hour, minute, second, micro, tzinfo=UTC)
    for month, day in ((3, 29), (10, 25), (11, 30))
    for hour, minute, second, micro in (
        (15, 59, 59, 999_999), (16, 0, 0, 0), (21, 59, 59, 999_500), (22, 0, 0, 1),
    )
)  # fmt: skip


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two stations of a district, three restaurants with a camera each, one at no station."""
    with Database(database_url) as database:
        with database.writing() as session:
            session.add(DistrictRow(id="d", name="d", created_at=now()))
            session.flush()
            for name in ("s1", "s2"):
                session.add(StationRow(id=name, name=name, district_id="d", created_at=now()))
            session.flush()
            for name, station in (("r1", "s1"), ("r2", "s2"), ("r3", None)):
                session.add(RestaurantRow(id=name, name=name, station_id=station, created_at=now()))
                session.flush()
                camera = {"id": name, "name": name, "restaurant_id": name}
                session.add(CameraRow(**camera, created_at=now()))
        yield database


def alert(chance: random.Random) -> AlertRow:
    """One of any kind."""
    place, at = chance.choice(("r1", "r2", "r3")), chance.choice(MOMENTS)
    facts: dict[str, Any] = dict.fromkeys(("left", "top", "right", "bottom", "confidence"), 0.5)
    facts |= dict.fromkeys(("posted_sha256", "rules_sha256"), "0" * 64)
    facts |= dict.fromkeys(("zone", "model_name", "rules_name", "rules_version"), "x")
    facts |= dict.fromkeys(("started_at", "received_at", "queued_at", "due_at"), at)
    return AlertRow(
        id=uuid.UUID(int=chance.getrandbits(128), version=4), restaurant_id=place, camera_id=place,
        origin=chance.choice(("camera", "batch", "patrol")), rule=chance.choice(RULES),
        severity="major", severity_rank=2, zone_type="cooking", subjects=1,
        model_sha256=chance.choice("ab") * 64, status=chance.choice(STATUSES), **facts,
    )  # fmt: skip


def one_of(session: Session, chance: random.Random) -> uuid.UUID | None:
    """Any alert that is there."""
    known = sorted(session.scalars(select(AlertRow.id)))
    return chance.choice(known) if known else None


def arrives(session: Session, chance: random.Random) -> None:
    session.add(alert(chance))


def changes(session: Session, chance: random.Random) -> None:
    """A verdict, its undoing, an overturning: whatever changes a status, and also a time."""
    found = session.get(AlertRow, one_of(session, chance) or uuid.uuid4())
    if found is not None:
        found.status = chance.choice(STATUSES)
        found.started_at = chance.choice((found.started_at, *MOMENTS))


def goes(session: Session, chance: random.Random) -> None:
    session.execute(delete(AlertRow).where(AlertRow.id == one_of(session, chance)))


def moves(session: Session, chance: random.Random) -> None:
    """A restaurant goes to another station, or to none."""
    whose = RestaurantRow.id == chance.choice(("r1", "r2", "r3"))
    station = chance.choice(("s1", "s2", None))
    session.execute(update(RestaurantRow).where(whose).values(station_id=station))


def past_the_program(session: Session, chance: random.Random) -> None:
    """Somebody at the database's own prompt."""
    session.execute(text("UPDATE alerts SET status = 'upheld' WHERE rule = 'missing_hat'"))


def is_summed(session: Session, _: random.Random) -> None:
    sum_up(session)


def changes_zone(session: Session, chance: random.Random) -> None:
    keep(session, chance.choice((SHANGHAI, KATHMANDU, BERLIN)))


STEPS: tuple[Callable[[Session, random.Random], None], ...] = (
    *((arrives,) * 4), *((changes,) * 4), goes, moves, past_the_program, is_summed, changes_zone,
)  # fmt: skip


def zone_of(session: Session) -> ZoneInfo:
    """In which days are counted now."""
    return ZoneInfo(session.scalars(select(CountOffsetRow.zone)).first() or "")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_counts_are_those_of_the_alerts(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        with database.writing() as session:
            for _ in range(chance.randint(1, 5)):
                chance.choice(STEPS)(session, chance)
                session.flush()
            assert differences(session, zone_of(session)) == []


def test_what_is_undone_was_never_counted(database: Database) -> None:
    class UndoneError(Exception):
        """The transaction's end."""

    def begun() -> None:
        with database.writing() as session:
            session.add(alert(random.Random(1)))
            session.flush()
            assert session.scalar(select(func.sum(AlertCountRow.alerts))) == 1
            raise UndoneError

    with pytest.raises(UndoneError):
        begun()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AlertCountRow)) == 0


def test_an_alert_that_is_refused_is_not_counted(database: Database) -> None:
    wrong = alert(random.Random(1))
    wrong.restaurant_id = "nowhere"
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(wrong)
    with database.reading() as session:
        assert from_alerts(session, SHANGHAI) == {}


def test_sums_leave_one_row_of_each_cell(database: Database) -> None:
    chance = random.Random(2)
    with database.writing() as session:
        for _ in range(60):
            arrives(session, chance)
        session.flush()
        for _ in range(30):
            changes(session, chance)
            session.flush()
        sum_up(session)
        rows = session.scalar(select(func.count()).select_from(AlertCountRow))
        assert rows == len(from_alerts(session, SHANGHAI)) < 60
        assert session.scalars(select(AlertCountRow.summed).distinct()).all() == [True]


def test_a_count_that_somebody_falsified_is_found_and_made_anew(database: Database) -> None:
    with database.writing() as session:
        session.add(alert(random.Random(3)))
        session.flush()
        session.execute(update(AlertCountRow).values(alerts=7))
        (found,) = differences(session, SHANGHAI)
        assert (found.counted, found.alerts) == (7, 1)
        count_anew(session, SHANGHAI)
        assert differences(session, SHANGHAI) == []


def test_a_second_more_or_less_decides_the_day(database: Database) -> None:
    first = alert(random.Random(4))
    first.started_at = datetime(2026, 11, 30, 15, 59, 59, 999_999, tzinfo=UTC)
    second = alert(random.Random(5))
    second.started_at = first.started_at + timedelta(microseconds=1)
    with database.writing() as session:
        session.add_all((first, second))
        session.flush()
        days = sorted(session.scalars(select(AlertCountRow.day)))
    assert [f"{day}" for day in days] == ["2026-11-30", "2026-12-01"]


Change = Callable[[Session], object]
MEANWHILE_S = 30.0


def one_of_first(session: Session) -> AlertRow:
    """The alert of the first restaurant that was there before."""
    return session.scalars(select(AlertRow).where(AlertRow.restaurant_id == "r1")).one()


def post(session: Session) -> None:
    """A further alert of the first restaurant."""
    new = alert(random.Random(7))
    new.restaurant_id = new.camera_id = "r1"
    session.add(new)


def uphold(session: Session) -> None:
    one_of_first(session).status = "upheld"


def move(session: Session) -> None:
    whose = RestaurantRow.id == "r1"
    session.execute(update(RestaurantRow).where(whose).values(station_id="s2"))


def recount(session: Session) -> None:
    count_anew(session, SHANGHAI)


def begin_two(database: Database, first: Change, second: Change, *, waits: bool) -> None:
    """The second's transaction begins, and where it need not wait ends, within the first's."""

    def meanwhile() -> None:
        with database.writing() as session:
            second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            first(session)
            session.flush()
            running = pool.submit(meanwhile)
            if waits:
                see_waiting(database, running)
            else:
                running.result(MEANWHILE_S)
        running.result(MEANWHILE_S)


def see_waiting(database: Database, running: Future[None]) -> None:
    """Until somebody waits for another's lock."""
    told = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    until = time.monotonic() + MEANWHILE_S
    while True:
        with database.reading() as session:
            if session.scalar(text(told)):
                return
        assert not running.done() and time.monotonic() < until, "nobody waited"


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        pytest.param(move, post, True, id="an alert comes while its restaurant moves"),
        pytest.param(post, move, True, id="a restaurant moves while its alert comes"),
        pytest.param(move, uphold, True, id="an alert is decided while its restaurant moves"),
        pytest.param(uphold, move, True, id="a restaurant moves while its alert is decided"),
        pytest.param(recount, post, True, id="an alert comes while all are counted anew"),
        pytest.param(post, recount, True, id="all are counted anew while an alert comes"),
        pytest.param(recount, move, True, id="a restaurant moves while all are counted anew"),
        pytest.param(move, recount, True, id="all are counted anew while a restaurant moves"),
        pytest.param(sum_up, sum_up, True, id="two sum up"),
        pytest.param(sum_up, post, False, id="an alert comes while somebody sums up"),
        pytest.param(post, sum_up, False, id="somebody sums up while an alert comes"),
    ],
)
def test_two_at_once_count_each_alert_once(
    database: Database, first: Change, second: Change, waits: bool
) -> None:
    with database.writing() as session:
        known = alert(random.Random(6))
        known.restaurant_id, known.origin, known.status = "r1", "camera", "waiting"
        session.add(known)
    begin_two(database, first, second, waits=waits)
    with database.reading() as session:
        assert differences(session, SHANGHAI) == []
        posted = 2 if post in (first, second) else 1
        assert session.scalar(select(func.sum(AlertCountRow.alerts))) == posted
        station = "s2" if move in (first, second) else "s1"
        cells = select(AlertCountRow.station_id, func.sum(AlertCountRow.alerts))
        cells = cells.group_by(AlertCountRow.station_id)
        told = {place: count for place, count in session.execute(cells) if count}
        assert told == {station: posted}
