"""Bulk dismissal, one's own history, corrected boxes, reopening."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.audit import AuditRow, verify_audit
from api.reviews.models import ReviewRow
from tests.api.building import Kitchen, assert_problem, review
from tests.api.test_review_claims import claim

BEGAN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@pytest.fixture
def li(kitchen: Kitchen) -> TestClient:
    """A reviewer."""
    return kitchen.person("patrol", "Li")


@pytest.fixture
def alike(kitchen: Kitchen) -> list[str]:
    """Five alerts of one camera, rule and zone, two minutes apart."""
    times = [BEGAN + timedelta(minutes=2 * n) for n in range(5)]
    return [kitchen.posted(started_at=at.isoformat()) for at in times]


def burst(client: TestClient, alert_id: str) -> list[str]:
    """What would be dismissed with it."""
    items = client.get(f"/api/v1/alerts/{alert_id}/burst").json()["items"]
    return [str(item["id"]) for item in items]


def dismiss(client: TestClient, alert_id: str, ids: list[str], **more: Any) -> Response:
    """Dismiss these together."""
    body = {"alert_ids": ids, "reason": "wrong_object"} | more
    return client.post(f"/api/v1/alerts/{alert_id}/burst", json=body)


def statuses(kitchen: Kitchen, ids: list[str]) -> list[str]:
    """Where they stand."""
    with kitchen.database.reading() as session:
        return [session.get_one(AlertRow, uuid.UUID(i)).status for i in ids]


def test_a_burst_is_one_camera_rule_and_zone_close_in_time(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    kitchen.posted(rule="missing_mask")
    kitchen.posted(zone="sink")
    kitchen.posted(camera_id=kitchen.other_camera.id)
    kitchen.posted(started_at=(BEGAN - timedelta(minutes=31)).isoformat())
    assert burst(li, alike[0]) == alike


def test_a_burst_is_dismissed_and_undone_in_one_step(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    answer = dismiss(li, alike[2], alike, comment="the same ladle")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["dismissed"], told["skipped"]) == (alike, [])
    with kitchen.database.reading() as session:
        rows = session.scalars(select(ReviewRow)).all()
        assert {(r.batch, r.reason, r.comment) for r in rows} == {
            (told["batch"], "wrong_object", "the same ladle")
        }
    assert statuses(kitchen, alike) == ["dismissed"] * 5
    path = f"/api/v1/reviews/batches/{told['batch']}"
    assert_problem(kitchen.person("patrol", "Wang").delete(path), 404, "not-found")
    assert set(li.delete(path).json()["undone"]) == set(alike)
    assert statuses(kitchen, alike) == ["waiting"] * 5
    assert_problem(li.delete(path), 404, "not-found")
    with kitchen.database.reading() as session:
        actions = [row.action for row in session.scalars(select(AuditRow))]
        assert verify_audit(session).broken_at is None
    assert (actions.count("review.given"), actions.count("review.undone")) == (5, 5)
    assert actions.count("review.burst_dismissed") == 1


def test_only_what_was_listed_is_dismissed(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    assert dismiss(li, alike[0], alike[:2]).json()["dismissed"] == alike[:2]
    assert statuses(kitchen, alike) == ["dismissed"] * 2 + ["waiting"] * 3


def test_what_does_not_belong_to_the_burst_is_refused(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    for stranger in (kitchen.posted(zone="sink"), kitchen.posted(rule="missing_mask")):
        answer = dismiss(li, alike[0], [alike[0], stranger])
        assert_problem(answer, 422, "invalid", "alert_ids")
    assert_problem(dismiss(li, alike[0], [str(uuid.uuid4())]), 404, "not-found")
    assert_problem(dismiss(li, alike[0], []), 422, "invalid", "alert_ids")
    assert_problem(dismiss(li, alike[0], alike, reason="bored"), 422, "invalid", "reason")
    assert statuses(kitchen, alike) == ["waiting"] * 5


def test_what_others_hold_or_decided_is_skipped_and_named(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    wang = kitchen.person("patrol", "Wang")
    held = claim(wang)
    assert held == alike[0]
    review(wang, alike[1], "upheld")
    told = dismiss(li, alike[4], alike).json()
    assert (told["dismissed"], told["skipped"]) == (alike[2:], alike[:2])
    assert_problem(dismiss(li, alike[4], alike[:2]), 409, "conflict")


def test_of_a_batch_what_another_verdict_rests_on_stays(
    kitchen: Kitchen, li: TestClient, alike: list[str]
) -> None:
    batch = dismiss(li, alike[0], alike).json()["batch"]
    with kitchen.database.writing() as session:
        session.get_one(AlertRow, uuid.UUID(alike[0])).double_review = True
        session.get_one(AlertRow, uuid.UUID(alike[0])).status = "second_review"
    review(kitchen.person("patrol", "Wang"), alike[0], "dismissed", reason="wrong_object")
    told = li.delete(f"/api/v1/reviews/batches/{batch}").json()
    assert (told["kept"], set(told["undone"])) == ([alike[0]], set(alike[1:]))


def test_a_corrected_box_is_kept_with_what_it_holds(kitchen: Kitchen, li: TestClient) -> None:
    alert_id = kitchen.posted()
    box = {"box": [0.25, 0.5, 0.5, 0.75], "kind": "rodent"}
    assert review(li, alert_id, "upheld", box=box).json()["box"] == box
    with kitchen.database.reading() as session:
        row = session.scalars(select(ReviewRow)).one()
        edges = (row.box_left, row.box_top, row.box_right, row.box_bottom)
        assert (edges, row.box_class) == ((0.25, 0.5, 0.5, 0.75), "rodent")
        detail = session.scalars(
            select(AuditRow.detail).where(AuditRow.action == "review.given")
        ).one()
        assert '"kind": "rodent"' in detail
    other = kitchen.posted()
    for wrong in (
        {"box": [0.5, 0.5, 0.4, 0.6], "kind": "head"},
        {"box": [0, 0, 2, 1], "kind": "head"},
        {"box": [0, 0, 1, 1], "kind": "ladle"},
        {"box": [0, 0, 1, 1]},
    ):
        answer = review(li, other, "upheld", box=wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith("box")


def test_ones_own_verdicts_come_newest_first_in_pages_and_filtered(
    kitchen: Kitchen, li: TestClient
) -> None:
    upheld, undone, dismissed = (kitchen.posted() for _ in range(3))
    review(li, upheld, "upheld")
    given = review(li, undone, "unsure").json()
    li.delete(f"/api/v1/alerts/{undone}/reviews/{given['id']}")
    review(li, dismissed, "dismissed", reason="not_staff", comment="a courier")
    review(kitchen.person("patrol", "Wang"), undone, "upheld")

    def mine(**query: Any) -> list[str]:
        page = li.get("/api/v1/reviews/mine", params=query).json()
        return [str(item["alert"]["id"]) for item in page["items"]]

    assert mine() == [dismissed, undone, upheld]
    assert mine(verdict="upheld") == [upheld]
    assert mine(reason="not_staff") == [dismissed]
    assert mine(undone=True) == [undone] and mine(undone=False) == [dismissed, upheld]
    assert mine(rule="pest_rodent") == []
    seen, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = li.get("/api/v1/reviews/mine", params=query).json()
        seen += [item["alert"]["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [dismissed, undone, upheld]


def test_a_supervisor_reopens_a_decided_alert_with_a_reason(
    kitchen: Kitchen, li: TestClient
) -> None:
    sue, alert_id = kitchen.person("supervisor"), kitchen.posted()
    path = f"/api/v1/alerts/{alert_id}/reopen"
    reason = {"reason": "the clip shows a cap"}
    assert_problem(sue.post(path, json=reason), 409, "conflict")
    review(li, alert_id, "upheld")
    assert_problem(li.post(path, json=reason), 403, "forbidden")
    assert_problem(sue.post(path, json={"reason": ""}), 422, "invalid", "reason")
    answer = sue.post(path, json=reason)
    assert (answer.json()["status"], answer.json()["settled_at"]) == ("waiting", None)
    kept = sue.get(f"/api/v1/alerts/{alert_id}/reviews").json()
    assert kept == [], "whoever may review it now looks with fresh eyes"
    assert claim(sue) == alert_id
    review(sue, alert_id, "dismissed", reason="wrong_object")
    first, _ = sue.get(f"/api/v1/alerts/{alert_id}/reviews").json()
    assert first["undone_reason"] == "the clip shows a cap"
    with kitchen.database.reading() as session:
        entries = select(AuditRow.action).where(AuditRow.subject == alert_id)
        actions = session.scalars(entries.order_by(AuditRow.seq)).all()
    assert actions[1:4] == ["review.given", "review.undone", "alert.reopened"]
    unknown = f"/api/v1/alerts/{uuid.uuid4()}/reopen"
    assert_problem(sue.post(unknown, json=reason), 404, "not-found")
