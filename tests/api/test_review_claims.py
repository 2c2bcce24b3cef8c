"""Claims: two people never look at the same alert, and an empty chair holds nothing up."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from api.alerts.models import AlertRow
from api.restaurants.models import RestaurantRow
from api.reviews.models import ClaimRow, ReviewRow
from tests.api.building import JPEG, Kitchen, assert_problem, ref, review

CLAIMS: Final = "/api/v1/reviews/claims"
REVIEWERS: Final = 50


def claim(client: TestClient, *skip: str, **only: Any) -> str | None:
    """The id of the next alert, claimed."""
    answer = client.post(CLAIMS, json={"skip": list(skip)}, params=only)
    assert answer.status_code == 200, answer.text
    found = answer.json()["claim"]
    return found and str(found["alert_id"])


def run_out(kitchen: Kitchen) -> None:
    """Time passes, and nobody renews a claim."""
    with kitchen.database.writing() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(ClaimRow).values(expires_at=past))


@pytest.fixture
def li(kitchen: Kitchen) -> TestClient:
    """A reviewer."""
    return kitchen.person("patrol", "Li")


@pytest.fixture
def wang(kitchen: Kitchen) -> TestClient:
    """Another one."""
    return kitchen.person("patrol", "Wang")


def test_what_one_person_claims_is_not_given_to_another(
    kitchen: Kitchen, li: TestClient, wang: TestClient
) -> None:
    first, second = kitchen.posted(), kitchen.posted()
    assert (claim(li), claim(wang)) == (first, second)
    assert claim(li) == first, "the same person comes back to what they hold"
    assert claim(li, first) is None
    assert [item["id"] for item in wang.get("/api/v1/reviews/queue").json()["items"]] == [second]
    assert_problem(review(wang, first, "upheld"), 409, "conflict")
    assert review(li, first, "upheld").status_code == 201


def test_a_claim_ends_with_the_verdict(kitchen: Kitchen, li: TestClient, wang: TestClient) -> None:
    alert_id = kitchen.posted()
    assert claim(li) == alert_id
    review(li, alert_id, "unsure")
    assert claim(wang) == alert_id
    assert claim(li) is None, "nobody is asked twice"


def test_a_claim_given_back_is_open_to_others(
    kitchen: Kitchen, li: TestClient, wang: TestClient
) -> None:
    alert_id = kitchen.posted()
    claim(li)
    assert wang.delete(CLAIMS, params={"alert_id": alert_id}).status_code == 204
    assert claim(wang) is None, "nobody gives back what another person holds"
    assert li.delete(CLAIMS, params={"alert_id": alert_id}).status_code == 204
    assert claim(wang) == alert_id


def test_a_claim_runs_out_unless_it_is_renewed(
    kitchen: Kitchen, li: TestClient, wang: TestClient
) -> None:
    alert_id = kitchen.posted()
    claim(li)
    assert li.put(CLAIMS, json={"alert_ids": [alert_id]}).json() == {"alert_ids": [alert_id]}
    assert wang.put(CLAIMS, json={"alert_ids": [alert_id]}).json() == {"alert_ids": []}
    run_out(kitchen)
    assert li.put(CLAIMS, json={"alert_ids": [alert_id]}).json() == {"alert_ids": []}
    assert claim(wang) == alert_id
    assert_problem(review(li, alert_id, "upheld"), 409, "conflict")


def test_whoever_claims_first_gets_what_can_be_judged_and_is_most_urgent(
    kitchen: Kitchen, li: TestClient
) -> None:
    kitchen.posted(severity="critical", rule="pest_rodent")
    minor = kitchen.posted(severity="minor", evidence=[ref(JPEG).model_dump()])
    major = kitchen.posted(severity="major", evidence=[ref(JPEG).model_dump()])
    for alert_id in (minor, major):
        kitchen.put(alert_id, ref(JPEG).sha256, JPEG)
    assert [claim(li), claim(li, major)] == [major, minor]


def test_a_riskier_restaurant_overtakes_those_that_came_shortly_before(kitchen: Kitchen) -> None:
    with kitchen.database.writing() as session:
        for restaurant, risk in ((kitchen.restaurant, "A"), (kitchen.other_restaurant, "D")):
            row = session.get_one(RestaurantRow, restaurant)
            row.risk = risk
    calm, risky = kitchen.posted(), kitchen.posted(camera_id=kitchen.other_camera.id)
    severe = kitchen.posted(severity="critical", rule="pest_rodent")
    items = kitchen.person("patrol").get("/api/v1/reviews/queue").json()["items"]
    assert [item["id"] for item in items] == [severe, risky, calm]


def test_the_queue_is_narrowed_by_each_filter(kitchen: Kitchen, li: TestClient) -> None:
    here = kitchen.posted()
    rodent = kitchen.posted(
        rule="pest_rodent", severity="critical", camera_id=kitchen.other_camera.id, origin="batch"
    )
    with kitchen.database.reading() as session:
        north = session.get_one(RestaurantRow, kitchen.restaurant).station_id
    filters: tuple[tuple[dict[str, Any], set[str]], ...] = (
        ({"rule": "missing_hat"}, {here}),
        ({"severity": "critical"}, {rodent}),
        ({"restaurant": kitchen.restaurant}, {here}),
        ({"station": north}, {here}),
        ({"district": "0" * 16}, set()),
        ({"camera": kitchen.other_camera.id}, {rodent}),
        ({"origin": "batch"}, {rodent}),
        ({"older_min": 0}, {here, rodent}),
        ({"older_min": 5}, set()),
        ({"rule": "pest_rodent", "restaurant": kitchen.restaurant}, set()),
    )
    for only, expected in filters:
        found = li.get("/api/v1/reviews/queue", params=only).json()["items"]
        assert {item["id"] for item in found} == expected, only
        claimed = claim(li, **only)
        assert (claimed in expected) if expected else claimed is None
    for only in ({"rule": "nonsense"}, {"older_min": -1}, {"colour": "red"}):
        answer = li.get("/api/v1/reviews/queue", params=only)
        assert_problem(answer, 422, "invalid", next(iter(only)))


def test_claims_are_for_reviewers(kitchen: Kitchen) -> None:
    alert_id = kitchen.posted()
    inspector = kitchen.person("inspector", station="North")
    assert_problem(inspector.post(CLAIMS, json={}), 403, "forbidden")
    answer = inspector.put(CLAIMS, json={"alert_ids": [alert_id]})
    assert_problem(answer, 403, "forbidden")


def test_overdue_alerts_are_counted(kitchen: Kitchen, li: TestClient) -> None:
    kitchen.posted()
    late = kitchen.posted()
    with kitchen.database.writing() as session:
        session.get_one(AlertRow, uuid.UUID(late)).due_at = datetime.now(UTC) - timedelta(minutes=1)
    counts = li.get("/api/v1/reviews/queue").json()
    assert (counts["waiting"], counts["late"], counts["mine"]) == (2, 1, 2)


def work_off(client: TestClient) -> list[str]:
    """Claim and decide until nothing is left; gives what was decided."""
    done: list[str] = []
    while (alert_id := claim(client)) is not None:
        answer = review(client, alert_id, "dismissed", reason="wrong_object")
        assert answer.status_code == 201, answer.text
        done.append(alert_id)
    return done


def test_fifty_reviewers_at_once_never_review_the_same_alert(kitchen: Kitchen) -> None:
    alerts = [kitchen.posted() for _ in range(2 * REVIEWERS)]
    people = [kitchen.person("patrol", f"P{number}") for number in range(REVIEWERS)]
    with ThreadPoolExecutor(REVIEWERS) as pool:
        done = [alert for part in pool.map(work_off, people) for alert in part]
    assert set(done) == set(alerts)
    with kitchen.database.reading() as session:
        rows = session.scalars(select(ReviewRow)).all()
        assert session.scalars(select(ClaimRow)).all() == []
        doubled = set(map(str, session.scalars(select(AlertRow.id).where(AlertRow.double_review))))
    # A blind second look is another person's, on purpose; nothing else is looked at twice.
    assert Counter(done) == Counter({alert: 2 if alert in doubled else 1 for alert in alerts})
    assert len({(row.alert_id, row.reviewer_id) for row in rows}) == len(rows) == len(done)
