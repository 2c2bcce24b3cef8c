"""Last pictures: checked when they come, shown while they are fresh, kept in a short ring."""

from __future__ import annotations

import struct
from datetime import timedelta
from hashlib import sha256

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from api.audit import AuditRow
from api.cameras.models import PictureRow
from api.database import now
from tests.api.building import Kitchen, assert_problem, key_of
from tests.api.patrolling import HEADS, age, picture, send
from tests.api.web.footage import jpeg


def address(kitchen: Kitchen, sha256: str | None = None) -> str:
    """The camera's last picture, or one by its hash."""
    last = f"/api/v1/cameras/{kitchen.camera.id}/picture"
    return last if sha256 is None else f"{last}s/{sha256}"


def blue_at(content: bytes, box: tuple[float, float, float, float]) -> float:
    """How uneven the picture is inside a box: a blurred one is even."""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    height, width = image.shape[:2]
    left, top, right, bottom = box
    part = image[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return float(part.std())


def test_a_picture_comes_once_and_is_shown_as_it_came(kitchen: Kitchen) -> None:
    content, taken = picture(), now()
    first, again = (send(kitchen, content=content, taken_at=taken) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    told = first.json()
    assert told["sha256"] == sha256(content).hexdigest() and told["state"] == "fresh"
    assert (told["width"], told["height"], told["media_type"]) == (640, 360, "image/jpeg")
    shown = kitchen.person("patrol").get(address(kitchen))
    assert shown.content == content and shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "private, no-store"
    assert shown.headers["x-sha256"] == told["sha256"]


def test_the_newest_picture_is_the_one_taken_last_not_the_one_sent_last(kitchen: Kitchen) -> None:
    taken = now()
    send(kitchen, content=picture(2), taken_at=taken)
    assert send(kitchen, content=picture(1), taken_at=taken - timedelta(seconds=9)).is_success
    assert kitchen.person("patrol").get(address(kitchen)).content == picture(2)


def test_another_picture_taken_at_the_same_moment_is_a_conflict(kitchen: Kitchen) -> None:
    taken = now()
    send(kitchen, content=picture(1), taken_at=taken)
    assert_problem(send(kitchen, content=picture(2), taken_at=taken), 409, "conflict")


@pytest.mark.parametrize("off", [timedelta(minutes=2), timedelta(days=-2)])
def test_a_clock_that_is_wrong_is_told_so(kitchen: Kitchen, off: timedelta) -> None:
    assert_problem(send(kitchen, taken_at=now() + off), 422, "invalid", "taken_at")


def test_a_stale_picture_is_never_shown_as_live(kitchen: Kitchen) -> None:
    content = picture()
    send(kitchen, content=content)
    age(kitchen, kitchen.camera.id, timedelta(seconds=61))
    patrol = kitchen.person("patrol")
    assert_problem(patrol.get(address(kitchen)), 404, "not-found")
    assert patrol.get(address(kitchen, sha256(content).hexdigest())).content == content
    details = patrol.get(f"/api/v1/cameras/{kitchen.camera.id}").json()
    assert details["picture"]["state"] == "stale"


def test_a_picture_repeated_for_half_a_minute_is_frozen(kitchen: Kitchen) -> None:
    taken = now() - timedelta(seconds=40)
    for seconds in (0, 15, 30):
        send(kitchen, taken_at=taken + timedelta(seconds=seconds))
    patrol = kitchen.person("patrol")
    assert_problem(patrol.get(address(kitchen)), 404, "not-found")
    details = patrol.get(f"/api/v1/cameras/{kitchen.camera.id}").json()
    assert details["health"]["state"] == details["picture"]["state"] == "frozen"
    send(kitchen, content=picture(5), taken_at=taken + timedelta(seconds=36))
    assert patrol.get(address(kitchen)).content == picture(5)


def png(width: int, height: int) -> bytes:
    """A header that declares a size, and next to nothing behind it."""
    chunk = struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + chunk + b"\x00" * 4 + b"IEND"


BAD = {
    "empty": b"",
    "text": b"<html>",
    "gif": b"GIF89a" + bytes(100),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "jpeg cut short": picture()[:3000],
    "jpeg of noise": b"\xff\xd8\xff\xe0" + bytes(3000) + b"\xff\xd9",
    "png bomb": png(60_000, 60_000),
    "png of no size": png(0, 0),
    "png with a false size": png(4000, 4000),
    "tiny": png(8, 8),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_sound_picture_is_refused(kitchen: Kitchen, content: bytes) -> None:
    assert_problem(send(kitchen, content=content), 422, "invalid", "body")
    with kitchen.database.reading() as session:
        assert session.scalars(select(PictureRow)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_of_more_than_4_mib_is_cut_off(kitchen: Kitchen) -> None:
    assert send(kitchen, content=picture() + bytes(4 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize("heads", ["1,2,3", "a,b,c,d", "0,0,2,2", "0.5,0.5,0.1,0.1", "nan,0,1,1"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_heads_that_are_no_boxes_are_refused(kitchen: Kitchen, heads: str) -> None:
    assert_problem(send(kitchen, heads=heads), 422, "invalid", "heads")


def test_who_does_not_review_sees_no_face(kitchen: Kitchen) -> None:
    head = (0.42, 0.2, 0.5, 0.36)
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3)).astype(np.uint8)
    content = jpeg(noise)
    send(kitchen, content=content, heads=HEADS)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    shown = owner.get(address(kitchen)).content
    elsewhere = (0.6, 0.5, 0.9, 0.9)
    assert blue_at(shown, head) < 20 < blue_at(shown, elsewhere)
    send(kitchen, content=content, taken_at=now() + timedelta(seconds=1))
    assert blue_at(owner.get(address(kitchen)).content, elsewhere) < 20


def test_a_picture_belongs_to_its_restaurant(kitchen: Kitchen) -> None:
    content = picture()
    send(kitchen, content=content)
    digest = sha256(content).hexdigest()
    for stranger in (
        kitchen.person("restaurant", restaurant_id=kitchen.other_restaurant),
        kitchen.person("inspector", station="South"),
    ):
        assert_problem(stranger.get(address(kitchen)), 404, "not-found")
        assert_problem(stranger.get(address(kitchen, digest)), 404, "not-found")


def test_a_key_sends_pictures_of_its_own_camera_only(kitchen: Kitchen) -> None:
    target, params = address(kitchen), {"taken_at": now().isoformat()}
    answer = kitchen.anonymous.put(
        target, params=params, content=picture(), headers=key_of(kitchen.other_camera)
    )
    assert_problem(answer, 404, "not-found")
    assert_problem(kitchen.anonymous.put(target, params=params), 401, "camera-key")


def test_a_ring_of_pictures_is_kept_and_files_go_with_their_rows(kitchen: Kitchen) -> None:
    began = now() - timedelta(seconds=20)
    for seed in range(11):
        send(kitchen, content=picture(seed), taken_at=began + timedelta(seconds=seed))
    folder = kitchen.app.state.settings.data / "pictures" / kitchen.camera.id
    kept = {sha256(picture(seed)).hexdigest() for seed in range(3, 11)}
    assert {path.name for path in folder.iterdir()} == kept
    assert (
        kitchen.person("patrol").get(address(kitchen, sha256(picture(0)).hexdigest())).status_code
        == 404
    )


def test_watching_is_logged_once_a_sitting_and_each_form_is_named(kitchen: Kitchen) -> None:
    send(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    for client in (kitchen.person("patrol"), owner):
        for _ in range(3):
            assert client.get(address(kitchen)).status_code == 200
    with kitchen.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "picture.viewed")).all()
    assert ["original" in rows[0].detail, "blurred" in rows[1].detail, len(rows)] == [True, True, 2]


def test_a_camera_taken_out_of_use_sends_nothing_more(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    admin.patch(f"/api/v1/cameras/{kitchen.camera.id}", json={"active": False})
    assert send(kitchen).status_code == 401
