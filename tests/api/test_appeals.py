"""A restaurant appeals, another person decides, and the verdict goes or stays."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.appeals.models import AppealRow
from api.audit import AuditRow, verify_audit
from api.cases.models import CaseRow
from api.cases.opening import open_from_alerts
from api.database import now
from api.evidence.retention import _named_by
from api.reviews.models import ReviewRow
from tests.api.building import Kitchen, assert_problem, review

GRANT = {"outcome": "granted", "ground": "not_staff", "reason": "it was the delivery man"}
REFUSE = {"outcome": "refused", "reason": "the hat hung on the wall"}


def photo(colour: str = "green") -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(sink, "JPEG")
    return sink.getvalue()


class People:
    """The owner, the reviewer who upheld one episode, and two supervisors."""

    def __init__(self, kitchen: Kitchen) -> None:
        self.kitchen = kitchen
        self.owner = kitchen.person("restaurant", "Wang", restaurant_id=kitchen.restaurant)
        self.patrol = kitchen.person("patrol", "Pat")
        self.supervisor = kitchen.person("supervisor", "Sue")
        self.alert = kitchen.posted()
        assert review(self.patrol, self.alert, "upheld").status_code == 201

    def file(self, client: TestClient | None = None) -> Any:
        body = {"alert_id": self.alert, "statement": "that was the delivery man"}
        return (client or self.owner).post("/api/v1/appeals", json=body)

    def filed(self) -> str:
        answer = self.file()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def decide(self, appeal: str, body: dict[str, str], client: TestClient | None = None) -> Any:
        path = f"/api/v1/appeals/{appeal}/decision"
        return (client or self.supervisor).post(path, json=body)

    def status(self) -> str:
        return str(self.patrol.get(f"/api/v1/alerts/{self.alert}").json()["status"])


@pytest.fixture
def people(kitchen: Kitchen) -> People:
    return People(kitchen)


def test_a_granted_appeal_dismisses_the_alert_and_keeps_its_history(
    people: People, kitchen: Kitchen
) -> None:
    with kitchen.database.writing() as session:
        open_from_alerts(session, now() + timedelta(hours=1))
    appeal = people.filed()
    told = people.decide(appeal, GRANT).json()
    assert (told["state"], told["ground"], told["decided_by"]) == ("granted", "not_staff", "Sue")
    alert = people.patrol.get(f"/api/v1/alerts/{people.alert}").json()
    assert alert["status"] == "dismissed"
    reviews = people.patrol.get(f"/api/v1/alerts/{people.alert}/reviews").json()
    assert [(one["verdict"], one["undone_at"] is None) for one in reviews] == [
        ("upheld", False),
        ("dismissed", True),
    ]
    assert reviews[0]["undone_reason"] == GRANT["reason"]
    with kitchen.database.reading() as session:
        actions = select(AuditRow.action).where(AuditRow.subject == people.alert)
        assert {"appeal.filed", "alert.overturned", "appeal.granted"} <= set(
            session.scalars(actions)
        )
        assert session.scalars(select(CaseRow.state)).all() == ["withdrawn"]
        assert verify_audit(session).broken_at is None


def test_the_restaurant_still_reads_its_appeal_once_the_alert_is_gone(people: People) -> None:
    appeal = people.filed()
    people.decide(appeal, GRANT)
    assert people.owner.get(f"/api/v1/alerts/{people.alert}").status_code == 404
    told = people.owner.get(f"/api/v1/appeals/{appeal}").json()
    assert (told["state"], told["decision"], told["decided_by"]) == (
        "granted",
        GRANT["reason"],
        None,
    )
    assert [one["id"] for one in people.owner.get("/api/v1/appeals").json()["items"]] == [appeal]


def test_a_refused_appeal_leaves_the_verdict_and_closes_the_matter(people: People) -> None:
    appeal = people.filed()
    assert people.decide(appeal, REFUSE).json()["state"] == "refused"
    assert people.status() == "upheld"
    assert_problem(people.decide(appeal, GRANT), 409, "conflict")
    assert_problem(people.file(), 409, "conflict")


def test_whoever_upheld_it_does_not_decide(kitchen: Kitchen) -> None:
    people = People(kitchen)
    other = kitchen.posted()
    assert review(people.supervisor, other, "upheld").status_code == 201
    people.alert = other
    appeal = people.filed()
    assert people.supervisor.get(f"/api/v1/appeals/{appeal}").json()["may_decide"] is False
    assert_problem(people.decide(appeal, GRANT), 403, "forbidden")
    assert people.status() == "upheld"
    second = kitchen.person("supervisor", "Sam")
    assert people.decide(appeal, GRANT, second).status_code == 200
    assert people.status() == "dismissed"


def test_one_appeal_an_episode_is_open_at_a_time(people: People) -> None:
    appeal = people.filed()
    assert_problem(people.file(), 409, "conflict")
    path = f"/api/v1/appeals/{appeal}/withdraw"
    assert people.owner.post(path).json()["state"] == "withdrawn"
    assert_problem(people.owner.post(path), 409, "conflict")
    assert people.status() == "upheld"
    assert people.file().status_code == 201, "what was withdrawn may be filed again"


def test_after_the_term_an_appeal_is_refused_with_a_sentence(
    people: People, kitchen: Kitchen
) -> None:
    with kitchen.database.writing() as session:
        session.get_one(AlertRow, UUID(people.alert)).settled_at = now() - timedelta(days=23)
    answer = people.file()
    assert_problem(answer, 409, "conflict")
    assert "term" in answer.json()["detail"]
    with kitchen.database.reading() as session:
        assert session.scalar(select(AppealRow.id)) is None


def test_nobody_appeals_for_another_restaurant_nor_for_the_office(
    people: People, kitchen: Kitchen
) -> None:
    stranger = kitchen.person("restaurant", "Li", restaurant_id=kitchen.other_restaurant)
    assert_problem(people.file(stranger), 404, "not-found")
    assert_problem(people.file(people.supervisor), 403, "forbidden")
    appeal = people.filed()
    assert_problem(stranger.get(f"/api/v1/appeals/{appeal}"), 404, "not-found")
    assert stranger.get("/api/v1/appeals").json()["items"] == []
    south = kitchen.person("supervisor", "Sol", station="South")
    assert_problem(people.decide(appeal, GRANT, south), 404, "not-found")


def test_photographs_are_kept_clean_and_shown_to_both_sides(
    people: People, kitchen: Kitchen
) -> None:
    appeal = people.filed()
    path = f"/api/v1/appeals/{appeal}/files"
    assert_problem(people.owner.post(path, content=b"no picture"), 422, "invalid")
    for _ in range(2):
        told = people.owner.post(path, content=photo())
        assert told.status_code == 201, told.text
    (file,) = told.json()["files"]
    for client in (people.owner, people.supervisor):
        shown = client.get(f"{path}/{file['sha256']}")
        assert shown.content.startswith(b"\xff\xd8\xff") and len(shown.content) == file["bytes"]
        small = client.get(f"{path}/{file['sha256']}?small=true")
        assert small.headers["content-type"] == "image/jpeg"
    with kitchen.database.reading() as session:
        assert _named_by(session, file["sha256"]) == 1, "retention leaves it"
    people.decide(appeal, REFUSE)
    assert_problem(people.owner.post(path, content=photo("red")), 409, "conflict")


def test_an_appeal_takes_eight_photographs(people: People) -> None:
    path = f"/api/v1/appeals/{people.filed()}/files"
    colours = ("red", "green", "blue", "white", "black", "cyan", "pink", "gold", "gray")
    answers = [people.owner.post(path, content=photo(colour)) for colour in colours]
    assert [answer.status_code for answer in answers] == [201] * 8 + [409]


def test_a_decision_says_its_ground_and_its_reason(people: People) -> None:
    appeal = people.filed()
    for body in (
        {"outcome": "granted", "reason": "a visitor"},
        {"outcome": "refused", "ground": "not_staff", "reason": "it was staff"},
        {"outcome": "refused", "reason": " "},
    ):
        assert_problem(people.decide(appeal, body), 422, "invalid")
    assert people.status() == "upheld"


def test_precision_counts_an_overturned_alert_as_dismissed(
    people: People, kitchen: Kitchen
) -> None:
    def counted() -> tuple[int, int]:
        told = people.supervisor.get("/api/v1/stats/precision").json()["items"][0]
        return told["upheld"], told["dismissed"]

    assert counted() == (1, 0)
    people.decide(people.filed(), GRANT)
    assert counted() == (0, 1)


def test_the_list_comes_in_pages_newest_first(people: People, kitchen: Kitchen) -> None:
    made = [people.filed()]
    for _ in range(2):
        people.alert = kitchen.posted()
        review(people.patrol, people.alert, "upheld")
        made.append(people.filed())
    first = people.supervisor.get("/api/v1/appeals?limit=2").json()
    rest = people.supervisor.get(
        f"/api/v1/appeals?limit=2&cursor={first['next_cursor']}&state=filed"
    ).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_reviews_of_an_overturned_alert_stay_one_that_stands(
    people: People, kitchen: Kitchen
) -> None:
    people.decide(people.filed(), GRANT)
    with kitchen.database.reading() as session:
        standing = select(ReviewRow.verdict).where(ReviewRow.undone_at.is_(None))
        assert session.scalars(standing).all() == ["dismissed"]


def test_a_granted_appeal_is_not_undone_in_silence_but_may_be_opened_again(people: People) -> None:
    appeal = people.filed()
    people.decide(appeal, GRANT)
    verdict = people.patrol.get(f"/api/v1/alerts/{people.alert}/reviews").json()[-1]["id"]
    undone = people.supervisor.delete(f"/api/v1/alerts/{people.alert}/reviews/{verdict}")
    assert_problem(undone, 409, "conflict")
    assert "reopen" in undone.json()["detail"] and people.status() == "dismissed"
    again = people.supervisor.post(
        f"/api/v1/alerts/{people.alert}/reopen", json={"reason": "the clip shows the cook"}
    )
    assert again.status_code == 200, again.text
    told = people.owner.get(f"/api/v1/appeals/{appeal}").json()
    assert (told["state"], told["alert_status"]) == ("granted", "waiting")
    other = people.kitchen.person("patrol", "Pia")
    assert review(other, people.alert, "upheld").status_code == 201
    assert people.file().status_code == 201, "the new verdict can be appealed against"
