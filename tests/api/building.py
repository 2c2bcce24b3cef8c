"""A kitchen to test in: an application, its places, its people, all of them real."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.accounts.schemas import NewUser, Role
from api.accounts.store import create_user
from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.restaurants.store import create_restaurant
from tests.factories import make_alert
from vision.alert import EvidenceRef

PASSWORD: Final = "correct horse battery"
JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(2000)
MP4: Final = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 16


def ref(body: bytes, kind: str = "frame", media_type: str = "image/jpeg") -> EvidenceRef:
    """The announcement of a file."""
    return EvidenceRef.model_validate(
        {
            "sha256": hashlib.sha256(body).hexdigest(),
            "kind": kind,
            "media_type": media_type,
            "bytes": len(body),
        }
    )


@dataclass
class Kitchen:
    """One application with two restaurants at two stations."""

    app: FastAPI
    anonymous: TestClient
    camera: NewCamera = field(init=False)
    other_camera: NewCamera = field(init=False)
    restaurant: str = field(init=False)
    other_restaurant: str = field(init=False)

    def __post_init__(self) -> None:
        with self.database.writing() as session:
            self.restaurant = create_restaurant(session, "Golden Wok", "North")
            self.other_restaurant = create_restaurant(session, "Jade Garden", "South")
            self.camera = create_camera(session, self.restaurant, "range")
            self.other_camera = create_camera(session, self.other_restaurant, "sink")

    @property
    def database(self) -> Database:
        """The application's own."""
        database: Database = self.app.state.database
        return database

    def add_user(self, name: str, role: Role, **scope: str) -> str:
        """An account with the usual password."""
        with self.database.writing() as session:
            new = NewUser(name, role, PASSWORD, **scope)
            return create_user(session, new, self.app.state.passwords)

    def person(self, role: Role, name: str | None = None, **scope: str) -> TestClient:
        """A browser in which somebody of that role is signed in and sends the CSRF token."""
        self.add_user(name or role, role, **scope)
        return self.signed_in(name or role)

    def signed_in(self, name: str) -> TestClient:
        """A browser in which that person is signed in."""
        client = TestClient(self.app, raise_server_exceptions=False)
        answer = client.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    def alert(self, **changes: Any) -> dict[str, Any]:
        """The JSON of an alert from this kitchen's camera."""
        alert = make_alert(**({"camera_id": self.camera.id} | changes))
        return dict(json.loads(alert.model_dump_json()))

    def post(self, alert: dict[str, Any], camera: NewCamera | None = None) -> Response:
        """Post it with the camera's key."""
        key = key_of(camera or self.camera)
        return self.anonymous.post("/api/v1/alerts", json=alert, headers=key)

    def posted(self, **changes: Any) -> str:
        """The id of an alert that was just taken."""
        alert = self.alert(**changes)
        owners = {self.other_camera.id: self.other_camera}
        answer = self.post(alert, owners.get(alert["camera_id"]))
        assert answer.status_code == 201, answer.text
        return str(alert["id"])

    def put(self, alert_id: str, sha256: str, body: bytes) -> Response:
        """Upload evidence with the camera's key."""
        path = f"/api/v1/alerts/{alert_id}/evidence/{sha256}"
        return self.anonymous.put(path, content=body, headers=key_of(self.camera))


def key_of(camera: NewCamera) -> dict[str, str]:
    """The header that a camera sends."""
    return {"Authorization": f"Bearer {camera.key}"}


def review(client: TestClient, alert_id: str, verdict: str, **more: Any) -> Response:
    """Give a verdict."""
    path = f"/api/v1/alerts/{alert_id}/reviews"
    return client.post(path, json={"verdict": verdict} | more)


def assert_problem(answer: Response, status: int, name: str, field: str | None = None) -> None:
    """The answer is an RFC 9457 problem of that name, about that field."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:brightkitchen:problem:{name}"
    assert body["status"] == status and body["title"] and body["detail"]
    if field is not None:
        assert field in [item["field"] for item in body["errors"]], body
