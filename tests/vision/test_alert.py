"""The alert refuses what could not be a true one."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.factories import make_alert
from vision.alert import Alert

FRAME = {"sha256": "c" * 64, "kind": "frame", "media_type": "image/jpeg", "bytes": 10}


def test_an_alert_survives_the_wire() -> None:
    alert = make_alert(evidence=[FRAME])
    assert Alert.model_validate_json(alert.model_dump_json()) == alert


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule": "missing_shoes"}, "rule"),
        ({"severity": "fatal"}, "severity"),
        ({"zone_type": "kitchen"}, "zone_type"),
        ({"confidence": 1.5}, "confidence"),
        ({"subjects": 0}, "subjects"),
        ({"started_at": "2026-11-24T06:30:00"}, "started_at"),
        ({"box": [0.1, 0.2, 0.3, 1.4]}, "box"),
        ({"model": {"name": "m", "sha256": "xyz"}}, "model"),
        ({"evidence": [FRAME | {"kind": "video"}]}, "evidence"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_the_field_that_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make_alert(**change)
    assert field in {str(part) for part in caught.value.errors()[0]["loc"]}


@pytest.mark.parametrize(
    "change",
    [
        {"box": [0.3, 0.2, 0.1, 0.4]},
        {"ended_at": "2026-11-24T06:29:00Z"},
        {"evidence": [FRAME, FRAME]},
    ],
)
def test_fields_that_contradict_each_other_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_alert(**change)
