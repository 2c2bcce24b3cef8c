"""Alert-free minutes: drawn, asked for, supplied, judged, counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.audit import verify_audit
from api.cameras.store import NewCamera
from api.database import now
from api.samples.plans import hours_of
from tests.api.building import JPEG, MP4, Kitchen, assert_problem, key_of, ref, review

ZONE = ZoneInfo("Asia/Shanghai")
MARK = {"rule": "missing_hat", "box": [0.1, 0.1, 0.3, 0.4], "at_s": 12.5}


def yesterday() -> date:
    return now().astimezone(ZONE).date() - timedelta(days=1)


def planned(kitchen: Kitchen, day: date | None = None) -> list[dict[str, Any]]:
    """The draw of a day, made by a supervisor."""
    name = f"planner {now().timestamp()}"
    answer = kitchen.person("supervisor", name).post(
        "/api/v1/samples/plans", json={"day": (day or yesterday()).isoformat()}
    )
    assert answer.status_code == 201, answer.text
    return list(answer.json())


def wanted(kitchen: Kitchen, camera: NewCamera | None = None) -> list[dict[str, str]]:
    """What a camera is asked for."""
    key = key_of(camera or kitchen.camera)
    return list(kitchen.anonymous.get("/api/v1/samples/wanted", headers=key).json()["items"])


def announce(kitchen: Kitchen, sample_id: str, *files: Any) -> Response:
    body = {"files": [file.model_dump() for file in files or (ref(JPEG),)]}
    address = f"/api/v1/samples/{sample_id}"
    return kitchen.anonymous.put(address, json=body, headers=key_of(kitchen.camera))


def upload(kitchen: Kitchen, sample_id: str, body: bytes, sha256: str | None = None) -> Response:
    address = f"/api/v1/samples/{sample_id}/evidence/{sha256 or ref(body).sha256}"
    return kitchen.anonymous.put(address, content=body, headers=key_of(kitchen.camera))


def supplied(kitchen: Kitchen, sample_id: str) -> str:
    """A minute whose picture has come."""
    assert announce(kitchen, sample_id).status_code == 201
    assert upload(kitchen, sample_id, JPEG).status_code == 201
    return sample_id


def judge(client: TestClient, sample_id: str, verdict: str, **more: Any) -> Response:
    return client.post(f"/api/v1/samples/{sample_id}/reviews", json={"verdict": verdict} | more)


def test_a_day_is_drawn_once_and_spread_over_cameras(kitchen: Kitchen) -> None:
    (plan,) = planned(kitchen)
    assert sum(drawn for _, drawn in plan["strata"].values()) == 20
    assert sum(frame for frame, _ in plan["strata"].values()) == 2 * 24 * 60
    assert planned(kitchen) == []
    mine, other = wanted(kitchen), wanted(kitchen, kitchen.other_camera)
    assert len(mine) + len(other) == 20 and min(len(mine), len(other)) >= 5
    for item in mine:
        at = datetime.fromisoformat(item["minute_at"]).astimezone(ZONE)
        assert at.date() == yesterday() and at.second == 0


def test_the_hours_of_a_day_follow_the_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert len(list(hours_of(date(2026, 3, 29), berlin))) == 23
    assert len(list(hours_of(date(2026, 10, 25), berlin))) == 25
    assert len(list(hours_of(date(2026, 11, 24), ZONE))) == 24


def test_only_supervisors_draw_and_days_have_bounds(kitchen: Kitchen) -> None:
    body = {"day": yesterday().isoformat()}
    assert_problem(
        kitchen.person("patrol").post("/api/v1/samples/plans", json=body), 403, "forbidden"
    )
    supervisor = kitchen.person("supervisor")
    for day in ("0001-01-01", "9999-12-31", "nonsense"):
        answer = supervisor.post("/api/v1/samples/plans", json={"day": day})
        assert_problem(answer, 422, "invalid", "day")


def test_a_minute_is_announced_and_uploaded_like_evidence(kitchen: Kitchen) -> None:
    planned(kitchen)
    sample_id = wanted(kitchen)[0]["id"]
    assert announce(kitchen, sample_id, ref(JPEG), ref(MP4, "clip", "video/mp4")).status_code == 201
    assert announce(kitchen, sample_id, ref(JPEG), ref(MP4, "clip", "video/mp4")).status_code == 200
    assert_problem(announce(kitchen, sample_id, ref(JPEG)), 409, "conflict")
    assert_problem(upload(kitchen, sample_id, JPEG + b"more", ref(JPEG).sha256), 422, "invalid")
    assert_problem(upload(kitchen, sample_id, JPEG, "c" * 64), 422, "invalid", "sha256")
    patrol = kitchen.person("patrol")
    assert patrol.get("/api/v1/samples").json()["open"] == 0
    assert upload(kitchen, sample_id, JPEG).status_code == 201
    assert upload(kitchen, sample_id, JPEG).status_code == 200
    assert patrol.get("/api/v1/samples").json()["open"] == 0
    assert upload(kitchen, sample_id, MP4).status_code == 201
    (one,) = patrol.get("/api/v1/samples").json()["items"]
    assert (one["id"], [file["kind"] for file in one["files"]]) == (sample_id, ["frame", "clip"])
    assert sample_id not in [item["id"] for item in wanted(kitchen)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_minutes_pictures_is_refused(kitchen: Kitchen) -> None:
    planned(kitchen)
    sample_id = wanted(kitchen)[0]["id"]
    data = ref(b"{}", "data", "application/json")
    for files in ((data,), (ref(MP4, "clip", "video/mp4"), ref(MP4 + b"1", "clip", "video/mp4"))):
        assert_problem(announce(kitchen, sample_id, *files), 422, "invalid")
    assert_problem(announce(kitchen, sample_id, ref(JPEG), ref(JPEG)), 422, "invalid")
    key = key_of(kitchen.other_camera)
    body = {"files": [ref(JPEG).model_dump()]}
    answer = kitchen.anonymous.put(f"/api/v1/samples/{sample_id}", json=body, headers=key)
    assert_problem(answer, 404, "not-found")
    assert_problem(announce(kitchen, "a" * 16), 404, "not-found")


def test_a_minute_with_an_alert_in_it_is_not_wanted(kitchen: Kitchen) -> None:
    planned(kitchen)
    first, second, third, fourth = wanted(kitchen)[:4]
    supplied(kitchen, third["id"])
    at = {
        item["id"]: datetime.fromisoformat(item["minute_at"])
        for item in (first, second, third, fourth)
    }
    kitchen.posted(started_at=at[first["id"]] + timedelta(seconds=30))
    kitchen.posted(
        started_at=at[second["id"]] - timedelta(hours=1),
        ended_at=at[second["id"]] + timedelta(seconds=5),
    )
    kitchen.posted(started_at=at[third["id"]] + timedelta(seconds=59))
    kitchen.posted(started_at=at[fourth["id"]] + timedelta(seconds=30), origin="patrol")
    left = [item["id"] for item in wanted(kitchen)]
    assert first["id"] not in left and second["id"] not in left
    assert fourth["id"] in left
    assert_problem(announce(kitchen, first["id"]), 409, "conflict")
    assert kitchen.person("patrol").get("/api/v1/samples").json()["open"] == 0


def test_minutes_are_judged_once_undone_and_judged_again(kitchen: Kitchen) -> None:
    planned(kitchen)
    sample_id = supplied(kitchen, wanted(kitchen)[0]["id"])
    patrol, other = kitchen.person("patrol"), kitchen.person("patrol", "other")
    given = judge(patrol, sample_id, "missed", marks=[MARK])
    assert given.status_code == 201, given.text
    assert given.json()["marks"] == [MARK | {"ongoing": False}]
    assert_problem(judge(other, sample_id, "clear"), 409, "conflict")
    undo = f"/api/v1/samples/{sample_id}/reviews/{given.json()['id']}"
    assert_problem(other.delete(undo), 403, "forbidden")
    assert patrol.delete(undo).json()["undone_at"]
    assert_problem(patrol.delete(undo), 409, "conflict")
    assert judge(other, sample_id, "clear").status_code == 201
    with kitchen.database.reading() as session:
        assert verify_audit(session).broken_at is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_verdict_must_make_sense(kitchen: Kitchen) -> None:
    planned(kitchen)
    first, second = wanted(kitchen)[:2]
    patrol, sample_id = kitchen.person("patrol"), supplied(kitchen, first["id"])
    assert_problem(judge(patrol, sample_id, "missed"), 422, "invalid")
    assert_problem(judge(patrol, sample_id, "clear", marks=[MARK]), 422, "invalid")
    for wrong in ({"rule": "nonsense"}, {"box": [0.3, 0.1, 0.1, 0.4]}, {"at_s": 61}, {"x": 1}):
        assert_problem(judge(patrol, sample_id, "missed", marks=[MARK | wrong]), 422, "invalid")
    assert_problem(judge(patrol, second["id"], "clear"), 409, "conflict")
    inspector = kitchen.person("inspector", station="North")
    assert_problem(judge(inspector, sample_id, "clear"), 403, "forbidden")
    assert_problem(judge(patrol, "a" * 16, "clear"), 404, "not-found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pictures_of_minutes_are_for_those_who_review_and_each_view_is_logged(
    kitchen: Kitchen,
) -> None:
    planned(kitchen)
    sample_id = supplied(kitchen, wanted(kitchen)[0]["id"])
    address = f"/api/v1/samples/{sample_id}/evidence/{ref(JPEG).sha256}"
    patrol = kitchen.person("patrol")
    answer = patrol.get(address, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (206, JPEG[:10])
    for person in (
        kitchen.person("inspector", station="North"),
        kitchen.person("restaurant", restaurant_id=kitchen.restaurant),
    ):
        assert_problem(person.get(address), 403, "forbidden")
    assert_problem(patrol.get(address.replace(ref(JPEG).sha256, "b" * 64)), 404, "not-found")


def test_recall_counts_upheld_alerts_and_misses_of_the_sampled_days(kitchen: Kitchen) -> None:
    planned(kitchen)
    patrol = kitchen.person("patrol")
    minutes = [item["id"] for item in wanted(kitchen)]
    for sample_id in minutes:
        supplied(kitchen, sample_id)
    judge(patrol, minutes[0], "missed", marks=[MARK, MARK | {"ongoing": True}])
    judge(patrol, minutes[1], "not_assessable")
    for sample_id in minutes[2:]:
        assert judge(patrol, sample_id, "clear").status_code == 201
    noon = datetime.combine(yesterday(), datetime.min.time(), ZONE) + timedelta(hours=12, seconds=7)
    found = kitchen.posted(
        started_at=noon, ended_at=noon + timedelta(seconds=1), camera_id=kitchen.other_camera.id
    )
    assert review(patrol, found, "upheld").status_code == 201
    old = kitchen.posted(started_at=noon - timedelta(days=3))
    review(patrol, old, "upheld")
    told = patrol.get("/api/v1/stats/recall").json()
    assert (told["drawn"], told["reviewed"], told["not_assessable"]) == (20, len(minutes) - 1, 1)
    (hats,) = told["items"]
    assert (hats["found"], hats["missed_seen"], hats["ongoing_seen"]) == (1, 1, 1)
    assert hats["missed"] > 50 and hats["recall"] is None
    assert 0 <= hats["low"] <= hats["at_least"] <= hats["high"] <= 1
    assert 2500 < told["free_minutes"] <= 2880
    inspector = kitchen.person("inspector", station="South")
    (south,) = inspector.get("/api/v1/stats/recall").json()["items"]
    assert (south["found"], south["missed_seen"], south["low"]) == (1, 0, None)
