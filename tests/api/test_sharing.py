"""Several watches share the cameras of one database: each camera has one of them at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from api.cameras.fence import Tenure, lost_at
from api.cameras.models import WatchRow
from api.cameras.store import NewCamera, create_camera
from api.database import now
from tests.api.building import Kitchen, assert_problem, key_of

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def cameras(kitchen: Kitchen) -> list[NewCamera]:
    """Four cameras of one restaurant."""
    with kitchen.database.writing() as session:
        made = [create_camera(session, kitchen.restaurant, f"camera {n}") for n in range(3)]
    return [kitchen.camera, *made]


def ask(
    kitchen: Kitchen, worker: str, cameras: list[NewCamera], **more: Any
) -> dict[str, dict[str, Any]]:
    """What a watch is told to hold, by camera."""
    body = {
        "worker": worker,
        "host": f"box {worker[0]}",
        "cameras": [camera.id for camera in cameras],
        "keys": [camera.key for camera in cameras],
    }
    header = key_of(cameras[0] if cameras else kitchen.camera)
    answer = kitchen.anonymous.put("/api/v1/watch", json=body | more, headers=header)
    assert answer.status_code == 200, answer.text
    return {one["camera_id"]: one for one in answer.json()["held"]}


def lose(kitchen: Kitchen, worker: str) -> None:
    """The watch is not heard of for longer than its lease."""
    with kitchen.database.writing() as session:
        at = now() - timedelta(seconds=1)
        session.execute(update(WatchRow).where(WatchRow.id == worker).values(expires_at=at))


def told(kitchen: Kitchen, camera: NewCamera, worker: str, **changes: Any) -> Any:
    """The answer to an alert that a watch sends."""
    alert = kitchen.alert(**({"camera_id": camera.id, "ended_at": None} | changes))
    header = key_of(camera) | {"X-Watch": worker}
    return kitchen.anonymous.post("/api/v1/alerts", json=alert, headers=header)


def test_two_that_claim_one_camera_never_have_it_together(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    first = ask(kitchen, ONE, cameras[:1])
    assert list(first) == [cameras[0].id] and first[cameras[0].id]["generation"] == 1
    assert ask(kitchen, TWO, cameras[:1]) == {}
    assert list(ask(kitchen, ONE, cameras[:1])) == [cameras[0].id]


def test_a_second_watch_is_given_half_and_what_it_has_stays_with_it(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    assert len(ask(kitchen, ONE, cameras)) == 4
    assert ask(kitchen, TWO, cameras) == {}
    kept = ask(kitchen, ONE, cameras)
    given = ask(kitchen, TWO, cameras)
    assert len(kept) == len(given) == 2 and not kept.keys() & given.keys()
    assert ask(kitchen, ONE, cameras) == kept and ask(kitchen, TWO, cameras) == given


def test_a_lost_ones_cameras_are_taken_over_and_it_is_told_when_it_returns(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    ask(kitchen, ONE, cameras)
    lose(kitchen, ONE)
    taken = ask(kitchen, TWO, cameras)
    assert {one["generation"] for one in taken.values()} == {2} and len(taken) == 4
    assert len(ask(kitchen, ONE, cameras)) == 0
    assert len(ask(kitchen, TWO, cameras)) == 2


def test_one_that_comes_back_before_anybody_else_has_what_it_had(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    before = ask(kitchen, ONE, cameras)
    lose(kitchen, ONE)
    assert ask(kitchen, ONE, cameras) == before


def test_who_says_good_bye_leaves_everything_at_once(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    ask(kitchen, ONE, cameras)
    assert ask(kitchen, ONE, []) == {}
    assert len(ask(kitchen, TWO, cameras)) == 4


def test_a_camera_of_another_restaurant_and_one_that_never_was_are_refused_alike(
    kitchen: Kitchen,
) -> None:
    names = [kitchen.other_camera.id, "never-was"]
    body = {"worker": ONE, "cameras": [kitchen.camera.id, *names], "keys": ["bk_nonsense"]}
    answer = kitchen.anonymous.put("/api/v1/watch", json=body, headers=key_of(kitchen.camera))
    assert answer.json()["refused"] == sorted(names)
    assert [one["camera_id"] for one in answer.json()["held"]] == [kitchen.camera.id]


def test_without_a_key_nothing_is_shared(kitchen: Kitchen) -> None:
    body = {"worker": ONE, "cameras": []}
    assert_problem(kitchen.anonymous.put("/api/v1/watch", json=body), 401, "camera-key")


def test_the_next_one_hears_of_what_goes_on(kitchen: Kitchen, cameras: list[NewCamera]) -> None:
    ask(kitchen, ONE, cameras[:1])
    at = (now() - timedelta(seconds=20)).isoformat()
    assert told(kitchen, cameras[0], ONE, started_at=at).status_code == 201
    lose(kitchen, ONE)
    (begun,) = ask(kitchen, TWO, cameras[:1])[cameras[0].id]["open_alerts"]
    assert begun["rule"] == "missing_hat" and begun["zone"]


def test_what_a_cut_off_one_saw_after_it_was_replaced_is_not_told_twice(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    (camera,) = cameras[:1]
    ask(kitchen, ONE, [camera])
    lose(kitchen, ONE)
    ask(kitchen, TWO, [camera])
    later = {"started_at": (now() + timedelta(seconds=2)).isoformat()}
    assert told(kitchen, camera, TWO, **later).status_code == 201
    assert_problem(told(kitchen, camera, ONE, **later), 409, "superseded")
    before = {"started_at": (now() - timedelta(seconds=60)).isoformat()}
    assert_problem(told(kitchen, camera, ONE, **before), 409, "superseded")
    assert told(kitchen, camera, ONE, **before, rule="missing_mask").status_code == 201
    long_ago = {"started_at": (now() - timedelta(hours=1)).isoformat()}
    assert told(kitchen, camera, ONE, **long_ago).status_code == 201


def test_what_the_next_one_goes_on_with_is_not_told_under_a_second_id(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    (camera,) = cameras[:1]
    ask(kitchen, ONE, [camera])
    begun = {"started_at": (now() - timedelta(seconds=20)).isoformat()}
    assert told(kitchen, camera, ONE, **begun).status_code == 201
    lose(kitchen, ONE)
    ask(kitchen, TWO, [camera])
    assert_problem(told(kitchen, camera, ONE, **begun), 409, "superseded")
    assert told(kitchen, camera, ONE, **begun, rule="missing_mask").status_code == 201


def test_an_alert_that_was_taken_is_taken_again_whoever_has_the_camera_now(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    (camera,) = cameras[:1]
    ask(kitchen, ONE, [camera])
    alert = {"id": str(uuid4()), "started_at": (now() + timedelta(seconds=2)).isoformat()}
    assert told(kitchen, camera, ONE, **alert).status_code == 201
    lose(kitchen, ONE)
    ask(kitchen, TWO, [camera])
    assert told(kitchen, camera, ONE, **alert).status_code == 200


def test_when_a_camera_was_lost() -> None:
    start = now()
    later, latest = start + timedelta(minutes=1), start + timedelta(minutes=2)
    one, two = Tenure("one", start), Tenure("two", later)
    assert lost_at([], "one") is None
    assert lost_at([one], "one") is None and lost_at([one, two], "one") == later
    assert lost_at([two], "never had it") == later
    assert lost_at([one, two, Tenure("one", latest)], "one") is None
    assert lost_at([Tenure("one", start, ended=True)], "one") is None, "given back, not lost"


def test_a_cameras_page_names_the_host_that_watches_it_while_that_lives(
    kitchen: Kitchen, cameras: list[NewCamera]
) -> None:
    office = kitchen.person("admin")

    def page() -> str:
        answer = office.get(f"/cameras/{cameras[0].id}")
        assert answer.status_code == 200
        return answer.text

    assert "box 1" not in page()
    ask(kitchen, ONE, cameras[:1])
    assert "box 1" in page()
    lose(kitchen, ONE)
    assert "box 1" not in page()
