"""A kitchen that was watched long enough to have a score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from api.alerts.models import AlertRow
from api.cameras.store import NewCamera
from api.database import now
from api.exposures.models import ExposureDayRow
from api.exposures.store import zone_of_days
from api.restaurants.models import RestaurantRow
from tests.api.web.footage import Footage
from tests.api.web.kitchens import Kitchen

DAYS = 60
HOUR_S = 3600.0


def watch(kitchen: Kitchen, restaurant_id: str, days: int = DAYS) -> None:
    """Ten hours of one camera and three of people at work on each of the last days."""
    with kitchen.database.writing() as session:
        today = now().astimezone(zone_of_days(session)).date()
        session.get_one(RestaurantRow, restaurant_id).created_at = now() - timedelta(days=days)
        session.add_all(
            ExposureDayRow(
                restaurant_id=restaurant_id,
                day=today - timedelta(days=ago),
                scheduled_s=10 * HOUR_S,
                effective_s=9.8 * HOUR_S,
                hat_person_s=3 * HOUR_S,
                mask_person_s=3 * HOUR_S,
                generated=False,
            )
            for ago in range(1, days)
        )


def token_of(client: TestClient) -> dict[str, str]:
    """The CSRF header of somebody who signed in on a page."""
    found = client.get("/api/v1/sessions/current").json()
    return {"X-CSRF-Token": found["csrf_token"]}


def uphold(kitchen: Kitchen, alert: str, by: str, days_ago: float = 2) -> None:
    """A person upholds the alert; it happened, and was judged, some days ago."""
    reviewer = kitchen.browser(by)
    path, body = f"/api/v1/alerts/{alert}/reviews", {"verdict": "upheld"}
    answer = reviewer.post(path, json=body, headers=token_of(reviewer))
    assert answer.status_code == 201, answer.text
    with kitchen.database.writing() as session:
        row = session.get_one(AlertRow, UUID(alert))
        row.settled_at = now() - timedelta(days=days_ago)
        row.received_at = row.settled_at - timedelta(minutes=20)


def upheld_episode(
    kitchen: Kitchen, camera: NewCamera, footage: Footage | None, by: str, **changes: Any
) -> str:
    """An episode of two days ago that a person upheld; gives the alert's id."""
    began = now() - timedelta(days=2, hours=1)
    times = {"started_at": began, "ended_at": began + timedelta(minutes=4)}
    alert = kitchen.post_alert(camera, footage, **{"subjects": 2, **times, **changes})
    uphold(kitchen, alert, by)
    return alert
