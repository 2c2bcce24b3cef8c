"""A real application on a database of its own, with people, cameras and alerts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.accounts.schemas import NewUser
from api.accounts.store import create_user
from api.app import create_app
from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.migrations import upgrade
from api.restaurants.store import create_restaurant
from api.settings import read_settings
from tests.api.web.footage import Footage
from tests.factories import make_alert

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Kitchen:
    """The application and what a test needs to fill it."""

    app: FastAPI

    @property
    def database(self) -> Database:
        """Its database."""
        database: Database = self.app.state.database
        return database

    def add_restaurant(self, name: str) -> str:
        """A restaurant of the station North."""
        with self.database.writing() as session:
            return create_restaurant(session, name, "North")

    def add_camera(self, restaurant_id: str, name: str) -> NewCamera:
        """A camera with its key."""
        with self.database.writing() as session:
            return create_camera(session, restaurant_id, name)

    def add_person(self, name: str, role: str, restaurant_id: str | None = None) -> str:
        """Somebody who can sign in with PASSWORD."""
        station = "North" if role == "inspector" else None
        user = NewUser(name, role, PASSWORD, restaurant_id, station)
        with self.database.writing() as session:
            return create_user(session, user, self.app.state.passwords)

    def post_alert(self, camera: NewCamera, footage: Footage | None = None, **changes: Any) -> str:
        """Post an alert as the camera does and upload its evidence; gives its id."""
        alert = self.announce(camera, footage, **changes)
        if footage:
            self.upload(camera, alert, footage)
        return alert

    def announce(self, camera: NewCamera, footage: Footage | None, **changes: Any) -> str:
        """Post an alert whose evidence is still to come; gives its id."""
        refs = [file.ref for file in footage.files] if footage else []
        alert = make_alert(camera_id=camera.id, id=uuid.uuid4(), evidence=refs, **changes)
        answer = self._as(camera).post("/api/v1/alerts", json=alert.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        return str(alert.id)

    def upload(self, camera: NewCamera, alert: str, footage: Footage) -> None:
        """Send the files that were announced."""
        for file in footage.files:
            address = f"/api/v1/alerts/{alert}/evidence/{file.sha256}"
            assert self._as(camera).put(address, content=file.content).status_code in (200, 201)

    def _as(self, camera: NewCamera) -> TestClient:
        return TestClient(self.app, headers={"Authorization": f"Bearer {camera.key}"})

    def browser(self, name: str = "", language: str = "en") -> TestClient:
        """A visitor who reads ``language``; signed in when named."""
        client = TestClient(self.app, headers={"Accept-Language": language})
        if name:
            form = {"name": name, "password": PASSWORD}
            answer = client.post("/sign-in", data=form, follow_redirects=False)
            assert answer.status_code == 303, answer.text
        return client


def open_kitchen(data: Path, **settings: Any) -> Kitchen:
    """An application on an empty database: passwords are cheap to check, no lots are drawn."""
    cheap = {"argon2_memory_kib": 8, "argon2_rounds": 1}
    certain = {"review_double_share": 0.0, "review_known_share": 0.0}
    read = read_settings(**{"data": data} | cheap | certain | settings)
    upgrade(read.url)
    return Kitchen(create_app(read))
