"""Originals on request, and clips in which nobody can be recognised."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import av
import cv2
import numpy as np
import pytest
import time_machine
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.audit import AuditRow
from api.database import now
from api.errors import ThrottledError
from api.evidence import clips
from api.evidence.blur import HEAD_CELLS, PICTURE_CELLS
from api.evidence.clips import MOST_CELLS, blurred_clip, clip_cells
from api.settings import Settings
from tests.api.building import Kitchen, assert_problem
from tests.api.test_bundle import filled
from tests.api.web.footage import clip, make_footage
from vision.errors import SourceError

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILES = make_footage().files
PICTURE, CLIP = FILES[0], FILES[3]


def shown(client: TestClient, alert_id: str, sha256: str, **headers: str) -> Any:
    """What that person gets."""
    return client.get(f"/api/v1/alerts/{alert_id}/evidence/{sha256}", headers=headers)


def ask(client: TestClient, alert_id: str, reason: str = "visit on Tuesday") -> Any:
    """Ask for the originals."""
    return client.post(f"/api/v1/alerts/{alert_id}/unblur", json={"reason": reason})


@sqlite_only
def test_an_inspector_with_a_reason_sees_originals_for_a_while(
    kitchen: Kitchen, settings: Settings
) -> None:
    alert_id, inspector = filled(kitchen), kitchen.person("inspector", station="North")
    assert shown(inspector, alert_id, PICTURE.sha256).content != PICTURE.content
    given = ask(inspector, alert_id)
    assert given.status_code == 201
    original = shown(inspector, alert_id, PICTURE.sha256)
    assert original.content == PICTURE.content
    assert original.headers["cache-control"] == "private, no-store"
    assert shown(inspector, alert_id, CLIP.sha256).content == CLIP.content
    with time_machine.travel(now() + timedelta(minutes=settings.unblur_minutes + 1), tick=True):
        assert shown(inspector, alert_id, PICTURE.sha256).content != PICTURE.content
    with kitchen.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.subject == alert_id)).all()
    told = [(row.action, json.loads(row.detail)) for row in rows]
    asked = next(detail for action, detail in told if action == "evidence.unblurred")
    assert asked["reason"] == "visit on Tuesday"
    seen = [detail for action, detail in told if action == "evidence.viewed"]
    assert [one["sent"] for one in seen] == ["blurred", "original", "original", "blurred"]
    assert seen[1]["unblur"] == given.json()["id"]


@sqlite_only
def test_a_grant_is_for_one_person_and_one_alert(kitchen: Kitchen) -> None:
    first, second = filled(kitchen), filled(kitchen, seed=1)
    asking = kitchen.person("inspector", "Ida", station="North")
    other = kitchen.person("inspector", "Ivan", station="North")
    ask(asking, first)
    assert shown(other, first, PICTURE.sha256).content != PICTURE.content
    elsewhere = make_footage(1).files[0]
    assert shown(asking, second, elsewhere.sha256).content != elsewhere.content


@sqlite_only
def test_nobody_else_may_ask_and_a_reason_is_needed(kitchen: Kitchen) -> None:
    alert_id = filled(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    assert_problem(ask(owner, alert_id), 403, "forbidden")
    assert_problem(ask(kitchen.person("supervisor"), alert_id), 403, "forbidden")
    inspector = kitchen.person("inspector", station="North")
    for reason in ("", "   ", "x" * 501, "a\x00b"):
        assert_problem(ask(inspector, alert_id, reason), 422, "invalid", "reason")
    foreign = kitchen.person("inspector", "Far", station="South")
    assert_problem(ask(foreign, alert_id), 404, "not-found")


def frames_of(content: bytes) -> list[np.ndarray[Any, Any]]:
    """Every tenth picture of a clip, (h, w, 3)."""
    with av.open(io.BytesIO(content), "r") as container:
        assert [stream.type for stream in container.streams] == ["video"]
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    return pictures[::10]


@sqlite_only
def test_who_does_not_review_gets_the_clip_blurred_all_over(kitchen: Kitchen) -> None:
    alert_id = filled(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    answer = shown(owner, alert_id, CLIP.sha256)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.content != CLIP.content
    before, after = frames_of(CLIP.content), frames_of(answer.content)
    assert len(before) == len(after)
    sharp = [np.abs(cv2.Laplacian(one, cv2.CV_32F)).max() for one in before]
    soft = [np.abs(cv2.Laplacian(one, cv2.CV_32F)).max() for one in after]
    assert min(sharp) > 3 * max(soft)
    part = shown(owner, alert_id, CLIP.sha256, Range="bytes=0-99")
    assert (part.status_code, part.content) == (206, answer.content[:100])


@sqlite_only
def test_a_blurred_clip_is_made_once_and_goes_with_its_original(
    kitchen: Kitchen, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = filled(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    first = shown(owner, alert_id, CLIP.sha256).content
    kept = [path for path in (settings.evidence_folder / "derived").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [first]
    with monkeypatch.context() as patch:
        patch.setattr(clips, "PATIENCE_S", 0.01)
        with clips.TURN:
            assert shown(owner, alert_id, CLIP.sha256).content == first
    kitchen.app.state.storage.delete(CLIP.sha256)
    assert not [path for path in kept if path.exists()]


def test_only_so_many_clips_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "PATIENCE_S", 0.01)
    with clips.TURN, pytest.raises(ThrottledError):
        blurred_clip([clip()], PICTURE_CELLS)


@given(st.lists(st.tuples(*[st.floats(0, 0.45)] * 2, *[st.floats(0.5, 1)] * 2), max_size=4))
def test_the_largest_head_has_no_more_cells_than_a_picture_blurs_it_to(
    heads: list[tuple[float, float, float, float]],
) -> None:
    cells = clip_cells(heads)
    assert PICTURE_CELLS <= cells <= MOST_CELLS
    for left, top, right, bottom in heads:
        assert cells == PICTURE_CELLS or cells * max(right - left, bottom - top) <= HEAD_CELLS


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x00\x00\x18ftypisom" + bytes(200), b"-i /etc/passwd", b"#EXTM3U\nx"]
)
def test_what_is_no_video_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError):
        blurred_clip([content], PICTURE_CELLS)


@sqlite_only
def test_an_alert_id_that_looks_like_an_option_reaches_no_tool(kitchen: Kitchen) -> None:
    supervisor = kitchen.person("supervisor")
    for name in ("-i", "--help", "-vf%20movie=/etc/passwd", "concat:a|b"):
        answer = supervisor.get(f"/api/v1/alerts/{name}/bundle")
        assert answer.status_code in (404, 422)
