"""Cameras that send pictures, and patrollers who look at them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.cameras.keys import NewCamera
from api.cameras.models import CameraRow, PictureRow
from api.cameras.store import create_camera
from api.database import now
from api.restaurants.models import RestaurantRow
from tests.api.building import Kitchen, key_of
from tests.api.web.footage import drawn_kitchen, jpeg

HEADS = "0.42,0.2,0.5,0.36;0.1,0.3,0.17,0.46"
ROUND = "/api/v1/rounds"
BOX = [0.42, 0.2, 0.5, 0.36]
BARE_HEAD: dict[str, Any] = {"rule": "missing_hat", "box": BOX}


def picture(seed: int = 0) -> bytes:
    """A drawn kitchen as JPEG; another seed gives other bytes."""
    return jpeg(drawn_kitchen(seed))


def send(
    kitchen: Kitchen,
    camera: NewCamera | None = None,
    content: bytes | None = None,
    taken_at: datetime | None = None,
    heads: str | None = None,
) -> Response:
    """Put a picture with the camera's key, taken now unless told otherwise."""
    camera = camera or kitchen.camera
    params = {"taken_at": (taken_at or now()).isoformat()}
    if heads is not None:
        params["heads"] = heads
    address = f"/api/v1/cameras/{camera.id}/picture"
    body = picture() if content is None else content
    return kitchen.anonymous.put(address, params=params, content=body, headers=key_of(camera))


def age(kitchen: Kitchen, camera_id: str, by: timedelta) -> None:
    """Make the camera's pictures older, as waiting would."""
    with kitchen.database.writing() as session:
        for row in session.query(PictureRow).filter_by(camera_id=camera_id):
            row.taken_at, row.still_since = row.taken_at - by, row.still_since - by


def change_camera(kitchen: Kitchen, camera_id: str, **changes: Any) -> None:
    """Set columns of a camera, past what the API allows (times, say)."""
    with kitchen.database.writing() as session:
        row = session.get_one(CameraRow, camera_id)
        for name, value in changes.items():
            setattr(row, name, value)


def set_risk(kitchen: Kitchen, restaurant_id: str, risk: str) -> None:
    """Give a restaurant its static class."""
    with kitchen.database.writing() as session:
        session.get_one(RestaurantRow, restaurant_id).risk = risk


def add_cameras(kitchen: Kitchen, count: int) -> list[NewCamera]:
    """More cameras in the first restaurant."""
    with kitchen.database.writing() as session:
        return [create_camera(session, kitchen.restaurant, f"cam {n}") for n in range(count)]


@dataclass(frozen=True)
class Patroller:
    """Somebody with an open round."""

    client: TestClient
    round_id: str

    def ask(self, what: str, **body: Any) -> Response:
        """Post to the round."""
        return self.client.post(f"{ROUND}/{self.round_id}/{what}", json=body)

    def wall(self, count: int = 9) -> list[str]:
        """The cameras on the wall."""
        answer = self.ask("next", count=count)
        assert answer.status_code == 200, answer.text
        return [tile["camera_id"] for tile in answer.json()["items"]]

    def look(self, camera_id: str, content: bytes | None = None, said: str = "clear") -> Response:
        """Say what was seen on that picture."""
        shown = None if content is None else sha256(content).hexdigest()
        return self.ask("looks", camera_id=camera_id, sha256=shown, said=said)

    def report(self, camera_id: str, content: bytes, **finding: Any) -> Response:
        """Report what was drawn on that picture."""
        told = {"id": str(uuid.uuid4()), "sha256": sha256(content).hexdigest()}
        return self.ask("findings", **told | {"camera_id": camera_id} | BARE_HEAD | finding)

    def told(self) -> dict[str, Any]:
        """The round's record."""
        answer = self.client.get(f"{ROUND}/{self.round_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def start(client: TestClient, **round_in: Any) -> Patroller:
    """Begin a round."""
    answer = client.post(ROUND, json=round_in)
    assert answer.status_code == 201, answer.text
    return Patroller(client, answer.json()["id"])
