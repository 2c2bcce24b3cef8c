"""Thresholds: proposed from verdicts, decided by people, fetched by cameras."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.alerts.intake import post_alert
from api.alerts.models import AlertRow
from api.cameras.store import Camera
from api.database import now
from api.thresholds.store import current_thresholds
from tests.api.building import Kitchen, assert_problem
from tests.factories import make_alert
from vision.thresholds import Thresholds

PROPOSALS, DECISIONS = "/api/v1/thresholds/proposals", "/api/v1/thresholds/decisions"


def add_verdicts(
    kitchen: Kitchen, count: int = 120, model: str = "a" * 64, knee: float = 0.6
) -> None:
    """Decided alerts of this kitchen's camera, true above the knee."""
    chance = random.Random(model)
    camera = Camera(kitchen.camera.id, kitchen.restaurant)
    with kitchen.database.writing() as session:
        for _ in range(count):
            confidence = round(chance.random(), 3)
            alert = make_alert(
                id=uuid.uuid4(), camera_id=camera.id, confidence=confidence, started_at=now(),
                model={"name": "kitchen-n", "sha256": model},
            )  # fmt: skip
            post_alert(session, camera, alert)
            row = session.get_one(AlertRow, alert.id)
            row.status = (
                "upheld" if chance.random() < (0.97 if confidence > knee else 0.2) else "dismissed"
            )


def proposal(client: TestClient, **changes: Any) -> dict[str, Any]:
    """The only one there is."""
    params: dict[str, Any] = {"rule": "missing_hat", "target": 0.9} | changes
    (one,) = client.get(PROPOSALS, params=params).json()["items"]
    return dict(one)


def decision(seen: dict[str, Any], kind: str = "accepted", **changes: Any) -> dict[str, Any]:
    """What the page sends about a proposal."""
    told = {name: seen[name] for name in ("rule", "target", "version")}
    told |= {"camera": seen["camera_id"], "proposed": seen["threshold"], "decision": kind}
    return told | {"reason": "too many false alerts"} | changes


def test_a_proposal_says_what_it_would_have_dropped(kitchen: Kitchen) -> None:
    add_verdicts(kitchen)
    supervisor = kitchen.person("supervisor")
    seen = proposal(supervisor)
    assert seen["outcome"] == "raise" and 0.4 < seen["threshold"] < 0.75
    assert seen["then"]["value"] >= 0.9 > seen["now"]["value"]
    assert seen["then"]["low"] < seen["then"]["value"] < seen["then"]["high"]
    below = {"camera": seen["camera_id"], "below": str(seen["threshold"])}
    (dropped,) = supervisor.get("/api/v1/stats/precision", params=below).json()["items"]
    assert (seen["dropped_upheld"], seen["dropped_dismissed"]) == (
        dropped["upheld"],
        dropped["dismissed"],
    )
    assert seen["verdicts"] == {"camera": 120, "restaurant": 120, "all": 120}


def test_what_is_accepted_is_in_force_for_the_camera_and_versioned(kitchen: Kitchen) -> None:
    add_verdicts(kitchen)
    supervisor = kitchen.person("supervisor")
    seen = proposal(supervisor)
    answer = supervisor.post(DECISIONS, json=decision(seen))
    assert answer.status_code == 201, answer.text
    told = Thresholds.model_validate_json(answer.text)
    assert told.version == 1 and told.by_rule == {"missing_hat": seen["threshold"]}
    with kitchen.database.reading() as session:
        assert current_thresholds(session, kitchen.camera.id).model_dump() == answer.json()
        assert current_thresholds(session, "none").version == 0
    again = proposal(supervisor)
    assert (again["current"], again["version"], again["outcome"]) == (seen["threshold"], 1, "keep")
    assert_problem(supervisor.post(DECISIONS, json=decision(seen)), 409, "conflict")
    removed = supervisor.post(DECISIONS, json=decision(again, "edited", threshold=0))
    assert removed.json()["version"] == 2 and removed.json()["by_rule"] == {}
    (last, first) = supervisor.get(DECISIONS).json()
    assert (last["version"], first["version"], first["decided_by"]) == (2, 1, "supervisor")
    assert first["reason"] == "too many false alerts"


def test_a_refusal_stays_on_record_until_the_proposal_changes(kitchen: Kitchen) -> None:
    add_verdicts(kitchen)
    supervisor = kitchen.person("supervisor")
    seen = proposal(supervisor)
    assert supervisor.post(DECISIONS, json=decision(seen, "refused")).json()["version"] == 0
    assert proposal(supervisor)["refused_at"]
    assert proposal(supervisor, target=0.95)["refused_at"] is None


def test_verdicts_on_an_older_model_say_nothing_about_this_one(kitchen: Kitchen) -> None:
    add_verdicts(kitchen, model="a" * 64)
    add_verdicts(kitchen, count=5, model="c" * 64)
    seen = proposal(kitchen.person("supervisor"))
    assert (seen["model_sha256"], seen["outcome"], seen["verdicts"]["all"]) == ("c" * 64, "few", 5)


def test_two_supervisors_at_once_decide_once(kitchen: Kitchen) -> None:
    add_verdicts(kitchen)
    people = [kitchen.person("supervisor", f"sue{n}") for n in range(4)]
    seen = proposal(people[0])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post(DECISIONS, json=decision(seen)), people))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_and_what_is_refused(kitchen: Kitchen) -> None:
    add_verdicts(kitchen)
    supervisor, patrol = kitchen.person("supervisor"), kitchen.person("patrol")
    seen = proposal(supervisor)
    assert_problem(patrol.get(PROPOSALS, params={"rule": "missing_hat"}), 403, "forbidden")
    assert_problem(patrol.post(DECISIONS, json=decision(seen)), 403, "forbidden")
    for changes in (
        {"reason": " "}, {"threshold": 0.5}, {"decision": "edited"}, {"target": 1.5}, {"rule": "x"},
    ):  # fmt: skip
        assert_problem(supervisor.post(DECISIONS, json=decision(seen) | changes), 422, "invalid")
    assert_problem(supervisor.post(DECISIONS, json=decision(seen, camera="none")), 404, "not-found")
    assert_problem(supervisor.post(DECISIONS, json=decision(seen, proposed=0.01)), 409, "conflict")
