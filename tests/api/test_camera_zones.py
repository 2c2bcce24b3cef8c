"""Zones: each version is kept, two people do not overwrite each other, cameras fetch the newest."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from api.audit import AuditRow
from tests.api.building import Kitchen, assert_problem, key_of

LEFT = {"name": "range", "type": "cooking", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
ROOM = {
    "name": "冷菜间",
    "type": "specialised_room",
    "polygon": [[0.5, 0], [1, 0], [1, 1]],
    "hours": [{"days": ["fri", "sat"], "opens": "18:00", "closes": "02:00"}],
    "outside_hours": "off",
}
CROSSED = LEFT | {"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}


def address(kitchen: Kitchen, more: str = "") -> str:
    """The camera's zones."""
    return f"/api/v1/cameras/{kitchen.camera.id}/zones{more}"


def save(client: Any, kitchen: Kitchen, base: int, *zones: dict[str, Any], **more: Any) -> Any:
    """Save zones over a version."""
    body = {"base_version": base, "zones": list(zones)} | more
    return client.put(address(kitchen), json=body)


def test_while_nobody_drew_zones_the_whole_picture_is_one(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    told = sue.get(address(kitchen)).json()
    assert told["version"] == 0 and [zone["type"] for zone in told["zones"]] == ["cooking"]
    sue.patch(f"/api/v1/cameras/{kitchen.camera.id}", json={"zone_type": "storage"})
    assert sue.get(address(kitchen)).json()["zones"][0]["type"] == "storage"


def test_each_version_says_who_drew_what_when_and_can_come_back(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    first = save(sue, kitchen, 0, LEFT, ROOM, note="opening").json()
    assert (first["version"], first["made_by"], first["note"]) == (1, "supervisor", "opening")
    assert [zone["name"] for zone in first["zones"]] == ["range", "冷菜间"]
    save(sue, kitchen, 1, ROOM)
    restored = sue.post(address(kitchen, "/versions/1/restore"), json={"base_version": 2}).json()
    assert (restored["version"], restored["restored_from"]) == (3, 1)
    assert restored["sha256"] == first["sha256"] and restored["zones"] == first["zones"]
    versions = sue.get(address(kitchen, "/versions")).json()["items"]
    assert [one["version"] for one in versions] == [3, 2, 1]
    with kitchen.database.reading() as session:
        wanted = select(AuditRow).where(AuditRow.action == "camera.zones_drawn")
        assert len(session.scalars(wanted).all()) == 3


def test_who_saves_over_a_version_they_did_not_see_is_told(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    save(sue, kitchen, 0, LEFT)
    assert_problem(save(sue, kitchen, 0, ROOM), 409, "conflict")
    old = sue.post(address(kitchen, "/versions/1/restore"), json={"base_version": 0})
    assert_problem(old, 409, "conflict")
    missing = sue.post(address(kitchen, "/versions/9/restore"), json={"base_version": 1})
    assert_problem(missing, 404, "not-found")


@pytest.mark.parametrize(
    "zones",
    [
        [CROSSED],
        [LEFT, LEFT],
        [LEFT | {"polygon": [[0, 0], [0, 1]]}],
        [LEFT | {"polygon": [[0, 0], [0, 1], [1.2, 1]]}],
        [LEFT | {"polygon": [[0, 0], [0, 0.001], [0.001, 0]]}],
        [LEFT | {"type": "kitchen"}],
        [LEFT | {"name": ""}],
        [LEFT | {"name": "a\x00b"}],
        [LEFT | {"hours": [{"days": ["fri"], "opens": "18:00", "closes": "18:00"}]}],
        [LEFT | {"hours": [{"days": [], "opens": "18:00", "closes": "19:00"}]}],
        [LEFT | {"more": 1}],
        [LEFT | {"name": str(n)} for n in range(41)],
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_zones_that_cannot_be_are_refused(kitchen: Kitchen, zones: list[dict[str, Any]]) -> None:
    assert_problem(save(kitchen.person("admin"), kitchen, 0, *zones), 422, "invalid")


def test_zones_go_out_as_a_file_and_come_back_from_it(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    drawn = save(sue, kitchen, 0, LEFT, ROOM).json()
    file = sue.get(address(kitchen, "/file"))
    assert file.headers["content-type"].startswith("application/toml")
    assert "attachment" in file.headers["content-disposition"]
    save(sue, kitchen, 1, LEFT)
    body = {"base_version": 2, "file": file.text}
    back = sue.post(address(kitchen, "/file"), json=body).json()
    assert back["version"] == 3 and back["zones"] == drawn["zones"]
    broken = sue.post(address(kitchen, "/file"), json=body | {"file": "zones = 7"})
    assert_problem(broken, 422, "invalid", "file")


def test_a_camera_fetches_its_settings_once_until_they_change(kitchen: Kitchen) -> None:
    sue, key = kitchen.person("supervisor"), key_of(kitchen.camera)
    settings = f"/api/v1/cameras/{kitchen.camera.id}/settings"
    first = kitchen.anonymous.get(settings, headers=key)
    assert first.json()["zones_version"] == 0 and first.json()["time_zone"] == "Asia/Shanghai"
    assert first.headers["etag"] == f'"{first.json()["sha256"]}"'
    same = key | {"If-None-Match": first.headers["etag"]}
    assert kitchen.anonymous.get(settings, headers=same).status_code == 304
    save(sue, kitchen, 0, LEFT, ROOM)
    second = kitchen.anonymous.get(settings, headers=same)
    assert second.status_code == 200 and second.json()["zones_version"] == 1
    assert [zone["name"] for zone in second.json()["zones"]] == ["range", "冷菜间"]
    assert second.json()["thresholds"]["by_rule"] == {}
    assert sue.get(settings).json()["sha256"] == second.json()["sha256"]


def test_settings_are_the_cameras_own(kitchen: Kitchen) -> None:
    settings = f"/api/v1/cameras/{kitchen.camera.id}/settings"
    foreign = kitchen.anonymous.get(settings, headers=key_of(kitchen.other_camera))
    assert_problem(foreign, 404, "not-found")
    assert_problem(kitchen.anonymous.get(settings), 401, "not-signed-in")
