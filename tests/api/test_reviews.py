"""Reviews: verdicts, second reviews, undo, the queue."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.audit import AuditRow, verify_audit
from api.reviews.models import ReviewRow
from api.reviews.store import history
from tests.api.building import Kitchen, assert_problem, review


def undo(client: TestClient, alert_id: str, review_id: str) -> Response:
    """Take a verdict back."""
    return client.delete(f"/api/v1/alerts/{alert_id}/reviews/{review_id}")


def queued(client: TestClient) -> list[str]:
    """The ids this person could review, in order."""
    return [item["id"] for item in client.get("/api/v1/reviews/queue").json()["items"]]


def test_a_verdict_decides_the_alert(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    for verdict, more in (("upheld", {}), ("dismissed", {"reason": "wrong_object"})):
        alert_id = kitchen.posted()
        answer = review(patrol, alert_id, verdict, comment="seen twice", **more)
        assert answer.status_code == 201
        given = answer.json()
        assert (given["verdict"], given["round"], given["alert_status"]) == (verdict, 1, verdict)
        assert (given["reviewer_name"], given["comment"]) == ("patrol", "seen twice")
        assert patrol.get(f"/api/v1/alerts/{alert_id}").json()["status"] == verdict


def test_a_dismissal_and_nothing_else_has_a_reason(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    assert_problem(review(patrol, alert_id, "dismissed"), 422, "invalid", "reason")
    assert_problem(review(patrol, alert_id, "upheld", reason="not_staff"), 422, "invalid", "reason")
    assert_problem(review(patrol, alert_id, "dismissed", reason="bored"), 422, "invalid", "reason")
    assert_problem(review(patrol, alert_id, "perhaps"), 422, "invalid", "verdict")
    assert_problem(review(patrol, alert_id, "upheld", comment="\x00"), 422, "invalid", "comment")


def test_a_decided_alert_is_not_decided_again(kitchen: Kitchen) -> None:
    first, second = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id = kitchen.posted()
    review(first, alert_id, "upheld")
    for client in (first, second):
        assert_problem(
            review(client, alert_id, "dismissed", reason="allowed_here"), 409, "conflict"
        )


def test_unsure_asks_another_person(kitchen: Kitchen) -> None:
    first, second = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id = kitchen.posted()
    assert review(first, alert_id, "unsure").json()["alert_status"] == "second_review"
    assert_problem(review(first, alert_id, "upheld"), 409, "conflict")
    answer = review(second, alert_id, "upheld", round=2).json()
    assert (answer["round"], answer["alert_status"]) == (2, "upheld")


def test_a_verdict_on_a_round_that_passed_is_refused(kitchen: Kitchen) -> None:
    first, second = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id = kitchen.posted()
    review(first, alert_id, "unsure", round=1)
    assert_problem(review(second, alert_id, "upheld", round=1), 409, "conflict")


def test_of_two_verdicts_at_once_one_counts(kitchen: Kitchen) -> None:
    clients = [kitchen.person("patrol", name) for name in ("Li", "Wang", "Zhao", "Sun")]
    alert_id = kitchen.posted()
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: review(client, alert_id, "upheld"), clients))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    with kitchen.database.reading() as session:
        assert len(session.scalars(select(ReviewRow)).all()) == 1
        assert verify_audit(session).broken_at is None


def test_a_verdict_can_be_taken_back_and_given_anew(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    first = review(patrol, alert_id, "upheld").json()
    answer = undo(patrol, alert_id, first["id"])
    assert (answer.status_code, answer.json()["alert_status"]) == (200, "waiting")
    assert_problem(undo(patrol, alert_id, first["id"]), 409, "conflict")
    review(patrol, alert_id, "dismissed", reason="not_staff")
    kept = patrol.get(f"/api/v1/alerts/{alert_id}/reviews").json()
    assert [(item["verdict"], item["undone_at"] is None) for item in kept] == [
        ("upheld", False),
        ("dismissed", True),
    ]


def test_a_review_on_which_another_rests_stays(kitchen: Kitchen) -> None:
    first, second = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id = kitchen.posted()
    unsure = review(first, alert_id, "unsure").json()["id"]
    upheld = review(second, alert_id, "upheld").json()["id"]
    assert_problem(undo(first, alert_id, unsure), 409, "conflict")
    assert undo(second, alert_id, upheld).json()["alert_status"] == "second_review"
    assert undo(first, alert_id, unsure).json()["alert_status"] == "waiting"


def test_only_the_author_and_a_supervisor_undo(kitchen: Kitchen) -> None:
    author, other = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id = kitchen.posted()
    given = review(author, alert_id, "upheld").json()["id"]
    assert_problem(undo(other, alert_id, given), 403, "forbidden")
    assert_problem(undo(author, alert_id, "0" * 16), 404, "not-found")
    assert_problem(undo(author, kitchen.posted(), given), 404, "not-found")
    assert undo(kitchen.person("supervisor"), alert_id, given).status_code == 200


def test_the_queue_begins_with_what_is_most_severe_and_waited_longest(kitchen: Kitchen) -> None:
    minor = kitchen.posted(severity="minor")
    old = kitchen.posted(severity="critical", rule="pest_rodent")
    major = kitchen.posted(severity="major")
    new = kitchen.posted(severity="critical", rule="pest_rodent")
    assert queued(kitchen.person("patrol")) == [old, new, major, minor]


def test_the_queue_offers_second_reviews_to_others(kitchen: Kitchen) -> None:
    first, second = kitchen.person("patrol", "Li"), kitchen.person("patrol", "Wang")
    alert_id, other = kitchen.posted(severity="critical"), kitchen.posted()
    review(first, alert_id, "unsure")
    assert queued(first) == [other]
    assert queued(second) == [alert_id, other]
    counts = first.get("/api/v1/reviews/queue").json()
    assert (counts["waiting"], counts["second_review"], counts["mine"]) == (1, 1, 1)


def test_reviews_are_for_reviewers(kitchen: Kitchen) -> None:
    alert_id = kitchen.posted()
    inspector = kitchen.person("inspector", station="North")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    for client in (inspector, owner):
        assert_problem(review(client, alert_id, "upheld"), 403, "forbidden")
        assert_problem(client.get("/api/v1/reviews/queue"), 403, "forbidden")
    assert inspector.get(f"/api/v1/alerts/{alert_id}/reviews").json() == []
    assert_problem(owner.get(f"/api/v1/alerts/{alert_id}/reviews"), 403, "forbidden")


def test_an_unknown_alert_cannot_be_reviewed(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    assert_problem(review(patrol, str(uuid.uuid4()), "upheld"), 404, "not-found")
    assert_problem(review(patrol, "7", "upheld"), 422, "invalid", "alert_id")


def test_past_verdicts_on_a_camera_and_rule_are_counted(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    for verdict, more in (("upheld", {}), ("upheld", {}), ("dismissed", {"reason": "not_staff"})):
        review(patrol, kitchen.posted(), verdict, **more)
    kitchen.posted()
    review(patrol, kitchen.posted(rule="pest_rodent"), "upheld")
    with kitchen.database.reading() as session:
        past = history(session, kitchen.camera.id, "missing_hat")
    assert (past.upheld, past.dismissed) == (2, 1)


def test_verdicts_and_their_audit_stand_or_fall_together(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    given = review(patrol, alert_id, "unsure").json()["id"]
    undo(patrol, alert_id, given)
    with kitchen.database.reading() as session:
        entries = session.scalars(
            select(AuditRow.action).where(AuditRow.subject == alert_id).order_by(AuditRow.seq)
        ).all()
        alert = session.get_one(AlertRow, uuid.UUID(alert_id))
    assert entries == ["alert.received", "review.given", "review.undone"]
    assert alert.status == "waiting"
