"""Verdicts by the hundred and a sampled minute with its pictures: what figures are made of."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient
from sqlalchemy import select

from api.alerts.intake import post_alert
from api.alerts.models import AlertRow
from api.cameras.store import Camera, NewCamera
from api.database import now
from api.samples.models import SampleRow
from api.samples.plans import plan_day
from tests.api.web.footage import EvidenceFile, Footage, clip, drawn_kitchen, jpeg
from tests.api.web.kitchens import Kitchen
from tests.factories import make_alert
from vision.names import RuleId

ZONE = ZoneInfo("Asia/Shanghai")


def add_verdicts(
    kitchen: Kitchen, camera: Camera, rule: RuleId, count: int, knee: float, seed: int = 0
) -> list[str]:
    """Decided alerts of the last weeks: mostly true above the confidence ``knee``, else not."""
    chance, ids = random.Random(seed), []
    with kitchen.database.writing() as session:
        for _ in range(count):
            confidence = round(chance.random(), 3)
            at = now() - timedelta(hours=chance.uniform(1, 24 * 20))
            alert = make_alert(
                id=uuid.UUID(int=chance.getrandbits(128)), camera_id=camera.id, rule=rule,
                started_at=at, ended_at=at + timedelta(seconds=20), confidence=confidence,
                severity="critical" if rule == "pest_rodent" else "major",
            )  # fmt: skip
            post_alert(session, camera, alert)
            row = session.get_one(AlertRow, alert.id)
            true = chance.random() < (0.96 if confidence > knee else 0.25)
            row.status, row.settled_at = ("upheld" if true else "dismissed"), at
            ids.append(str(alert.id))
    return ids


def own(kitchen: Kitchen, camera: NewCamera, restaurant_id: str) -> Camera:
    """The camera as the stores know it."""
    return Camera(camera.id, restaurant_id)


def add_minutes(kitchen: Kitchen, camera: NewCamera, with_clip: bool = True) -> list[str]:
    """Yesterday's minutes of a camera, drawn and supplied; gives the ids of those that came."""
    with kitchen.database.writing() as session:
        plan_day(session, yesterday(), kitchen.app.state.settings.samples_per_day, ZONE)
    client = TestClient(kitchen.app, headers={"Authorization": f"Bearer {camera.key}"})
    return [
        supply(client, item["id"], minute_footage(index, with_clip))
        for index, item in enumerate(wanted(client))
    ]


def yesterday() -> date:
    """The local day before this one."""
    return (now() - timedelta(days=1)).astimezone(ZONE).date()


def wanted(client: TestClient) -> Iterator[dict[str, str]]:
    """The minutes that a camera is asked for and that are over."""
    for item in client.get("/api/v1/samples/wanted").json()["items"]:
        if datetime.fromisoformat(item["minute_at"]) < now() - timedelta(minutes=2):
            yield item


def minute_footage(seed: int, with_clip: bool = True) -> Footage:
    """A clip, or six frames at equal steps."""
    if with_clip:
        return Footage((EvidenceFile("clip", "video/mp4", clip()),))
    frames = (jpeg(drawn_kitchen(seed, step / 200)) for step in range(6))
    return Footage(tuple(EvidenceFile("frame", "image/jpeg", frame) for frame in frames))


def supply(client: TestClient, sample_id: str, footage: Footage) -> str:
    """Announce and upload, as a camera does."""
    refs = [file.ref.model_dump() for file in footage.files]
    answer = client.put(f"/api/v1/samples/{sample_id}", json={"files": refs})
    assert answer.status_code == 201, answer.text
    for file in footage.files:
        address = f"/api/v1/samples/{sample_id}/evidence/{file.sha256}"
        assert client.put(address, content=file.content).status_code == 201
    return sample_id


def statuses(kitchen: Kitchen) -> dict[str, str]:
    """Where each minute stands."""
    with kitchen.database.reading() as session:
        rows = session.execute(select(SampleRow.id, SampleRow.status))
        return {row[0]: row[1] for row in rows}
