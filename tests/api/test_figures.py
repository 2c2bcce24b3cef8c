"""Figures of a press release with one request: counted right, defined, and in one's own scope."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from api.app import create_app
from api.cases.models import CaseRow, OrderRow
from api.inspections.models import VisitRow
from api.settings import Settings
from api.stats.figure_schemas import COUNTS, Figures
from api.stats.figures import UNPARTED
from api.stats.periods import Days
from tests.api.building import Kitchen, assert_problem, review

ZONE = ZoneInfo("Asia/Shanghai")
# Shortly after midnight in Shanghai, still the last day of October in UTC.
FIRST = datetime(2026, 10, 31, 16, 5, tzinfo=UTC)
LAST = datetime(2026, 11, 30, 15, 55, tzinfo=UTC)
NOVEMBER = "from=2026-11-01&until=2026-11-30"


def add(kitchen: Kitchen, *rows: Any) -> None:
    """Write rows as they are."""
    with kitchen.database.writing() as session:
        for row in rows:
            session.add(row)
            session.flush()


def visit(kitchen: Kitchen, at: datetime | None, **changes: Any) -> VisitRow:
    """A visit, finished unless it says otherwise."""
    state = "done" if at else "planned"
    facts: dict[str, Any] = {
        "id": str(uuid.uuid4()), "restaurant_id": kitchen.restaurant, "kind": "routine",
        "state": state, "checklist": "general", "planned_for": date(2026, 11, 2), "reason": "",
        "created_by": changes.pop("by"), "created_at": FIRST, "finished_at": at, "outcome": "met",
    }  # fmt: skip
    return VisitRow(**(facts | changes))


def case(kitchen: Kitchen, number: str, at: datetime = FIRST, **changes: Any) -> CaseRow:
    """A case that is closed, so that several of one place can stand beside each other."""
    facts: dict[str, Any] = {
        "id": number, "number": number, "restaurant_id": kitchen.restaurant, "rule": "missing_hat",
        "zone_type": "", "severity": "major", "source": "alert", "state": "closed", "version": 1,
        "opened_at": at, "changed_at": at, "upheld": 1, "repeats": 0,
        "ended_at": at + timedelta(days=2),
    }  # fmt: skip
    return CaseRow(**(facts | changes))


def order(case_row: CaseRow, by: str, **changes: Any) -> OrderRow:
    """An order of that case, met on its deadline's day."""
    at = case_row.opened_at
    facts: dict[str, Any] = {
        "id": uuid.uuid4().hex, "number": uuid.uuid4().hex[:20], "case_id": case_row.id,
        "restaurant_id": case_row.restaurant_id, "issued_at": at, "issued_by": by,
        "requirements": "clean", "articles": "[]", "first_due_at": at + timedelta(days=1),
        "due_at": at + timedelta(days=1), "met_at": at + timedelta(hours=20),
    }  # fmt: skip
    return OrderRow(**(facts | changes))


def asked(client: TestClient, query: str = NOVEMBER) -> dict[str, Any]:
    """The answer."""
    answer = client.get(f"/api/v1/stats?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
def supervisor(kitchen: Kitchen) -> TestClient:
    """Somebody who sees the whole city."""
    return kitchen.person("supervisor", "Sue")


@pytest.fixture
def by(kitchen: Kitchen) -> str:
    """Who visits and orders."""
    return kitchen.add_user("Ines", "inspector", station="North")


def test_visits_are_counted_by_local_days_once_they_are_finished(
    kitchen: Kitchen, supervisor: TestClient, by: str
) -> None:
    add(
        kitchen,
        visit(kitchen, FIRST, by=by),
        visit(kitchen, LAST, by=by, outcome="not_met"),
        visit(kitchen, LAST + timedelta(minutes=10), by=by),
        visit(kitchen, None, by=by),
    )
    total = asked(supervisor)["total"]
    assert (total["visits"], total["visits_not_met"], total["restaurants_visited"]) == (2, 1, 1)
    months = asked(supervisor, "from=2026-10-01&until=2026-12-31&by=month")["items"]
    assert [(one["key"], one["figures"]["visits"]) for one in months] == [
        ("2026-11", 2), ("2026-12", 1),
    ]  # fmt: skip


def test_orders_are_on_time_when_met_by_the_deadline_and_for_good(
    kitchen: Kitchen, supervisor: TestClient, by: str
) -> None:
    one, late = case(kitchen, "1"), timedelta(days=3)
    standing: list[dict[str, Any]] = [
        {},
        {"met_at": FIRST + late},
        {"met_at": None},
        {"failed_at": FIRST + late},
        {"withdrawn_at": FIRST},
        {"met_at": None, "replaced_at": FIRST + timedelta(hours=1)},
        {"failed_at": FIRST + timedelta(hours=2), "replaced_at": FIRST + timedelta(hours=3)},
        {"met_at": None, "due_at": datetime(2099, 1, 1, tzinfo=UTC)},
    ]
    add(kitchen, one, *(order(one, by, **changes) for changes in standing))
    total = asked(supervisor)["total"]
    assert (total["orders"], total["orders_due"], total["orders_on_time"]) == (7, 5, 1)
    assert total["on_time"]["value"] == 0.2 and total["on_time"]["of"] == 5
    assert total["on_time"]["low"] < 0.2 < total["on_time"]["high"]


def test_withdrawn_cases_are_in_no_figure(kitchen: Kitchen, supervisor: TestClient) -> None:
    add(
        kitchen,
        case(kitchen, "1"),
        case(kitchen, "2", state="withdrawn"),
        case(kitchen, "3", rule="pest_rodent", state="ordered", ended_at=None),
    )
    told = asked(supervisor, f"{NOVEMBER}&by=rule")
    assert (told["total"]["cases_opened"], told["total"]["cases_closed"]) == (2, 1)
    assert {one["key"]: one["figures"]["cases_opened"] for one in told["items"]} == {
        "missing_hat": 1, "pest_rodent": 1,
    }  # fmt: skip
    assert all(one["figures"]["visits"] is None for one in told["items"])


def test_alerts_are_told_apart_by_the_verdict_that_stands(
    kitchen: Kitchen, supervisor: TestClient
) -> None:
    began = {"started_at": FIRST, "ended_at": FIRST + timedelta(seconds=20)}
    ids = [kitchen.posted(id=str(uuid.uuid4()), **began) for _ in range(4)]
    review(supervisor, ids[0], "upheld")
    review(supervisor, ids[1], "upheld")
    review(supervisor, ids[2], "dismissed", reason="wrong_object")
    total = asked(supervisor)["total"]
    assert [total[name] for name in ("alerts", "upheld", "dismissed", "open")] == [4, 2, 1, 1]
    assert total["precision"]["of"] == 3


@pytest.mark.parametrize("part", ["station", "district", "rule", "month", "restaurant"])
def test_groups_add_up_to_the_total(
    kitchen: Kitchen, supervisor: TestClient, by: str, part: str
) -> None:
    places = kitchen.restaurant, kitchen.other_restaurant
    cases = [case(kitchen, str(n), restaurant_id=places[n % 2]) for n in range(3)]
    add(
        kitchen,
        *cases,
        *(order(one, by) for one in cases),
        *(visit(kitchen, LAST, by=by, restaurant_id=place) for place in places),
    )
    kitchen.posted(started_at=FIRST, ended_at=FIRST + timedelta(seconds=20))
    told = asked(supervisor, f"from=2026-10-01&until=2026-11-30&by={part}")
    for name in COUNTS:
        parts = [one["figures"][name] for one in told["items"]]
        if name not in UNPARTED.get(part, ()):  # type: ignore[call-overload]  # a By
            assert sum(parts) == told["total"][name], name
    assert told["total"]["visits"] == 2 and told["total"]["orders"] == 3


def test_a_station_sees_its_own_figures_alone(kitchen: Kitchen, by: str) -> None:
    add(kitchen, visit(kitchen, LAST, by=by, restaurant_id=kitchen.other_restaurant))
    theirs = kitchen.person("supervisor", "Sun", station="South")
    ours = kitchen.person("supervisor", "Nora", station="North")
    assert asked(theirs)["total"]["visits"] == 1
    assert asked(ours)["total"]["visits"] == 0
    assert asked(ours, f"{NOVEMBER}&restaurant={kitchen.other_restaurant}")["total"]["visits"] == 0
    assert [one["name"] for one in asked(ours, f"{NOVEMBER}&by=station")["items"]] == ["North"]
    assert_problem(kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
                   .get("/api/v1/stats"), 403, "forbidden")  # fmt: skip


def test_each_figure_has_its_definition_in_both_languages(
    kitchen: Kitchen, supervisor: TestClient
) -> None:
    english, chinese = (asked(supervisor, f"lang={code}")["definitions"] for code in ("en", "zh"))
    assert set(english) == set(chinese) == set(Figures.model_fields)
    for name, told in english.items():
        assert told["label"] != chinese[name]["label"] and told["definition"].endswith(".")


def test_a_wrong_period_is_refused_by_name(supervisor: TestClient) -> None:
    for query, field in (
        ("from=2026-11-30&until=2026-11-01", "until"),
        ("from=2000-01-01&until=2026-11-01", "until"),
        ("from=yesterday", "from"),
        ("by=colour", "by"),
        ("since=2026-11-01", "since"),
    ):
        assert_problem(supervisor.get(f"/api/v1/stats?{query}"), 422, "invalid", field)


def test_the_table_for_spreadsheets_has_total_and_definitions(
    kitchen: Kitchen, supervisor: TestClient
) -> None:
    answer = supervisor.get("/api/v1/stats.csv?by=station&lang=en")
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("key,name,visits,") and len(lines) == 5
    assert ",total," in lines[3] and "Rectification orders issued" in lines[4]


def test_figures_are_open_to_all_only_where_the_office_says_so(
    kitchen: Kitchen, settings: Settings, database_url: str
) -> None:
    assert_problem(kitchen.anonymous.get("/api/v1/stats"), 401, "not-signed-in")
    changes = {"stats_public": True, "database_url": SecretStr(database_url)}
    with TestClient(create_app(settings.model_copy(update=changes))) as opened:
        assert opened.get("/api/v1/stats?by=station").status_code == 200
        for query in ("by=restaurant", f"restaurant={kitchen.restaurant}"):
            assert_problem(opened.get(f"/api/v1/stats?{query}"), 401, "not-signed-in")


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_the_period_before_ends_where_the_period_begins(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length), ZONE)
    assert days.before.until <= days.since and 1 <= days.before.count <= days.count + 3
    assert sum(month.count for month in days.months) == days.count
    assert days.months[0].first == days.first and days.months[-1].last == days.last


def test_a_month_is_compared_with_the_month_before() -> None:
    march = Days(date(2026, 3, 1), date(2026, 3, 31), ZONE)
    assert (march.before.first, march.before.last) == (date(2026, 2, 1), date(2026, 2, 28))
    quarter = Days(date(2026, 4, 1), date(2026, 6, 30), ZONE)
    assert (quarter.before.first, quarter.before.last) == (date(2026, 1, 1), date(2026, 3, 31))
    so_far = Days(date(2026, 3, 1), date(2026, 3, 10), ZONE)
    assert (so_far.before.first, so_far.before.last) == (date(2026, 2, 1), date(2026, 2, 10))
    week = Days(date(2026, 3, 2), date(2026, 3, 8), ZONE)
    assert (week.before.first, week.before.last) == (date(2026, 2, 23), date(2026, 3, 1))
