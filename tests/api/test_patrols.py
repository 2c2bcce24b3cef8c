"""Rounds: whose turn it is, what a look counts as, and a report that another person reviews."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from api.audit import AuditRow, verify_audit
from api.cameras.models import CameraRow, PictureRow
from api.database import now
from api.patrols.report import PERSON, STATEMENT
from tests.api.building import Kitchen, assert_problem, review
from tests.api.patrolling import (
    BOX,
    HEADS,
    ROUND,
    add_cameras,
    age,
    change_camera,
    picture,
    send,
    set_risk,
    start,
)


def audited(kitchen: Kitchen, subject: str) -> list[str]:
    """What was done to it, in order; the log itself must be whole."""
    with kitchen.database.reading() as session:
        assert verify_audit(session).broken_at is None
        rows = session.scalars(select(AuditRow).where(AuditRow.subject == subject))
        return [row.action for row in rows.all()]


def test_a_round_goes_from_start_to_end_and_keeps_its_record(kitchen: Kitchen) -> None:
    content = picture(1)
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"), campaign="Spring check", target=2)
    first, second = patrol.wall()
    assert {first, second} == {kitchen.camera.id, kitchen.other_camera.id}
    seen = patrol.look(kitchen.camera.id, content).json()
    assert (seen["outcome"], seen["sha256"]) == ("clear", sha256(content).hexdigest())
    unseen = patrol.look(kitchen.other_camera.id).json()
    assert (unseen["outcome"], unseen["reason"]) == ("not_seen", "none")
    assert patrol.ask("end").json()["ended_at"]
    told = patrol.told()
    assert {told["round"][part] for part in ("given", "clear", "not_seen")} == {2, 1}
    assert told["round"]["campaign"] == "Spring check" and told["unlooked"] == []
    assert [look["camera_name"] for look in told["looks"]] == ["range", "sink"]
    assert audited(kitchen, patrol.round_id) == ["round.started", "round.ended"]
    assert_problem(patrol.ask("next"), 409, "conflict")
    assert_problem(patrol.look(kitchen.camera.id, content), 409, "conflict")


def test_the_riskiest_and_longest_unseen_camera_comes_first(kitchen: Kitchen) -> None:
    set_risk(kitchen, kitchen.other_restaurant, "D")
    change_camera(kitchen, kitchen.camera.id, looked_at=now() - timedelta(hours=9))
    change_camera(kitchen, kitchen.other_camera.id, looked_at=now() - timedelta(hours=9))
    patrol = start(kitchen.person("patrol"))
    assert patrol.wall() == [kitchen.other_camera.id, kitchen.camera.id]


def test_a_waiting_alert_brings_its_camera_forward(kitchen: Kitchen) -> None:
    for camera in (kitchen.camera, kitchen.other_camera):
        change_camera(kitchen, camera.id, looked_at=now() - timedelta(hours=1))
    kitchen.posted(camera_id=kitchen.other_camera.id)
    why = start(kitchen.person("patrol")).ask("next").json()["items"][0]["why"]
    assert why["open_alerts"] == 1 and why["risk"] == "C" and not why["never_seen"]


def test_the_wall_stays_while_it_is_looked_at_and_goes_on_when_asked(kitchen: Kitchen) -> None:
    add_cameras(kitchen, 5)
    patrol = start(kitchen.person("patrol"), target=6)
    first = patrol.wall(count=4)
    patrol.look(first[1])
    kept = patrol.ask("next", count=4, keep=first).json()["items"]
    assert [tile["camera_id"] for tile in kept] == first
    assert [bool(tile["look"]) for tile in kept] == [False, True, False, False]
    following = patrol.wall(count=4)
    assert following[:3] == [first[0], first[2], first[3]] and following[3] not in first
    for camera in following:
        patrol.look(camera)
    assert len(patrol.wall()) == 1, "the round's target is six"


@pytest.mark.parametrize("said", ["clear", "not_seen"])
def test_a_stale_picture_counts_as_not_seen_whatever_is_said(kitchen: Kitchen, said: str) -> None:
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    age(kitchen, kitchen.camera.id, timedelta(minutes=5))
    look = patrol.look(kitchen.camera.id, content, said).json()
    assert (look["outcome"], look["reason"]) == ("not_seen", "stale")
    with kitchen.database.reading() as session:
        assert session.get_one(CameraRow, kitchen.camera.id).looked_at is None


def test_another_cameras_picture_is_no_proof_of_a_look(kitchen: Kitchen) -> None:
    send(kitchen, content=picture(1))
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    look = patrol.look(kitchen.other_camera.id, picture(1)).json()
    assert (look["outcome"], look["reason"], look["sha256"]) == ("not_seen", "none", None)


def test_a_look_is_undone_on_the_record_and_the_camera_waits_again(kitchen: Kitchen) -> None:
    content, earlier = picture(), now() - timedelta(hours=5)
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"), target=1)
    (camera,) = patrol.wall()
    change_camera(kitchen, camera, looked_at=earlier)
    send(kitchen, kitchen.other_camera, content)
    look = patrol.look(camera, content).json()
    address = f"{ROUND}/{patrol.round_id}/looks/{look['id']}"
    assert patrol.client.delete(address).json()["undone_at"]
    assert_problem(patrol.client.delete(address), 409, "conflict")
    assert patrol.told()["looks"][0]["undone_at"] and patrol.told()["round"]["clear"] == 0
    assert patrol.wall() == [camera]
    assert audited(kitchen, camera)[-2:] == ["look.given", "look.undone"]


def test_two_patrollers_never_have_the_same_camera_before_their_eyes(kitchen: Kitchen) -> None:
    add_cameras(kitchen, 16)
    rounds = [start(kitchen.person("patrol", f"pat {n}")) for n in range(4)]
    with ThreadPoolExecutor(len(rounds)) as pool:
        walls = list(pool.map(lambda one: one.wall(count=5), rounds))
    given = [camera for wall in walls for camera in wall]
    assert len(given) == len(set(given)) == 18


def test_a_lease_that_ran_out_lets_another_person_look(kitchen: Kitchen) -> None:
    from api.patrols.models import CameraLeaseRow

    first = start(kitchen.person("patrol", "one"))
    assert len(first.wall()) == 2
    second = start(kitchen.person("patrol", "two"))
    assert second.wall() == []
    with kitchen.database.writing() as session:
        for lease in session.scalars(select(CameraLeaseRow)):
            lease.until = now() - timedelta(seconds=1)
    assert len(second.wall()) == 2
    assert first.wall() == [], "they are before somebody else's eyes now"


def test_a_pause_stops_the_clock_and_gives_the_cameras_back(kitchen: Kitchen) -> None:
    first = start(kitchen.person("patrol", "one"))
    first.wall()
    paused = first.ask("pause").json()
    assert paused["paused_at"]
    assert_problem(first.ask("next"), 409, "conflict")
    assert len(start(kitchen.person("patrol", "two")).wall()) == 2
    resumed = first.ask("resume").json()
    assert resumed["paused_at"] is None and resumed["paused_s"] >= 0
    assert first.ask("resume").status_code == 200


def test_a_person_has_one_open_round(kitchen: Kitchen) -> None:
    client = kitchen.person("patrol")
    patrol = start(client)
    assert_problem(client.post(ROUND, json={}), 409, "conflict")
    patrol.ask("end")
    assert client.post(ROUND, json={}).status_code == 201


def test_a_plan_narrows_the_round(kitchen: Kitchen) -> None:
    set_risk(kitchen, kitchen.other_restaurant, "A")
    client = kitchen.person("patrol")
    for scope, expected in (
        ({"risks": ["A"]}, [kitchen.other_camera.id]),
        ({"zone_type": "cooking", "risks": ["C", "D"]}, [kitchen.camera.id]),
        ({"zone_type": "storage"}, []),
        ({"station": "nowhere"}, []),
        ({"district": "nowhere"}, []),
    ):
        patrol = start(client, scope=scope)
        assert patrol.wall() == expected, scope
        patrol.ask("end")


def test_a_report_becomes_an_alert_with_the_picture_as_evidence(kitchen: Kitchen) -> None:
    content = picture(2)
    send(kitchen, content=content, heads=HEADS)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    look = patrol.report(kitchen.camera.id, content).json()
    assert look["outcome"] == "reported" and look["alert_id"]
    sue = kitchen.person("supervisor")
    alert = sue.get(f"/api/v1/alerts/{look['alert_id']}").json()
    assert (alert["origin"], alert["status"], alert["rule"]) == ("patrol", "waiting", "missing_hat")
    assert alert["model"] == PERSON.model_dump() and alert["confidence"] == 1.0
    assert alert["model"]["sha256"] == sha256(STATEMENT.encode()).hexdigest()
    assert alert["rules"]["name"] == "strict" and alert["severity"] == "major"
    assert alert["started_at"] == alert["ended_at"] and tuple(alert["box"]) == tuple(BOX)
    frame, data = alert["evidence"]
    assert frame["sha256"] == sha256(content).hexdigest() and frame["stored"] and data["stored"]
    stored = sue.get(f"/api/v1/alerts/{alert['id']}/evidence/{frame['sha256']}")
    assert stored.content == content
    boxes = sue.get(f"/api/v1/alerts/{alert['id']}/evidence/{data['sha256']}").json()
    assert [found["by"] for found in boxes["frames"][0]["detections"]] == [
        "camera",
        "camera",
        "person",
    ]


def test_a_report_says_nothing_of_heads_that_nobody_told_of(kitchen: Kitchen) -> None:
    content = picture(2)
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    alert_id = patrol.report(kitchen.camera.id, content).json()["alert_id"]
    alert = kitchen.person("supervisor").get(f"/api/v1/alerts/{alert_id}").json()
    assert [item["kind"] for item in alert["evidence"]] == ["frame"]


def test_reporting_twice_is_harmless_and_another_box_under_the_same_id_is_not(
    kitchen: Kitchen,
) -> None:
    content, finding = picture(), str(uuid.uuid4())
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    answers = [patrol.report(kitchen.camera.id, content, id=finding) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json() and len(patrol.told()["looks"]) == 1
    moved = patrol.report(kitchen.camera.id, content, id=finding, box=[0.1, 0.1, 0.2, 0.2])
    assert_problem(moved, 409, "conflict")


def test_who_reported_does_not_review_and_another_person_does(kitchen: Kitchen) -> None:
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    alert_id = patrol.report(kitchen.camera.id, content).json()["alert_id"]
    own = patrol.client.get("/api/v1/reviews/queue").json()
    assert own["mine"] == 0 and own["items"] == []
    assert_problem(review(patrol.client, alert_id, "upheld"), 409, "conflict")
    sue = kitchen.person("supervisor")
    assert [item["id"] for item in sue.get("/api/v1/reviews/queue").json()["items"]] == [alert_id]
    assert review(sue, alert_id, "upheld").status_code == 201


def test_a_report_is_evidence_and_is_not_undone(kitchen: Kitchen) -> None:
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    look = patrol.report(kitchen.camera.id, content).json()
    undone = patrol.client.delete(f"{ROUND}/{patrol.round_id}/looks/{look['id']}")
    assert_problem(undone, 409, "conflict")


@pytest.mark.parametrize(
    ("finding", "field"),
    [
        ({"rule": "camera_dark"}, "rule"),
        ({"box": [0.5, 0.5, 0.4, 0.6]}, "box"),
        ({"box": [0.5, 0.5, 0.6, 1.6]}, "box.3"),
        ({"sha256": "a" * 64}, "sha256"),
        ({"id": "7"}, "id"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_report_that_makes_no_sense_is_refused(
    kitchen: Kitchen, finding: dict[str, Any], field: str
) -> None:
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    assert_problem(patrol.report(kitchen.camera.id, content, **finding), 422, "invalid", field)


def test_an_old_picture_cannot_be_reported(kitchen: Kitchen) -> None:
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    age(kitchen, kitchen.camera.id, timedelta(minutes=16))
    answer = patrol.report(kitchen.camera.id, content)
    assert_problem(answer, 422, "invalid", "sha256")


def test_a_camera_that_the_round_was_not_given_cannot_be_looked_at(kitchen: Kitchen) -> None:
    patrol = start(kitchen.person("patrol"))
    assert_problem(patrol.look(kitchen.camera.id), 404, "not-found")
    assert_problem(patrol.look("nothing"), 404, "not-found")


def test_a_picture_that_was_looked_at_outlives_the_ring(kitchen: Kitchen) -> None:
    began = now() - timedelta(seconds=20)
    send(kitchen, content=picture(0), taken_at=began)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    patrol.look(kitchen.camera.id, picture(0))
    for seed in range(1, 12):
        send(kitchen, content=picture(seed), taken_at=began + timedelta(seconds=seed))
    digest = sha256(picture(0)).hexdigest()
    address = f"/api/v1/cameras/{kitchen.camera.id}/pictures/{digest}"
    assert patrol.client.get(address).content == picture(0)
    with kitchen.database.writing() as session:
        for row in session.scalars(select(PictureRow).where(PictureRow.pinned)):
            row.taken_at -= timedelta(days=31)
    send(kitchen, content=picture(12))
    assert patrol.client.get(address).status_code == 404


def test_a_round_is_its_patrollers_and_their_supervisors(kitchen: Kitchen) -> None:
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    other, sue = kitchen.person("patrol", "other"), kitchen.person("supervisor")
    address = f"{ROUND}/{patrol.round_id}"
    assert_problem(other.get(address), 404, "not-found")
    assert_problem(other.post(f"{address}/end"), 404, "not-found")
    assert sue.get(address).status_code == 200
    assert_problem(sue.post(f"{address}/end"), 403, "forbidden")
    assert [one["id"] for one in sue.get(ROUND).json()["items"]] == [patrol.round_id]
    assert other.get(ROUND).json()["items"] == []


def test_rounds_are_for_those_who_review(kitchen: Kitchen) -> None:
    for client in (
        kitchen.person("restaurant", restaurant_id=kitchen.restaurant),
        kitchen.person("inspector", station="North"),
    ):
        assert_problem(client.post(ROUND, json={}), 403, "forbidden")
        assert_problem(client.get(ROUND), 403, "forbidden")


def test_rounds_come_in_pages(kitchen: Kitchen) -> None:
    client = kitchen.person("patrol")
    ids: list[str] = []
    for _ in range(3):
        patrol = start(client)
        patrol.ask("end")
        ids.insert(0, patrol.round_id)
    first = client.get(ROUND, params={"limit": 2}).json()
    rest = client.get(ROUND, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    assert_problem(client.get(ROUND, params={"cursor": "x"}), 422, "invalid", "cursor")


def test_coverage_counts_looks_by_class_with_their_denominators(kitchen: Kitchen) -> None:
    set_risk(kitchen, kitchen.other_restaurant, "D")
    content = picture()
    send(kitchen, content=content)
    patrol = start(kitchen.person("patrol"))
    patrol.wall()
    patrol.report(kitchen.camera.id, content)
    patrol.look(kitchen.other_camera.id)
    told = {item["risk"]: item for item in patrol.client.get("/api/v1/coverage").json()["items"]}
    assert list(told) == ["D", "C", "B", "A"]
    c, d = told["C"], told["D"]
    assert (c["cameras"], c["within_day"], c["looks"], c["findings"]) == (1, 1, 1, 1)
    assert c["per_hundred"] == 100 and 0 < c["low"] < 100 == c["high"]
    assert (d["cameras"], d["never"], d["not_seen"], d["per_hundred"]) == (1, 1, 1, None)
    north = kitchen.person("inspector", station="North").get("/api/v1/coverage").json()["items"]
    assert [item["cameras"] for item in north] == [0, 1, 0, 0]
