"""From recorded footage to a judged minute: cut, announced, uploaded, looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.api.building import Kitchen, key_of
from tests.api.test_samples import judge, planned, wanted
from tests.vision.clips import numbered, render_clip
from vision.evidence import EvidenceWriter
from vision.sampling_minutes import Stretch, cut_minute, free_minutes, is_free, place_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("as_clip", [True, False])
def test_a_minute_of_footage_reaches_the_reviewer(
    kitchen: Kitchen, tmp_path: Path, as_clip: bool
) -> None:
    pts = [second * 25 for second in range(181)]
    images = [numbered(second) for second in range(181)]
    footage = render_clip(tmp_path / "kitchen.mp4", images, pts=pts, g="5")
    planned(kitchen)
    item = wanted(kitchen)[0]
    recorded_at = datetime.fromisoformat(item["minute_at"]) - timedelta(seconds=60)
    start_s = place_of(datetime.fromisoformat(item["minute_at"]), recorded_at)
    assert start_s in free_minutes(181.0, [Stretch(0.0, 20.0)])
    assert not is_free(start_s, 181.0, [Stretch(70.0, 75.0)])
    with EvidenceWriter(tmp_path / "cut") as writer:
        files = cut_minute(footage, start_s, item["id"], writer, as_clip)
    key, address = key_of(kitchen.camera), f"/api/v1/samples/{item['id']}"
    body = {"files": [file.ref.model_dump() for file in files]}
    assert kitchen.anonymous.put(address, json=body, headers=key).status_code == 201
    for file in files:
        content = (tmp_path / "cut" / file.path).read_bytes()
        answer = kitchen.anonymous.put(
            f"{address}/evidence/{file.sha256}", content=content, headers=key
        )
        assert answer.status_code == 201, answer.text
    patrol = kitchen.person("patrol")
    (waiting,) = patrol.get("/api/v1/samples").json()["items"]
    assert len(waiting["files"]) == (1 if as_clip else 6)
    seen = patrol.get(f"{address}/evidence/{files[0].sha256}")
    assert seen.content == (tmp_path / "cut" / files[0].path).read_bytes()
    assert judge(patrol, item["id"], "clear").status_code == 201
