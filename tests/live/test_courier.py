"""Between a worker and a real server: settings, pictures, hours and minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.cameras.models import CameraRow
from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.demo import serving
from api.exposures.models import ExposureRow
from api.migrations import upgrade
from api.restaurants.store import create_restaurant
from api.settings import Settings
from tests.live.driven import Site, ago, camera_config, drive
from tests.live.seen import clip, kitchen, sent
from vision.config import KitchenConfig
from vision.delivery import Api
from vision.live.camera import Camera
from vision.live.clocks import now_at
from vision.live.courier import Courier, settings_path
from vision.live.duty import duty_of, remembered
from vision.live.minutes import WantedMinute


@dataclass
class Office:
    """A server with one camera, and the camera's computer."""

    database: Database
    known: NewCamera
    site: Site
    camera: Camera
    courier: Courier
    url: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = Settings(data=tmp_path / "server")
    settings.data.mkdir()
    upgrade(settings.url)
    database = Database(settings.url)
    with database.writing() as session:
        known = create_camera(session, create_restaurant(session, "Wok", "North"), "range")
    with serving(settings, 0) as url, Api(url, known.key) as api:
        site = Site(tmp_path)
        config = camera_config(known.id)
        camera = site.camera(config)
        told: dict[str, Any] = {"api": {"url": url}, "cameras": [config.model_dump()]}
        told["worker"] = {"state_dir": site.state}
        kitchen_config = KitchenConfig.model_validate(told)
        courier = Courier(api, kitchen_config, {known.id: camera}, [site.tools.hours])
        yield Office(database, known, site, camera, courier, url)
        site.close()
    database.close()


def watched(office: Office, tmp_path: Path) -> None:
    """Some seconds of somebody without a hat, up to now."""
    drive(office.camera, office.site, sent(clip(tmp_path, kitchen(10), 5), ago(2.2)))


def test_a_round_brings_settings_picture_and_hours_without_a_complaint(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.camera._noted_s = ago(3)
    watched(office, tmp_path)
    office.camera.close()
    office.courier.round()
    assert "errand failed" not in capsys.readouterr().out
    with office.database.reading() as session:
        row = session.get_one(CameraRow, office.known.id)
        assert row.contact_at is not None
        (hour, *_) = session.query(ExposureRow).all()
    assert 0.5 <= hour.effective_s <= 3.0
    told = remembered(settings_path(office.courier.config, office.known.id))
    assert told is not None and told.active


def test_the_same_settings_are_not_sent_twice(office: Office) -> None:
    assert office.courier.fetch_settings(office.camera).outcome == "taken"
    again = office.courier.api.fetch(
        f"/api/v1/cameras/{office.known.id}/settings",
        office.known.id,
        office.courier._etags[office.known.id],
    )
    assert again.answer.outcome == "taken" and again.content == b""


def test_an_old_picture_is_never_sent(office: Office, tmp_path: Path) -> None:
    drive(office.camera, office.site, sent(clip(tmp_path, kitchen(3), 5), ago(60)))
    assert office.courier.bring_picture(office.camera) is None


def test_a_minute_nobody_asked_for_is_refused_once_and_not_tried_for_ever(
    office: Office, tmp_path: Path
) -> None:
    minutes, begins = office.camera.minutes, now_at() - timedelta(seconds=80)
    minutes.ask([WantedMinute(id="0123456789abcdef", minute_at=begins)], begins - timedelta(1))
    image = kitchen(1)[0]
    for k in range(31):
        minutes.look(image, begins + timedelta(seconds=2 * k))
    answer = office.courier.bring_minutes(office.camera)
    assert answer is not None and answer.outcome == "refused"
    assert office.courier.bring_minutes(office.camera) is None


def test_a_camera_that_was_taken_out_of_use_is_looked_at_no_more(
    office: Office, tmp_path: Path
) -> None:
    key = {"Authorization": f"Bearer {office.known.key}"}
    path = f"{office.url}/api/v1/cameras/{office.known.id}/settings"
    told = httpx2.get(path, headers=key).json() | {"active": False}
    settings_file = settings_path(office.courier.config, office.known.id)
    settings_file.write_text(json.dumps(told))
    instructions = remembered(settings_file)
    assert instructions is not None
    office.camera.apply(duty_of(office.camera.config, "Asia/Shanghai", instructions))
    watched(office, tmp_path)
    assert office.camera.latest is None and office.camera.open_alerts() == []
